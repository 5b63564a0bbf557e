"""The framing follows the standard; then everything is JSON, and every name is in a dictionary."""

import codecs
import json
import re

KNOWN = {
    "thread.created": dict,
    "thread.run": dict,
    "thread.run.step": dict,
    "thread.message": dict,
}


def blocks(chunks):
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    text = "".join(decoder.decode(chunk) for chunk in chunks) + decoder.decode(b"", True)
    name, data = "", []
    for line in re.split("\r\n|\r|\n", text.removeprefix("\ufeff")):
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                yield name, "\n".join(data)
            name, data = "", []
        elif field == "event":
            name = value
        elif field == "data":
            data.append(value)


def decode(chunks):
    for name, data in blocks(chunks):
        if name == "done":
            return
        payload = json.loads(data)
        if name == "error":
            raise RuntimeError(payload["message"])
        make = KNOWN.get(name) or KNOWN[name.rpartition(".")[0]]
        yield name, make(payload)
