# SPDX-License-Identifier: Apache-2.0
"""For each request on a line of standard input: "ok" if the OpenAI SDK's own types accept its messages, tools and tool_choice,
else why not."""
import json
import sys

from openai.types.chat import (
    ChatCompletionFunctionToolParam,
    ChatCompletionMessageParam,
    ChatCompletionToolChoiceOptionParam,
)
from pydantic import TypeAdapter

MESSAGE = TypeAdapter(ChatCompletionMessageParam)
TOOL = TypeAdapter(ChatCompletionFunctionToolParam)
CHOICE = TypeAdapter(ChatCompletionToolChoiceOptionParam)


def problem(request):
    try:
        for message in request["messages"]:
            # Iterables are checked as they are read.
            for call in MESSAGE.validate_python(message).get("tool_calls") or []:
                json.loads(call["function"]["arguments"])
        for tool in request.get("tools", []):
            TOOL.validate_python(tool)
        if "tool_choice" in request:
            CHOICE.validate_python(request["tool_choice"])
    except (ValueError, KeyError) as error:
        return " ".join(str(error).split())[:200]
    return "ok"


for line in sys.stdin.buffer:
    print(problem(json.loads(line)), flush=True)
