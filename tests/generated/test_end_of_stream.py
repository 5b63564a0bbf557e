"""How a stream ends: by its end event, by an error that the server reports, or by breaking off."""

from __future__ import annotations

from typing import Any

import pytest
from assistant_events import (
    Decoder,
    Done,
    ErrorEvent,
    TruncatedStreamError,
    decode,
    encode,
    iter_events,
)
from reading import decoded, first, row
from support.cuts import all_ways
from support.payloads import END, frame, thread
from support.values import dumps

PING = frame("ping", "x")
ERROR = frame("error", '{"error":{"message":"boom"}}')


# --- the end event --------------------------------------------------------------------------------


@row("the end event")
@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"data: [DONE]\n", "[DONE]"),
        (b"data:[DONE]\n", "[DONE]"),
        (b'data: "[DONE]"\n', "[DONE]"),
        (b"data: done\n", "done"),
        (b"data: {}\n", "{}"),
        (b"data: {\n", "{"),
        (b"data:\n", ""),
        (b"data\n", ""),
        (b"data: a\ndata: b\n", "a\nb"),
        (b"data: \xff\n", "\ufffd"),
    ],
)
def test_the_end_is_the_end_whatever_its_data(data: bytes, text: str) -> None:
    text = f'"{text}"' if b'"' in data else text
    for stream in (b"event: done\n" + data + b"\n", data + b"event: done\n\n"):
        for how, chunks in all_ways(PING + stream + PING):
            outcome = decoded(chunks)
            assert outcome.events == [("unknown", "ping", "x"), ("done", text)], how
            assert outcome.end == "done", how


@row("the end event")
def test_what_comes_after_the_end_is_not_read() -> None:
    decoder = Decoder()
    assert not decoder.done
    events = decoder.feed(END + frame("thread.created", "{") + b"id: 9\nretry: 9\n\n")
    assert events == [Done("[DONE]")]
    assert decoder.done
    assert decoder.feed(PING) == []
    assert decoder.feed(END) == []
    assert decoder.feed(b"\xff" * 1000) == []
    assert (decoder.last_event_id, decoder.retry) == ("", None)
    assert decoder.close() == []


@row("the end event")
@pytest.mark.parametrize("after", [b"", PING * 50, PING * 5000, b"id: 9\n\n", b"\r\n" * 50])
def test_the_end_is_found_in_the_middle_of_a_chunk(after: bytes) -> None:
    outcome = decoded([b"id: 7\n\n" + PING * 3 + END + after])
    assert outcome.events == [("unknown", "ping", "x")] * 3 + [("done", "[DONE]")]
    assert outcome.last_event_id == "7"


@row("the end event")
def test_iteration_stops_at_the_end_and_reads_no_further_chunk() -> None:
    read = []

    def chunks() -> Any:
        for chunk in (PING, END, b"event: never\ndata: 1\n\n"):
            read.append(chunk)
            yield chunk

    assert [event.event for event in iter_events(chunks())] == ["ping", "done"]
    assert read == [PING, END]


@row("a block without a `data` line")
def test_an_end_event_without_data_is_none() -> None:
    assert decoded([b"event: done\n\n" + PING]).end == "truncated"
    assert decoded([b"event: done\n"]).events == []


# --- the input ends -------------------------------------------------------------------------------


@row("end of input without the end event")
@pytest.mark.parametrize(
    "stream",
    [
        b"",
        b"\n",
        b": hello\n\n",
        PING,
        PING + b"event: done\n\n",
        PING + b'{"error":{}}',
        b"\xef\xbb\xbf",
    ],
)
def test_input_that_ends_too_early_is_told_after_all_events(stream: bytes) -> None:
    events: list[str] = []
    with pytest.raises(TruncatedStreamError) as caught:
        events.extend(event.event for event in iter_events([stream]))
    assert events == ["ping"] * stream.count(b"ping")
    assert caught.value.offset == len(stream)
    assert caught.value.event is None
    assert f"at byte {len(stream)} before 'done'" in str(caught.value)


@row("end of input without the end event")
def test_truncation_says_whether_it_was_within_an_event() -> None:
    for stream, within in ((PING, False), (PING + b": half", False), (PING + b"ev", True)):
        for how, chunks in all_ways(stream):
            decoder = Decoder()
            for chunk in chunks:
                decoder.feed(chunk)
            with pytest.raises(TruncatedStreamError) as caught:
                decoder.close()
            assert caught.value.offset == len(stream), how
            assert ("within an event" in str(caught.value)) == within, how


