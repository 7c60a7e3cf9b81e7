# SPDX-License-Identifier: Apache-2.0
"""Each fault of HTTP/2 ends as docs/faults.md says, within its limits and with one record; other streams of the connection go on."""
import asyncio
import http.client
import json
import re
import threading
import time

import pytest

from conftest import ROOT
from faults import ASKED, CUT, EITHER, FAULTS, LATE, MENDED, PASSED, RACE, REFUSED, SHORT, STALLED, TOLD, TWICE
from vendor import FIRST, LAST, SECOND

WHOLE = (FIRST + SECOND + LAST).decode()


class Answer:
    def __init__(self, port, model, vendor=None):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        # With a tool, so that a call could go on from a text that breaks off.
        tools = [{"type": "function", "function": {"name": "search", "parameters": {"type": "object"}}}]
        body = {"model": "kimi-k2-" + model, "stream": True, "messages": [{"role": "user", "content": "hi"}], "tools": tools}
        connection.request("POST", "/v1/chat/completions", json.dumps(body), {"Content-Type": "application/json"})
        response = connection.getresponse()
        self.status, self.id, self.is_whole = response.status, response.headers["x-belay-exchange-id"], True
        first = ""
        if vendor:
            vendor.say(f"head {model}")
        try:
            first = response.read(1).decode()
            if vendor:
                vendor.say(f"read {model}")
            self.text = first + response.read().decode()
            self.is_whole = response.length in (None, 0)
        except http.client.IncompleteRead as error:
            self.text, self.is_whole = first + error.partial.decode(), False
        # Comments: `enforce` says what it did, the neighbour that it lives.
        self.text = re.sub(r"(?m)^: (belay .*\n|beat\n\n)", "", self.text)
        connection.close()


def check(outcome, answer, record, asked, ends_connection=False):
    said = "".join(re.findall(r'"content":"(\w*)"', answer.text)) + (" DONE" if "[DONE]" in answer.text else "")
    told = {name: record.get(name) for name in ("outcome", "error", "fault", "findings", "attempts", "total_ms")}
    seen = f"{answer.status}, whole: {answer.is_whole}, said: {said}, {told}, asked {asked} times; promised: {outcome}"
    if ends_connection and outcome in (REFUSED, CUT, SHORT):
        # Of a connection's end libcurl may tell some of its streams only; the others end by their limit.
        errors = [None] if record["outcome"] == "completed" else ["vendor_unreachable", "vendor_timeout", "vendor_truncated", "vendor_idleTimeout"]
        assert record.get("error") in errors and asked == 1 and "[DONE]" not in answer.text, seen
        assert record["outcome"] != "completed" or record["findings"] == ["stream.truncated"], seen
    elif outcome in (REFUSED, LATE):
        status, code = re.fullmatch(r"(\d+) `(.*)`", outcome).groups()
        assert answer.status == int(status) and json.loads(answer.text)["error"]["code"] == code, seen
        assert record["outcome"] == "refused" and record["error"] == code and record["fault"] == "vendor", seen
    elif outcome in (CUT, STALLED):
        assert answer.status == 200 and not answer.is_whole and not answer.text.endswith(LAST.decode()), seen
        assert record["outcome"] == "broken" and record["error"] == outcome.split("`")[1], seen
        assert asked == 1, seen
    elif outcome == SHORT or (outcome == RACE and asked == 1):
        assert answer.status == 200 and answer.is_whole and "[DONE]" not in answer.text, seen
        assert record["outcome"] == "completed" and record["findings"] == ["stream.truncated"] and asked == 1, seen
    elif outcome in (EITHER, ASKED, RACE):
        assert (answer.text == WHOLE and record["outcome"] == "completed") or (outcome == EITHER and answer.status == 502), seen
    elif outcome == TOLD:
        assert answer.status == 200 and answer.is_whole and '"code":"no_valid_answer"' in answer.text, seen
        assert record["outcome"] == "refused" and record["error"] == "no_valid_answer" and asked == 2, seen
    else:
        assert answer.status == 200 and answer.is_whole and answer.text == WHOLE, seen
        assert record["outcome"] == "completed" and record["findings"] == [], seen
        assert asked == (1 if outcome == PASSED else 2), seen
        assert record.get("attempts", 1) == (2 if outcome == MENDED else 1), seen


@pytest.mark.parametrize("mode", ["observe", "enforce"])
def test_every_fault_ends_as_promised_and_leaves_the_other_streams_alone(serve, vendor, mode):
    running = serve(mode)
    wrong = []
    for number, fault in enumerate(FAULTS):
        name = f"{number}"
        # The neighbour has begun its answer when the fault comes, and ends it afterwards.
        def neighbour(stream, number=number):
            stream.head()
            stream.data(FIRST)
            stream.say(f"begun {number}")

            async def rest():
                while not stream.vendor.flag(f"over {number}").is_set():
                    stream.data(b": beat\n\n")
                    await asyncio.sleep(0.1)
                stream.data(SECOND)
                stream.data(LAST, end=True)
            return rest()

        async def faulty(stream, fault=fault, number=number):
            await stream.until(f"begun {number}")
            outcome = fault.script(stream)
            if asyncio.iscoroutine(outcome):
                await outcome

        vendor.scripts[name] = [faulty] if not fault.again else [faulty, lambda stream: stream.answer()]
        vendor.scripts[f"beside-{name}"] = [neighbour]
        others = []
        thread = threading.Thread(target=lambda: others.append(Answer(running.port, f"beside-{name}")))
        thread.start()
        while f"beside-{name}" not in vendor.asked:
            time.sleep(0.001)
        begun = time.monotonic()
        answer = Answer(running.port, name, vendor)
        assert time.monotonic() - begun < 5, f"{fault.name}: outlasts its limits"
        vendor.say(f"over {number}")
        thread.join()
        try:
            check(fault.enforce if mode == "enforce" else fault.observe, answer, json.loads(running.record(answer.id)),
                  len(vendor.asked[name]) if fault.again else 1, not fault.others)
            assert vendor.asked[name][0] == vendor.asked[f"beside-{name}"][0], "both on one connection"
            if fault.others:
                assert others[0].text == WHOLE and others[0].is_whole, f"the neighbour: {others[0].text!r}"
        except AssertionError as error:
            wrong.append(f"{fault.name}: {error}")
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.parametrize("at_once", [1, 3])
def test_a_connection_whose_path_is_dead_is_used_no_more(serve, vendor, at_once):
    running = serve("observe")

    def last(stream):
        stream.answer()
        stream.fall_silent()

    vendor.scripts["last"] = [last]
    vendor.scripts["lost"] = vendor.scripts["next"] = [lambda stream: stream.answer()]
    assert Answer(running.port, "last").text == WHOLE
    lost = []
    threads = [threading.Thread(target=lambda: lost.append(Answer(running.port, "lost").status)) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # One is given up by its limit. libcurl may send those beside it again, elsewhere.
    assert len(lost) == at_once and lost.count(504) >= 1 and set(lost) <= {200, 502, 504}, lost
    assert Answer(running.port, "next").text == WHOLE
    assert vendor.asked["next"] != vendor.asked["last"]


def test_the_documentation_has_every_line_and_no_other():
    text = (ROOT / "docs/faults.md").read_text()
    section = text[text.index("## HTTP/2"):].split("\n## ")[0]
    lines = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in section.splitlines() if line.startswith("| ")]
    assert lines[1:] == [(fault.name, fault.observe, fault.enforce) for fault in FAULTS]
