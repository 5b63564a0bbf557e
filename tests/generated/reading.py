"""What was decoded, told in plain values that a test can write by hand.

UnknownEvent   ("unknown", name, data)
InvalidEvent   ("invalid", name, data, offset)
ErrorEvent     ("error", raw)
Done           ("done", data)
any other      (name, the value of its data)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from assistant_events import (
    Decoder,
    Done,
    ErrorEvent,
    InvalidEvent,
    TruncatedStreamError,
    UnknownEvent,
)
from support.table import TABLE, rows

ROWS = rows(TABLE.read_text(encoding="utf-8"))


def row(title: str) -> pytest.MarkDecorator:
    """Say which row of the documented table a test is about."""
    assert title in ROWS, f"no row of {TABLE.name}: {title!r}"
    return pytest.mark.row(title)


@dataclass(frozen=True)
class Outcome:
    """All that a decoder told of a stream.

    Attributes:
        events: as above.
        end: `done`, `eof` or `truncated`.
        last_event_id: at the end.
        retry: at the end.
    """

    events: list[tuple[Any, ...]]
    end: str
    last_event_id: str = ""
    retry: int | None = None


def told(event: Any) -> tuple[Any, ...]:
    """An event in plain values."""
    match event:
        case UnknownEvent(name, data):
            return "unknown", name, data
        case InvalidEvent(name, data):
            return "invalid", name, data, event.offset
        case ErrorEvent():
            return "error", event.raw
        case Done(data):
            return "done", data
    return event.event, dumped(event.data)


def dumped(payload: Any) -> Any:
    """The JSON value of a payload, by pydantic's public means alone."""
    return payload.model_dump(mode="python", by_alias=True, exclude_unset=True)


def decoded(chunks: Iterable[bytes], **options: Any) -> Outcome:
    """Feed the chunks to a decoder, close it, and tell what came."""
    decoder = Decoder(**options)
    events: list[Any] = []
    for chunk in chunks:
        events += decoder.feed(chunk)
    end = "eof"
    try:
        events += decoder.close()
    except TruncatedStreamError:
        end = "truncated"
    if decoder.done:
        end = "done"
    return Outcome([told(e) for e in events], end, decoder.last_event_id, decoder.retry)


def first(stream: bytes) -> Any:
    """The first event of a stream, valid or not."""
    return Decoder().feed(stream)[0]
