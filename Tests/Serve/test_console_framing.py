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


@pytest.mark.parametrize("request_line, fields, body, expected", [
    ("GET /health/live HTTP/1.1", [], b"", [200, 200]),
    ("GET /health/live HTTP/1.1", ["Content-Length: 0"], b"", [200, 200]),
    ("GET /health/live HTTP/1.1", ["Content-Length: 2"], b"{}", [200]),
    ("GET /health/live HTTP/1.1", ["Transfer-Encoding: chunked"], b"0\r\n\r\n", [200]),
    ("GET /health/live HTTP/1.1", ["Transfer-Encoding: x, chunked"], b"0\r\n\r\n", [501]),
    ("GET /health/live HTTP/1.1", ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], b"0\r\n\r\n", [400]),
    ("GET /health/live HTTP/1.0", ["Connection: keep-alive", "Transfer-Encoding: chunked"], b"0\r\n\r\n", [400]),
    ("GET /health/live HTTP/1.1", ["Connection: upgrade", "Upgrade: h2c"], b"", [200]),
    ("CONNECT localhost:80 HTTP/1.1", [], b"", [405]),
    ("POST /health/live HTTP/1.1", [], b"", [405]),
    # All of it is read, or a reset would take the answer away.
    ("POST /health/live HTTP/1.1", ["Content-Length: 4000000"], b"x" * 4_000_000, [405]),
    # Nobody waits for its end, and nothing of it is looked at.
    ("POST /health/live HTTP/1.1", ["Content-Length: 100000000"], b"", [405]),
    ("POST /health/live HTTP/1.1", ["Transfer-Encoding: chunked"], b"not a chunk\r\n", [405]),
])
def test_nothing_is_read_behind_a_body(console, request_line, fields, body, expected):
    head = "\r\n".join([request_line, "Host: localhost", *fields, "", ""]).encode()
    assert statuses(console, head + body + BEHIND) == expected


def test_a_body_ends_the_connection_behind_the_answers_before_it(console):
    first = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = b"POST /health/live HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 10_000
    assert statuses(console, first * 3 + last) == [200, 200, 200, 405]
