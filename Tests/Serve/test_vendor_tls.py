# SPDX-License-Identifier: Apache-2.0
"""A vendor whose TLS sends messages that bring no bytes, for as long as anybody reads them. Python's ssl sends none: libssl is called."""
import ctypes
import ctypes.util
import http.client
import json
import socket
import threading

import pytest

from certificates import Authority

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 100000\r\n\r\n: beat\n\n"
# Some seconds' worth.
MANY = 200_000


def libssl():
    library = ctypes.CDLL(ctypes.util.find_library("ssl"))
    for name in ("TLS_server_method", "SSL_CTX_new", "SSL_new"):
        getattr(library, name).restype = ctypes.c_void_p
    return library


class Vendor:
    """Answers each connection's request with a head, and then floods it with key updates."""

    def __init__(self, pair):
        self.library, self.sent, self.may_ask_later = libssl(), [], None
        self.context = ctypes.c_void_p(self.library.SSL_CTX_new(ctypes.c_void_p(self.library.TLS_server_method())))
        for function, path in (("SSL_CTX_use_certificate_file", pair.certificate), ("SSL_CTX_use_PrivateKey_file", pair.key)):
            assert getattr(self.library, function)(self.context, str(path).encode(), 1) == 1
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.changed = threading.Condition()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                sent = self._flood(connection)
            with self.changed:
                self.sent.append(sent)
                self.changed.notify_all()

    def _flood(self, connection):
        ssl = ctypes.c_void_p(self.library.SSL_new(self.context))
        try:
            assert self.library.SSL_set_fd(ssl, connection.fileno()) == 1
            assert self.library.SSL_accept(ssl) == 1
            request, room = b"", ctypes.create_string_buffer(65536)
            while b"\r\n\r\n" not in request:
                count = self.library.SSL_read(ssl, room, len(room))
                assert count > 0
                request += room.raw[:count]
            assert self.library.SSL_write(ssl, HEAD, len(HEAD)) == len(HEAD)
            # OpenSSL sends no more than one request for a certificate before it is answered; others send as many as they like.
            self.library.SSL_set_verify(ssl, 1, None)
            self.may_ask_later = self.library.SSL_verify_client_post_handshake(ssl) == 1
            for sent in range(MANY):
                self.library.SSL_key_update(ssl, 0)
                if self.library.SSL_do_handshake(ssl) <= 0:
                    return sent
            return MANY
        finally:
            self.library.SSL_free(ssl)

    def floods(self, count):
        """How many messages were sent in each of so many."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.sent) >= count, 60)
            return list(self.sent)


def test_messages_without_bytes_end_the_connection_and_do_not_hold_the_thread(start, tmp_path):
    authority = Authority(tmp_path)
    vendor = Vendor(authority.issue("vendor"))
    file = tmp_path / "belay.yaml"
    file.write_text(
        "listen: 127.0.0.1:0\nconsole: off\nstore: off\nloops: 1\nlog: { format: json }\n"
        f"vendors: {{ vendor: 'https://localhost:{vendor.port}/v1' }}\n")
    serve = start("serve", "--config", file, variables={"SSL_CERT_FILE": str(authority.certificate)})
    connection = http.client.HTTPConnection(serve.addresses[0].removeprefix("http://").removesuffix("/v1"), timeout=60)
    body = {"model": "kimi-k2-0905", "stream": True, "messages": [{"role": "user", "content": "hello"}]}
    connection.request("POST", "/v1/chat/completions", json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    assert answer.status == 200
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        answer.read()
    assert vendor.floods(1)[0] < MANY
    assert vendor.may_ask_later is False, "a certificate can be asked for at any time"
    record = json.loads(serve.said('"message":"exchange"'))
    assert (record["outcome"], record["error"], record["fault"]) == ("broken", "vendor_truncated", "vendor")
    vendor.listener.close()
