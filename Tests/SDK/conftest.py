# SPDX-License-Identifier: Apache-2.0
"""A simulated vendor and the proxy in front of it, as a user would start them."""
import json
import os
import pathlib
import re
import subprocess
import threading
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BELAY = os.environ.get("BELAY_BINARY", str(ROOT / ".build/release/belay"))


class Program:
    """A `belay` command that says on standard output where it listens."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [BELAY, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.lines = []
        self.errors = []
        threading.Thread(target=lambda: self.errors.extend(self.process.stderr), daemon=True).start()
        for line in self.process.stdout:
            self.lines.append(line)
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            if found:
                self.url = found.group() + "/v1"
                break
        else:
            self.process.wait(10)
            raise RuntimeError(f"belay {arguments[0]} did not start: {''.join(self.errors)}")
        threading.Thread(target=lambda: self.lines.extend(self.process.stdout), daemon=True).start()

    def line(self, start):
        """The line on standard output that begins so, once it is there."""
        end = time.monotonic() + 20
        while time.monotonic() < end:
            for line in list(self.lines):
                if line.startswith(start):
                    return line
            time.sleep(0.01)
        raise RuntimeError(f"belay never said {start!r}: {self.lines}")

    def stop(self):
        self.process.terminate()
        return self.process.wait(20)


@pytest.fixture(scope="session")
def vendor(tmp_path_factory):
    log = tmp_path_factory.mktemp("vendor") / "received.jsonl"
    program = Program(
        "simulate", "--recordings", ROOT / "examples/data/recordings.jsonl", "--listen", "127.0.0.1:0", "--log", log)

    def received(tag, count):
        """The requests that name `tag`, once there are `count`: the vendor writes its log on a thread of its own."""
        end = time.monotonic() + 20
        while True:
            # The last line may be half written.
            lines = [line for line in log.read_text().splitlines(keepends=True) if line.endswith("\n")]
            found = [line for line in map(json.loads, lines) if "body" in line and tag in json.dumps(line["body"])]
            if len(found) >= count or time.monotonic() > end:
                return found
            time.sleep(0.01)

    program.received = received
    yield program
    assert program.stop() == 0


@pytest.fixture(scope="session")
def proxy(vendor):
    program = Program("serve", "--vendor", vendor.url, "--listen", "127.0.0.1:0", "--console", "127.0.0.1:0")
    yield program
    assert program.stop() == 0
