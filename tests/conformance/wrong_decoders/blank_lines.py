"""The buffer is split at two LFs, and each piece at its first line end."""

import json


def decode(chunks):
    buffer = ""
    for chunk in chunks:
        buffer += chunk.decode("utf-8")
        while "\n\n" in buffer:
            block, buffer = buffer.split("\n\n", 1)
            first, rest = block.split("\n", 1)
            name = first.split(":")[1].strip()
            data = rest[len("data:") :].strip()
            if name == "done":
                return
            yield name, json.loads(data)
