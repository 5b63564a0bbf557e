"""A stand-in for the generated dispatch table, so that this folder is a package by itself.

The generator writes its own `events.py` in place of this one; the protocol here exists to check,
type and try the modules beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal, TypeAlias

from .base import EndOfStream, ErrorReport, Event, EventType, ProtocolFacts, UnknownEvent
from .values import Integer, Payload


class Beat(Payload):
    """The payload of `beat`."""

    count: Integer


class Trouble(Payload):
    """The payload of `trouble`."""

    text: str | None = None


class BeatEvent(Event):
    """A sign of life."""

    __slots__ = ()
    event: ClassVar[Literal["beat"]] = "beat"
    data: Beat


class TroubleEvent(ErrorReport):
    """The server reports an error."""

    __slots__ = ()
    event: ClassVar[Literal["trouble"]] = "trouble"
    data: Trouble


class EndEvent(EndOfStream):
    """The stream is over."""

    __slots__ = ()
    event: ClassVar[Literal["end"]] = "end"


StreamEvent: TypeAlias = BeatEvent | TroubleEvent | EndEvent | UnknownEvent

EVENT_TYPES: Mapping[str, EventType] = {
    "beat": EventType(BeatEvent, Beat),
    "trouble": EventType(TroubleEvent, Trouble),
    "end": EventType(EndEvent, None),
}

PROTOCOL = ProtocolFacts(
    end_event="end",
    end_data="[END]",
    error_event="trouble",
    error_member="trouble",
    error_text="text",
)
