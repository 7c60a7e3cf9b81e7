# SPDX-License-Identifier: Apache-2.0
"""belay with a certificate, before the clients that there are: curl, openssl, Python's ssl, OpenAI's SDK."""
import base64
import concurrent.futures
import http.client
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
import types
import urllib.request

import pytest

from certificates import Authority
from conftest import ROOT

RECORDINGS = ROOT / "examples/data/recordings.jsonl"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def server(authority):
    return authority.issue("server", serial=4660)


@pytest.fixture
def vendor(start):
    return start("simulate", "--listen", "127.0.0.1:0", "--recordings", RECORDINGS).addresses[0]


@pytest.fixture
def secure(start, tmp_path, vendor, server):
    """Starts belay with a certificate; `more` of `tls:`, and of the file."""

    def serve(tls="", more="", pair=server, vendor=vendor):
        file = tmp_path / "belay.yaml"
        file.write_text(
            f"listen: 127.0.0.1:0\nconsole: 127.0.0.1:0\nstore: off\nvendors: {{ vendor: '{vendor}/v1' }}\n"
            f"tls:\n  certificate: {pair.certificate}\n  key: {pair.key}\n{tls}{more}")
        program = start("serve", "--config", file, addresses=2)
        program.url, program.console = program.addresses
        program.port = int(program.url.rsplit(":", 1)[1])
        program.file = file
        return program

    return serve


def trusting(authority, client=None, **settings):
    context = ssl.create_default_context(cafile=str(authority.certificate))
    if client:
        context.load_cert_chain(client.certificate, client.key)
    for name, value in settings.items():
        setattr(context, name, value)
    return context


@pytest.fixture
def trust(authority):
    return trusting(authority)


def chat(stream=False, text="hello"):
    return json.dumps({"model": "kimi-k2-0905", "stream": stream, "messages": [{"role": "user", "content": text}]}).encode()


def request_bytes(body, more=""):
    return (f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n{more}\r\n").encode() + body


def connect(port, context, timeout=20):
    raw = socket.create_connection(("127.0.0.1", port), timeout=timeout)
    # Without this an end that is not said (no close_notify) would look like one that is.
    return context.wrap_socket(raw, server_hostname="127.0.0.1", suppress_ragged_eofs=False)


def read_all(connection):
    data = bytearray()
    while chunk := connection.recv(1 << 16):
        data += chunk
    return bytes(data)


def s_client(port, *arguments):
    """What `openssl s_client` prints, and whether it got a connection."""
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", *map(str, arguments)], input="", capture_output=True, text=True,
        timeout=30)
    return types.SimpleNamespace(text=done.stdout + done.stderr, ok=done.returncode == 0)


def metric(program, name, context=None):
    """The sum of a family's samples, and the text."""
    with urllib.request.urlopen(program.console + "/metrics", timeout=10, context=context) as response:
        text = response.read().decode()
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(name)}


def until(ask, seconds=10):
    end = time.monotonic() + seconds
    while not (found := ask()):
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)
    return found


def resident(program):
    """Bytes."""
    with open(f"/proc/{program.process.pid}/statm") as file:
        return int(file.read().split()[1]) * 4096


# What passes


@pytest.mark.parametrize("stream", [False, True])
def test_curl_gets_the_bytes_that_it_gets_without_tls(start, secure, authority, vendor, stream):
    plain = start("serve", "--vendor", vendor + "/v1", "--listen", "127.0.0.1:0", "--console", "127.0.0.1:0", "--store", "off").addresses[0]

    def curl(url, *more):
        done = subprocess.run(
            ["curl", "-sS", "-N", "-i", "--raw", "--data-binary", "@-", "-H", "Content-Type: application/json", *more,
             url + "/v1/chat/completions"], input=chat(stream), capture_output=True, timeout=30)
        assert done.returncode == 0, done.stderr
        return re.sub(rb"(?i)x-belay-exchange-id: [^\r]+", b"", done.stdout)

    program = secure()
    assert program.url.startswith("https://127.0.0.1:")
    with_tls = curl(program.url, "--cacert", authority.certificate)
    assert b"200 OK" in with_tls and (b"data: [DONE]" in with_tls) == stream
    assert with_tls == curl(plain)


