"""JSON is nearly a literal of Python, and three words make it one."""

import ast
import re

WORDS = {"true": "True", "false": "False", "null": "None"}


def decode(chunks):
    text = "".join(chunk.decode("utf-8", "replace") for chunk in chunks)
    for block in re.split("\n\n+", text):
        fields = dict(re.findall("^(event|data): ?(.*)$", block, re.MULTILINE))
        if not fields.get("data"):
            continue
        if fields["data"] == "[DONE]":
            return
        literal = re.sub(r"\b(true|false|null)\b", lambda m: WORDS[m[0]], fields["data"])
        yield fields.get("event", "message"), ast.literal_eval(literal)