@row("end of input without the end event")
@pytest.mark.parametrize("stream", [b"", PING, PING + b"event: half\nda", b"\r"])
def test_truncation_is_turned_off_by_require_done(stream: bytes) -> None:
    events = decode(stream, require_done=False)
    assert [event.event for event in events] == ["ping"] * stream.count(b"ping")
    decoder = Decoder(require_done=False)
    decoder.feed(stream)
    assert decoder.close() == []
    assert not decoder.done


@row("end of input without the end event")
@pytest.mark.parametrize("after", [b"", PING, b"event: half\ndata: 1\n", b": x\r\n"])
def test_there_is_no_truncation_after_an_error_event(after: bytes) -> None:
    for how, chunks in all_ways(ERROR + after):
        outcome = decoded(chunks)
        assert outcome.events[0] == ("error", '{"error":{"message":"boom"}}'), how
        assert outcome.end == "eof", how


@row("end of input without the end event")
def test_an_invalid_event_does_not_excuse_truncation() -> None:
    with pytest.raises(TruncatedStreamError):
        decode(frame("thread.run.failed", '{"error":{"message":"boom"}}'), errors="keep")


def test_closing_is_final_and_can_be_repeated() -> None:
    decoder = Decoder()
    with pytest.raises(TruncatedStreamError):
        decoder.close()
    assert decoder.close() == []
    with pytest.raises(ValueError, match="closed"):
        decoder.feed(b"")


# --- half a block ---------------------------------------------------------------------------------


@row("half a block at the end of input")
@pytest.mark.parametrize(
    "last",
    [
        b"event: done\ndata: [DONE]\n",
        b"event: done\ndata: [DONE]",
        b"event: done\r\ndata: [DONE]\r\n",
        b"event: done\r\ndata: [DONE]\r",
        b"event: done\rdata: [DONE]\r",
        b"event: done\ndata: [DONE]\n: bye",
        b"data: [DONE]\nevent: done",
        b"data: [DONE]\n",
        b"data: [DONE]",
    ],
)
def test_an_end_event_without_its_last_blank_line_is_the_end(last: bytes) -> None:
    for how, chunks in all_ways(PING + last):
        outcome = decoded(chunks)
        assert outcome.events == [("unknown", "ping", "x"), ("done", "[DONE]")], how
        assert outcome.end == "done", how


@row("half a block at the end of input")
def test_an_end_event_of_other_data_may_lack_its_blank_line_too() -> None:
    assert decoded([b"event: done\ndata"]).events == [("done", "")]
    assert decoded([b"event: done\ndata: {}"]).events == [("done", "{}")]


@row("half a block at the end of input")
@pytest.mark.parametrize(
    "last",
    [
        b"event: done",
        b"event: done\n",
        b"event: done\ndat",
        b"event: do",
        b"data: [DONE",
        b"data: [DONE]\ndata: ",
        b"event: ping\ndata: [DONE]\n",
        b"event: thread.created\ndata: [DONE]\n",
        b"event: thread.created\ndata: " + dumps(thread()).encode(),
        b"event: thread.created\ndata: " + dumps(thread()).encode() + b"\n",
        b"event: error\ndata: boom\n",
        b"event: ping\ndata: x\r",
    ],
)
def test_no_other_half_block_is_delivered(last: bytes) -> None:
    ways = all_ways(PING + last) if len(last) < 100 else [("whole", [PING + last])]
    for how, chunks in ways:
        assert decoded(chunks).events == [("unknown", "ping", "x")], how
        assert decoded(chunks).end == "truncated", how
        assert decoded(chunks, require_done=False).end == "eof", how


def test_close_gives_the_end_event_that_only_lacked_its_blank_line() -> None:
    decoder = Decoder()
    assert decoder.feed(b"event: done\ndata: [DONE]\n") == []
    assert not decoder.done
    assert decoder.close() == [Done("[DONE]")]
    assert decoder.done


# --- errors that the server reports ---------------------------------------------------------------

FULL = {"message": "boom", "type": "server_error", "code": "x", "param": "p"}
ABSENT = (None, None, None, None)


