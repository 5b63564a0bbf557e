"""What the adapters of framing libraries share: `json` for the payloads, and the loop of requests.

Such a library knows frames and nothing of events; an adapter hands this module a function from the
chunks of a stream to its frames.
"""

import base64
import json
import math
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from typing import Any, NamedTuple

FEATURES = [
    "big-integers",
    "last-event-id",
    "presence",
    "resume",
    "unknown-events",
    "unknown-members",
]


class Frame(NamedTuple):
    """A frame; `id` is None where the library tells none."""

    event: str
    data: str
    id: str | None


def serve(name: str, frames: Callable[[Iterator[bytes]], Iterable[Frame]]) -> None:
    """Answer the requests on standard input, as the adapter of a library."""
    hello = {"name": name, "version": version(name), "language": "python", "features": FEATURES}
    for line in sys.stdin.buffer:
        request = json.loads(line)
        if request["cmd"] == "stop":
            break
        answer: dict[str, Any] = hello
        if request["cmd"] == "run":
            chunks = [base64.b64decode(chunk) for chunk in request["chunks"]]
            answer = _run(request["seq"], frames, iter(chunks))
        sys.stdout.write(json.dumps(answer, allow_nan=False) + "\n")
        sys.stdout.flush()


def _run(
    seq: int, frames: Callable[[Iterator[bytes]], Iterable[Frame]], chunks: Iterator[bytes]
) -> dict[str, Any]:
    events: list[dict[str, Any]] = []
    reply: dict[str, Any] = {"seq": seq, "events": events, "end": "eof", "last_event_id": ""}
    try:
        for frame in frames(chunks):
            if frame.id is not None:
                reply["last_event_id"] = frame.id
            if frame.event == "done":
                reply["end"] = "done"
                break
            events.append(_read(frame))
    except Exception as error:  # whatever the library raises
        reply["end"] = "error"
        reply["error"] = {"class": "other", "message": f"{type(error).__name__}: {error}"}
    return reply


def _read(frame: Frame) -> dict[str, Any]:
    """A frame as an event.  Names of another family are no business of this stream's reader."""
    if not frame.event.startswith("thread.") and frame.event != "error":
        return {"event": frame.event, "unknown": True, "raw": frame.data}
    try:
        return {"event": frame.event, "data": _value(json.loads(frame.data)), "raw": frame.data}
    except (ValueError, RecursionError) as error:
        return {"event": frame.event, "invalid": True, "message": str(error)}


def _value(data: Any) -> Any:
    """What no JSON can say, and `json` reads, becomes a string."""
    if isinstance(data, dict):
        return {name: _value(member) for name, member in data.items()}
    if isinstance(data, list):
        return [_value(item) for item in data]
    return str(data) if isinstance(data, float) and not math.isfinite(data) else data
