# SPDX-License-Identifier: Apache-2.0
"""What a vendor that speaks HTTP/2 can do wrong, and what is promised about it. `docs/faults.md` has the same lines."""
import asyncio

from h2.errors import ErrorCodes

from vendor import FIRST, LAST, SECOND

REFUSED = "502 `vendor_unreachable`"
LATE = "504 `vendor_timeout`"
CUT = "the answer ends without its end; recorded as `vendor_truncated`"
STALLED = "the answer ends without its end; recorded as `vendor_idleTimeout`"
PASSED = "passes as it is; no finding"
EITHER = "502 `vendor_unreachable`, or asked again by libcurl: one whole answer"
ASKED = "asked again, by libcurl or by Belay: one whole answer"
SHORT = "passes as it is, for libcurl takes that for an end; `stream.truncated`"
TWICE = "asked again by libcurl, as nothing was processed: one whole answer"
RACE = "passes as it is, with `stream.truncated`, for libcurl takes that for an end, or asks again itself: one whole answer"
MENDED = "asked again: one whole answer"
TOLD = "with tools asked again, for calls; without, or where none come, the stream ends with an error event `no_valid_answer`"


class Fault:
    """`script` answers a request, for the first time; afterwards all is well. `others` is false where it ends the whole connection,
    with what else is on it, or may."""

    def __init__(self, name, script, observe, enforce, others=True, again=True):
        self.name, self.script, self.observe, self.enforce, self.others, self.again = name, script, observe, enforce, others, again


def after_head(end):
    """Once the client has the head; where it is kept from the client, a moment later: both in one read, the end may overtake it."""
    async def script(stream):
        stream.head()
        try:
            await asyncio.wait_for(stream.until(f"head {stream.name}"), 0.2)
        except asyncio.TimeoutError:
            pass
        end(stream)
    return script


def amid(end):
    """Once the client has the first event."""
    async def script(stream):
        stream.head()
        stream.data(FIRST)
        await stream.until(f"read {stream.name}")
        end(stream)
    return script


def reset(code):
    return lambda stream: stream.reset(code)


def finish(stream):
    stream.data(SECOND)
    stream.data(LAST, end=True)


def then_answer(*ends):
    def script(stream):
        for end in ends:
            end(stream)
        stream.answer()
    return script


def flood(count):
    """An empty SETTINGS frame and a PING, so many of each: every one wants its acknowledgement."""
    frames = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00" + b"\x00\x00\x08\x06\x00\x00\x00\x00\x00" + b"12345678"
    return lambda stream: stream.raw(frames * count)


def nothing(stream):
    pass


FAULTS = [
    Fault("GOAWAY before the answer, this stream not among those it takes", lambda s: s.go_away(0), EITHER, ASKED, others=False),
    Fault("GOAWAY before the answer, this stream the last it takes; then the answer", then_answer(lambda s: s.go_away()), PASSED, PASSED),
    Fault("GOAWAY with an error, and the connection closed", lambda s: (s.go_away(0, ErrorCodes.ENHANCE_YOUR_CALM), s.close()), EITHER, ASKED, others=False),
    Fault("GOAWAY amid the stream, which goes on to its end", amid(lambda s: (s.go_away(), finish(s))), PASSED, PASSED),
    Fault("GOAWAY amid the stream, which is not among those it takes", amid(lambda s: s.go_away(0)), CUT, TOLD, others=False),
    Fault("GOAWAY amid the stream, and the connection closed", amid(lambda s: (s.go_away(), s.close())), CUT, TOLD, others=False),
    Fault("RST_STREAM with REFUSED_STREAM, once", reset(ErrorCodes.REFUSED_STREAM), TWICE, TWICE),
    Fault("RST_STREAM with REFUSED_STREAM, always", reset(ErrorCodes.REFUSED_STREAM), REFUSED, REFUSED, again=False),
    Fault("RST_STREAM with CANCEL before the head", reset(ErrorCodes.CANCEL), REFUSED, MENDED),
    Fault("RST_STREAM with INTERNAL_ERROR before the head", reset(ErrorCodes.INTERNAL_ERROR), REFUSED, MENDED),
    Fault("RST_STREAM with NO_ERROR before the head", reset(ErrorCodes.NO_ERROR), REFUSED, MENDED),
    Fault("RST_STREAM with CANCEL after the head", after_head(reset(ErrorCodes.CANCEL)), CUT, MENDED),
    Fault("RST_STREAM with NO_ERROR after the head", after_head(reset(ErrorCodes.NO_ERROR)), RACE, ASKED),
    Fault("RST_STREAM with CANCEL amid the stream", amid(reset(ErrorCodes.CANCEL)), CUT, TOLD),
    Fault("RST_STREAM with INTERNAL_ERROR amid the stream", amid(reset(ErrorCodes.INTERNAL_ERROR)), CUT, TOLD),
    Fault("RST_STREAM with NO_ERROR amid the stream", amid(reset(ErrorCodes.NO_ERROR)), SHORT, TOLD),
    Fault("RST_STREAM with REFUSED_STREAM amid the stream", amid(reset(ErrorCodes.REFUSED_STREAM)), CUT, TOLD),
    Fault("the connection closed without GOAWAY, before the head", lambda s: s.close(), REFUSED, MENDED, others=False),
    Fault("the connection closed without GOAWAY, amid the stream", amid(lambda s: s.close()), CUT, TOLD, others=False),
    Fault("the connection reset amid the stream", amid(lambda s: s.abort()), CUT, TOLD, others=False),
    Fault("a frame that is none, amid the stream", amid(lambda s: s.raw(b"\x00\x00\x01\x06\x00\x00\x00\x00\x01x")), SHORT, TOLD, others=False),
    Fault("a stream that ends before its Content-Length", lambda s: (s.head(fields=[("content-length", "4000")]), s.data(FIRST, end=True)), CUT, MENDED, others=False),
    Fault("no answer, with the connection well", nothing, LATE, MENDED),
    Fault("a stall amid the stream, with the connection well", amid(nothing), STALLED, TOLD),
    Fault("103 twice, then the answer", then_answer(lambda s: s.interim(103), lambda s: s.interim(103)), PASSED, PASSED),
    Fault("SETTINGS and PING, 400 of each, then the answer", then_answer(flood(400)), PASSED, PASSED),
    Fault("SETTINGS and PING, 5,000 of each", flood(5000), EITHER, ASKED, others=False),
]
