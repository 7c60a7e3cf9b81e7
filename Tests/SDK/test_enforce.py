# SPDX-License-Identifier: Apache-2.0
"""In `enforce`, an agent never sees an invalid tool call from a vendor that can be made to give a valid one.

Each fault of the simulator is a case, with its class from `faults.py`. BELAY_LONG_TESTS=1 makes it 1,000 exchanges each.
"""
import collections
import concurrent.futures
import contextlib
import multiprocessing
import os
import re
import subprocess
import time

import openai
import pytest

import exchanges
import faults
from conftest import BELAY, Program

IS_LONG = os.environ.get("BELAY_LONG_TESTS") == "1"
MENDABLE = ("repair", "shape", "retry", "form", "failure", "elsewhere")
each_stream = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


def cases(*classes):
    return pytest.mark.parametrize("fault", faults.of(*classes))


class Proxy:
    """A running proxy and a client of it."""

    def __init__(self, url):
        self.url = url
        self.client = openai.OpenAI(base_url=url, api_key="sk-test", max_retries=0, timeout=10)

    def ask(self, tag, fault, stream, percent=100, **more):
        return exchanges.ask(self.client, tag, faults.model(fault, percent), stream, **more)

    def ask_many(self, numbers, tag, fault, stream, percent):
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            return list(pool.map(lambda n: self.ask(f"{tag} {fault} {stream} {n}", fault, stream, percent), numbers))


def bad_of_many(url, numbers, *exchange):
    """In a process of its own: the SDK takes far longer to read an answer than everybody else to give it."""
    return bad(Proxy(url).ask_many(numbers, *exchange))


@contextlib.contextmanager
def serving(folder, name, vendors, *flags, profile=None, settings=()):
    """A proxy in `enforce` if there are settings, lines under `enforce:`. A vendor that stalls is given up after half a second, and the
    breaker, which has tests of its own, never opens."""
    entry = f", profile: {profile}" if profile else ""
    lines = ["limits: { first_byte: 500ms, idle: 500ms }", "vendors:"]
    lines += [f"  {vendor}: {{ base_url: '{url}'{entry} }}" for vendor, url in vendors.items()]
    if settings:
        flags = ("--mode", "enforce", *flags)
        lines += ["enforce:", *(f"  {line}" for line in settings)]
    config = folder / f"{name}.yaml"
    config.write_text("\n".join(lines) + "\n")
    program = Program("serve", "--config", config, "--listen", "127.0.0.1:0", "--console", "off", *flags)
    try:
        yield Proxy(program.url)
    finally:
        assert program.stop() == 0


BREAKER = "breaker: { failures: 1000, window: 1ms }"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("enforce")
    (folder / "recordings.jsonl").write_text("".join(exchanges.recordings()))
    return folder


@pytest.fixture(scope="module")
def simulator(folder):
    log = folder / "received.jsonl"
    program = Program(
        "simulate", "--recordings", folder / "recordings.jsonl", "--listen", "127.0.0.1:0", "--log", log,
        "--seed", os.environ.get("BELAY_SEED", "0"))
    counts, file, lines = collections.Counter(), log.open(), [""]

    def asked(tag, least=1):
        """How often the vendor was asked with this tag; its log may come a moment later than its answer."""
        end = time.monotonic() + 2
        while counts[tag] < least and time.monotonic() < end:
            *whole, lines[0] = (lines[0] + file.read()).split("\n")
            counts.update(re.findall(r"fail\? \((.*?)\)", "\n".join(whole)))
            time.sleep(0.005)
        return counts[tag]
    program.asked = asked
    yield program
    assert program.stop() == 0


@pytest.fixture(scope="module")
def quiet_simulator(folder):
    """The same without a log, which thousands of exchanges would make huge."""
    program = Program(
        "simulate", "--recordings", folder / "recordings.jsonl", "--listen", "127.0.0.1:0",
        "--seed", os.environ.get("BELAY_SEED", "0"))
    yield program
    assert program.stop() == 0


@pytest.fixture(scope="module")
def observing(folder, simulator):
    with serving(folder, "observing", {"careless": simulator.url}) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def persistent(folder, quiet_simulator):
    """Twelve attempts, most of them at another vendor: with 30 % wrong, two exchanges in a million end badly."""
    others = [f"spare{number}" for number in range(10)]
    with serving(
            folder, "persistent", {name: quiet_simulator.url for name in ["careless", *others]},
            settings=[BREAKER, "attempts: 12", "ladder: [resend, other_vendor]", f"failover: [{', '.join(others)}]"]) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def processes():
    with concurrent.futures.ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


@pytest.fixture(scope="module")
def repairing(folder, quiet_simulator):
    with serving(folder, "repairing", {"careless": quiet_simulator.url}, settings=[BREAKER, "ladder: none"]) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def default(folder, quiet_simulator):
    with serving(folder, "default", {"careless": quiet_simulator.url}, settings=[BREAKER]) as proxy:
        yield proxy


