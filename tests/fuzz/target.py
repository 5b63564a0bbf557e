"""What is tried on each input: what must hold of any bytes at all.

The first three bytes of an input choose a limit and cuts, the rest is the stream.
"""

from __future__ import annotations

import random
from typing import Any

from assistant_events import (
    Decoder,
    Done,
    EventTooLargeError,
    InvalidEvent,
    StreamError,
    data_text,
    decode,
    encode,
    iter_events,
)
from support.cuts import by_bytes, cut
from support.payloads import END, FULL, frame, run_step_delta
from support.standard import Block, read

LIMITS = (1 << 24, 1 << 24, 1 << 24, 4096, 100, 30, 5)


def check(data: bytes) -> None:
    """Read a stream in several ways and hold them to each other.

    Raises:
        AssertionError: two readings differ.
        Exception: anything but a `StreamError`, which is a defect of the decoder.
    """
    if len(data) < 3:
        return
    limit, stream = LIMITS[data[0] % len(LIMITS)], data[3:]
    whole = told([stream], limit)
    places = random.Random(data[:3]).choices(range(len(stream) + 1), k=data[1] % 8)
    assert told(cut(stream, *places), limit) == whole, "cut"
    if len(stream) < 500:
        assert told(by_bytes(stream), limit) == whole, "byte by byte"
    if limit == 1 << 24:
        framed_like_the_standard(stream)
    written_back(stream)
    try:
        for event in iter_events([stream], max_event_bytes=limit):
            repr(event)
    except StreamError as error:
        str(error), repr(error)


def told(chunks: list[bytes], limit: int) -> Any:
    """All that a decoder says of a stream."""
    decoder = Decoder(max_event_bytes=limit)
    events = [event for chunk in chunks for event in decoder.feed(chunk)]
    end: Any = None
    try:
        events += decoder.close()
    except StreamError as error:
        end = str(error)
    return [_event(event) for event in events], end, decoder.last_event_id, decoder.retry


def _event(event: Any) -> Any:
    if isinstance(event, InvalidEvent):
        return event.event, event.data, event.offset, str(event.error)
    return type(event).__name__, event.event, data_text(event)


def framed_like_the_standard(stream: bytes) -> None:
    """The names and texts are those of the plain reading."""
    expected: list[tuple[str, str | None]] = []
    for block in read(stream).blocks:
        expected.append(("done" if _is_end(block) else block.name or "message", block.data))
        if _is_end(block):
            break
    events = Decoder().feed(stream)
    assert [event.event for event in events] == [name for name, _ in expected], "names"
    for event, (_, data) in zip(events, expected, strict=True):
        if isinstance(event, InvalidEvent):
            assert event.data == data, "the text of an invalid event"


def _is_end(block: Block) -> bool:
    return block.name == "done" or (block.name in ("", "message") and block.data == "[DONE]")


def written_back(stream: bytes) -> None:
    """What is encoded decodes to the same."""
    for event in decode(stream, errors="keep", require_done=False):
        if isinstance(event, InvalidEvent) and isinstance(event.error, EventTooLargeError):
            continue
        (again,) = decode(encode(event), errors="keep", require_done=isinstance(event, Done))
        assert data_text(again) == data_text(event), "written back"
        assert type(again) is type(event), "written back"


# --- where it begins ------------------------------------------------------------------------------

_EVENTS = {
    "Thread": "thread.created",
    "Run": "thread.run.created",
    "RunStep": "thread.run.step.created",
    "RunStepDelta": "thread.run.step.delta",
    "Message": "thread.message.created",
    "MessageDelta": "thread.message.delta",
    "Error": "error",
}
_DELTA = {"id": "a", "object": "thread.message.delta"}
_SMALL: list[tuple[str, Any]] = [
    (
        "thread.created",
        {"id": "a", "object": "thread", "created_at": 1, "metadata": {}, "x": [1.5]},
    ),
    ("thread.message.delta", _DELTA | {"delta": {"content": [{"index": 0, "type": "text"}]}}),
    (
        "thread.message.delta",
        _DELTA | {"delta": {"content": [{"type": "new", "x": 1}], "role": "r"}},
    ),
    ("thread.run.step.delta", run_step_delta(delta={"step_details": {"type": "tool_calls"}})),
]

TOKENS = [
    *(b"event: %s\n" % name.encode() for name in _EVENTS.values()),
    *(b"event: done\n", b"event: x\n", b"event:\n", b"data: [DONE]\n\n", b"data: {}\n\n"),
    *(b"data: ", b"data:", b"data\n", b"id: 7\n", b"id: \0\n", b"retry: 10\n", b": c\n"),
    *(b"\n", b"\r", b"\r\n", b"\n\n", b"\r\n\r\n", b"\r\r", b"\xef\xbb\xbf", b"\xff", b"\xe2\x82"),
    *(b"NaN", b"Infinity", b"1e400", b"1.0", b"1.5", b"null", b"true", b'""', b"[]", b"{}", b"-0"),
    *(b'"type":"text"', b'"type":"function"', b'"type":7', b'"type":"new"', b'"error":', b"9" * 30),
    *(b'"\\u0000known tags":', b'"\\u0000unknown tag":', b'"\\u0000branch":', b'"\\ud800"'),
    *(b"[" * 210, b'{"a":' * 30, b'"id":1,"id":"a"', b'"metadata":{"a":1}', b'"tools":[{}]'),
]


def seeds() -> list[bytes]:
    """Inputs to begin with."""
    streams = [frame(_EVENTS[name], payload) for name in _EVENTS for payload in FULL[name]]
    streams = [frame(name, value) for name, value in _SMALL] * 2 + streams
    streams += [frame("error", text) for text in ("boom", '"boom"', '{"error":{"code":5}}')]
    streams += [
        frame("ping", "x") * 3 + END,
        b"\xef\xbb\xbfid: 7\r\ndata: a\r\ndata: b\r\n\r\n" + END,
    ]
    streams += [b"event: x\rdata: 1\r\r: c\rretry: 5\r\r", b"data\n\ndata:\n\nevent: done\n\n"]
    streams.append(b"".join(frame(name, value) for name, value in _SMALL) + b"event: done\ndata: x")
    return [bytes([i % 7, i % 8, i]) + stream for i, stream in enumerate(streams)]
