"""Events out of whatever yields bytes: an HTTP client's byte iterator, a file, a list of chunks.

Each event is handed on as soon as its last byte is in.  The iterators close their source when they
are used in a `with` statement:

    with iter_events(response.iter_bytes()) as events:
        for event in events: ...
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from inspect import isawaitable
from typing import Any, Generic, Literal, TypeAlias, TypeVar, overload

from .base import InvalidEvent
from .decoder import MAX_EVENT_BYTES, Decoder
from .errors import StreamError
from .events import StreamEvent

T = TypeVar("T")
Errors: TypeAlias = Literal["raise", "keep"]


class EventIterator(Generic[T]):
    """The events of one stream, once.  Closing it closes the source, if that can be closed."""

    def __init__(self, events: Iterator[T], source: object) -> None:
        self._events = events
        self._source = source

    def __iter__(self) -> Iterator[T]:
        return self._events

    def __next__(self) -> T:
        return next(self._events)

    def __enter__(self) -> EventIterator[T]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the iteration and close the source."""
        for closable in (self._events, self._source):
            close = getattr(closable, "close", None)
            if close is not None:
                close()


class AsyncEventIterator(Generic[T]):
    """The events of one stream, once.  Closing it closes the source, if that can be closed."""

    def __init__(self, events: AsyncIterator[T], source: object) -> None:
        self._events = events
        self._source = source

    def __aiter__(self) -> AsyncIterator[T]:
        return self._events

    async def __anext__(self) -> T:
        return await self._events.__anext__()

    async def __aenter__(self) -> AsyncEventIterator[T]:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End the iteration and close the source."""
        for closable in (self._events, self._source):
            close = getattr(closable, "aclose", None) or getattr(closable, "close", None)
            waiting = close() if close is not None else None
            if isawaitable(waiting):
                await waiting


@overload
def iter_events(
    chunks: Iterable[bytes],
    *,
    errors: Literal["raise"] = "raise",
    require_done: bool = True,
    max_event_bytes: int = MAX_EVENT_BYTES,
) -> EventIterator[StreamEvent]: ...
@overload
def iter_events(
    chunks: Iterable[bytes],
    *,
    errors: Literal["keep"],
    require_done: bool = True,
    max_event_bytes: int = MAX_EVENT_BYTES,
) -> EventIterator[StreamEvent | InvalidEvent]: ...
def iter_events(
    chunks: Iterable[bytes],
    *,
    errors: Errors = "raise",
    require_done: bool = True,
    max_event_bytes: int = MAX_EVENT_BYTES,
) -> EventIterator[Any]:
    """The events of a stream, one by one.

    Args:
        chunks: the bytes of the stream, cut anywhere.
        errors: at an event that cannot be read, `raise` its error, or `keep` the `InvalidEvent`.
        require_done: whether a stream that was cut off is an error, once all of it is read.
        max_event_bytes: how large an event may be, in bytes.

    Raises:
        StreamError: on the way; see `errors` and `require_done`.
        TypeError: the chunks are no bytes.
    """
    decoder = Decoder(require_done=require_done, max_event_bytes=max_event_bytes)
    keep = _keep(errors)
    return EventIterator(decoder.read(chunks, keep=keep, whole=True), chunks)


@overload
def aiter_events(
    chunks: AsyncIterable[bytes],
    *,
    errors: Literal["raise"] = "raise",
    require_done: bool = True,
    max_event_bytes: int = MAX_EVENT_BYTES,
) -> AsyncEventIterator[StreamEvent]: ...
@overload
def aiter_events(
    chunks: AsyncIterable[bytes],
    *,
    errors: Literal["keep"],
    require_done: bool = True,
    max_event_bytes: int = MAX_EVENT_BYTES,
) -> AsyncEventIterator[StreamEvent | InvalidEvent]: ...
def aiter_events(
    chunks: AsyncIterable[bytes],
    *,
    errors: Errors = "raise",
    require_done: bool = True,
    max_event_bytes: int = MAX_EVENT_BYTES,
) -> AsyncEventIterator[Any]:
    """The same as `iter_events`, for chunks that are awaited."""
    decoder = Decoder(require_done=require_done, max_event_bytes=max_event_bytes)
    keep = _keep(errors)
    return AsyncEventIterator(_aevents(chunks, decoder, keep), chunks)


async def _aevents(
    chunks: AsyncIterable[bytes], decoder: Decoder, keep: bool
) -> AsyncIterator[Any]:
    async for chunk in chunks:
        for event in decoder.read((chunk,), keep=keep):
            yield event
        if decoder.done:
            return
    for event in decoder.close():
        yield event


@overload
def decode(
    data: bytes,
    *,
    errors: Literal["raise"] = "raise",
    require_done: bool = True,
    max_event_bytes: int = MAX_EVENT_BYTES,
) -> list[StreamEvent]: ...
@overload
def decode(
    data: bytes,
    *,
    errors: Literal["keep"],
    require_done: bool = True,
    max_event_bytes: int = MAX_EVENT_BYTES,
) -> list[StreamEvent | InvalidEvent]: ...
def decode(
    data: bytes,
    *,
    errors: Errors = "raise",
    require_done: bool = True,
    max_event_bytes: int = MAX_EVENT_BYTES,
) -> list[Any]:
    """All events of a whole stream.

    Args:
        data: the bytes of the stream.
        errors: at an event that cannot be read, `raise` its error, or `keep` the `InvalidEvent`.
        require_done: whether a stream that was cut off is an error.
        max_event_bytes: how large an event may be, in bytes.

    Raises:
        StreamError: see `errors` and `require_done`; its `events` are those read before it.
        TypeError: the data are no bytes.
    """
    decoder = Decoder(require_done=require_done, max_event_bytes=max_event_bytes)
    events: list[Any] = []
    try:
        events.extend(decoder.read((data,), keep=_keep(errors), whole=True))
    except StreamError as error:
        error.events = events
        raise
    return events


def _keep(errors: str) -> bool:
    if errors not in ("raise", "keep"):
        raise ValueError(f"errors must be 'raise' or 'keep', not {errors!r}")
    return errors == "keep"
