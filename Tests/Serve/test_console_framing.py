# SPDX-License-Identifier: Apache-2.0
"""The console reads no request whose end another reader could see elsewhere."""
import re
import socket

import pytest

BEHIND = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@pytest.fixture
def console(start, tmp_path):
    file = tmp_path / "belay.yaml"
    file.write_text("listen: 127.0.0.1:0\nconsole: 127.0.0.1:0\nstore: off\nvendors:\n  one: http://127.0.0.1:9/v1\n")
    host, port = re.fullmatch(r"http://([^:/]+):(\d+)(?:/.*)?", start("serve", "--config", file, addresses=2).addresses[1]).groups()
    return host, int(port)


def statuses(address, request):
    """Of all answers until the console closes."""
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(request)
        received = b""
        while piece := connection.recv(65536):
            received += piece
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3}) ", received)]


@pytest.mark.parametrize("version, codings, expected", [
    ("1.1", ["chunked"], [200, 200]),
    ("1.1", ["x, chunked"], [501]),
    ("1.1", ["chunked", "chunked"], [400]),
    ("1.0", ["chunked"], [400]),
])
def test_a_coding_but_chunked_once_ends_the_connection(console, version, codings, expected):
    fields = "".join(f"Transfer-Encoding: {coding}\r\n" for coding in codings)
    request = f"GET /health/live HTTP/{version}\r\nHost: localhost\r\nConnection: keep-alive\r\n{fields}\r\n0\r\n\r\n".encode()
    assert statuses(console, request + BEHIND) == expected
