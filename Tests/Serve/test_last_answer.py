# SPDX-License-Identifier: Apache-2.0
"""An answer that is a connection's last, and what its client still sends or has just sent then."""
import json
import re
import signal
import socket
import ssl
import time

import pytest

from certificates import Authority
from conftest import ROOT

RECORDINGS = ROOT / "examples/data/recordings.jsonl"


@pytest.fixture
def vendor(start):
    return start("simulate", "--listen", "127.0.0.1:0", "--recordings", RECORDINGS).addresses[0]


def read_all(connection):
    data = bytearray()
    while chunk := connection.recv(1 << 16):
        data += chunk
    return bytes(data)


@pytest.mark.parametrize("secure", [False, True])
def test_a_client_that_sends_all_before_it_reads_has_the_answer_that_came_before_that(start, tmp_path, vendor, secure):
    tls = ""
    if secure:
        authority = Authority(tmp_path)
        pair = authority.issue("server")
        tls = f"tls: {{ certificate: {pair.certificate}, key: {pair.key} }}\n"
    file = tmp_path / "belay.yaml"
    file.write_text(f"listen: 127.0.0.1:0\nconsole: off\nstore: off\nvendors: {{ one: '{vendor}/v1' }}\n{tls}")
    url = start("serve", "--config", file).addresses[0]
    connection = socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1])), timeout=20)
    if secure:
        connection = ssl.create_default_context(cafile=str(authority.certificate)).wrap_socket(connection, server_hostname="127.0.0.1")
    pieces, size = 25, 10_000
    with connection:
        connection.sendall(
            f"POST /v1/files HTTP/1.1\r\nHost: localhost\r\nX-Belay-Vendor: none\r\nContent-Length: {pieces * size}\r\n\r\n".encode())
        # Longer than one that is silent has.
        for _ in range(pieces):
            connection.sendall(b"x" * size)
            time.sleep(0.2)
        head, _, body = read_all(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 404 ") and b"connection: close" in head.lower()
    assert json.loads(body)["error"]["code"]


def ask(connection, text="hello"):
    body = json.dumps({"model": "kimi-k2-0905", "messages": [{"role": "user", "content": text}]})
    connection.sendall(
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        .encode())


def answer(connection):
    """One answer, or what there is of it when the connection ends."""
    data = b""
    while True:
        head, found, body = data.partition(b"\r\n\r\n")
        if found and len(body) >= int(re.search(rb"(?i)content-length: *(\d+)", head)[1]):
            return data
        chunk = connection.recv(1 << 16)
        if not chunk:
            return data
        data += chunk


def asked_once(connections):
    """Has each asked and answered, and says when that was."""
    times = {}
    for connection in connections:
        ask(connection)
        assert answer(connection).startswith(b"HTTP/1.1 200")
        times[connection] = time.monotonic()
    return times


def test_a_request_that_a_busy_loop_has_not_read_yet_is_answered_when_the_proxy_stops(start, tmp_path, vendor):
    file = tmp_path / "belay.yaml"
    file.write_text(
        f"listen: 127.0.0.1:0\nconsole: off\nstore: off\nloops: 1\nvendors: {{ one: '{vendor}/v1' }}\nlimits: {{ drain_delay: 0s, drain: 60s }}\n")
    serve = start("serve", "--config", file)
    host = ("127.0.0.1", int(serve.addresses[0].rsplit(":", 1)[1]))
    # It is looked at for some tenths of a second, in which nothing is read; the more where the process stands still amid that.
    messages = [{"role": "system", "tools": [{"type": "function", "function": {"name": f"f{number}"}}]} for number in range(80_000)]
    body = json.dumps({"model": "kimi-k2-0905", "messages": messages + [{"role": "user", "content": "go"}]}).encode()
    large = socket.create_connection(host, timeout=60)
    large.sendall(
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        + body[:-1])
    kept = [socket.create_connection(host, timeout=60) for _ in range(24)]
    answered = asked_once(kept)

    serve.process.terminate()
    serve.said("draining")
    large.sendall(body[-1:])
    time.sleep(0.1)
    serve.process.send_signal(signal.SIGSTOP)
    # Sooner than an idle connection ends, which is a second. Some may be late where this machine is busy.
    soon = [connection for connection in kept if time.monotonic() - answered[connection] < 0.9]
    for connection in soon:
        ask(connection, "again")
    time.sleep(1)
    serve.process.send_signal(signal.SIGCONT)
    assert [answer(connection)[:12] for connection in soon] == [b"HTTP/1.1 200"] * len(soon)
    for connection in [large, *kept]:
        connection.close()


class InParts:
    """A client's end of TLS whose records leave as it is told."""

    def __init__(self, host, authority):
        self.socket = socket.create_connection(host, timeout=60)
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = ssl.create_default_context(cafile=str(authority.certificate))
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname="127.0.0.1")
        self.until(self.tls.do_handshake)
        self.socket.sendall(self.outgoing.read())

    def until(self, step):
        """What it gives, once enough has come."""
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                self.socket.sendall(self.outgoing.read())
                self.incoming.write(self.socket.recv(1 << 16))

    def recv(self, size):
        return self.until(lambda: self.tls.read(size))

    def sendall(self, data):
        self.tls.write(data)
        self.socket.sendall(self.outgoing.read())

    def record(self, data):
        self.tls.write(data)
        return self.outgoing.read()


def test_a_connection_that_half_of_a_record_has_come_on_is_not_idle_when_the_proxy_stops(start, tmp_path, vendor):
    authority = Authority(tmp_path)
    pair = authority.issue("server")
    file = tmp_path / "belay.yaml"
    file.write_text(
        f"listen: 127.0.0.1:0\nconsole: off\nstore: off\nvendors: {{ one: '{vendor}/v1' }}\nlimits: {{ drain_delay: 0s, drain: 60s }}\n"
        f"tls: {{ certificate: {pair.certificate}, key: {pair.key} }}\n")
    serve = start("serve", "--config", file)
    host = ("127.0.0.1", int(serve.addresses[0].rsplit(":", 1)[1]))
    kept = [InParts(host, authority) for _ in range(8)]
    answered = asked_once(kept)
    serve.process.terminate()
    serve.said("draining")
    # Sooner than an idle connection ends, which is a second. Some may be late where this machine is busy.
    begun = []
    for connection in kept:
        if time.monotonic() - answered[connection] > 0.7:
            continue
        body = json.dumps({"model": "kimi-k2-0905", "messages": [{"role": "user", "content": "again" * 1000}]})
        record = connection.record(
            f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode())
        connection.socket.sendall(record[:-1000])
        begun.append((connection, record[-1000:]))
    time.sleep(1.5)
    for connection, rest in begun:
        connection.socket.sendall(rest)
    assert [answer(connection)[:12] for connection, _ in begun] == [b"HTTP/1.1 200"] * len(begun)
    for connection in kept:
        connection.socket.close()
