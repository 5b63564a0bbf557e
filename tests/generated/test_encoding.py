"""Encoding: the inverse of decoding, and what it refuses to write."""

from __future__ import annotations

import json
import warnings
from typing import Any

import assistant_events
import pytest
from assistant_events import (
    Done,
    Error,
    ErrorEvent,
    InvalidEvent,
    Thread,
    ThreadCreated,
    ThreadRunCreated,
    UnknownEvent,
    data_text,
    decode,
    encode,
)
from reading import dumped, first
from support.payloads import END, FULL, error, frame, run, thread
from support.values import differences, dumps, loads, same

EVENTS = {
    "Thread": "thread.created",
    "Run": "thread.run.created",
    "RunStep": "thread.run.step.created",
    "RunStepDelta": "thread.run.step.delta",
    "Message": "thread.message.created",
    "MessageDelta": "thread.message.delta",
}


def test_an_event_is_a_name_its_data_and_a_blank_line() -> None:
    event = ThreadCreated(Thread(id="a", object="thread", created_at=1, metadata=None))
    assert encode(event) == (
        b"event: thread.created\n"
        b'data: {"id":"a","object":"thread","created_at":1,"metadata":null}\n\n'
    )
    assert encode(Done("[DONE]")) == END
    assert encode(UnknownEvent("ping", "x")) == b"event: ping\ndata: x\n\n"


@pytest.mark.parametrize("name", EVENTS)
def test_decoding_what_was_encoded_gives_the_same_event_and_value(name: str) -> None:
    for payload in FULL[name]:
        event = first(frame(EVENTS[name], payload))
        back = decode(encode(event), require_done=False)
        assert back == [event]
        assert same(dumped(back[0].data), payload)
        assert differences(payload, loads(data_text(event))) == []


@pytest.mark.parametrize("name", EVENTS)
def test_payloads_can_be_made_by_hand(name: str) -> None:
    event_class = assistant_events.EVENT_TYPES[EVENTS[name]].event
    payload = getattr(assistant_events, name)(**FULL[name][0])
    event = event_class(payload)
    assert decode(encode(event), require_done=False) == [event]
    assert same(loads(data_text(event)), FULL[name][0])


def test_a_member_that_is_set_later_is_written() -> None:
    event = first(
        frame("thread.created", {k: thread()[k] for k in thread() if k != "tool_resources"})
    )
    assert "tool_resources" not in loads(data_text(event))
    event.data.tool_resources = None
    assert loads(data_text(event))["tool_resources"] is None
    event.data.brand_new = [1]
    assert loads(data_text(event))["brand_new"] == [1]


def test_a_member_with_another_name_in_python_is_written_by_its_own() -> None:
    event = first(frame("thread.run.created", run()))
    assert event.data.response_format.json_schema.schema_ == (
        run()["response_format"]["json_schema"]["schema"]
    )
    assert "schema_" not in data_text(event)
    assert '"schema":' in data_text(event)


def test_a_payload_that_no_validator_was_built_for_is_written() -> None:
    payload = assistant_events.MessageDelta.model_construct(
        {"id", "delta"}, id="a", delta=assistant_events.MessageDeltaBody.model_construct(set())
    )
    assert data_text(assistant_events.ThreadMessageDelta(payload)) == '{"id":"a","delta":{}}'


@pytest.mark.parametrize(
    "data",
    [
        "",
        " ",
        "  x",
        "x ",
        ":",
        "\n",
        "a\nb",
        "\na",
        "a\n",
        "\n\n",
        "data: x",
        ": x",
        "[DONE]",
        "\ufeffx",
        "\u2028\x85\x0b\x0c\x1c",
        "\x00",
        "é€😀",
        "x" * 100000,
        "�",
    ],
)
def test_any_text_of_an_unknown_event_comes_back(data: str) -> None:
    for name in ("ping", " ping", "ping ", "a:b", ":", "\0", "é\u2028", "\ufeff", "n" * 10_000):
        event = UnknownEvent(name, data)
        assert decode(encode(event), require_done=False) == [event]


