"""What an adapter does that does nothing wrong; the programs beside it each do one thing else.

All but the ones that never start answer their first runs rightly, and go wrong from some run on.
"""

from __future__ import annotations

import json
import sys
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

from threadwire_conformance.reference import load
from threadwire_conformance.replies import FEATURES, reply

HELLO = {"name": "wrong", "version": "1", "language": "python", "features": FEATURES}
LATER = 9  # the run from which on an adapter goes wrong that is right at first


def requests() -> Iterator[dict[str, Any]]:
    """What is asked, line by line."""
    for line in sys.stdin.buffer:
        yield json.loads(line)


def answer(request: dict[str, Any]) -> dict[str, Any] | None:
    """The right answer to a request; None to `stop`."""
    if request["cmd"] == "start":
        reply(load(), [b"event: thread.created\ndata: {}\n\n"])  # what is slow the first time only
        return dict(HELLO)
    if request["cmd"] == "stop":
        return None
    return {"seq": request["seq"], **reply(load(), map(b64decode, request["chunks"]))}


def text(value: Any) -> str:
    """A line, without its end."""
    return json.dumps(value)


def say(value: Any) -> None:
    """Print a line."""
    write(text(value) + "\n")


def write(characters: str | bytes) -> None:
    """Print just this, and flush."""
    data = characters.encode() if isinstance(characters, str) else characters
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def conversation(from_run: int = LATER) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Requests to run from this one on, each with its right answer; all others are answered."""
    for request in requests():
        value = answer(request)
        if value is None:
            return
        if request["cmd"] == "run" and request["seq"] >= from_run:
            yield request, value
        else:
            say(value)
