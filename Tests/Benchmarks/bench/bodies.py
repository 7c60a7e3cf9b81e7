# SPDX-License-Identifier: Apache-2.0
"""Request bodies: agents' third turns (about 5 KB), and their three-hundredth (about 400 KB)."""
import json


def tool(name, properties, required):
    return {"type": "function", "function": {
        "name": name, "description": f"{name}: " + "reads what the agent asks for. " * 6,
        "parameters": {"type": "object", "properties": properties, "required": required, "additionalProperties": False}}}


def tools():
    place = {"path": {"type": "string", "description": "where to look"}, "limit": {"type": "integer", "minimum": 1}}
    named = [tool(name, place, ["path"]) for name in ("read_file", "list_dir", "search_code", "run_tests", "git_diff")]
    # The one that the vendor's answer calls, validly: a bad call would be asked for again in `enforce`.
    return named + [tool("search", {"queries": {"type": "array", "items": {"type": "string"}}}, ["queries"])]


def body(stream, turns=3, result="let x = 1\n" * 30, model="kimi-k2-0905", conversation=0):
    """A conversation of so many calls, whose ids need no change."""
    messages = [{"role": "system", "content": "You are a careful engineer. " * 20},
                {"role": "user", "content": f"Task {conversation}: " + "why does the build fail on Linux? " * 10}]
    for n in range(turns):
        messages += [{"role": "assistant", "content": None, "tool_calls": [{"id": f"functions.read_file:{n}", "type": "function",
                      "function": {"name": "read_file", "arguments": json.dumps({"path": f"Sources/{n}.swift"})}}]},
                     {"role": "tool", "tool_call_id": f"functions.read_file:{n}", "content": result}]
    return json.dumps({"model": model, "stream": stream, "messages": messages, "tools": tools()})


def late_turn(stream, turns=300, model="kimi-k2-0905", conversation=0):
    return body(stream, turns, "let name = \"value\"  // as before\n" * 31, model, conversation)


def short_turns(stream, model="kimi-k2-0905"):
    """What 48 agents send that take turns: three turns of each conversation."""
    return [body(stream, turns, model=model, conversation=number) for turns in (2, 3, 4) for number in range(48)]


def late_turns(stream, model="kimi-k2-0905"):
    """What 16 agents send late in their work."""
    return [late_turn(stream, turns, model, number) for turns in range(298, 303) for number in range(16)]
