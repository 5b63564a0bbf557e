"""The replies of a generated package: chunks in, a reply of the adapter protocol out.

Whatever the protocol, generated packages have one shape (`reference.Package`), and one function
makes replies of them: for the reference adapter as text, for tests in one process as values.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from .reference import Package

FEATURES = (
    "done-event",
    "resume",
    "unknown-events",
    "unknown-members",
    "presence",
    "big-integers",
    "error-classes",
    "last-event-id",
    "limits",
)


def reply(package: Package, chunks: Iterable[bytes]) -> dict[str, Any]:
    """The reply to a stream, as a value."""
    value: dict[str, Any] = json.loads("{" + reply_members(package, chunks) + "}")
    return value


def reply_members(package: Package, chunks: Iterable[bytes]) -> str:
    """The reply to a stream, as the text of its members: payloads go through it unparsed."""
    decoder: Any = package.Decoder()
    texts: list[str] = []
    error = ""
    for chunk in chunks:
        if events := decoder.feed(chunk):
            texts += [_event(package, event) for event in events]
    try:
        texts += [_event(package, event) for event in decoder.close()]
        end = "done" if decoder.done else "eof"
    except package.TruncatedStreamError as cut_off:
        end = "error"
        error = f'"error": {json.dumps({"class": "truncated", "message": str(cut_off)})}, '
    identifier = json.dumps(decoder.last_event_id)
    events_text = ", ".join(texts)
    return f'"events": [{events_text}], "end": "{end}", {error}"last_event_id": {identifier}'


def _event(package: Package, event: Any) -> str:
    name = json.dumps(event.event)
    if isinstance(event, package.InvalidEvent):
        large = isinstance(event.error, package.EventTooLargeError)
        rest: dict[str, Any] = {"invalid": True, "class": "too-large" if large else "payload"}
        if isinstance(event.error, package.PayloadError):
            rest["path"] = getattr(event.error, "path", None)
        return f'{{"event": {name}, {json.dumps(rest)[1:]}'
    if isinstance(event, package.UnknownEvent):
        return f'{{"event": {name}, "unknown": true, "raw": {json.dumps(event.data)}}}'
    if isinstance(event.data, str):  # the end: its data is text
        return f'{{"event": {name}, "data": {json.dumps(event.data)}}}'
    if getattr(event, "raw", None) is not None:  # an error, as it was read rather than as it came
        event = type(event)(event.data)
    return f'{{"event": {name}, "data": {package.data_text(event)}}}'
