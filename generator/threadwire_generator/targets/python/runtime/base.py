"""What every event is, whatever the protocol: a name and its data."""

from __future__ import annotations

from typing import Any, NamedTuple

from .errors import StreamError
from .values import Payload


class Event:
    """An event with a payload; each class of one has its name on the wire in `event`.

    Attributes:
        data: the payload.
    """

    __slots__ = ("data",)
    __match_args__ = ("data",)

    data: Any

    def __init__(self, data: Any) -> None:
        self.data = data

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return bool(self.data == other.data)

    __hash__ = None  # type: ignore[assignment]  # the data can change

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.data!r})"


class ErrorReport(Event):
    """An event by which the server tells of an error, in whatever shape.

    Attributes:
        data: what could be read of it; each member may be absent.
        raw: the data as it came, which is what is written back, whatever becomes of `data`; None
            for one made by hand, whose `data` is written.
    """

    __slots__ = ("raw",)

    raw: str | None

    def __init__(self, data: Any, raw: str | None = None) -> None:
        super().__init__(data)
        self.raw = raw


class EndOfStream(Event):
    """The event that ends a stream.

    Attributes:
        data: its text, whatever it was.
    """

    __slots__ = ()

    data: str


class UnknownEvent:
    """An event whose name is not known; its data was not looked into.

    Attributes:
        event: the name; `message` where there was none.
        data: the text of the data.
    """

    __slots__ = ("data", "event")
    __match_args__ = ("event", "data")

    def __init__(self, event: str, data: str) -> None:
        self.event = event
        self.data = data

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, UnknownEvent):
            return NotImplemented
        return (self.event, self.data) == (other.event, other.data)

    __hash__ = None  # type: ignore[assignment]  # the data can change

    def __repr__(self) -> str:
        return f"UnknownEvent({self.event!r}, {self.data!r})"


class InvalidEvent:
    """An event that could not be read, in its place in the stream.

    Attributes:
        event: the name; `message` where there was none.
        data: the text of the data, "" if it was too large to keep.
        error: what is wrong with it: a `PayloadError` or an `EventTooLargeError`.
        offset: where its block began, in bytes from the start of the stream.
    """

    __slots__ = ("data", "error", "event", "offset")
    __match_args__ = ("event", "data", "error")

    def __init__(self, event: str, data: str, error: StreamError, offset: int) -> None:
        self.event = event
        self.data = data
        self.error = error
        self.offset = offset

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, InvalidEvent):
            return NotImplemented
        mine, others = (
            (one.event, one.data, one.offset, type(one.error), str(one.error))
            for one in (self, other)
        )
        return mine == others

    __hash__ = None  # type: ignore[assignment]  # as for the other events

    def __repr__(self) -> str:
        return f"InvalidEvent({self.event!r}, {self.error})"


class EventType(NamedTuple):
    """A row of the dispatch table: the class of an event and that of its payload."""

    event: type[Event]
    payload: type[Payload] | None


class ProtocolFacts(NamedTuple):
    """What is particular to a protocol beyond its names and payloads.

    Attributes:
        selector: the member of the data that names the event; None if the `event` field does.
        end_event: the name of the event that ends a stream; None if a stream ends with its bytes.
        end_data: the data by which the end is known even without its name.
        error_event: the name of the event that reports an error.
        error_member: the member that may hold the error object.
        error_text: the member that an error of plain text becomes.
    """

    selector: str | None = None
    end_event: str | None = None
    end_data: str | None = None
    error_event: str | None = None
    error_member: str | None = None
    error_text: str | None = None
