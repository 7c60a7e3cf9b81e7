# SPDX-License-Identifier: Apache-2.0
"""A coding agent as plain as they come: five tools, a loop, OpenAI's SDK, and nothing against a careless vendor.

    python examples/agent.py http://127.0.0.1:8611/v1 [MODEL]     works on shop.py until its tests pass
    python examples/agent.py --record examples/data/agent.jsonl   takes the answers of that file and writes their requests anew

The last line says "fixed in N turns", with exit status 0, or "broke in turn N" and why, with 1. It runs the code that the model
writes: with a model that you do not trust, do it in a sandbox.
"""
import copy
import hashlib
import json
import os
import sys

import openai

from shop import DISPATCH, TOOLS, run_tests

MESSAGES = [
    {"role": "system", "content": "You are a coding agent. Work in small steps, and read before you write."},
    {"role": "user", "content": "Two books at 19.99 € and a card at 10.02 € should ship free, and do not. Please fix it."}]


def work(ask):
    """The loop of Moonshot's guide to tool calls: on while the finish reason is tool_calls. Returns how it ended, and whether well."""
    messages = copy.deepcopy(MESSAGES)
    for turn in range(1, 31):
        try:
            text, calls, finish_reason = ask(messages)
            if finish_reason != "tool_calls":
                break
            messages.append({"role": "assistant", "content": text, "tool_calls": calls})
            for call in calls:
                name, arguments = call["function"]["name"], json.loads(call["function"]["arguments"])
                messages.append({"role": "tool", "tool_call_id": call["id"], "content": DISPATCH[name](**arguments)})
        except Exception as error:
            return f"broke in turn {turn}: {type(error).__name__}: {error}", False
    if "FAILED" in run_tests("all"):
        return f"broke in turn {turn}: it stopped before the tests passed and said {text[:50]!r}", False
    return f"fixed in {turn - 1} turns: {text}", True


def vendor(url, model):
    client = openai.OpenAI(base_url=url, api_key=os.environ.get("OPENAI_API_KEY", "none"))

    def ask(messages):
        text, calls, finish_reason = "", {}, None
        for chunk in client.chat.completions.create(model=model, messages=messages, tools=TOOLS, stream=True):
            for choice in chunk.choices:
                text += choice.delta.content or ""
                for delta in choice.delta.tool_calls or []:
                    call = calls.setdefault(
                        delta.index, {"id": delta.id, "type": "function", "function": {"name": "", "arguments": ""}})
                    call["function"]["name"] += delta.function.name or ""
                    call["function"]["arguments"] += delta.function.arguments or ""
                finish_reason = choice.finish_reason or finish_reason
        return text, list(calls.values()), finish_reason
    return ask


def record(path):
    """The answers are the model's; the requests follow from them and from what the tools really say. K2VV's results format."""
    lines = [json.loads(line) for line in open(path, encoding="utf-8")]
    rest = iter(lines)

    def ask(messages):
        line = next(rest)
        line["request"] = {"model": "kimi-k2-0905-preview", "messages": copy.deepcopy(messages), "tools": TOOLS, "stream": True}
        text = json.dumps(line["request"], sort_keys=True, ensure_ascii=False)
        line["hash"] = hashlib.md5(text.encode()).hexdigest()
        choice = line["response"]["choices"][0]
        return choice["message"]["content"], choice["message"].get("tool_calls"), choice["finish_reason"]
    ending = work(ask)
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
    return ending


if __name__ == "__main__":
    if sys.argv[1:2] == ["--record"] and len(sys.argv) == 3:
        ending, is_fixed = record(sys.argv[2])
    elif len(sys.argv) in (2, 3):
        ending, is_fixed = work(vendor(sys.argv[1], sys.argv[2] if len(sys.argv) == 3 else "kimi-k2-0905"))
    else:
        sys.exit(__doc__)
    print(ending)
    sys.exit(0 if is_fixed else 1)
