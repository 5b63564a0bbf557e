"""Bytes out of events: the inverse of decoding.

Lossless means the same event name and the same JSON value, members that are not declared included,
absent kept apart from null; not the order of members nor the spelling of numbers.
"""

from __future__ import annotations

from pydantic_core import from_json

from .base import EndOfStream, ErrorReport, InvalidEvent, UnknownEvent
from .decoder import NO_NAME, name_in
from .errors import EventTooLargeError
from .events import PROTOCOL, StreamEvent
from .values import Payload


def data_text(event: StreamEvent | InvalidEvent) -> str:
    """The text of an event's data, as `encode` writes it.

    Raises:
        ValueError: the data was too large to keep, or has a number that JSON has no word for.
    """
    if isinstance(event, InvalidEvent):
        if isinstance(event.error, EventTooLargeError):
            raise ValueError(f"the data of {event.event!r} was too large to keep")
        return event.data
    if isinstance(event, (UnknownEvent, EndOfStream)):
        return event.data
    if isinstance(event, ErrorReport) and event.raw is not None:
        return event.raw
    payload: Payload = event.data
    text = payload.__pydantic_serializer__.to_json(
        payload, by_alias=True, exclude_unset=True
    ).decode()
    if "NaN" in text or "Infinity" in text:
        from_json(text, allow_inf_nan=False)  # raises if it is a number and not in a string
    return text


def encode(event: StreamEvent | InvalidEvent) -> bytes:
    """One event as a block of the stream, its blank line included.

    Raises:
        ValueError: the name is empty or has a line end, the data has a CR or a lone surrogate:
            the format has no way to say these; or see `data_text`.
    """
    name, data = event.event, data_text(event)
    if not name or "\n" in name or "\r" in name:
        raise ValueError(f"an event's name must be one line and not empty: {name!r}")
    if "\r" in data:
        raise ValueError(f"the data of {name!r} has a CR, which would end a line")
    given = name_in(data) or NO_NAME
    lines = [] if PROTOCOL.selector is not None and name == given else [f"event: {name}"]
    lines += [f"data: {line}" for line in data.split("\n")]
    try:
        return ("\n".join(lines) + "\n\n").encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"{name!r} has a lone surrogate, which UTF-8 cannot say") from error
