"""The adapter of httpx-sse: frames from an httpx response, and `json` for the payloads."""

import base64
import json
import math
import sys
from importlib.metadata import version
from typing import Any

import httpx
from httpx_sse import EventSource, ServerSentEvent

HELLO: dict[str, Any] = {
    "name": "httpx-sse",
    "version": version("httpx-sse"),
    "language": "python",
    "features": [
        "big-integers",
        "last-event-id",
        "presence",
        "resume",
        "unknown-events",
        "unknown-members",
    ],
}
HEADERS = {"content-type": "text/event-stream"}


def run(seq: int, chunks: list[bytes]) -> dict[str, Any]:
    """The reply to a stream in chunks."""
    events: list[dict[str, Any]] = []
    reply: dict[str, Any] = {"seq": seq, "events": events, "end": "eof", "last_event_id": ""}
    response = httpx.Response(200, headers=HEADERS, content=iter(chunks))
    try:
        for frame in EventSource(response).iter_sse():
            reply["last_event_id"] = frame.id
            if frame.event == "done":
                reply["end"] = "done"
                break
            events.append(read(frame))
    except Exception as error:  # whatever the library raises
        reply["end"] = "error"
        reply["error"] = {"class": "other", "message": f"{type(error).__name__}: {error}"}
    return reply


def read(frame: ServerSentEvent) -> dict[str, Any]:
    """A frame as an event.  Names of another family are no business of this stream's reader."""
    if not frame.event.startswith("thread.") and frame.event != "error":
        return {"event": frame.event, "unknown": True, "raw": frame.data}
    try:
        return {"event": frame.event, "data": value(frame.json()), "raw": frame.data}
    except (ValueError, RecursionError) as error:
        return {"event": frame.event, "invalid": True, "message": str(error)}


def value(data: Any) -> Any:
    """What no JSON can say, and `json` reads, becomes a string."""
    if isinstance(data, dict):
        return {name: value(member) for name, member in data.items()}
    if isinstance(data, list):
        return [value(item) for item in data]
    return str(data) if isinstance(data, float) and not math.isfinite(data) else data


for line in sys.stdin.buffer:
    request = json.loads(line)
    if request["cmd"] == "stop":
        break
    answer = HELLO
    if request["cmd"] == "run":
        answer = run(request["seq"], [base64.b64decode(chunk) for chunk in request["chunks"]])
    sys.stdout.write(json.dumps(answer, allow_nan=False) + "\n")
    sys.stdout.flush()
