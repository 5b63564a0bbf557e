"""Events out of bytes, whatever the chunks.

`Decoder` does no input or output: it is fed chunks and gives events.  Nothing on the wire makes
`feed` raise, and nothing is lost: what cannot be read comes as an `InvalidEvent` in its place.

An event is dispatched on its name before its data is looked at; then its payload's own validator
reads the bytes once.  That is all there is to the usual case.  Everything else (the end, errors,
unknown names, refused payloads) goes through `read_event`, where clarity comes before speed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from threading import Lock
from typing import Any, cast

from pydantic import ValidationError
from pydantic_core import from_json

from .base import EndOfStream, ErrorReport, Event, InvalidEvent, UnknownEvent
from .errors import EventTooLargeError, PayloadError, Problem, TruncatedStreamError, problems_of
from .events import EVENT_TYPES, PROTOCOL, StreamEvent
from .framing import Block, Framer
from .values import Payload

MAX_EVENT_BYTES = 16 * 1024 * 1024
"""How large a block may be, unless told otherwise."""

NO_NAME = "message"  # what the standard calls an event without a name
_PIECE = 32 * 1024  # bytes that are cut into blocks at a time, so that these stay few


class _Rows(dict[bytes, "tuple[Callable[[Any], Event], Callable[[Any], Any]]"]):
    """Name to event class and payload validator, each made when its name is first met."""

    def __missing__(self, name: bytes) -> tuple[Callable[[Any], Event], Callable[[Any], Any]]:
        row = EVENT_TYPES.get(name.decode("utf-8", "replace"))
        if row is None or row.payload is None or issubclass(row.event, ErrorReport):
            raise KeyError(name)
        self[name] = row.event, _validator(row.payload)
        return self[name]


_building = Lock()  # before pydantic 2.14, two threads must not build one validator


def _validator(payload: type[Payload]) -> Callable[[Any], Any]:
    with _building:
        payload.model_rebuild()  # does nothing if it was built before
    return payload.__pydantic_validator__.validate_json


_ROWS = _Rows()


class Decoder:
    """Reads one stream.

    Args:
        require_done: whether `close` raises if the stream was cut off before its end.
        max_event_bytes: how large a block may be; a larger one becomes an `InvalidEvent` with an
            `EventTooLargeError`, and is skipped without being held.

    Attributes:
        done: whether the stream is over; what is fed later is not read.
    """

    __slots__ = ("_closed", "_failed", "_framer", "_max", "_require_done", "done")

    def __init__(
        self, *, require_done: bool = True, max_event_bytes: int = MAX_EVENT_BYTES
    ) -> None:
        self.done = False
        self._require_done = require_done
        self._max = max_event_bytes
        self._framer = Framer(max_event_bytes)
        self._failed = False  # the server reported an error, and may not say more
        self._closed = False

    @property
    def last_event_id(self) -> str:
        """The `id` in force, "" before the first; a client that reconnects sends it."""
        return self._framer.last_event_id

    @property
    def retry(self) -> int | None:
        """The waiting time before a reconnection that the stream asked for, in milliseconds."""
        return self._framer.retry

    def feed(self, chunk: bytes) -> list[StreamEvent | InvalidEvent]:
        """The events that this chunk completes, in order.

        Raises:
            TypeError: the chunk is no bytes.
            ValueError: the decoder was closed.
        """
        if self._closed:
            raise ValueError("this decoder is closed; make a new one for another stream")
        return list(self.read((chunk,)))

    def read(
        self, chunks: Iterable[bytes], *, keep: bool = True, whole: bool = False
    ) -> Iterator[Any]:
        """The events that the chunks complete, each made when it is asked for.

        Who drops an event before asking for the next has one in memory at a time, however large
        the chunk: that spares the garbage collector, which is a fifth of the work and more.

        Args:
            chunks: pieces of the stream.
            keep: whether an event that cannot be read comes as an `InvalidEvent`, or its error is
                raised.
            whole: whether the end of the chunks is the end of the stream.

        Raises:
            TypeError: a chunk is no bytes.
            StreamError: see `keep`, and `close`.
        """
        if self.done:
            return
        framer = self._framer
        rows = _ROWS
        for chunk in chunks:
            if type(chunk) is not bytes:
                chunk = _as_bytes(chunk)
            for piece in (chunk,) if len(chunk) <= _PIECE else _pieces(chunk):
                blocks = framer.feed(piece)
                if PROTOCOL.selector is not None:
                    blocks = map(_selected, blocks)
                for index, (name, data) in enumerate(blocks):
                    try:
                        event_class, validate = rows[name]
                        event: Any = event_class(validate(data))
                    except (KeyError, ValidationError):
                        pass
                    else:
                        yield event
                        continue
                    event = self._read(name, data, framer.offset(index))
                    if not keep and isinstance(event, InvalidEvent):
                        raise event.error
                    yield event
                    if self.done:
                        return
        if whole:
            yield from self.close()

    def close(self) -> list[StreamEvent | InvalidEvent]:
        """The end of input: the end event, if only its last blank line was missing.

        Raises:
            TruncatedStreamError: the stream is not over, no error was reported, and
                `require_done` is set.
        """
        if self._closed or self.done:
            self._closed = True
            return []
        self._closed = True
        rest = self._framer.rest()
        if rest is not None:
            name, data = rest if PROTOCOL.selector is None else _selected(rest)
            if _is_end(_text(name) or NO_NAME, _text(data or b"")):
                return [self._read(name, data, self._framer.offset(0))]
        cut_off = PROTOCOL.end_event is not None or self._framer.cut_off
        if cut_off and self._require_done and not self._failed:
            end = self._framer.position
            before = "" if PROTOCOL.end_event is None else f" before {PROTOCOL.end_event!r}"
            within = ", within an event" if self._framer.cut_off else ""
            raise TruncatedStreamError(
                f"the stream ended at byte {end}{before}{within}", offset=end
            )
        return []

    def _read(self, name: bytes, data: bytes | None, offset: int) -> StreamEvent | InvalidEvent:
        """The event of a block that the loop in `feed` could not make one of."""
        event_name = _text(name) or NO_NAME
        text = _text(data or b"")
        if data is None and not _is_end(event_name, text):
            error = EventTooLargeError(event_name, self._max, offset=offset)
            return InvalidEvent(event_name, text, error, offset)
        try:
            event = read_event(event_name, text, offset=offset)
        except PayloadError as error:
            return InvalidEvent(event_name, text, error.with_traceback(None), offset)
        self.done = isinstance(event, EndOfStream)
        self._failed = self._failed or isinstance(event, ErrorReport)
        return event


def read_event(name: str, data: str, *, offset: int | None = None) -> StreamEvent:
    """One event out of its name and data.

    Raises:
        PayloadError: the name is known, and the data is not its payload.
    """
    if _is_end(name, data):
        return cast(StreamEvent, EVENT_TYPES[cast(str, PROTOCOL.end_event)].event(data))
    row = EVENT_TYPES.get(name)
    if row is None or row.payload is None:
        return UnknownEvent(name, data)
    if issubclass(row.event, ErrorReport):
        return cast(StreamEvent, row.event(_error_payload(row.payload, data), data))
    try:
        return cast(StreamEvent, row.event(_validator(row.payload)(data)))
    except ValidationError:
        pass
    try:  # once more, out of plain values: where a key stands twice, the last of them counts
        return cast(StreamEvent, row.event(row.payload.model_validate(from_json(data))))
    except ValidationError as error:
        problems = problems_of(error)
    except ValueError as error:
        problems = [Problem("$", "JSON", str(error))]
    raise PayloadError(name, data, problems, offset=offset)


def decode_event(name: str | None, data: str | bytes) -> StreamEvent:
    """One event that something else has framed.

    Args:
        name: the name; None or "" if there was none.
        data: the data, its lines joined with LF.

    Raises:
        PayloadError: the name is known, and the data is not its payload.
    """
    encoded = data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
    block: Block = (name or "").encode("utf-8", "surrogatepass"), encoded
    if PROTOCOL.selector is not None:
        block = _selected(block)
    return read_event(_text(block[0]) or NO_NAME, _text(encoded))


def _is_end(name: str, data: str) -> bool:
    """Whether this is the end, under its name or, without a name, by its data."""
    if PROTOCOL.end_event is None:
        return False
    return name == PROTOCOL.end_event or (name == NO_NAME and data == PROTOCOL.end_data)


def name_in(data: str | bytes) -> str | None:
    """The name of an event that stands in its data, if that is where this protocol has it."""
    if PROTOCOL.selector is None:
        return None
    name = _members(_json(data)).get(PROTOCOL.selector)
    return name if isinstance(name, str) else None


def _selected(block: Block) -> Block:
    """The block under the name that stands in its data, or under its own if none does."""
    name = name_in(_text(block[1] or b""))
    return block if name is None else (name.encode(), block[1])


def _error_payload(payload: type[Payload], text: str) -> Payload:
    """What can be read of a reported error: flat, wrapped, a string, or plain text."""
    value = _json(text)
    if value is None and text.strip() != "null":
        value = text
    wrapped = _members(value).get(cast(str, PROTOCOL.error_member))  # None is no member's name
    if isinstance(wrapped, (dict, str)):
        value = cast(Any, wrapped)
    if isinstance(value, str):
        value = {cast(str, PROTOCOL.error_text): value} if value else {}
    members = _members(value)
    for _ in range(2):
        try:
            return payload.model_validate(members)
        except ValidationError as error:
            wrong = {line["loc"][0] for line in error.errors(include_url=False)}
        members = {name: value for name, value in members.items() if name not in wrong}
    lacking = payload.model_construct()  # what it should have; it is told all the same
    declared = payload.model_fields.keys() & members.keys()
    lacking.model_fields_set.update(declared)
    for name, value in members.items():
        home = vars(lacking) if name in declared else lacking.model_extra
        cast("dict[str, Any]", home)[name] = value
    return lacking


def _json(text: str | bytes) -> Any:
    """The JSON value of a text, None if it has none."""
    try:
        return from_json(text, allow_inf_nan=False)
    except ValueError:
        return None


def _members(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _pieces(chunk: bytes) -> Iterator[bytes]:
    return (chunk[start : start + _PIECE] for start in range(0, len(chunk), _PIECE))


def _as_bytes(chunk: Any) -> bytes:
    if isinstance(chunk, (bytearray, memoryview)):
        return bytes(cast(Any, chunk))
    if isinstance(chunk, bytes):
        return bytes(chunk)
    raise TypeError(
        f"a chunk must be bytes, not {type(chunk).__name__}; "
        "take the body of the response undecoded (iter_bytes, not iter_text or iter_lines)"
    )