def test_a_long_body_and_many_requests_on_one_connection(secure, trust):
    program = secure()
    long = "x" * (8 << 20)
    with connect(program.port, trust) as connection:
        for text in ["hello", long, "hello"]:
            connection.sendall(request_bytes(chat(text=text)))
            answer = b""
            while b"\r\n\r\n" not in answer or len(answer.partition(b"\r\n\r\n")[2]) < int(re.search(rb"(?i)content-length: (\d+)", answer)[1]):
                chunk = connection.recv(1 << 16)
                assert chunk
                answer += chunk
            assert answer.startswith(b"HTTP/1.1 200"), answer[:300]


def test_one_byte_at_a_time_through_handshake_and_request(secure, authority):
    program = secure()
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = trusting(authority, maximum_version=version)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
        with socket.create_connection(("127.0.0.1", program.port), timeout=20) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

            def drip():
                for byte in outgoing.read():
                    connection.sendall(bytes([byte]))

            def do(call):
                while True:
                    try:
                        result = call()
                        drip()
                        return result
                    except ssl.SSLWantReadError:
                        drip()
                        received = connection.recv(1 << 16)
                        assert received
                        incoming.write(received)

            do(tls.do_handshake)
            do(lambda: tls.write(request_bytes(chat(stream=True), "Connection: close\r\n")))
            answer = b""
            while b"0\r\n\r\n" not in answer:
                answer += do(lambda: tls.read(1 << 16))
            assert b"data: [DONE]" in answer


def test_the_end_of_an_answer_is_said_before_the_connection_ends(secure, trust):
    program = secure()
    with connect(program.port, trust) as connection:
        connection.sendall(request_bytes(chat(), "Connection: close\r\n"))
        # Without close_notify this raises SSLEOFError.
        assert read_all(connection).startswith(b"HTTP/1.1 200")


class Half(http.server.BaseHTTPRequestHandler):
    """Sends some events, and then ends the connection, or nothing."""
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        text = b"data: " + b"x" * self.server.size + b"\n\n"
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(text), text))
        if self.server.stalls:
            self.server.over.wait(60)
        self.close_connection = True

    def log_message(self, *_):
        pass


