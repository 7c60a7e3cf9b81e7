# SPDX-License-Identifier: Apache-2.0
"""Heads and trailers without end: of blanks before a value the parser counts nothing, and keeps them."""
import re
import socket

import pytest


@pytest.fixture
def serve(start, tmp_path):
    file = tmp_path / "belay.yaml"
    file.write_text("listen: 127.0.0.1:0\nconsole: 127.0.0.1:0\nstore: off\nvendors:\n  one: http://127.0.0.1:9/v1\n")
    return start("serve", "--config", file, addresses=2)


def resident(process):
    """In MiB."""
    with open(f"/proc/{process.pid}/status", encoding="ascii") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


@pytest.mark.parametrize("address, beginning, answer", [
    (0, "GET /v1/models HTTP/1.1\r\nHost: 127.0.0.1\r\nX:", b"HTTP/1.1 431 "),
    (0, "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX:", b"HTTP/1.1 431 "),
    # It is closed behind its answer: what is sent meanwhile may take that away.
    (1, "GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nX:", None),
])
def test_blanks_without_end_are_refused_and_not_kept(serve, address, beginning, answer):
    host, port = re.fullmatch(r"http://([^:/]+):(\d+)(?:/.*)?", serve.addresses[address]).groups()
    before = resident(serve.process)
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(beginning.encode())
        try:
            for _ in range(512):
                connection.sendall(b" " * 65536)
        except OSError:
            assert answer is None
        assert resident(serve.process) - before < 16
        if answer:
            assert connection.recv(65536).startswith(answer)