@row("the error event")
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (dumps(FULL), ("boom", "server_error", "x", "p")),
        (dumps({"error": FULL}), ("boom", "server_error", "x", "p")),
        (dumps({"error": {"message": "boom"}}), ("boom", None, None, None)),
        (dumps({"error": {"message": "boom"}, "message": "outer"}), ("boom", None, None, None)),
        (dumps({"error": "boom"}), ("boom", None, None, None)),
        (dumps({"error": None, "message": "boom"}), ("boom", None, None, None)),
        (dumps({"message": None, "code": None}), ABSENT),
        (dumps({"code": 429, "message": "boom"}), ("boom", None, 429, None)),
        (dumps({"error": {"code": 500.0}}), (None, None, 500, None)),
        ('"boom"', ("boom", None, None, None)),
        ("boom", ("boom", None, None, None)),
        ("it broke: {", ("it broke: {", None, None, None)),
        ("<html>502</html>", ("<html>502</html>", None, None, None)),
        ("{", ("{", None, None, None)),
        ('{"message": "boo', ('{"message": "boo', None, None, None)),
        ('{"message": NaN}', ('{"message": NaN}', None, None, None)),
        ("two\nlines", ("two\nlines", None, None, None)),
        ("{}", ABSENT),
        ("[]", ABSENT),
        ('{"error":{}}', ABSENT),
        ('{"error":""}', ABSENT),
        ('{"error":[]}', ABSENT),
        ('{"error":[],"message":"boom"}', ("boom", None, None, None)),
        ('{"error":true,"message":"boom"}', ("boom", None, None, None)),
        ('{"error":false}', ABSENT),
        ("", ABSENT),
        ('""', ABSENT),
        ('{"message":["boom"],"type":"t"}', (None, "t", None, None)),
        ('{"message":7,"code":true,"type":"t"}', (None, "t", None, None)),
        ('{"message":"boom","code":1.5,"param":[]}', ("boom", None, None, None)),
        ('{"error":{"message":"boom","code":{"a":1}}}', ("boom", None, None, None)),
        ('{"message":"boom","x":1e400}', ("boom", None, None, None)),
        ('{"message":"boom","misalignment":7}', ("boom", None, None, None)),
        ('{"message":"boom","misalignment":{"steer":7}}', ("boom", None, None, None)),
    ],
)
def test_an_error_is_read_in_whatever_shape(data: str, expected: tuple[Any, ...]) -> None:
    block = "event: error\n" + "".join(f"data: {line}\n" for line in data.split("\n")) + "\n"
    event = first(block.encode())
    assert isinstance(event, ErrorEvent)
    error = event.data
    assert (error.message, error.type, error.code, error.param) == expected
    assert type(error.code) in (str, int, type(None))
    assert event.raw == data
    assert encode(event) == block.encode()


@row("the error event")
@pytest.mark.parametrize(
    "data",
    [
        "null",
        "7",
        "true",
        '"\\ud800"',
        "[" * 500,
        "1" * 5000,
        '{"a":' * 300,
        "�",
        "\x00",
        '{"\\u0000branch":NaN}',
        '{"":{"":NaN}}',
        '{"error":{"error":{"error":1}}}',
        '{"code":[1e400]}',
    ],
)
def test_an_error_is_never_invalid(data: str) -> None:
    event = first(frame("error", data))
    assert isinstance(event, ErrorEvent)
    assert event.raw == data
    assert encode(event) == frame("error", data)


@row("the error event")
def test_members_of_an_error_that_are_not_known_are_kept() -> None:
    event = first(frame("error", {"error": {"message": "boom", "request_id": "req_1"}}))
    assert event.data.request_id == "req_1"


@row("the error event")
def test_an_error_does_not_end_the_stream() -> None:
    outcome = decoded([ERROR + PING + ERROR + END + PING])
    assert [event[0] for event in outcome.events] == ["error", "unknown", "error", "done"]
    assert outcome.end == "done"


@row("the error event")
def test_an_error_that_is_not_utf_8_is_read() -> None:
    event = first(b'event: error\ndata: {"message":"b\xffm"}\n\n')
    assert event.data.message == "b\ufffdm"


@row("the error event")
def test_errors_are_equal_by_what_they_say() -> None:
    flat, wrapped = decode(frame("error", FULL) + frame("error", {"error": FULL}))
    assert flat == wrapped
    assert flat.raw != wrapped.raw
