# SPDX-License-Identifier: Apache-2.0
"""Signals at moments that nobody chooses."""
import concurrent.futures
import http.client
import http.server
import json
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time

import pytest

from conftest import BELAY


def handling(process):
    """What the process does with SIGHUP: ignore, catch, or nothing yet, which is to end."""
    fields = dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines() if ":\t" in line)
    for name, field in (("ignore", "SigIgn"), ("catch", "SigCgt")):
        if int(fields[field], 16) >> (signal.SIGHUP - 1) & 1:
            return name
    return None


def asked(address):
    """Which vendor answers: both are closed ports, and Belay's error names the one that it asked."""
    connection = http.client.HTTPConnection(address, timeout=10)
    connection.request("GET", "/v1/models")
    answer = connection.getresponse().read().decode()
    connection.close()
    return re.search(r"127\.0\.0\.1:(\d)", answer)[1]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc says what a process does with a signal")
@pytest.mark.parametrize("pause", range(0, 30, 2))
def test_a_reload_before_the_start_is_over_ends_nothing_and_is_followed(tmp_path, pause):
    file, other = tmp_path / "belay.yaml", tmp_path / "other.yaml"
    settings = "listen: 127.0.0.1:0\nconsole: off\nstore: off\nvendors:\n  one: http://127.0.0.1:{}/v1\n"
    file.write_text(settings.format(1))
    other.write_text(settings.format(2))
    process = subprocess.Popen(
        [BELAY, "serve", "--config", file], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        while handling(process) is None:
            assert process.poll() is None
        # A start takes some 20 ms.
        time.sleep(pause / 1000)
        other.rename(file)
        process.send_signal(signal.SIGHUP)
        address = re.search(r"http://([^/]+)/", process.stdout.readline())[1]
        end = time.monotonic() + 5
        while asked(address) != "2":
            assert time.monotonic() < end, "the file is another since before the signal"
        process.terminate()
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()


class Talker(http.server.BaseHTTPRequestHandler):
    """A vendor that is never silent: an event each 100 ms, for longer than the proxy is stopped."""
    protocol_version = "HTTP/1.1"
    events = 60

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        if not body.get("stream"):
            answer = json.dumps({"choices": [{"index": 0, "message": {"role": "assistant", "content": "hello"}, "finish_reason": "stop"}]}).encode()
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", len(answer))
            self.end_headers()
            self.wfile.write(answer)
            return
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for number in range(self.events):
            self.say(json.dumps({"choices": [{"index": 0, "delta": {"content": f"{number} "}, "finish_reason": None}]}))
            time.sleep(0.1)
        self.say(json.dumps({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}))
        self.say("[DONE]")
        self.wfile.write(b"0\r\n\r\n")

    def say(self, data):
        event = f"data: {data}\n\n".encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))

    def log_message(self, *_):
        pass


class Crowd(http.server.ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True


HEADERS = {"Content-Type": "application/json"}


def chat(text="hello", **more):
    return json.dumps({"model": "m", "messages": [{"role": "user", "content": text}]} | more).encode()


def test_a_process_that_was_stopped_for_longer_than_its_limits_ends_nothing(start, tmp_path):
    vendor = Crowd(("127.0.0.1", 0), Talker)
    threading.Thread(target=vendor.serve_forever, daemon=True).start()
    file = tmp_path / "belay.yaml"
    file.write_text(
        f"listen: 127.0.0.1:0\nconsole: off\nstore: off\nvendors: {{ one: 'http://127.0.0.1:{vendor.server_port}/v1' }}\n"
        "limits: { idle: 2s, header_timeout: 2s, keep_alive: 2s }\n")
    serve = start("serve", "--config", file)
    port = int(re.search(r":(\d+)", serve.addresses[0].removeprefix("http:"))[1])
    # So many wait for the stop with something begun.
    streams = uploads = kept = 20
    begun = threading.Barrier(streams + uploads + kept + 1)
    stopped = threading.Event()

    def connection():
        return http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def stream():
        client = connection()
        client.request("POST", "/v1/chat/completions", chat(stream=True), HEADERS)
        answer = client.getresponse()
        first = answer.read(1)
        begun.wait()
        return (first + answer.read()).endswith(b"data: [DONE]\n\n")

    def upload():
        """A body that comes piece by piece, without a pause."""
        body = chat("x" * 6000)
        client = connection()
        client.putrequest("POST", "/v1/chat/completions")
        client.putheader("Content-Type", "application/json")
        client.putheader("Content-Length", len(body))
        client.endheaders(body[:100])
        begun.wait()
        for place in range(100, len(body), 100):
            client.send(body[place:place + 100])
            time.sleep(0.1)
        return client.getresponse().status == 200

    def ask_again():
        """A request while nobody reads it, on a connection that was answered before."""
        client = connection()
        for turn in range(2):
            if turn == 1:
                begun.wait()
                assert stopped.wait(30)
            client.request("POST", "/v1/chat/completions", chat(), HEADERS)
            answer = client.getresponse()
            answer.read()
        return answer.status == 200

    with concurrent.futures.ThreadPoolExecutor(streams + uploads + kept) as pool:
        done = [pool.submit(task) for task, count in ((stream, streams), (upload, uploads), (ask_again, kept)) for _ in range(count)]
        begun.wait(30)
        serve.process.send_signal(signal.SIGSTOP)
        try:
            stopped.set()
            time.sleep(4)
        finally:
            serve.process.send_signal(signal.SIGCONT)
        assert all([task.result() for task in done])
    vendor.shutdown()
    vendor.server_close()
