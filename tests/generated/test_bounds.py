"""Bounds: a block above the limit, memory, and work that grows with the bytes and no faster.

Work is counted, never timed: a timed assertion would fail on a busy machine.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from assistant_events import (
    MAX_EVENT_BYTES,
    Decoder,
    EventTooLargeError,
    InvalidEvent,
    decode,
    encode,
    iter_events,
)
from reading import decoded, first, row
from support.cuts import all_ways, by_bytes
from support.hungry import PAYLOADS
from support.payloads import END, frame, message, thread
from support.values import dumps

PING = frame("ping", "x")
LIMIT = 40
MIB = 1 << 20


def block(size: int, name: str = "n", end: str = "\n") -> bytes:
    """A block whose lines add up to so many bytes."""
    head = f"event: {name}{end}data: "
    return f"{head}{'x' * (size - len(head) + len(end))}{end}{end}".encode()


# --- a block above the limit ----------------------------------------------------------------------


def test_the_limit_is_16_mib_unless_told_otherwise() -> None:
    assert MAX_EVENT_BYTES == 16 * MIB
    payload = thread(id="x" * (8 * MIB))
    assert first(frame("thread.created", payload)).data.id == payload["id"]


@row("a block above `max_event_bytes`")
@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_a_block_at_the_limit_passes_and_one_above_it_does_not(end: str) -> None:
    for how, chunks in all_ways(PING + block(LIMIT, end=end) + PING):
        outcome = decoded(chunks, max_event_bytes=LIMIT)
        assert [event[0] for event in outcome.events] == ["unknown"] * 3, how
    for how, chunks in all_ways(PING + block(LIMIT + 1, end=end) + PING):
        outcome = decoded(chunks, max_event_bytes=LIMIT)
        assert outcome.events == [
            ("unknown", "ping", "x"),
            ("invalid", "n", "", len(PING)),
            ("unknown", "ping", "x"),
        ], how


@row("a block above `max_event_bytes`")
@pytest.mark.parametrize(
    "large",
    [
        b"event: n\ndata: " + b"x" * 50 + b"\n\n",
        b"event: n\n" + b"data: x\n" * 10 + b"\n",
        b"event: n\n" + b"data\n" * 20 + b"\n",
        b"event: n\ncolour: " + b"x" * 50 + b"\ndata: 1\n\n",
        b"event: n\n" + b"colour\n" * 10 + b"data: 1\n\n",
        b"event: n\nid: " + b"x" * 50 + b"\ndata: 1\n\n",
        b"event: n\n" + b"x" * 50 + b"\ndata: 1\n\n",
    ],
)
def test_every_field_counts(large: bytes) -> None:
    for how, chunks in all_ways(PING + large + PING):
        outcome = decoded(chunks, max_event_bytes=LIMIT)
        assert outcome.events[1] == ("invalid", "n", "", len(PING)), how
        assert outcome.events[::2] == [("unknown", "ping", "x")] * 2, how


@row("a block above `max_event_bytes`")
@pytest.mark.parametrize(
    "head",
    [
        b": " + b"x" * 50 + b"\n",
        b":\n" * 50,
        b"\n" * 50,
        b"\r\n" * 50,
        b"event: n\n: " + b"x" * 50 + b"\n",
        b"event: n\n" + b": x\r\n" * 50,
    ],
)
def test_comments_and_blank_lines_never_count(head: bytes) -> None:
    for how, chunks in all_ways(head + b"event: m\ndata: 1\n\n"):
        outcome = decoded(chunks, max_event_bytes=LIMIT)
        assert outcome.events == [("unknown", "m", "1")], how


@row("a block above `max_event_bytes`")
def test_its_error_tells_name_offset_and_limit() -> None:
    event = Decoder(max_event_bytes=LIMIT).feed(PING + block(500, "thread.created"))[1]
    assert isinstance(event, InvalidEvent)
    assert isinstance(event.error, EventTooLargeError)
    assert (event.event, event.data, event.offset) == ("thread.created", "", len(PING))
    assert (event.error.event, event.error.offset) == ("thread.created", len(PING))
    assert event.error.limit == LIMIT
    assert f"thread.created at byte {len(PING)}: larger than {LIMIT} bytes" in str(event.error)
    with pytest.raises(ValueError, match="too large to keep"):
        encode(event)


@row("a block above `max_event_bytes`")
def test_the_name_counts_wherever_it_stands() -> None:
    for how, chunks in all_ways(b"data: " + b"x" * 50 + b"\nevent: n\n\n"):
        assert decoded(chunks, max_event_bytes=LIMIT).events == [("invalid", "n", "", 0)], how


@row("the end event")
@pytest.mark.parametrize(
    "stream",
    [
        b"event: done\ndata: " + b"x" * 50 + b"\n\n",
        b"event: done\n" + b"data: x\n" * 50 + b"\n",
        b"event: done\ndata: " + b"x" * 50,
        b"data: " + b"x" * 50 + b"\nevent: done\n\n",
    ],
    ids=["line", "lines", "half", "name-last"],
)
def test_an_end_event_above_the_limit_is_the_end_all_the_same(stream: bytes) -> None:
    for how, chunks in all_ways(PING + stream):
        assert decoded(chunks, max_event_bytes=LIMIT).end == "done", how


@row("a block above `max_event_bytes`")
def test_the_next_blocks_are_read_like_any_other() -> None:
    stream = block(500) * 3 + b"id: 7\n\n" + block(LIMIT) + block(LIMIT + 1) + END
    for how, chunks in (("whole", [stream]), ("byte by byte", by_bytes(stream))):
        outcome = decoded(chunks, max_event_bytes=LIMIT)
        kinds = [event[0] for event in outcome.events]
        assert kinds == ["invalid"] * 3 + ["unknown", "invalid", "done"], how
        assert outcome.last_event_id == "7", how


@row("a block above `max_event_bytes`")
def test_half_a_block_above_the_limit_is_not_delivered() -> None:
    for how, chunks in all_ways(PING + b"event: n\ndata: " + b"x" * 50):
        outcome = decoded(chunks, max_event_bytes=LIMIT)
        assert outcome.events == [("unknown", "ping", "x")], how
        assert outcome.end == "truncated", how


@row("a block above `max_event_bytes`")
@pytest.mark.parametrize("limit", [0, 1, 7])
def test_a_limit_may_be_tiny(limit: int) -> None:
    for how, chunks in all_ways(PING + PING):
        outcome = decoded(chunks, max_event_bytes=limit)
        assert [event[0] for event in outcome.events] == ["invalid"] * 2, how


@row("a block above `max_event_bytes`")
def test_who_asked_for_exceptions_gets_it_raised_in_its_place() -> None:
    events = iter_events([PING + block(500) + PING], max_event_bytes=LIMIT)
    assert next(events).event == "ping"
    with pytest.raises(EventTooLargeError):
        next(events)


# --- memory ---------------------------------------------------------------------------------------


def _peak(chunks: Iterator[bytes], limit: int) -> tuple[int, list[Any]]:
    """The most bytes that were held at once while these chunks were read, beyond a chunk."""
    decoder = Decoder(max_event_bytes=limit, require_done=False)
    decoder.feed(PING)
    events: list[Any] = []
    tracemalloc.start()
    try:
        for chunk in chunks:
            events += decoder.feed(chunk)[:3]
        events += decoder.close()
        return tracemalloc.get_traced_memory()[1], events
    finally:
        tracemalloc.stop()


def _flow(piece: bytes, total: int, *, head: bytes = b"", tail: bytes = b"") -> Iterator[bytes]:
    """A stream of many bytes in chunks of about 64 KB that all are one object."""
    chunk = piece * max(1, 65_536 // len(piece))
    yield head
    for _ in range(total // len(chunk)):
        yield chunk
    yield tail


ONE = {
    "line": (b"x" * 65_536, b"event: n\ndata: ", b"\n\n"),
    "line that is no field": (b"x" * 65_536, b"", b"\n\n"),
    "name": (b"x" * 65_536, b"event: ", b"\ndata: 1\n\n"),
    "id": (b"x" * 65_536, b"id: ", b"\ndata: 1\n\n"),
    "retry": (b"1" * 65_536, b"retry: ", b"\ndata: 1\n\n"),
    "comment": (b"x" * 65_536, b":", b"\n\n"),
}
MANY = {
    "lines of one event": (b"data: " + b"x" * 50 + b"\n", b"event: n\n"),
    "comments": (b": keep-alive\n", b""),
    "comments within a block": (b": keep-alive\n", b"event: n\n"),
    "unknown fields of one block": (b"colour: green\n", b"event: n\n"),
    "blocks of unknown fields": (b"colour: green\n\n", b""),
    "empty lines": (b"\n" * 60_000, b""),
    "empty lines of CRLF": (b"\r\n" * 30_000, b""),
    "names without data": (b"event: n\n\n", b""),
    "ids": (b"id: 7\n\n", b""),
}


@row("a block above `max_event_bytes`")
@pytest.mark.parametrize("flow", ONE)
def test_a_hundred_megabytes_of_one_line_are_not_held(flow: str) -> None:
    piece, head, tail = ONE[flow]
    peak, events = _peak(_flow(piece, 100 * MIB, head=head, tail=tail), MIB)
    assert peak < 4 * MIB, f"{peak / MIB:.1f} MiB held"
    assert [type(event) for event in events] == [InvalidEvent] * (flow != "comment")


@row("a block above `max_event_bytes`")
@pytest.mark.parametrize("flow", MANY)
def test_more_lines_do_not_take_more_memory(flow: str) -> None:
    piece, head = MANY[flow]
    few, many = (_peak(_flow(piece, n * MIB // 4, head=head), MIB // 16)[0] for n in (1, 3))
    assert many < few + MIB // 8, f"{few / MIB:.2f} MiB held, then {many / MIB:.2f}"


@row("a block above `max_event_bytes`")
@pytest.mark.parametrize("line", [b"data\n", b"data:xy\n", b"data:" + b"x" * 20 + b"\n"])
def test_an_event_of_many_short_lines_is_held_line_by_line_and_bounded(line: bytes) -> None:
    """A line of two characters is a Python object of some fifty bytes; no line costs more."""
    limit = MIB // 4
    peak, _ = _peak(_flow(line, 2 * limit, head=b"event: n\n", tail=b"\n"), limit)
    assert peak < 10 * limit, f"{peak / limit:.1f} times the limit held"


@row("a block above `max_event_bytes`")
@pytest.mark.parametrize("piece", [b"\r\n", b": c\n", b"id: 7\n\n", b"x: y\r"])
def test_a_chunk_may_be_large_without_its_lines_being_held_all_at_once(piece: bytes) -> None:
    chunk = piece * (MIB // len(piece))
    peak, events = _peak(iter([chunk]), 1 << 24)
    assert events == []
    assert peak < 5 * MIB, f"{peak / MIB:.1f} MiB held beside a chunk of one"


@row("a block above `max_event_bytes`")
def test_events_that_are_dropped_are_not_held() -> None:
    chunk = frame("thread.created", thread()) * 100
    peak, _ = _peak((chunk for _ in range(100)), MIB)
    assert peak < 6 * MIB, f"{peak / MIB:.1f} MiB held"


@row("a known name with data that is not its payload")
@pytest.mark.parametrize(
    "payload",
    [
        message(content=[0] * 4_000),
        message(content=[{"type": "text", "text": 0}] * 2_000),
        message(metadata={str(i): i for i in range(5_000)}),
    ],
    ids=["items", "branches", "members"],
)
def test_a_payload_wrong_in_thousands_of_places_takes_little_memory(payload: Any) -> None:
    """A stream is someone else's bytes: one of 16 MiB must not take the machine down."""
    stream = frame("thread.message.created", payload)
    first(frame("thread.message.created", message(content=[0])))
    tracemalloc.start()
    try:
        invalid = first(stream)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert isinstance(invalid, InvalidEvent)
    # pydantic's own part is not traced; ours shows what it is asked for
    assert peak < 100 * len(stream), f"{peak / len(stream):.0f} bytes held for each that came"


