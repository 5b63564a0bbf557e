"""A block looks like the headers of a mail, and there is a parser for these."""

import json
from email import message_from_string


def decode(chunks):
    text = b"".join(chunks).decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    for block in text.split("\n\n"):
        headers = message_from_string(block)
        data = "\n".join(headers.get_all("data", []))
        if not data:
            continue
        if data == "[DONE]":
            return
        yield headers["event"] or "message", json.loads(data)
