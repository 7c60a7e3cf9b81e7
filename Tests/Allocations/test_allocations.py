# SPDX-License-Identifier: Apache-2.0
"""What an exchange and an event allocate, kept as numbers: a change that makes them more shows here first.

The whole process is counted, libcurl and NIO included, over hundreds of exchanges one after the other on one connection, once what
is made only once has been made. `ALLOCATIONS_PRINT=1` prints the figures.
"""
import http.client
import mmap
import os
import pathlib
import shutil
import ssl
import struct
import subprocess
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BELAY = os.environ.get("BELAY_BINARY", str(ROOT / ".build/release/belay"))
sys.path[:0] = [str(ROOT / "Tests/Benchmarks"), str(ROOT / "Tests/Serve")]
from certificates import Authority  # noqa: E402
from bench import bodies, peers  # noqa: E402

# Calls of malloc and its kin, in all threads: what was measured, and a twentieth. An event allocates nothing of its own; what is
# counted are read buffers, and how many events share one is for the scheduler to say. Some six of a request's are libcurl's: before
# 8.1.0 each request has a handle of its own (CurlLibrary.swift).
LIMITS = {
    ("not inspected", "request"): 74, ("not inspected", "event"): 0.8,
    ("observe", "request"): 90, ("observe", "event"): 0.8,
    ("observe, TLS", "request"): 106, ("observe, TLS", "event"): 0.8,
    ("enforce", "request"): 168, ("enforce", "event"): 1.0,
}
SHORT, LONG = 20, 220


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    compiler = shutil.which("cc") or shutil.which("clang")
    if not compiler:
        pytest.skip("no C compiler")
    folder = tmp_path_factory.mktemp("allocations")
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", folder / "count.so", pathlib.Path(__file__).with_name("count.c")], check=True)
    subprocess.run([compiler, "-O2", "-o", folder / "vendor", ROOT / "Tests/Benchmarks/vendor.c"], check=True)
    return folder


class Counted:
    """Belay before vendors whose streams have few and many events, with its allocations counted."""

    def __init__(self, workshop, mode):
        self.stages = []
        ports = {}
        for events in (SHORT, LONG):
            stage = peers.Stage(ROOT, workshop, peers.free_port())
            stage.start(stage.vendor, workshop / "vendor", stage.vendor, events, 50)
            ports[events] = stage.vendor
            self.stages.append(stage)
        counts = workshop / f"counts-{mode.replace(' ', '-')}"
        counts.write_bytes(bytes(16))
        self.map = mmap.mmap(os.open(counts, os.O_RDWR), 16)
        self.port = peers.free_port()
        config = workshop / f"{mode.replace(' ', '-')}.yaml"
        config.write_text(
            f"listen: 127.0.0.1:{self.port}\nconsole: off\nstore: off\nloops: 1\nmode: {'enforce' if mode == 'enforce' else 'observe'}\nvendors:\n"
            + "".join(f"  s{events}: {{ base_url: \"http://127.0.0.1:{port}/v1/stream\" }}\n" for events, port in ports.items())
            + f"  whole: {{ base_url: \"http://127.0.0.1:{ports[SHORT]}/v1\" }}\n")
        stage = peers.Stage(ROOT, workshop, 0)
        self.stages.append(stage)
        self.context, tls = None, []
        if "TLS" in mode:
            authority = Authority(workshop)
            pair = authority.issue("server")
            self.context = ssl.create_default_context(cafile=str(authority.certificate))
            tls = ["--tls-certificate", pair.certificate, "--tls-key", pair.key]
        stage.start(self.port, BELAY, "serve", "--config", config, *tls,
                    env={**os.environ, "LD_PRELOAD": str(workshop / "count.so"), "ALLOCATION_COUNTS": str(counts)})
        self.end = "passing" if mode == "not inspected" else "chat/completions"

    def calls(self):
        return struct.unpack("Q", self.map[:8])[0]

    def send(self, vendor, stream, count):
        connection = (http.client.HTTPSConnection("127.0.0.1", self.port, context=self.context) if self.context
                      else http.client.HTTPConnection("127.0.0.1", self.port))
        texts = bodies.short_turns(stream)
        for number in range(count):
            connection.request("POST", f"/{vendor}/v1/{self.end}", texts[number % len(texts)], {"Content-Type": "application/json"})
            answer = connection.getresponse()
            assert answer.status == 200 and answer.read()
        connection.close()

    def per_exchange(self, vendor, stream, count=600):
        self.send(vendor, stream, 100)
        self.settle()
        before = self.calls()
        self.send(vendor, stream, count)
        self.settle()
        return (self.calls() - before) / count

    def settle(self):
        """Waits until the records of the last exchanges are counted too: until nothing is allocated any more."""
        last, deadline = -1, time.monotonic() + 10
        while time.monotonic() < deadline and (now := self.calls()) != last:
            last = now
            time.sleep(0.12)

    def stop(self):
        for stage in self.stages:
            stage.stop()


@pytest.mark.parametrize("mode", ["not inspected", "observe", "observe, TLS", "enforce"])
def test_an_exchange_and_an_event_allocate_no_more_than_they_did(workshop, mode):
    counted = Counted(workshop, mode)
    try:
        # Beside other work records come in smaller batches, each with allocations of its own: what is least of a few is the exchange's.
        for _ in range(3):
            request = counted.per_exchange("whole", False)
            event = (counted.per_exchange(f"s{LONG}", True) - counted.per_exchange(f"s{SHORT}", True)) / (LONG - SHORT)
            if request <= LIMITS[mode, "request"] and 0 <= event <= LIMITS[mode, "event"]:
                break
    finally:
        counted.stop()
    if os.environ.get("ALLOCATIONS_PRINT"):
        print(f"\n{mode}: {request:.1f} allocations a request, {event:.2f} an event")
    assert 0 < request <= LIMITS[mode, "request"], f"{request:.1f} allocations a request"
    assert 0 <= event <= LIMITS[mode, "event"], f"{event:.2f} allocations an event"
