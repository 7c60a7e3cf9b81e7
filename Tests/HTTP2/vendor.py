# SPDX-License-Identifier: Apache-2.0
"""A vendor that speaks HTTP/2 over TLS, in python-h2's words and not ours, and ends what it says as a test wants it.

A request's model names the script that answers it: `kimi-k2-<name>`. The n-th request of a name gets the n-th script of its list, the
last one again and again.
"""
import asyncio
import json
import ssl
import threading

import h2.config
import h2.connection
import h2.events
from h2.errors import ErrorCodes


def event(**delta):
    finish = delta.pop("finish", None)
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "kimi-k2",
             "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    return b"data: " + json.dumps(chunk, separators=(",", ":")).encode() + b"\n\n"


FIRST = event(role="assistant", content="hel")
SECOND = event(content="lo")
LAST = event(finish="stop") + b"data: [DONE]\n\n"


class Stream:
    """One request and what may be said about it. What is said is sent at once."""

    def __init__(self, connection, number, vendor):
        self.connection, self.number, self.vendor = connection, number, vendor
        self.h2, self.body = connection.h2, b""

    def _flush(self):
        self.connection.flush()

    def interim(self, status):
        self.h2.send_headers(self.number, [(":status", str(status)), ("link", "</a>")])
        self._flush()

    def head(self, status=200, fields=(), type="text/event-stream"):
        self.h2.send_headers(self.number, [(":status", str(status)), ("content-type", type), *fields])
        self._flush()

    def data(self, data, end=False):
        self.h2.send_data(self.number, data, end_stream=end)
        self._flush()

    def end(self):
        self.h2.end_stream(self.number)
        self._flush()

    def answer(self):
        self.head()
        self.data(FIRST)
        self.data(SECOND)
        self.data(LAST, end=True)

    def reset(self, code):
        self.h2.reset_stream(self.number, code)
        self._flush()

    def go_away(self, last=None, code=ErrorCodes.NO_ERROR):
        """By hand: python-h2 thinks that a connection is over with it."""
        last = self.number if last is None else last
        payload = last.to_bytes(4, "big") + int(code).to_bytes(4, "big")
        self.raw(b"\x00\x00\x08\x07\x00\x00\x00\x00\x00" + payload)

    def raw(self, frame):
        self._flush()
        self.connection.transport.write(frame)

    def close(self):
        self.connection.transport.close()

    def abort(self):
        self.connection.transport.abort()

    def fall_silent(self):
        """The connection neither hears nor says anything more, as if the path to it were dead."""
        self.connection.is_silent = True

    async def until(self, name):
        """Until the test, or another script, has said so."""
        await self.vendor.flag(name).wait()

    def say(self, name):
        self.vendor.flag(name).set()


class Connection(asyncio.Protocol):
    def __init__(self, vendor):
        self.vendor, self.streams, self.tasks = vendor, {}, set()
        self.is_silent = False
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(
            client_side=False, validate_outbound_headers=False, normalize_outbound_headers=False))

    def connection_made(self, transport):
        self.transport = transport
        self.vendor.connections += 1
        self.number = self.vendor.connections
        self.h2.initiate_connection()
        self.flush()

    def flush(self):
        data = self.h2.data_to_send()
        if self.is_silent:
            return
        if data and not self.transport.is_closing():
            self.transport.write(data)

    def data_received(self, data):
        if self.is_silent:
            return
        try:
            events = self.h2.receive_data(data)
        except h2.exceptions.ProtocolError:
            self.flush()
            return self.transport.close()
        for event in events:
            if isinstance(event, h2.events.RequestReceived):
                self.streams[event.stream_id] = Stream(self, event.stream_id, self.vendor)
            elif isinstance(event, h2.events.DataReceived):
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                self.streams[event.stream_id].body += event.data
            elif isinstance(event, h2.events.StreamEnded):
                task = asyncio.ensure_future(self.play(self.streams[event.stream_id]))
                self.tasks.add(task)
                task.add_done_callback(self.tasks.discard)
            elif isinstance(event, h2.events.StreamReset):
                self.vendor.resets.append(int(event.error_code))
        self.flush()

    async def play(self, stream):
        name = stream.name = json.loads(stream.body)["model"].removeprefix("kimi-k2-")
        scripts = self.vendor.scripts[name]
        count = self.vendor.asked.get(name, [])
        self.vendor.asked[name] = count + [self.number]
        outcome = scripts[min(len(count), len(scripts) - 1)](stream)
        if asyncio.iscoroutine(outcome):
            await outcome


class Vendor:
    """Runs on a thread of its own. `asked[name]` has the connection's number of each request of that name."""

    def __init__(self, certificate):
        self.scripts, self.asked, self.flags, self.resets, self.connections = {}, {}, {}, [], 0
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        context.set_alpn_protocols(["h2"])
        started = threading.Event()

        def serve():
            self.loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self.loop)
            server = self.loop.run_until_complete(
                self.loop.create_server(lambda: Connection(self), "127.0.0.1", 0, ssl=context))
            self.port = server.sockets[0].getsockname()[1]
            started.set()
            self.loop.run_forever()

        self.thread = threading.Thread(target=serve, daemon=True)
        self.thread.start()
        started.wait()

    def flag(self, name):
        return self.flags.setdefault(name, asyncio.Event())

    def say(self, name):
        self.loop.call_soon_threadsafe(lambda: self.flag(name).set())

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
