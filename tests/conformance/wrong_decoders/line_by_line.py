"""Lines come from the client's own iterator over text; a data line is an event at once."""

import json


def lines(chunks):
    rest = ""
    for chunk in chunks:
        *whole, rest = (rest + chunk.decode("utf-8", "ignore")).splitlines(keepends=True) or [""]
        if rest.endswith(("\n", "\r")):
            whole, rest = [*whole, rest], ""
        yield from (line.rstrip() for line in whole)
    if rest:
        yield rest


def decode(chunks):
    name = None
    for line in lines(chunks):
        if line.startswith("event:"):
            name = line[6:].strip()
        elif line.startswith("data:"):
            data = line[5:].strip()
            if data == "[DONE]":
                break
            yield name, json.loads(data)
