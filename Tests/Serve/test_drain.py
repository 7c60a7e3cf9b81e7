# SPDX-License-Identifier: Apache-2.0
"""SIGTERM: readiness turns false first, new requests are taken until `drain_delay` is over, and what is under way ends."""
import fcntl
import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import threading
import time
import urllib.error
import urllib.request

import pytest

from conftest import BELAY, ROOT, Program, environment


def readiness(console):
    try:
        with urllib.request.urlopen(console + "/health/ready", timeout=10) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


def begin(proxy):
    """A stream that has begun."""
    connection = http.client.HTTPConnection(proxy.removeprefix("http://").removesuffix("/v1"), timeout=60)
    body = {"model": "kimi-k2-0905", "stream": True, "messages": [{"role": "user", "content": "a story of some length"}]}
    connection.request("POST", "/v1/chat/completions", json.dumps(body), {"Content-Type": "application/json"})
    return connection.getresponse()


def test_a_stop_is_told_before_it_begins_and_ends_nothing_that_is_under_way(start, tmp_path):
    vendor = start("simulate", "--listen", "127.0.0.1:0", "--recordings", ROOT / "examples/data/recordings.jsonl", "--pace", "150ms").addresses[0]
    file = tmp_path / "belay.yaml"
    file.write_text(f"listen: 127.0.0.1:0\nconsole: 127.0.0.1:0\nstore: off\nvendors:\n  one: {vendor}/v1\nlimits: {{ drain_delay: 2s, drain: 60s }}\n")
    serve = start("serve", "--config", file, addresses=2)
    proxy, console = serve.addresses
    assert readiness(console) == 200
    stream = begin(proxy)
    first = stream.read(1)

    serve.process.send_signal(signal.SIGTERM)
    serve.said("draining")
    assert readiness(console) == 503
    # Whoever has not heard yet is served all the same.
    late = begin(proxy)
    assert late.status == 200

    # The listener closes, the streams go on.
    while True:
        try:
            urllib.request.urlopen(proxy.removesuffix("/v1") + "/v1/models", timeout=10).close()
        except urllib.error.HTTPError:
            continue
        except (urllib.error.URLError, ConnectionError):
            break
    assert readiness(console) == 503
    assert (first + stream.read()).endswith(b"data: [DONE]\n\n")
    assert late.read().endswith(b"data: [DONE]\n\n")
    assert serve.process.wait(30) == 0


def test_what_a_stop_cuts_off_is_not_said_to_be_left_by_its_client(start, tmp_path):
    # Its first event would come long after the stop.
    vendor = start("simulate", "--listen", "127.0.0.1:0", "--recordings", ROOT / "examples/data/recordings.jsonl", "--pace", "60s").addresses[0]
    file = tmp_path / "belay.yaml"
    file.write_text(
        f"listen: 127.0.0.1:0\nconsole: off\nstore: off\nlog: {{ format: json }}\nvendors:\n  one: {vendor}/v1\nlimits: {{ drain: 1s }}\n")
    serve = start("serve", "--config", file)
    proxy = serve.addresses[0]
    stream = begin(proxy)
    waiting = http.client.HTTPConnection(*authority(proxy), timeout=30)
    body = {"model": "kimi-k2-0905@stall-before-headers=60s", "messages": [{"role": "user", "content": "hello"}]}
    waiting.request("POST", "/v1/chat/completions", json.dumps(body), {"Content-Type": "application/json"})
    # It is with the vendor once one that came later is.
    other = begin(proxy)

    serve.process.send_signal(signal.SIGTERM)
    answer = waiting.getresponse()
    assert answer.status == 503 and answer.headers["x-should-retry"] == "true"
    assert json.loads(answer.read())["error"]["code"] == "draining"
    for cut in (stream, other):
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            cut.read()
    assert serve.process.wait(15) == 0
    serve.said("stopped")
    records = [entry for entry in map(json.loads, serve.log) if entry["message"] == "exchange"]
    assert sorted((entry["outcome"], entry["status"]) for entry in records) == [("broken", 200), ("broken", 200), ("refused", 503)]
    assert all((entry["error"], entry["fault"]) == ("draining", "belay") for entry in records)
    assert not any("stream.truncated" in line for line in serve.log)


CHAT = json.dumps({"model": "kimi-k2-0905", "messages": [{"role": "user", "content": "hello"}]})


def authority(url):
    host, port = re.fullmatch(r"http://([^:/]+):(\d+)(?:/.*)?", url).groups()
    return host, int(port)


