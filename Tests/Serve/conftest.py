# SPDX-License-Identifier: Apache-2.0
"""`belay` as somebody starts it: with a configuration file, signals, and a vendor that the simulator plays."""
import contextlib
import os
import pathlib
import re
import resource
import subprocess
import threading
import time
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BELAY = os.environ.get("BELAY_BINARY", str(ROOT / ".build/release/belay"))


def environment():
    """This process's own, without what would configure a `belay`."""
    return {name: value for name, value in os.environ.items() if not name.startswith("BELAY_")}


class Program:
    """A `belay` command, in `folder`, with `variables` besides the environment's and so many file descriptors. `addresses` are those that it says it listens
    at, `lines` what it said until then, `log` its lines on standard error."""

    def __init__(self, *arguments, addresses=1, folder=None, variables=None, descriptors=None):
        self.process = subprocess.Popen(
            [BELAY, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment() | (variables or {}), cwd=folder,
            preexec_fn=descriptors and (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))))
        self.lines = []
        self.log = []
        self.changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()
        self.addresses = []
        while len(self.addresses) < addresses:
            line = self.process.stdout.readline()
            assert line, f"belay {arguments[0]} did not start: {self.log}"
            self.lines.append(line.rstrip())
            # Not the lines that name vendors, which are indented.
            if not line.startswith(" "):
                self.addresses += re.findall(r"https?://127\.0\.0\.1:\d+", line)

    def _read(self):
        for line in self.process.stderr:
            with self.changed:
                self.log.append(line)
                self.changed.notify_all()

    def said(self, text, after=0, seconds=20):
        """Waits for a line of the log with this text, behind the first `after` lines."""
        with self.changed:
            end = time.monotonic() + seconds
            while True:
                found = next((line for line in self.log[after:] if text in line), None)
                if found:
                    return found
                left = end - time.monotonic()
                assert left > 0, f"never said {text!r}:\n{''.join(self.log[after:])[-3000:]}"
                self.changed.wait(left)

    def stop(self):
        self.process.terminate()
        return self.process.wait(20)


@contextlib.contextmanager
def running(*arguments, **options):
    program = Program(*arguments, **options)
    try:
        yield program
    finally:
        assert program.stop() == 0


def get(url):
    with urllib.request.urlopen(url, timeout=10) as response:
        return response.read().decode()


@pytest.fixture
def start():
    with contextlib.ExitStack() as programs:
        yield lambda *arguments, **options: programs.enter_context(running(*arguments, **options))
