# SPDX-License-Identifier: Apache-2.0
"""`belay serve` in front of a vendor that speaks HTTP/2 over TLS."""
import os
import pathlib
import re
import subprocess
import threading
import time

import pytest
import trustme

from vendor import Vendor

ROOT = pathlib.Path(__file__).resolve().parents[2]
BELAY = os.environ.get("BELAY_BINARY", str(ROOT / ".build/release/belay"))


@pytest.fixture(scope="session")
def authority():
    return trustme.CA()


@pytest.fixture
def vendor(authority):
    vendor = Vendor(authority.issue_cert("localhost"))
    yield vendor
    vendor.stop()


class Serve:
    def __init__(self, vendor, authority, folder, mode):
        authority.cert_pem.write_to_path(folder / "authority.pem")
        (folder / "belay.yaml").write_text(f"""
listen: 127.0.0.1:0
console: off
store: off
loops: 1
http2: yes
vendors:
  vendor: https://localhost:{vendor.port}/v1
mode: {mode}
enforce: {{ attempts: 2, ladder: [resend], breaker: {{ failures: 1000, window: 30s, open: 30s }} }}
limits: {{ connect: 5s, first_byte: 1s, idle: 1s, drain: 5s }}
log: {{ format: json }}
""")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("BELAY_")}
        self.process = subprocess.Popen(
            [BELAY, "serve", "--config", str(folder / "belay.yaml")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=environment | {"SSL_CERT_FILE": str(folder / "authority.pem")})
        self.lines, self.changed = [], threading.Condition()
        line = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        assert found, line + self.process.stderr.read()
        self.port = int(found[1])
        for stream in (self.process.stdout, self.process.stderr):
            threading.Thread(target=self._read, args=[stream], daemon=True).start()

    def _read(self, stream):
        for line in stream:
            with self.changed:
                self.lines.append(line)
                self.changed.notify_all()

    def record(self, exchange):
        """The one line of the log about an exchange."""
        with self.changed:
            end = time.monotonic() + 10
            while not (found := [line for line in self.lines if exchange in line]):
                assert self.changed.wait(end - time.monotonic()), f"no record of {exchange}: {self.lines[-5:]}"
        assert len(found) == 1, found
        return found[0]


@pytest.fixture
def serve(vendor, authority, tmp_path):
    running = []

    def start(mode):
        running.append(Serve(vendor, authority, tmp_path, mode))
        return running[-1]
    yield start
    for one in running:
        one.process.terminate()
        assert one.process.wait(20) == 0