@pytest.mark.parametrize("data", ["[DONE]", "", "{}", "a\nb", "\ufffd"])
def test_the_data_of_the_end_comes_back(data: str) -> None:
    assert decode(encode(Done(data))) == [Done(data)]


@pytest.mark.parametrize(
    "raw",
    [
        '{"error":{"message":"boom"}}',
        '{"message": "boom" }',
        "boom",
        '"boom"',
        "",
        "{",
        "a\nb",
        "\0",
    ],
)
def test_an_error_is_written_back_as_it_came(raw: str) -> None:
    stream = (
        b"event: error\n" + b"".join(b"data: %s\n" % s.encode() for s in raw.split("\n")) + b"\n"
    )
    event = first(stream)
    assert encode(event) == stream
    assert decode(encode(event), require_done=False) == [event]


def test_an_error_made_by_hand_is_written_flat() -> None:
    made = ErrorEvent(Error(**error()))
    assert made.raw is None
    assert same(loads(data_text(made)), error())
    assert decode(encode(made), require_done=False) == [made]


def test_an_invalid_event_is_written_back_as_it_came() -> None:
    stream = frame("thread.created", '{"id": 1, }')
    event = first(stream)
    assert isinstance(event, InvalidEvent)
    assert encode(event) == stream


@pytest.mark.parametrize(
    "event",
    [
        UnknownEvent("", "x"),
        UnknownEvent("a\nb", "x"),
        UnknownEvent("a\rb", "x"),
        UnknownEvent("a\n\nevent: done\ndata: x", "x"),
        UnknownEvent("\n", "x"),
        UnknownEvent("a", "x\ry"),
        UnknownEvent("a", "x\r\ny"),
        UnknownEvent("a", "\r"),
        UnknownEvent("a", "\ud800"),
        UnknownEvent("\ud800", "a"),
        Done("\r"),
        ErrorEvent(Error(), "a\rb"),
    ],
    ids=repr,
)
def test_what_the_format_cannot_say_is_refused(event: Any) -> None:
    with pytest.raises(ValueError, match=r"line|CR|surrogate"):
        encode(event)


def test_a_payload_cannot_break_out_of_its_line() -> None:
    tricky = "\r\n\n\revent: done\ndata: x\r\n\r\n"
    event = first(frame("thread.created", thread(id=tricky, metadata={tricky: tricky})))
    assert b"\r" not in encode(event)
    assert encode(event).count(b"\n") == 3
    assert decode(encode(event), require_done=False) == [event]


def test_a_lone_surrogate_in_a_payload_made_by_hand_is_refused() -> None:
    event = first(frame("thread.created", thread()))
    event.data.id = "\ud800"
    with pytest.raises(ValueError, match="surrogate"):
        encode(event)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_json_has_no_word_for_is_refused(number: float) -> None:
    event = first(frame("thread.run.created", run()))
    assert isinstance(event, ThreadRunCreated)
    event.data.top_p = number
    with pytest.raises(ValueError):  # noqa: PT011 - whoever refuses it
        encode(event)


def test_a_value_of_a_wrong_type_is_not_written_silently() -> None:
    event = first(frame("thread.created", thread()))
    event.data.created_at = "soon"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises((ValueError, UserWarning)):
            encode(event)


@pytest.mark.parametrize(
    "number",
    [
        "1e22",
        "0.1",
        "5e-324",
        "1.7976931348623157e308",
        "-0.0",
        "1E5",
        "123456789012345678",
        "0.1000000000000000055511151231257827021181583404541015625",
        "1" * 400,
        "1e-400",
        "100000.0",
    ],
)
def test_numbers_are_written_with_the_value_that_they_had(number: str) -> None:
    stream = frame("thread.created", dumps(thread())[:-1] + f',"x":{number}}}')
    value = json.loads(data_text(first(stream)))["x"]
    assert value == json.loads(number)
    assert type(value) is type(json.loads(number))