@pytest.fixture(scope="module", params=["error", "pass"])
def exhausted(request, folder, simulator):
    """Three attempts at one vendor, which honours all that can be asked of it."""
    with serving(
            folder, request.param, {"careless": simulator.url}, profile="vllm",
            settings=[
                BREAKER, "attempts: 3", "ladder: [resend, strict, tool_choice]", f"on_exhausted: {request.param}"]) as proxy:
        proxy.name = request.param
        yield proxy


def bad(outcomes, fault=None):
    """The complaints, by the number of the exchange."""
    tolerated = faults.TOLERATED.get(fault, "\0")
    found = {number: [text for text in outcome.complaints() if not text.startswith(tolerated)]
             for number, outcome in enumerate(outcomes)}
    return {number: complaints for number, complaints in found.items() if complaints}


# What is known of the faults, and of the eyes that look for them.

def test_every_fault_of_the_simulator_has_one_class():
    listed = subprocess.run([BELAY, "simulate", "--list-faults"], capture_output=True, text=True, check=True).stdout
    assert sorted(faults.of(*faults.NAMES)) == sorted(line.split()[0] for line in listed.splitlines())


@each_stream
def test_a_faithful_vendor_gives_no_cause_for_complaint(observing, stream):
    assert not bad([observing.ask(f"faithful {stream} {number}", "id-call", stream, 0) for number in range(9)])


@cases(*MENDABLE, "none")
def test_without_enforce_the_client_has_to_suffer(observing, fault):
    assert bad([observing.ask(f"observed {number}", fault, stream) for stream in (False, True) for number in range(3)])


@cases("harmless")
def test_what_is_called_harmless_is(observing, fault):
    assert not bad([observing.ask(f"observed {number}", fault, stream) for stream in (False, True) for number in range(3)], fault)


# The promise.

@each_stream
@cases(*MENDABLE)
def test_enforce_gives_the_client_nothing_but_valid_answers(persistent, processes, fault, stream):
    exchange = ("promise", fault, stream, 30)
    if not IS_LONG:
        assert not bad(persistent.ask_many(range(20), *exchange))
        return
    found = [processes.submit(bad_of_many, persistent.url, range(first, first + 250), *exchange) for first in range(0, 1000, 250)]
    assert [future.result() for future in found] == [{}] * 4


@each_stream
@cases("harmless")
def test_enforce_leaves_what_is_harmless_valid(persistent, fault, stream):
    assert not bad(persistent.ask_many(range(20), "harmless", fault, stream, 30), fault)


@each_stream
@cases("repair", "shape")
def test_enforce_repairs_without_asking_again(repairing, fault, stream):
    assert not bad(repairing.ask_many(range(6), "repair", fault, stream, 100))


@each_stream
@cases(*MENDABLE)
def test_with_the_default_settings_what_is_not_valid_is_an_error(default, fault, stream):
    outcomes = default.ask_many(range(20), "default", fault, stream, 30)
    wrong = [outcome for outcome in outcomes if outcome.complaints()]
    assert not [outcome.complaints() for outcome in wrong if outcome.error is None]
    if fault in faults.of("repair", "shape"):
        assert not wrong
    if fault in faults.of("retry"):
        assert all(getattr(outcome.error, "code", None) == "no_valid_answer" for outcome in wrong)


# The end of the promise: a vendor that never mends.

@each_stream
@cases("retry")
def test_enforce_that_is_exhausted_keeps_to_on_exhausted(exhausted, observing, simulator, fault, stream):
    for number in range(3):
        tag = f"exhausted {exhausted.name} {fault} {stream} {number}"
        without = observing.ask(f"observed {tag}", fault, stream)
        outcome = exhausted.ask(tag, fault, stream)
        if not without.complaints():  # A fault of the other form.
            assert not outcome.complaints()
            assert simulator.asked(tag) == 1
            continue
        # What is cut at its limit of tokens is asked for once more only, with a higher one.
        attempts = 2 if fault == "finish-length" else 3
        assert simulator.asked(tag, attempts) == attempts
        if exhausted.name == "pass":
            direct = observing.ask(tag, fault, stream)
            assert outcome.essence(direct) == direct.essence()
        else:
            assert getattr(outcome.error, "code", None) == "no_valid_answer", outcome.complaints()


@each_stream
@cases("failure", "elsewhere")
def test_enforce_raises_when_a_vendor_never_answers(exhausted, observing, simulator, fault, stream):
    tag = f"failing {exhausted.name} {fault} {stream}"
    if not observing.ask(f"observed {tag}", fault, stream).complaints():
        return
    outcome = exhausted.ask(tag, fault, stream)
    if not outcome.complaints():  # Only what stands behind the answer was missing.
        assert simulator.asked(tag) == 1
        return
    assert outcome.error is not None, outcome.essence()
    assert simulator.asked(tag, 1 if fault in faults.of("elsewhere") else 2) in ((1,) if fault in faults.of("elsewhere") else (2, 3))


@each_stream
@cases("none")
def test_enforce_passes_what_nothing_mends_and_asks_once(exhausted, observing, simulator, fault, stream):
    tag = f"hopeless {exhausted.name} {fault} {stream}"
    without = observing.ask(f"observed {tag}", fault, stream, recording=1)
    assert exhausted.ask(tag, fault, stream, recording=1).essence() == without.essence()
    assert simulator.asked(tag) == 1