@row("a block above `max_event_bytes`")
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the memory so")
@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_payload_takes_more_than_two_hundred_times_its_bytes(payload: str) -> None:
    """The limit is on bytes; what comes of a byte must not be a kilobyte, pydantic's part included.

    Python itself makes some hundred bytes of the two of an item in a list.
    """
    done = subprocess.run(
        [sys.executable, "-m", "support.hungry", payload],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 200, f"{float(done.stdout):.0f} bytes for each that came"


# --- work -----------------------------------------------------------------------------------------


def _work(stream: bytes, size: int, **options: Any) -> int:
    """How many lines of Python run while a stream is read in chunks of this size."""
    lines = 0

    def count(_frame: Any, kind: str, _argument: Any) -> Any:
        nonlocal lines
        lines += kind == "line"
        return count

    decoder = Decoder(require_done=False, **options)
    chunks = [stream[i : i + size] for i in range(0, len(stream), size)]
    before = sys.gettrace()
    sys.settrace(count)
    try:
        for chunk in chunks:
            decoder.feed(chunk)
        decoder.close()
    finally:
        sys.settrace(before)
    return lines


@pytest.mark.parametrize(
    "piece",
    [
        b"event: ping\ndata: x\n\n",
        b"event: thread.created\ndata: {\n\n",
        b"event: error\ndata: x\n\n",
        b"event: ping\r\ndata: x\r\n\r\n",
        b"event: thread.created\r\ndata: {}\r\n\r\n",
        b"data: x\n\n",
        b": x\n\n",
        b"\n",
        b"event: " + b"n" * 60 + b"\ndata: x\n\n",
    ],
    ids=[
        "unknown",
        "invalid",
        "error",
        "unknown-crlf",
        "invalid-crlf",
        "nameless",
        "comment",
        "blank",
        "long-name",
    ],
)
@pytest.mark.parametrize("size", [1 << 20, 64, 1], ids=["whole", "64", "1"])
def test_work_grows_with_the_bytes_and_no_faster(piece: bytes, size: int) -> None:
    decode(piece, errors="keep", require_done=False)
    small, large = (_work(piece * n, size) for n in (100, 400))
    assert large < 5 * small, f"4 times the bytes, {large / small:.1f} times the work"


@pytest.mark.parametrize("line", [b"x", b"data: x\n", b": x\n"])
def test_work_on_one_block_grows_with_its_bytes_and_no_faster(line: bytes) -> None:
    for limit in (100, 1 << 20):
        small, large = (
            _work(b"event: n\ndata: " + line * n + b"\n\n", 16, max_event_bytes=limit)
            for n in (500, 2000)
        )
        assert large < 5 * small, f"4 times the bytes, {large / small:.1f} times the work"


def test_a_payload_is_read_once_if_it_is_valid() -> None:
    text = dumps(thread())
    stream = frame("thread.created", text)
    decode(stream, require_done=False)
    assert _work(stream * 20, 1 << 20) < 20 * 25
