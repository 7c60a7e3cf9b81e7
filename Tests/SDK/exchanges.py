# SPDX-License-Identifier: Apache-2.0
"""Conversations with recorded answers, asked with OpenAI's SDK, and everything that a strict client has to say of an answer."""
import collections
import json

import jsonschema
import openai

TOOLS = [{"type": "function", "function": {"name": name, "parameters": {
    "type": "object", "properties": properties, "required": required, "additionalProperties": False}}}
    for name, required, properties in [
        ("search_code", ["text", "scope"], {
            "text": {"type": "string", "minLength": 1},
            "scope": {"type": "string", "enum": ["code", "tests", "docs"]},
            "limit": {"type": "integer", "minimum": 1, "maximum": 100},
            "folded": {"type": "boolean"},
            "globs": {"type": "array", "items": {"type": "string"}},
            "context": {"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}]},
            "area": {"type": "object", "properties": {"first": {"type": "integer"}}, "required": ["first"]},
        }),
        ("read_file", ["path"], {"path": {"type": "string"}, "first_line": {"type": "integer", "minimum": 1}}),
    ]]
VALIDATORS = {tool["function"]["name"]: jsonschema.Draft202012Validator(tool["function"]["parameters"]) for tool in TOOLS}

SEARCH = ("search_code", {
    "text": "größe", "scope": "code", "limit": 20, "folded": True, "globs": ["*.py"], "context": 2,
    "area": {"first": 1}})
READ = ("read_file", {"path": "src/größe.py", "first_line": 7})
# Text, reasoning and calls of the answers: the recordings, in order from data_index 1.
ANSWERS = [
    ("I'll look for it first.", None, [SEARCH]),
    ("", "Both can be done at once.", [SEARCH, READ]),
    ("On the rope 🧗, two steps.", "First the search.", [SEARCH]),
]
HISTORY_ID = "functions.read_file:0"


def conversation(tag):
    """One of its own for each tag, so that each draws faults of its own."""
    return [
        {"role": "user", "content": f"Why does größe fail? ({tag})"},
        {"role": "assistant", "content": "", "tool_calls": [
            {"id": HISTORY_ID, "type": "function", "function": {"name": "read_file", "arguments": '{"path":"README.md"}'}}]},
        {"role": "tool", "tool_call_id": HISTORY_ID, "content": "# Sizes"},
    ]


def recordings():
    """Lines of K2VV's results format."""
    for number, (text, reasoning, calls) in enumerate(ANSWERS, 1):
        message = {"role": "assistant", "content": text, "tool_calls": [
            {"id": f"functions.{name}:{index}", "type": "function",
             "function": {"name": name, "arguments": json.dumps(arguments, ensure_ascii=False, separators=(",", ":"))}}
            for index, (name, arguments) in enumerate(calls, 1)]}
        if reasoning:
            message["reasoning_content"] = reasoning
        yield json.dumps({
            "data_index": number, "status": "success", "finish_reason": "tool_calls",
            "request": {"model": "kimi-k2", "messages": conversation(f"recording {number}"), "tools": TOOLS},
            "response": {"choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]}}) + "\n"


class Outcome:
    """What came of one exchange, as far as a client can tell."""

    def __init__(self, error=None):
        self.error = error
        self.choices = collections.defaultdict(Choice)
        self.ids = set()
        self.shape = []

    def complaints(self):
        if self.error is not None:
            return [f"raised {type(self.error).__name__}: {self.error}"]
        found = list(self.shape)
        if len(self.ids) != 1:
            found.append(f"{len(self.ids)} ids of the response")
        if not self.choices:
            found.append("no choice")
        return found + [complaint for choice in self.choices.values() for complaint in choice.complaints()]

    def essence(self, other=None):
        """What it comes down to, to be compared with another. Text that `other` goes on with counts as said: once some of it has
        reached the client, that of later attempts is dropped."""
        if self.error is not None:
            return type(self.error).__name__
        texts = {key: choice.text for key, choice in other.choices.items()} if other else {}
        return [(texts[key] if key in texts and texts[key].startswith(c.text) else c.text, [(call.names, call.arguments) for call in c.calls.values()], c.finish_reasons)
                for key, c in self.choices.items()]


class Choice:
    def __init__(self):
        self.text = ""
        self.roles = []
        self.calls = {}
        self.finish_reasons = []
        self.shape = []

    def complaints(self):
        yield from self.shape
        if self.finish_reasons != ["tool_calls"]:
            yield f"finish reason {self.finish_reasons}"
        if len(self.roles) > 1 or set(self.roles) - {"assistant"}:
            yield f"role {self.roles}"
        for text, _, _ in ANSWERS:
            if text and self.text.count(text[:12]) > 1:
                yield f"text repeated: {self.text!r}"
        if any(mark in self.text for mark in ("<|tool_call", "functions.search", "functions.read", 'call tool="')):
            yield f"a call in the text: {self.text!r}"
        if not self.calls:
            yield "no call"
        if sorted(self.calls) != list(range(len(self.calls))):
            yield f"indices {list(self.calls)}"
        ids = [HISTORY_ID] + [call.ids[0] for call in self.calls.values() if call.ids]
        if len(set(ids)) < len(ids):
            yield f"an id twice: {ids}"
        for call in self.calls.values():
            yield from call.complaints()


class Call:
    def __init__(self):
        self.ids, self.types, self.names, self.arguments = [], [], [], ""

    def complaints(self):
        if len(set(self.ids)) != 1 or not isinstance(self.ids[0], str):
            yield f"ids of a call {self.ids}"
        if set(self.types) != {"function"}:
            yield f"types of a call {self.types}"
        if len(self.names) != 1:
            yield f"names of a call {self.names}"
        elif self.names[0] not in VALIDATORS:
            yield f"the tool {self.names[0]!r} is not declared"
        if not isinstance(self.arguments, str):
            yield f"arguments are {self.arguments!r}"
            return
        try:
            value = json.loads(self.arguments)
        except ValueError as error:
            yield f"arguments {self.arguments!r}: {error}"
            return
        if self.names and self.names[0] in VALIDATORS:
            for error in VALIDATORS[self.names[0]].iter_errors(value):
                yield f"arguments: {error.message}"


def ask(client, tag, model, stream, recording=None):
    """One exchange; whatever is raised is part of the outcome. Without `recording`, the tag chooses one."""
    recording = recording or 1 + sum(tag.encode()) % len(ANSWERS)
    try:
        answer = client.chat.completions.create(
            model=model, messages=conversation(tag), tools=TOOLS, stream=stream,
            # Also where a feedback turn has made it a conversation that nobody has recorded.
            extra_headers={"x-simulate-recording": str(recording)})
        return streamed(answer) if stream else whole(answer)
    except Exception as error:
        return Outcome(error)


def whole(completion):
    outcome = Outcome()
    if not isinstance(completion, openai.types.chat.ChatCompletion):
        outcome.shape.append(f"not a completion but {type(completion).__name__}")
        return outcome
    outcome.ids.add(completion.id)
    for item in completion.choices or []:
        choice = outcome.choices[item.index]
        choice.text, choice.roles = item.message.content or "", [item.message.role]
        choice.finish_reasons = [item.finish_reason] if item.finish_reason else []
        for index, found in enumerate(item.message.tool_calls or []):
            call = choice.calls[index] = Call()
            call.ids, call.types, call.names = present(found.id), present(found.type), present(found.function.name)
            call.arguments = found.function.arguments
    return outcome


def streamed(chunks):
    """Assembled as agents do it: by index, names and arguments appended."""
    outcome = Outcome()
    for chunk in chunks:
        outcome.ids.add(chunk.id)
        for item in chunk.choices or []:
            choice, delta = outcome.choices[item.index], item.delta
            if choice.finish_reasons and (delta.content or delta.tool_calls):
                choice.shape.append("goes on behind its finish reason")
            choice.roles += present(delta.role)
            choice.text += delta.content or ""
            choice.finish_reasons += present(item.finish_reason)
            for part in delta.tool_calls or []:
                call = choice.calls.setdefault(part.index, Call())
                call.ids += present(part.id)
                call.types += present(part.type)
                if part.function:
                    call.names += present(part.function.name)
                    arguments = part.function.arguments
                    call.arguments = call.arguments + (arguments or "") if isinstance(arguments or "", str) else arguments
    return outcome


def present(value):
    return [] if value is None or value == "" else [value]
