"""An adapter in Python: copy it, and put your decoder where `decode` is.

threadwire test -- python adapter.py
"""

import base64
import json
import sys
from typing import Any

HELLO: dict[str, Any] = {
    "name": "my-decoder",
    "version": "0.1",
    "language": "python",
    "features": [],
}


def decode(chunks: list[bytes]) -> dict[str, Any]:
    """Chunks of bytes in, a reply out. Here: the plainest reader of frames there is."""
    events: list[dict[str, Any]] = []
    name, data = "message", list[str]()
    for line in b"".join(chunks).decode("utf-8", "replace").split("\n"):
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            data.append(value)
        elif not line and data:
            if name == "done":  # the end is told by "end", not as an event
                return {"events": events, "end": "done"}
            try:
                payload = json.loads("\n".join(data))
                json.dumps(payload, allow_nan=False)  # Python reads NaN, and JSON has none
                events.append({"event": name, "data": payload})
            except (ValueError, RecursionError) as error:  # what your decoder raises
                refused = {"class": "payload", "message": str(error)}
                return {"events": events, "end": "error", "error": refused}
            name, data = "message", list[str]()
    return {"events": events, "end": "eof"}


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """One line in, one line out."""
    if request["cmd"] == "start":
        return HELLO
    return {"seq": request["seq"], **decode([base64.b64decode(c) for c in request["chunks"]])}


for line in sys.stdin.buffer:
    request = json.loads(line)
    if request["cmd"] == "stop":
        break
    sys.stdout.write(json.dumps(answer(request)) + "\n")
    sys.stdout.flush()  # or nothing arrives