@pytest.mark.parametrize("size", [100, 3_000_000])
@pytest.mark.parametrize("stalls", [False, True], ids=["cut by the vendor", "cut by a stop"])
def test_a_part_of_an_answer_ends_with_a_record_that_no_key_opens(secure, trust, size, stalls):
    """To a client of HTTP/1.0 the end of the connection is the answer's, and nginx takes each for one, but this."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Half)
    server.daemon_threads = True
    server.size, server.stalls, server.over = size, stalls, threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    program = secure(vendor=f"http://127.0.0.1:{server.server_port}", more="limits: { drain: 500ms }\n")
    with connect(program.port, trust) as connection:
        connection.sendall(request_bytes(chat(stream=True)).replace(b"HTTP/1.1", b"HTTP/1.0"))
        data = bytearray()
        with pytest.raises(ssl.SSLError, match="BAD_RECORD_MAC"):
            while chunk := connection.recv(1 << 16):
                data += chunk
                if stalls and data.endswith(b"\n\n"):
                    program.process.terminate()
    assert data.endswith(b"\n\n") and len(data) > size
    server.over.set()
    server.shutdown()


def test_the_first_request_does_not_wait_for_a_delayed_acknowledgement(secure, trust):
    program = secure()
    times = []
    for _ in range(10):
        # With Nagle's algorithm, which a bare socket has.
        with connect(program.port, trust) as connection:
            began = time.perf_counter()
            connection.sendall(request_bytes(chat()))
            assert connection.recv(100).startswith(b"HTTP/1.1 200")
            times.append(time.perf_counter() - began)
    # Linux delays acknowledgements by 40 ms at least, and would do so each time.
    assert min(times) < 0.03, times


def test_the_openai_sdk_over_https(secure, authority):
    import openai

    client = openai.OpenAI(
        base_url=secure().url + "/v1", api_key="sk-none", max_retries=0, http_client=openai.DefaultHttpxClient(verify=trusting(authority)))
    messages = [{"role": "user", "content": "hello"}]
    answer = client.chat.completions.create(model="kimi-k2-0905", messages=messages)
    assert answer.choices[0].finish_reason
    chunks = list(client.chat.completions.create(model="kimi-k2-0905", messages=messages, stream=True))
    assert chunks[-1].choices[0].finish_reason == answer.choices[0].finish_reason
    stranger = openai.OpenAI(base_url=client.base_url, api_key="sk-none", max_retries=0)
    with pytest.raises(openai.APIConnectionError):
        stranger.chat.completions.create(model="kimi-k2-0905", messages=messages)


# Who gets a connection


def test_versions_and_alpn(secure, authority):
    program = secure()
    ca = ["-CAfile", authority.certificate, "-verify_return_error"]
    for flag, version in (("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")):
        answer = s_client(program.port, flag, *ca)
        assert answer.ok and re.search(rf"(New|Reused), {version}", answer.text), answer.text
        assert "Verify return code: 0 (ok)" in answer.text
        assert "Secure Renegotiation IS" in answer.text
    old = s_client(program.port, "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0")
    assert not old.ok and "protocol version" in old.text, old.text
    assert "ALPN protocol: http/1.1" in s_client(program.port, "-alpn", "h2,http/1.1").text
    other = s_client(program.port, "-alpn", "h2")
    assert other.ok and "No ALPN negotiated" in other.text
    weak = s_client(program.port, "-tls1_2", "-cipher", "AES128-SHA")
    assert not weak.ok and "handshake failure" in weak.text
    failures = metric(program, "belay_tls_handshake_failures_total")
    assert failures['belay_tls_handshake_failures_total{listener="agents",reason="version"}'] == 1
    assert failures['belay_tls_handshake_failures_total{listener="agents",reason="no_shared_cipher"}'] == 1
    line = program.said("a TLS handshake failed")
    assert "reason=version" in line and "client=127.0.0.1" in line
    done = metric(program, "belay_tls_handshakes_total")
    assert done['belay_tls_handshakes_total{listener="agents",tls_protocol_version="1.2"}'] == 1
    assert done['belay_tls_handshakes_total{listener="agents",tls_protocol_version="1.3"}'] == 3


def test_only_13_where_the_file_says_so(secure):
    program = secure(tls="  minimum_version: 1.3\n")
    assert not s_client(program.port, "-tls1_2").ok
    assert s_client(program.port, "-tls1_3").ok


def test_no_renegotiation_and_no_sessions(secure):
    program = secure()
    for flag in ("-tls1_2", "-tls1_3"):
        text = s_client(program.port, flag, "-reconnect").text
        assert "Reused" not in text and "TLS session ticket" not in text, text
    asking = subprocess.Popen(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{program.port}", "-tls1_2", "-legacy_renegotiation"], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        asking.stdin.write("R\n")
        asking.stdin.flush()
        text = asking.communicate(timeout=20)[0]
    except subprocess.TimeoutExpired:
        asking.kill()
        text = asking.communicate()[0]
    assert "no renegotiation" in text.lower(), text[-1500:]


def test_client_certificates(secure, authority, tmp_path):
    program = secure(tls=f"  client_ca: {authority.certificate}\n  console: yes\n")
    stranger = Authority(tmp_path, "stranger")

    def ask(client):
        with connect(program.port, trusting(authority, client)) as connection:
            connection.sendall(request_bytes(chat(), "Connection: close\r\n"))
            return read_all(connection)

    assert ask(authority.issue("agent", serial=7, usage="clientAuth")).startswith(b"HTTP/1.1 200")
    refused = [(None, "no_client_certificate"), (stranger.issue("stranger-agent", usage="clientAuth"), "client_certificate"),
               (authority.issue("late", days=-1, usage="clientAuth"), "client_certificate"),
               (authority.issue("other", usage="serverAuth"), "client_certificate")]
    failures = "belay_tls_handshake_failures_total{listener=\"agents\",reason=\"%s\"}"
    for client, reason in refused:
        def count():
            return metric(program, failures % reason, trusting(authority)).get(failures % reason, 0)
        before = count()
        # In 1.3 a client learns of it when it reads.
        with pytest.raises((ssl.SSLError, ConnectionError)):
            ask(client)
        until(lambda: count() == before + 1)
    # No exchange came of them.
    assert len([line for line in program.log if "/v1/chat/completions" in line]) <= 1


def test_a_revoked_client_certificate(secure, authority, tmp_path):
    good = authority.issue("good-agent", serial=101, usage="clientAuth")
    bad = authority.issue("revoked-agent", serial=102, usage="clientAuth")
    file = tmp_path / "clients.pem"
    file.write_text(authority.certificate.read_text() + authority.revocation_list(bad))
    program = secure(tls=f"  client_ca: {file}\n")

    def ask(client):
        with connect(program.port, trusting(authority, client)) as connection:
            connection.sendall(request_bytes(chat(), "Connection: close\r\n"))
            return read_all(connection)

    assert ask(good).startswith(b"HTTP/1.1 200")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        ask(bad)
    assert "certificate revoked" in program.said("a TLS handshake failed")


# 399 bytes that take OpenSSL 0.3 s to read: a key on a curve of its own, with compressed points over the prime 7 * 2^616 + 1.
OWN_CURVE = base64.b64decode(
    "MIIBizCCAXCgAwIBAgIBAjAKBggqhkjOPQQDAjAMMQowCAYDVQQDDAFJMB4XDTI2MDEwMTAwMDAwMFoXDTM2MDEwMTAwMDAwMFow"
    "DDEKMAgGA1UEAwwBSTCCARwwgccGByqGSM49AgEwgbsCAQEwWQYHKoZIzj0BAQJOBwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABMAcEAQAEAgAJBE8CAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAgEDA1AAAgAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "ADAKBggqhkjOPQQDAgMJADAGAgEBAgEB")


def der(tag, *parts):
    content = b"".join(parts)
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x81, size]) if size < 256 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + length + content


def relative_points():
    """15 KB: 1,200 points relative to an issuer's name of 1,000 parts, of which OpenSSL makes a copy for each."""
    algorithm = der(0x30, der(6, bytes.fromhex("2a8648ce3d040302")))
    issuer = der(0x30, der(0x31, der(0x30, der(6, b"*"), der(12)) * 1000))
    name = der(0x30, der(0x31, der(0x30, der(6, b"\x55\x04\x03"), der(12, b"a"))))
    time_of_life = der(0x30, der(23, b"260101000000Z"), der(23, b"360101000000Z"))
    generator = bytes.fromhex("046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
                              "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")
    key = der(0x30, der(0x30, der(6, bytes.fromhex("2a8648ce3d0201")), der(6, bytes.fromhex("2a8648ce3d030107"))), der(3, b"\0", generator))
    points = der(0x30, der(0x30, der(0xA0, der(0xA1))) * 1200)
    extensions = der(0xA3, der(0x30, der(0x30, der(6, b"\x55\x1d\x1f"), der(4, points))))
    signed = der(0x30, der(0xA0, der(2, b"\2")), der(2, b"\1"), algorithm, issuer, time_of_life, name, key, extensions)
    return der(0x30, signed, algorithm, der(3, b"\0", der(0x30, der(2, b"\1"), der(2, b"\1"))))


