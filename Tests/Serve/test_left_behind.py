# SPDX-License-Identifier: Apache-2.0
"""Requests whose clients leave, or whose proxy is stopped, before their turn comes: each has its line."""
import json
import re
import signal
import socket
import struct
import time

import pytest

from conftest import Program

COUNT = 20
BODY = b'{"model":"kimi-k2","messages":[]}'
REQUEST = b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
# Ten thousand chunks of a byte, which take longer than a turn.
UPLOAD = b"POST /v1/files HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 10_000 + b"0\r\n\r\n"


@pytest.fixture
def serve(tmp_path, request):
    """In front of a vendor that is not there."""
    loops, limits = getattr(request, "param", (1, "{}"))
    file = tmp_path / "belay.yaml"
    file.write_text(
        f"listen: 127.0.0.1:0\nloops: {loops}\nlimits: {limits}\nconsole: off\nstore: off\nlog: {{ format: json }}\n"
        "vendors: { one: http://127.0.0.1:9/v1 }\n")
    program = Program("serve", "--config", file)
    yield program
    program.process.kill()


def connect(serve):
    host, port = re.fullmatch(r"http://([^:/]+):(\d+)", serve.addresses[0]).groups()
    return socket.create_connection((host, int(port)), timeout=20)


def lines(serve):
    return [entry for entry in map(json.loads, serve.log) if entry["message"] == "exchange"]


@pytest.mark.parametrize("leaves", [False, True])
@pytest.mark.parametrize("serve", [(1, "{}"), (2, "{}")], ids=["1 loop", "2 loops"], indirect=True)
def test_a_stop_accepts_what_waits_in_the_listeners_queue(serve, leaves):
    serve.process.send_signal(signal.SIGSTOP)
    clients = [connect(serve) for _ in range(COUNT)]
    for client in clients:
        client.sendall(REQUEST)
        if leaves:
            client.close()
    serve.process.send_signal(signal.SIGTERM)
    serve.process.send_signal(signal.SIGCONT)
    if not leaves:
        assert all(client.recv(12) == b"HTTP/1.1 502" for client in clients)
        for client in clients:
            client.close()
    assert serve.process.wait(20) == 0
    serve.said("stopped")
    assert len(lines(serve)) == COUNT


@pytest.mark.parametrize("serve", [(2, "{ drain_delay: 1s }")], ids=["2 loops"], indirect=True)
@pytest.mark.parametrize("loop", [0, 1])
def test_a_stop_waits_for_a_busy_loop_to_take_what_was_accepted_for_it(serve, loop):
    # Connections go to the loops in turn.
    large, _ = [connect(serve) for _ in range(2)][:: 1 - 2 * loop]
    schema = {"type": "object", "properties": {f"p{number}": {"type": "string", "description": "about"} for number in range(8)}}
    tools = [
        {"type": "function", "function": {"name": f"tool_{number}", "description": "word " * 20, "parameters": schema}} for number in range(9000)]
    body = json.dumps({"model": "kimi-k2", "tools": tools, "messages": []}).encode()
    large.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body[:-1]))
    serve.process.send_signal(signal.SIGTERM)
    serve.said("draining")
    # Half a second of its loop, within which the listener closes.
    time.sleep(0.75)
    large.sendall(body[-1:])
    time.sleep(0.1)
    clients = [connect(serve) for _ in range(COUNT)]
    for client in clients:
        client.sendall(REQUEST)
    assert [client.recv(12) for client in clients] == [b"HTTP/1.1 502"] * COUNT
    for client in [large, *clients]:
        client.close()
    assert serve.process.wait(20) == 0
    serve.said("stopped")
    assert len(lines(serve)) == COUNT + 1


@pytest.mark.parametrize("resets", [False, True])
def test_a_client_that_leaves_before_its_request_is_parsed_has_a_line(serve, resets):
    uploads, clients = [connect(serve) for _ in range(COUNT)], [connect(serve) for _ in range(COUNT)]
    # All are accepted, so that what is sent now comes in one look.
    with connect(serve) as last:
        last.sendall(b"GET /v1/models HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        last.recv(1)
    serve.process.send_signal(signal.SIGSTOP)
    for upload in uploads:
        upload.setblocking(False)
        upload.send(UPLOAD)
    for client in clients:
        client.sendall(REQUEST)
        if resets:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
    serve.process.send_signal(signal.SIGCONT)
    for upload in uploads:
        upload.settimeout(20)
        assert upload.recv(12) == b"HTTP/1.1 502"
        upload.close()
    assert serve.stop() == 0
    serve.said("stopped")
    chats = [line for line in lines(serve) if line["path"] == "/v1/chat/completions"]
    assert len(chats) == COUNT
    assert all(line["outcome"] in ("abandoned", "refused") for line in chats)
