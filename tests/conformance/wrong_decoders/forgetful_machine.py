"""A machine with states reads character by character, and begins afresh with each chunk."""

import json


def decode(chunks):
    for chunk in chunks:
        state, field, value, event = "field", "", "", {}
        for char in chunk.decode("utf-8"):
            if char == "\n":
                if not field:
                    if "data" in event:
                        if event.get("event") == "done":
                            return
                        yield event.get("event"), json.loads(event["data"])
                    event = {}
                else:
                    event[field] = value.lstrip()
                state, field, value = "field", "", ""
            elif state == "field" and char == ":":
                state = "value"
            elif state == "field":
                field += char
            else:
                value += char