@pytest.mark.parametrize("certificates", [24 * [OWN_CURVE], [relative_points()]], ids=["own curves", "relative points"])
def test_costly_certificates_are_not_read(secure, authority, certificates):
    program = secure(tls=f"  client_ca: {authority.certificate}\n")
    client = trusting(authority, maximum_version=ssl.TLSVersion.TLSv1_2)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        client.wrap_bio(incoming, outgoing, server_hostname="127.0.0.1").do_handshake()

    def framed(data):
        return len(data).to_bytes(3, "big") + data

    message = b"\x0b" + framed(framed(b"".join(framed(certificate) for certificate in certificates)))
    with socket.create_connection(("127.0.0.1", program.port), timeout=60) as stranger:
        stranger.sendall(outgoing.read())
        heard = b""
        while not heard.endswith(b"\x0e\0\0\0"):  # ServerHelloDone
            heard += stranger.recv(1 << 16)
        used = processor_seconds(program)
        stranger.sendall(b"\x16\x03\x03" + len(message).to_bytes(2, "big") + message)
        assert stranger.recv(100)[:1] == b"\x15"  # an alert
        # 7 s and 1 s where they are read.
        assert processor_seconds(program) - used < 0.5


def processor_seconds(program):
    fields = pathlib.Path(f"/proc/{program.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_the_console_under_tls_asks_for_no_certificate(secure, authority, trust):
    program = secure(tls=f"  client_ca: {authority.certificate}\n  console: yes\n")
    assert program.console.startswith("https://")
    for path in ("/health/ready", "/metrics", "/"):
        with urllib.request.urlopen(program.console + path, timeout=10, context=trust) as response:
            assert response.status == 200 and response.read()
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(program.console.replace("https", "http") + "/health/ready", timeout=10)
    assert refused.value.code == 400 and b"https://" in refused.value.read()


# What is no TLS


@pytest.mark.parametrize("text", [b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"DELETE /v1 HTTP/1.0\r\n\r\n", b"P", request_bytes(b"x" * 3_000_000)])
def test_plain_http_is_told_to_use_https(secure, text):
    program = secure()
    with socket.create_connection(("127.0.0.1", program.port), timeout=20) as connection:
        sending = threading.Thread(target=lambda: send_quietly(connection, text))
        sending.start()
        answer = read_all(connection)
        sending.join()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n") and b"\r\nConnection: close" in head
    error = json.loads(body)["error"]
    assert error["code"] == "tls_required" and "https://" in error["message"]
    assert int(re.search(rb"Content-Length: (\d+)", head)[1]) == len(body)
    assert metric(program, "belay_tls_handshake_failures_total{") == {
        'belay_tls_handshake_failures_total{listener="agents",reason="plain_http"}': 1}


def send_quietly(connection, data):
    try:
        connection.sendall(data)
    except OSError:
        pass


# What is no record at all gets no alert either: it is no TLS that could understand one.
GARBAGE = {
    "zeros": (bytes(2000), "not_tls", False),
    "an SSH client": (b"\x00SSH-2.0-x\r\n", "not_tls", False),
    "a record of a wrong version": (b"\x16\x09\x09\x00\x05hello", "not_tls", False),
    "a handshake that is none": (b"\x16\x03\x01\x00\x05hello", "protocol", True),
    "a record that is too long": (b"\x16\x03\x01\xff\xff" + bytes(70000), "protocol", True),
}


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_is_refused(secure, name):
    program = secure()
    data, reason, is_told = GARBAGE[name]
    with socket.create_connection(("127.0.0.1", program.port), timeout=20) as connection:
        send_quietly(connection, data)
        answer = read_all(connection)
    # A fatal alert: record type 21, length 2, level 2.
    assert (answer[:1] == b"\x15" and answer[3:6] == b"\x00\x02\x02") if is_told else answer == b"", answer
    assert metric(program, "belay_tls_handshake_failures_total{") == {
        f'belay_tls_handshake_failures_total{{listener="agents",reason="{reason}"}}': 1}


@pytest.mark.parametrize("begun", [b"", b"\x16\x03\x01\x02\x00\x01"])
def test_a_handshake_that_stalls_ends_within_the_limit(secure, begun):
    program = secure(more="limits: { header_timeout: 500ms }\n")
    with socket.create_connection(("127.0.0.1", program.port), timeout=20) as connection:
        began = time.monotonic()
        connection.sendall(begun)
        assert connection.recv(100) == b""
        assert 0.4 < time.monotonic() - began < 3
    assert "reason=timeout" in program.said("a TLS handshake failed")


def test_who_connects_and_says_nothing_is_no_failure(secure):
    program = secure()
    for _ in range(3):
        socket.create_connection(("127.0.0.1", program.port)).close()
    with socket.create_connection(("127.0.0.1", program.port)) as connection:
        connection.sendall(b"\x16")
    assert until(lambda: metric(program, "belay_tls_handshake_failures_total{")) == {
        'belay_tls_handshake_failures_total{listener="agents",reason="closed"}': 1}


def test_failures_are_each_counted_and_told_once_a_second(secure):
    program = secure()
    began = time.monotonic()
    for _ in range(50):
        with socket.create_connection(("127.0.0.1", program.port), timeout=20) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert read_all(connection)
    lines = [line for line in program.log if "a TLS handshake failed" in line]
    assert 1 <= len(lines) <= 2 + time.monotonic() - began
    assert sum(metric(program, "belay_tls_handshake_failures_total{").values()) == 50


def test_a_stop_says_goodbye_and_waits_for_no_handshake(secure, trust):
    program = secure()
    with connect(program.port, trust) as idle, socket.create_connection(("127.0.0.1", program.port)) as begun:
        begun.sendall(b"\x16\x03\x01")
        until(lambda: metric(program, "belay_tls_handshakes_total{"))
        began = time.monotonic()
        program.process.terminate()
        # Without close_notify this raises SSLEOFError.
        assert idle.recv(100) == b""
        idle.unwrap().close()
        assert program.process.wait(20) == 0 and time.monotonic() - began < 5


def test_a_stop_waits_for_the_handshake_of_a_client_that_is_far_away(secure, trust):
    program = secure()
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trust.wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")

    def step(act):
        """Says what `act` has to say, and gives it what comes back."""
        while True:
            try:
                result = act()
                far.sendall(outgoing.read())
                return result
            except ssl.SSLWantReadError:
                far.sendall(outgoing.read())
                incoming.write(far.recv(1 << 16) or pytest.fail("closed"))

    with socket.create_connection(("127.0.0.1", program.port), timeout=10) as far:
        program.process.terminate()
        time.sleep(1.5)  # twice the way
        step(client.do_handshake)
        step(lambda: client.write(request_bytes(chat())))
        assert step(lambda: client.read(1 << 16)).startswith(b"HTTP/1.1 200")
    assert program.process.wait(20) == 0


# Slow ones, and those that go


class Flood(http.server.BaseHTTPRequestHandler):
    """Streams events without end, or `events` of them, and counts what it could write."""
    protocol_version = "HTTP/1.1"
    event = b"data: " + b"x" * 65_000 + b"\n\n"
    events = 3200

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for _ in range(self.events):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(self.event), self.event))
                self.server.written += len(self.event)
            self.wfile.write(b"0\r\n\r\n")
        except OSError:
            self.server.broken.set()

    def log_message(self, *_):
        pass


