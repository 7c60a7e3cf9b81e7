# SPDX-License-Identifier: Apache-2.0
"""The agent of `examples/`: with a careless vendor it breaks, and with the same vendor behind `enforce` it does its work."""
import contextlib
import os
import re
import shutil
import subprocess
import sys

import pytest

from conftest import ROOT, Program

AGENT = ROOT / "examples/agent.py"
RECORDINGS = ROOT / "examples/data/agent.jsonl"
SEEDS = range(1, 201 if os.environ.get("BELAY_LONG_TESTS") == "1" else 21)


def run(*arguments):
    done = subprocess.run(
        [sys.executable, AGENT, *map(str, arguments)], capture_output=True, text=True, timeout=120,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    assert done.stderr == ""
    return done.returncode, done.stdout.strip()


@contextlib.contextmanager
def started(*arguments):
    program = Program(*arguments)
    try:
        yield program
    finally:
        program.stop()


@contextlib.contextmanager
def proxy(tmp_path, seed, *more, faults=None):
    """The vendor of `examples/agent`, and the proxy in front of it; with `more` flags that one is told what enforce may ask for."""
    runner = (ROOT / "examples/agent").read_text()
    faults = re.findall(r"--fault (\S+)", runner) if faults is None else faults
    flags = [word for fault in faults for word in ("--fault", fault)]
    with started("simulate", "--recordings", RECORDINGS, "--listen", "127.0.0.1:0", "--seed", seed, *flags) as vendor:
        config = tmp_path / "belay.yaml"
        profile = "" if not more else ", profile: vllm"
        config.write_text(f"vendors: {{ careless: {{ base_url: '{vendor.url}'{profile} }} }}\n")
        with started(
                "serve", "--config", config, "--listen", "127.0.0.1:0", "--console", "off", *more) as belay:
            yield belay.url


def test_the_recorded_requests_are_what_the_agents_own_tools_say(tmp_path):
    copy = tmp_path / "agent.jsonl"
    shutil.copy(RECORDINGS, copy)
    assert run("--record", copy)[0] == 0
    assert copy.read_text() == RECORDINGS.read_text()


def test_the_agent_fixes_the_shop_in_ten_turns_with_a_faithful_vendor(tmp_path):
    with proxy(tmp_path, 1, faults=[]) as url:
        status, said = run(url)
    assert (status, said.split(":")[0]) == (0, "fixed in 10 turns")


@pytest.mark.parametrize("fault, why", [
    ("name-undeclared", "KeyError: 'img_gen'"),
    ("name-prefixed", "KeyError: 'functions.list_files'"),
    ("args-truncated", "JSONDecodeError"),
    ("args-double-encoded", "TypeError"),
    ("leak-content", "said \"I'll look at what is there.<|tool_calls_section"),
    ("drop-calls", "said ''"),
    ("finish-stop", "it stopped before the tests passed"),
])
def test_without_enforce_each_fault_of_the_vendor_breaks_the_agent_in_its_first_turn(tmp_path, fault, why):
    with proxy(tmp_path, 1, faults=[fault]) as url:
        status, said = run(url)
    assert status == 1
    assert said.startswith("broke in turn 1: ")
    assert why in said


@pytest.mark.parametrize("seed", range(1, 21))
def test_without_enforce_the_agent_breaks(tmp_path, seed):
    """With 30 % of the calls wrong, one run in fifty gets through; none does with these seeds."""
    with proxy(tmp_path, seed) as url:
        status, said = run(url)
    assert status == 1
    assert re.match(r"broke in turn \d+: ", said)


@pytest.mark.parametrize("seed", SEEDS)
def test_with_enforce_the_agent_completes(tmp_path, seed):
    with proxy(tmp_path, seed, "--mode", "enforce") as url:
        status, said = run(url)
    assert (status, said.split(":")[0]) == (0, "fixed in 10 turns"), said
