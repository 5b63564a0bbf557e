"""A reader for streams of completions: data lines alone, and names by the kinds of payloads."""

import json

BY_STATUS = {"thread.run", "thread.run.step", "thread.message"}


def decode(chunks):
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if not line.startswith(b"data: "):
                continue
            if line.startswith(b"data: [DONE]"):
                return
            payload = json.loads(line[6:])
            if payload.get("error"):
                raise RuntimeError(payload["error"]["message"])
            name = payload.get("object")
            if name == "thread":
                name = "thread.created"
            if name in BY_STATUS:
                name += "." + payload["status"]
            yield name, payload