@pytest.fixture
def flood():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Flood)
    server.daemon_threads = True
    server.written, server.broken = 0, threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


def test_a_client_that_reads_nothing_pauses_the_vendor(secure, trust, flood):
    program = secure(vendor=f"http://127.0.0.1:{flood.server_port}")
    with connect(program.port, trust, timeout=60) as connection:
        before = resident(program)
        connection.sendall(request_bytes(chat(stream=True), "Connection: close\r\n"))
        first = connection.recv(1)
        # It stands still once it has written the same twice, half a second apart.
        written = -1
        while written != flood.written:
            written = flood.written
            time.sleep(0.5)
        assert 0 < written < 32 << 20, f"the vendor wrote {written} bytes that nobody reads"
        assert resident(program) - before < 32 << 20
        total, tail, peak = len(first), b"", 0
        while chunk := connection.recv(1 << 16):
            total += len(chunk)
            tail = (tail + chunk)[-5:]
            peak = max(peak, resident(program))
    assert tail == b"0\r\n\r\n" and total > Flood.events * len(Flood.event)
    assert peak - before < 48 << 20, f"resident memory grew by {(peak - before) >> 20} MiB"


@pytest.mark.parametrize("politely", [False, True])
def test_a_client_that_leaves_within_an_answer_ends_its_exchange(secure, trust, flood, politely):
    program = secure(vendor=f"http://127.0.0.1:{flood.server_port}")
    connection = connect(program.port, trust)
    connection.sendall(request_bytes(chat(stream=True)))
    assert connection.recv(100).startswith(b"HTTP/1.1 200")
    if politely:
        connection.settimeout(0.1)
        with pytest.raises((ssl.SSLError, OSError)):
            # close_notify goes out; what is still coming keeps the other's from being read.
            connection.unwrap()
    connection.close()
    assert "abandoned" in program.said("/v1/chat/completions")
    assert flood.broken.wait(10)


