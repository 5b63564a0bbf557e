"""Payloads and events made by hand, for type checkers to read; as `user_code.py`."""

from __future__ import annotations

from assistant_events import Error, ErrorEvent, Thread, ThreadCreated, encode


def make() -> bytes:
    thread = Thread(id="thread_1", object="thread", created_at=1, metadata=None)
    labelled = Thread(id="thread_1", object="thread", created_at=1, metadata={"a": "b"})
    return (
        encode(ThreadCreated(thread))
        + encode(ThreadCreated(labelled))
        + encode(ErrorEvent(Error(message="boom", code=429)))
    )


def wrong() -> None:
    Thread(id="a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Thread(id=1, object="thread", created_at=1, metadata=None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Thread(id="a", object="run", created_at=1, metadata=None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Thread(id="a", object="thread", created_at="1", metadata=None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