def ask_until(stopped, proxy, answered, body=CHAT, count=None):
    """Chat completions on one connection, their ids noted, until the proxy goes away."""
    connection = http.client.HTTPConnection(*authority(proxy), timeout=30)
    try:
        while not stopped.is_set() and count != 0:
            connection.request("POST", "/v1/chat/completions", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            answered.append(answer.headers["x-belay-exchange-id"])
            count = count and count - 1
    except (OSError, http.client.HTTPException):
        pass
    finally:
        connection.close()


def probe_until(stopped, console):
    """What a balancer does, only faster: a connection for each question."""
    while not stopped.is_set():
        try:
            with socket.create_connection(authority(console), timeout=2) as connection:
                connection.sendall(b"GET /health/ready HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                connection.recv(100)
        except OSError:
            pass


def recorded(store):
    with sqlite3.connect(store) as database:
        return {row[0] for row in database.execute("SELECT id FROM exchange")}


def test_a_stop_among_console_connections_loses_no_record(start, tmp_path):
    vendor = start("simulate", "--listen", "127.0.0.1:0", "--recordings", ROOT / "examples/data/recordings.jsonl").addresses[0]
    for number in range(5):
        store = tmp_path / f"{number}.sqlite"
        file = tmp_path / f"{number}.yaml"
        file.write_text(f"listen: 127.0.0.1:0\nconsole: 127.0.0.1:0\nstore: {{ path: {store} }}\nvendors:\n  one: {vendor}/v1\n")
        serve = Program("serve", "--config", file, addresses=2)
        proxy, console = serve.addresses
        stopped, answered = threading.Event(), []
        threads = [threading.Thread(target=probe_until, args=(stopped, console)) for _ in range(4)]
        threads += [threading.Thread(target=ask_until, args=(stopped, proxy, answered)) for _ in range(4)]
        # Somebody who looks on, too.
        live = socket.create_connection(authority(console), timeout=10)
        live.sendall(b"GET /api/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        try:
            for thread in threads:
                thread.start()
            time.sleep(0.5)
            status = serve.stop()
        finally:
            stopped.set()
            live.close()
            for thread in threads:
                thread.join(10)
            serve.process.kill()
        assert status == 0, "".join(serve.log)[-2000:]
        assert answered and set(answered) <= recorded(store)


def test_a_client_of_the_console_that_does_not_read_holds_up_no_stop(start, tmp_path):
    file = tmp_path / "belay.yaml"
    file.write_text("listen: 127.0.0.1:0\nconsole: 127.0.0.1:0\nstore: off\nvendors:\n  one: http://127.0.0.1:9/v1\n")
    serve = start("serve", "--config", file, addresses=2)
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(authority(serve.addresses[1]))
        client.settimeout(1)
        # Until an answer waits to be written, and all that can wait on its way to the proxy does.
        try:
            while True:
                client.send(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 20)
        except TimeoutError:
            pass
        serve.process.send_signal(signal.SIGTERM)
        assert serve.process.wait(15) == 0


def test_a_log_that_nobody_reads_costs_no_record_and_no_stop(start, tmp_path):
    vendor = start("simulate", "--listen", "127.0.0.1:0", "--recordings", ROOT / "examples/data/recordings.jsonl").addresses[0]
    store = tmp_path / "belay.sqlite"
    file = tmp_path / "belay.yaml"
    file.write_text(f"listen: 127.0.0.1:0\nconsole: off\nstore: {{ path: {store} }}\nvendors:\n  one: {vendor}/v1\n")
    serve = subprocess.Popen(
        [BELAY, "serve", "--config", file], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())
    try:
        proxy = re.search(r"http://\S+", serve.stdout.readline()).group()
        answered = []
        # A few hundred lines fill a pipe.
        ask_until(threading.Event(), proxy, answered, count=1500)
        serve.terminate()
        assert serve.wait(15) == 0
    finally:
        serve.kill()
    assert len(answered) == 1500
    assert set(answered) <= recorded(store)


def test_a_log_whose_pipe_was_made_non_blocking_has_every_line(start, tmp_path):
    vendor = start("simulate", "--listen", "127.0.0.1:0", "--recordings", ROOT / "examples/data/recordings.jsonl").addresses[0]
    file = tmp_path / "belay.yaml"
    file.write_text(f"listen: 127.0.0.1:0\nconsole: off\nstore: off\nlog: {{ format: json }}\nvendors:\n  one: {vendor}/v1\n")
    log, end = os.pipe()
    # As Node.js makes those of its children; the smallest pipe is full after ten lines.
    os.set_blocking(end, False)
    fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, 4096)
    serve = subprocess.Popen([BELAY, "serve", "--config", file], stdout=subprocess.PIPE, stderr=end, text=True, env=environment())
    os.close(end)
    try:
        proxy = re.search(r"http://\S+", serve.stdout.readline()).group()
        answered = []
        ask_until(threading.Event(), proxy, answered, count=200)
        lines = []
        reader = threading.Thread(target=lambda: lines.extend(open(log)))
        reader.start()
        serve.terminate()
        assert serve.wait(15) == 0
        reader.join(10)
    finally:
        serve.kill()
    entries = [json.loads(line) for line in lines]
    assert {entry["exchange_id"] for entry in entries if entry["message"] == "exchange"} == set(answered)
    assert len(answered) == 200


def test_a_log_that_is_read_late_says_what_it_lacks(start, tmp_path):
    vendor = start("simulate", "--listen", "127.0.0.1:0", "--recordings", ROOT / "examples/data/recordings.jsonl").addresses[0]
    file = tmp_path / "belay.yaml"
    file.write_text(
        f"listen: 127.0.0.1:0\nconsole: off\nstore: off\nlog: {{ format: json }}\nvendors:\n  one: {vendor}/v1\n")
    serve = subprocess.Popen(
        [BELAY, "serve", "--config", file], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())
    try:
        proxy = re.search(r"http://\S+", serve.stdout.readline()).group()
        # More than the 8 MiB that wait: a model's name makes a line longer, up to 256 bytes of it.
        body = json.dumps({"model": "m" * 256, "messages": [{"role": "user", "content": "hello"}]})
        answered, lines = [], []
        threads = [
            threading.Thread(target=ask_until, args=(threading.Event(), proxy, answered, body), kwargs={"count": 4500}) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        reader = threading.Thread(target=lambda: lines.extend(serve.stderr))
        reader.start()
        end = time.monotonic() + 20
        while not any("were dropped" in line for line in lines[:]) and time.monotonic() < end:
            time.sleep(0.1)
        serve.terminate()
        assert serve.wait(15) == 0
        reader.join(10)
    finally:
        serve.kill()
    entries = [json.loads(line) for line in lines]
    dropped = sum(int(entry["lines"]) for entry in entries if "were dropped" in entry["message"])
    exchanges = sum(entry["message"] == "exchange" for entry in entries)
    assert len(answered) == 18_000
    assert dropped > 0
    assert exchanges + dropped >= len(answered)