def test_one_connection_too_many_is_told_so(secure, trust):
    program = secure(more="limits: { connections: 2 }\n")
    whole = request_bytes(chat())
    held = [connect(program.port, trust) for _ in range(2)]
    for connection in held:
        connection.sendall(whole[:-1])
    # Once both are seen to be under way.
    until(lambda: read_all(connect(program.port, trust)).startswith(b"HTTP/1.1 503"))
    for connection in held:
        connection.sendall(whole[-1:])
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
        connection.close()


def test_handshakes_leave_nothing_behind(secure, authority):
    program = secure()
    body = request_bytes(chat(), "Connection: close\r\n")
    contexts = [trusting(authority, maximum_version=version) for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)]

    def some(count):
        for number in range(count):
            kind = number % 4
            if kind == 3:
                with socket.create_connection(("127.0.0.1", program.port), timeout=20) as raw:
                    raw.sendall(b"\x16\x03\x01\x02\x00\x01" if number % 8 == 3 else b"GET / HTTP/1.1\r\n\r\n")
                continue
            with connect(program.port, contexts[number % 2]) as connection:
                if kind == 0:
                    connection.sendall(body)
                    assert read_all(connection).startswith(b"HTTP/1.1 200")

    def descriptors():
        return len(os.listdir(f"/proc/{program.process.pid}/fd"))

    def at_rest(limit):
        return until(lambda: descriptors() <= limit)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        before = descriptors()
        list(pool.map(some, [100] * 4))
        # The vendor's connections are kept.
        until(lambda: descriptors() <= before + 8)
        warm, memory = descriptors(), resident(program)
        list(pool.map(some, [250] * 4))
    until(lambda: descriptors() <= warm + 4)
    # An SSL object and its buffers are 10 KiB at least, so that a thousand would show.
    grown = resident(program) - memory
    assert grown < 4 << 20, f"resident memory grew by {grown >> 10} KiB"


