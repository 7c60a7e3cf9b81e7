# SPDX-License-Identifier: Apache-2.0
"""An agent's tool loop, written with OpenAI's SDK, through the proxy: streamed and not, sync and async."""
import asyncio
import json
import re

import openai
import pytest

TOOLS = [{
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}]


def question(tag):
    return [{"role": "user", "content": f"Is it raining in Lisbon? ({tag})"}]


def mangled(identifier, turn):
    """What clients make of an id: kimi-code replaces every character that is not a letter, digit, - or _ (kimi-code#3429)."""
    return [re.sub(r"[^A-Za-z0-9_-]", "_", identifier), f"call_{turn}", f"get_weather:{turn}"][turn % 3]


def assistant_turn(content, calls, turn):
    ids = [mangled(call.id, turn) for call in calls]
    message = {"role": "assistant", "content": content, "tool_calls": [
        {"id": identifier, "type": "function",
         "function": {"name": call.function.name, "arguments": call.function.arguments}}
        for identifier, call in zip(ids, calls)]}
    results = [{"role": "tool", "tool_call_id": identifier, "content": "rain, 14 °C"} for identifier in ids]
    return [message, *results]


class Call:
    def __init__(self, identifier, name, arguments):
        self.id = identifier
        self.function = type("Function", (), {"name": name, "arguments": arguments})


def assembled(chunks):
    text, calls = "", {}
    for chunk in chunks:
        for choice in chunk.choices:
            text += choice.delta.content or ""
            for delta in choice.delta.tool_calls or []:
                call = calls.setdefault(delta.index, Call(delta.id, delta.function.name, ""))
                call.function.arguments += delta.function.arguments or ""
    return text, list(calls.values())


def check(messages, calls_seen, vendor, tag):
    assert calls_seen == 3
    requests = vendor.received(f"({tag}", TURNS + 1)
    assert len(requests) == TURNS + 1
    last = max((r["body"] for r in requests), key=lambda body: len(body["messages"]))
    ids = [call["id"] for m in last["messages"] for call in m.get("tool_calls", [])]
    results = [m["tool_call_id"] for m in last["messages"] if m["role"] == "tool"]
    assert ids == [f"functions.get_weather:{n}" for n in range(3)]
    assert results == ids


TURNS = 3


@pytest.mark.parametrize("stream", [False, True])
def test_sync(proxy, vendor, stream):
    client = openai.OpenAI(base_url=proxy.url, api_key="sk-test", max_retries=0)
    tag = f"sync {stream}"
    messages, seen = question(tag), 0
    for turn in range(TURNS):
        answer = client.chat.completions.create(model="kimi-k2-0905", messages=messages, tools=TOOLS, stream=stream)
        if stream:
            text, calls = assembled(answer)
        else:
            text, calls = answer.choices[0].message.content, answer.choices[0].message.tool_calls
        assert json.loads(calls[0].function.arguments)["city"] is not None
        seen += len(calls)
        messages += assistant_turn(text, calls, turn) + question(f"{tag}, again {turn}")
    client.chat.completions.create(model="kimi-k2-0905", messages=messages, tools=TOOLS)
    check(messages, seen, vendor, tag)


@pytest.mark.parametrize("stream", [False, True])
def test_async(proxy, vendor, stream):
    tag = f"async {stream}"

    async def loop():
        async with openai.AsyncOpenAI(base_url=proxy.url, api_key="sk-test", max_retries=0) as client:
            messages, seen = question(tag), 0
            for turn in range(TURNS):
                answer = await client.chat.completions.create(
                    model="kimi-k2-0905", messages=messages, tools=TOOLS, stream=stream)
                if stream:
                    text, calls = assembled([chunk async for chunk in answer])
                else:
                    text, calls = answer.choices[0].message.content, answer.choices[0].message.tool_calls
                seen += len(calls)
                messages += assistant_turn(text, calls, turn) + question(f"{tag}, again {turn}")
            await client.chat.completions.create(model="kimi-k2-0905", messages=messages, tools=TOOLS)
            return messages, seen

    messages, seen = asyncio.run(loop())
    check(messages, seen, vendor, tag)
