"""The body is a text, and one regular expression finds all events in it."""

import json
import re

EVENT = re.compile(r"event: (\S+)\ndata: (.*)\n\n")


def decode(chunks):
    body = b"".join(chunks).decode("utf-8")
    for name, data in EVENT.findall(body):
        if data == "[DONE]":
            return
        yield name, json.loads(data)