# Certificates come and go


def reload(program, text):
    seen = len(program.log)
    program.process.send_signal(signal.SIGHUP)
    return program.said(text, after=seen)


def serial(port):
    found = re.search(r"serial=(\w+)", subprocess.run(
        f"openssl s_client -connect 127.0.0.1:{port} </dev/null 2>/dev/null | openssl x509 -noout -serial", shell=True, text=True,
        capture_output=True).stdout)
    return found and found[1]


def test_a_reload_shows_the_new_certificate_and_a_broken_file_keeps_the_old(start, secure, authority, tmp_path):
    slow = start("simulate", "--listen", "127.0.0.1:0", "--recordings", RECORDINGS, "--pace", "100ms").addresses[0]
    pair = types.SimpleNamespace(certificate=tmp_path / "now.pem", key=tmp_path / "now.key")

    def install(new):
        shutil.copy(new.key, pair.key)
        shutil.copy(new.certificate, pair.certificate)

    first, second = authority.issue("first", serial=0xA1), authority.issue("second", serial=0xB2, days=60)
    install(first)
    program = secure(pair=pair, vendor=slow)
    assert serial(program.port) == "A1"
    expiry = "belay_tls_certificate_expiration_timestamp_seconds"
    [before] = metric(program, expiry).values()
    assert abs(before - time.time() - 30 * 86400) < 3600

    with connect(program.port, trusting(authority)) as connection:
        connection.sendall(request_bytes(chat(stream=True, text="a long story"), "Connection: close\r\n"))
        answer = connection.recv(200)
        install(second)
        assert reload(program, "configuration reloaded")
        assert any("another certificate" in line and "serial=B2" in line for line in program.log)
        assert serial(program.port) == "B2"
        [after] = metric(program, expiry).values()
        assert abs(after - before - 30 * 86400) < 3600

        broken = {"no PEM": ("certificate", "nothing"), "the other's key": ("key", first.key.read_text()), "gone": ("key", None)}
        says = {"no PEM": "has no certificate in it", "the other's key": "does not belong to the certificate", "gone": "there is no such file"}
        for name, (part, text) in broken.items():
            file = getattr(pair, part)
            file.write_text(text) if text is not None else file.unlink()
            assert says[name] in reload(program, "the configuration stays as it was"), name
            # The line of the file that names it.
            assert re.search(r"belay\.yaml:[67]:", program.said(says[name]))
            assert serial(program.port) == "B2"
            install(second)
        # The stream that began before all this has its whole answer, on its connection.
        answer += read_all(connection)
    assert answer.rstrip().endswith(b"data: [DONE]\n\n\r\n0") or b"data: [DONE]" in answer
    assert answer.endswith(b"0\r\n\r\n")


def test_a_kept_connection_does_not_outlive_what_clients_must_show(secure, authority, tmp_path):
    """It ends with its next answer where its client goes on asking, and soon where it does not."""
    good = authority.issue("kept-agent", serial=201, usage="clientAuth")
    listed = tmp_path / "clients.pem"
    listed.write_text(authority.certificate.read_text())
    program = secure()
    plain = program.file.read_text()

    def ask(connection, request=request_bytes(chat())):
        connection.sendall(request)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert answer.status == 200 and answer.read()
        return (answer.getheader("Connection") or "").lower()

    def ends(client, text, write=program.file.write_text):
        """What a reload with this text does to two connections of before."""
        context = trusting(authority, client)
        with connect(program.port, context) as busy, connect(program.port, context) as idle:
            assert [ask(busy), ask(idle)] == ["", ""]
            request = request_bytes(chat())
            busy.sendall(request[:20])
            # It has begun to read that.
            assert ask(idle) == ""
            write(text)
            assert reload(program, "configuration reloaded")
            return ask(busy, request[20:]), busy.recv(1), idle.recv(1)

    assert ends(None, plain + f"  client_ca: {listed}\n") == ("close", b"", b"")
    # A reload that asks for nothing else leaves them alone.
    with connect(program.port, trusting(authority, good)) as connection:
        assert ask(connection) == "" and reload(program, "configuration reloaded") and [ask(connection) for _ in range(3)] == [""] * 3
    assert ends(good, authority.certificate.read_text() + authority.revocation_list(good), listed.write_text) == ("close", b"", b"")
    with pytest.raises((ssl.SSLError, ConnectionError)), connect(program.port, trusting(authority, good)) as connection:
        ask(connection)


@pytest.mark.parametrize("days, word", [(-1, "the certificate expired on"), (13, "the certificate expires on"), (30, None)])
def test_a_certificate_near_its_end_is_warned_of(secure, authority, days, word):
    program = secure(pair=authority.issue(f"days{days}", serial=9, days=days))
    if word:
        assert "kill -HUP" in program.said("kill -HUP") and any(word in line for line in program.log)
    else:
        assert s_client(program.port).ok
        assert not any("expire" in line for line in program.log)


def test_flags_win_over_the_file(start, secure, authority, server, vendor, tmp_path):
    other = authority.issue("flags", serial=0xC3)
    program = start("serve", "--vendor", vendor + "/v1", "--listen", "127.0.0.1:0", "--console", "127.0.0.1:0", "--store", "off",
                    "--tls-certificate", other.certificate, "--tls-key", other.key, addresses=2)
    assert program.addresses[0].startswith("https://") and program.addresses[1].startswith("http://")
    assert serial(int(program.addresses[0].rsplit(":", 1)[1])) == "C3"


# What testssl.sh minds that is the test's own doing (its certificate, OpenSSL's GOST, a path that no vendor has) or a page's, not an API's.
NOT_THE_PORT = {
    "engine_problem", "cert_serialNumberLen", "cert_chain_of_trust", "cert_expirationStatus", "cert_notAfter", "cert_revocation",
    "DNS_CAArecord", "HTTP_status_code", "HSTS", "security_headers",
}


@pytest.mark.skipif(not os.environ.get("BELAY_LONG_TESTS"), reason="takes two minutes: Tests/run --long")
@pytest.mark.skipif(not shutil.which("testssl"), reason="testssl.sh is not installed; Tests/run --long installs it")
def test_testssl_finds_nothing(secure, tmp_path):
    program = secure()
    told = tmp_path / "testssl.json"
    subprocess.run(
        ["testssl", "--quiet", "--color", "0", "--warnings", "off", "--ip", "one", "--jsonfile", told, f"localhost:{program.port}"],
        capture_output=True, timeout=900)
    findings = json.loads(told.read_text())
    assert len(findings) > 100
    minded = {f["id"]: f"{f['severity']}: {f['finding']}" for f in findings if f["severity"] not in ("OK", "INFO")}
    assert {name: text for name, text in minded.items() if name not in NOT_THE_PORT} == {}
    offered = {f["id"]: f["finding"] for f in findings}
    assert "not offered" in offered["TLS1_1"] and offered["TLS1_3"].startswith("offered")
