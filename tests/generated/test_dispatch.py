"""Dispatch: which class an event becomes, by its name alone."""

from __future__ import annotations

import copy
import pickle

import assistant_events
import pytest
from assistant_events import (
    EVENT_TYPES,
    Decoder,
    Done,
    ErrorEvent,
    InvalidEvent,
    PayloadError,
    StreamError,
    ThreadCreated,
    ThreadMessageDelta,
    ThreadRunStepDelta,
    UnknownEvent,
    decode,
    decode_event,
)
from assistant_events.base import Event
from reading import decoded, dumped, first, row
from support.cuts import all_ways
from support.payloads import END, FULL, frame, message_delta, thread
from support.values import dumps, same

NAMES = [
    "thread.created",
    "thread.run.created",
    "thread.run.queued",
    "thread.run.in_progress",
    "thread.run.requires_action",
    "thread.run.completed",
    "thread.run.incomplete",
    "thread.run.failed",
    "thread.run.cancelling",
    "thread.run.cancelled",
    "thread.run.expired",
    "thread.run.step.created",
    "thread.run.step.in_progress",
    "thread.run.step.delta",
    "thread.run.step.completed",
    "thread.run.step.failed",
    "thread.run.step.cancelled",
    "thread.run.step.expired",
    "thread.message.created",
    "thread.message.in_progress",
    "thread.message.delta",
    "thread.message.completed",
    "thread.message.incomplete",
    "error",
    "done",
]


def _payload_type(name: str) -> str:
    if name.endswith("delta"):
        return "RunStepDelta" if "step" in name else "MessageDelta"
    kinds = {"step": "RunStep", "message": "Message", "run": "Run", "error": "Error"}
    return next((kinds[kind] for kind in kinds if kind in name), "Thread")


def test_there_are_25_events_by_these_names() -> None:
    assert list(EVENT_TYPES) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_class_is_named_for_its_event(name: str) -> None:
    expected = "".join(part.capitalize() for part in name.replace("_", ".").split("."))
    expected = {"Error": "ErrorEvent"}.get(expected, expected)
    event = EVENT_TYPES[name].event
    assert event.__name__ == expected
    assert event is getattr(assistant_events, expected)
    assert event.event == name


@row("a known name with its payload")
@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("error", "done")])
def test_a_known_name_with_its_payload_is_the_typed_event(name: str) -> None:
    for payload in FULL[_payload_type(name)]:
        event = first(frame(name, payload))
        assert type(event) is EVENT_TYPES[name].event, event
        assert event.event == name
        assert type(event.data) is getattr(assistant_events, _payload_type(name))
        assert same(dumped(event.data), payload)


@row("a known name with its payload")
def test_the_name_decides_and_not_what_the_data_looks_like() -> None:
    wrong = first(frame("thread.message.delta", thread()))
    assert isinstance(wrong, InvalidEvent)
    unnamed = first(f"data: {dumps(thread())}\n\n".encode())
    assert isinstance(unnamed, UnknownEvent)


@row("a known name with its payload")
def test_events_of_all_kinds_come_in_their_order() -> None:
    stream = b"".join(frame(name, FULL[_payload_type(name)][0]) for name in NAMES[:-1]) + END
    assert [event.event for event in decode(stream)] == NAMES


@row("an unknown name")
@pytest.mark.parametrize("data", ["{", "2031-01-01T00:00:00Z", "null", "NaN", "[DONE]", "\ud83d"])
def test_the_data_of_an_unknown_name_is_never_parsed(data: str) -> None:
    raw = data.encode("utf-8", "surrogatepass")
    stream = b"event: keepalive\ndata: " + raw + b"\n\n"
    assert decoded([stream]).events == [("unknown", "keepalive", raw.decode("utf-8", "replace"))]


@row("an unknown name")
@pytest.mark.parametrize(
    "name",
    [
        "thread.run.paused",
        "thread",
        "thread.",
        "thread.run.created ",
        " thread.run.created",
        "Thread.run.created",
        "THREAD.CREATED",
        "thread.run.created\0",
        "__proto__",
        "__class__",
        "Done",
        "done ",
        "error.",
        "None",
        "\u202e",
        "x" * 5000,
    ],
)
def test_a_name_is_known_only_letter_by_letter(name: str) -> None:
    stream = frame(name, thread()) + frame("thread.created", thread())
    unknown, known = decode(stream, require_done=False)
    assert unknown == UnknownEvent(name, dumps(thread()))
    assert type(known) is ThreadCreated


@row("an unknown name")
def test_ten_thousand_names_leave_nothing_behind_in_the_dispatch() -> None:
    from assistant_events import decoder

    before = len(decoder._ROWS)
    decode(b"".join(frame(f"n{i}", "x") for i in range(500)), require_done=False)
    assert len(decoder._ROWS) == before


@row("no name")
@pytest.mark.parametrize(
    "head", [b"", b"event\n", b"event:\n", b"event: \n", b"event: x\nevent:\n"]
)
def test_no_name_is_an_unknown_event_named_message(head: bytes) -> None:
    for how, chunks in all_ways(head + b"data: {}\n\n"):
        assert decoded(chunks).events == [("unknown", "message", "{}")], how


@row("no name")
def test_without_a_name_the_end_is_known_by_its_data_alone() -> None:
    for how, chunks in all_ways(b"data: [DONE]\n\ndata: more\n\n"):
        assert decoded(chunks).events == [("done", "[DONE]")], how
        assert decoded(chunks).end == "done", how


@row("no name")
@pytest.mark.parametrize(
    "data", ["[DONE] ", " [DONE]", "[DONE]!", "[done]", '"[DONE]"', "[DONE]\ndata: ", "DONE"]
)
def test_without_a_name_only_the_exact_data_is_the_end(data: str) -> None:
    outcome = decoded([f"data: {data}\n\n".encode()])
    assert outcome.end == "truncated"
    assert outcome.events == [("unknown", "message", data.replace("data: ", ""))]


@row("the end event")
@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("error", "done")])
def test_the_data_of_the_end_ends_nothing_under_another_name(name: str) -> None:
    outcome = decoded([frame(name, "[DONE]") + frame("ping", "x")])
    assert outcome.events == [("invalid", name, "[DONE]", 0), ("unknown", "ping", "x")]
    assert outcome.end == "truncated"


class TestDecodeEvent:
    """`decode_event`, for what another library has framed."""

    def test_a_payload_as_text_or_bytes(self) -> None:
        text = dumps(message_delta())
        for data in (text, text.encode()):
            event = decode_event("thread.message.delta", data)
            assert type(event) is ThreadMessageDelta
            assert same(dumped(event.data), message_delta())

    @pytest.mark.parametrize("name", [None, "", "message"])
    def test_no_name(self, name: str | None) -> None:
        assert decode_event(name, "{}") == UnknownEvent("message", "{}")
        assert decode_event(name, "[DONE]") == Done("[DONE]")

    def test_unknown_done_and_error(self) -> None:
        assert decode_event("ping", b"{") == UnknownEvent("ping", "{")
        assert decode_event("done", "") == Done("")
        error = decode_event("error", "it broke")
        assert isinstance(error, ErrorEvent)
        assert (error.data.message, error.raw) == ("it broke", "it broke")

    def test_what_is_not_utf_8_is_replaced(self) -> None:
        assert decode_event("ping", b"a\xffb") == UnknownEvent("ping", "a\ufffdb")
        event = decode_event("error", b"a\xffb")
        assert isinstance(event, ErrorEvent)
        assert event.data.message == "a\ufffdb"

    def test_a_lone_surrogate_in_the_text_is_no_crash(self) -> None:
        assert isinstance(decode_event("ping", "\ud800"), UnknownEvent)
        with pytest.raises(PayloadError):
            decode_event("thread.created", '"\ud800"')

    def test_its_errors_have_no_offset(self) -> None:
        with pytest.raises(PayloadError) as caught:
            decode_event("thread.created", "{}")
        assert caught.value.offset is None
        assert caught.value.event == "thread.created"
        assert "at byte" not in str(caught.value)


class TestEventsAreValues:
    """Events compare, match, print, copy and pickle."""

    def test_match_by_class_and_data(self) -> None:
        match first(frame("thread.created", thread())):
            case ThreadCreated(data):
                assert data.id == "thread_7"
            case other:
                pytest.fail(repr(other))

    def test_match_of_those_without_a_payload(self) -> None:
        found = []
        for event in decode(frame("ping", "x") + frame("error", "y") + END):
            match event:
                case UnknownEvent("ping", data):
                    found.append(data)
                case ErrorEvent(data):
                    found.append(data.message)
                case Done(data):
                    found.append(data)
        assert found == ["x", "y", "[DONE]"]

    def test_match_of_an_invalid_event(self) -> None:
        match first(frame("thread.created", "{")):
            case InvalidEvent("thread.created", "{", PayloadError() as error):
                assert error.path == "$"
            case other:
                pytest.fail(repr(other))

    def test_equal_are_those_of_one_class_with_equal_data(self) -> None:
        one, other = decode(frame("thread.created", thread()) * 2, require_done=False)
        assert one == other
        other.data.id = "another"
        assert one != other
        created, queued = (
            first(frame(f"thread.run.{name}", FULL["Run"][0])) for name in ("created", "queued")
        )
        assert created != queued
        assert created.data == queued.data
        assert UnknownEvent("a", "1") != UnknownEvent("b", "1")
        assert Done("") != UnknownEvent("done", "")

    def test_what_can_change_has_no_hash(self) -> None:
        for event in (first(frame("thread.created", thread())), UnknownEvent("a", ""), Done("")):
            with pytest.raises(TypeError):
                hash(event)

    def test_an_event_has_no_room_for_more(self) -> None:
        event = first(frame("thread.created", thread()))
        with pytest.raises(AttributeError):
            event.colour = "green"

    @pytest.mark.parametrize("name", NAMES)
    def test_pickle_and_copy(self, name: str) -> None:
        event = first(frame(name, FULL.get(_payload_type(name), [{}])[0]))
        for twin in (pickle.loads(pickle.dumps(event)), copy.copy(event), copy.deepcopy(event)):
            assert twin == event
            assert type(twin) is type(event)

    def test_an_invalid_event_can_be_pickled(self) -> None:
        event = first(b"\n" + frame("thread.created", "{"))
        twin = pickle.loads(pickle.dumps(event))
        assert (twin.event, twin.data, twin.offset) == ("thread.created", "{", 1)
        assert str(twin.error) == str(event.error)

    def test_repr_names_the_class(self) -> None:
        assert repr(first(frame("thread.run.step.delta", FULL["RunStepDelta"][1]))).startswith(
            f"{ThreadRunStepDelta.__name__}(RunStepDelta("
        )
        assert repr(UnknownEvent("a", "1")) == "UnknownEvent('a', '1')"


class TestPublicNames:
    """What `from assistant_events import …` gives."""

    def test_everything_that_is_named_exists_once(self) -> None:
        names = assistant_events.__all__
        assert len(names) == len(set(names))
        for name in names:
            assert hasattr(assistant_events, name), name

    @pytest.mark.parametrize(
        "name",
        [
            "AssistantStreamEvent",
            "UnknownEvent",
            "InvalidEvent",
            "EVENT_TYPES",
            "Decoder",
            "iter_events",
            "aiter_events",
            "decode",
            "decode_event",
            "encode",
            "StreamError",
            "PayloadError",
            "TruncatedStreamError",
            "EventTooLargeError",
            "Run",
            "Message",
            "RunStepDelta",
            "UnknownTool",
        ],
    )
    def test_the_promised_names_are_public(self, name: str) -> None:
        assert name in assistant_events.__all__

    def test_the_union_has_the_25_and_the_unknown_one(self) -> None:
        members = assistant_events.AssistantStreamEvent.__args__
        assert {member.__name__ for member in members} == {
            *(row.event.__name__ for row in EVENT_TYPES.values()),
            "UnknownEvent",
        }
        assert len(members) == 26

    def test_the_dispatch_table_has_one_line_an_event(self) -> None:
        source = assistant_events.events.__file__
        with open(source, encoding="utf-8") as lines:  # noqa: PTH123
            text = lines.read()
        for name, types in EVENT_TYPES.items():
            payload = types.payload.__name__ if types.payload else "None"
            assert f'    "{name}": EventType({types.event.__name__}, {payload}),\n' in text

    def test_every_event_is_an_event(self) -> None:
        assert all(issubclass(types.event, Event) for types in EVENT_TYPES.values())

    def test_all_errors_are_stream_errors(self) -> None:
        for name in ("PayloadError", "TruncatedStreamError", "EventTooLargeError"):
            assert issubclass(getattr(assistant_events, name), StreamError)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_chunks_may_be_bytes_bytearrays_and_memoryviews(kind: type) -> None:
    decoder = Decoder()
    stream = frame("ping", "é") + b": x\r\nevent: done\r\ndata:\r\n\r\n"
    events = [
        event for i in range(0, len(stream), 5) for event in decoder.feed(kind(stream[i : i + 5]))
    ]
    assert [event.event for event in events] == ["ping", "done"]


def test_a_bytearray_that_is_changed_later_changes_no_event() -> None:
    decoder = Decoder()
    chunk = bytearray(b"event: ping\nda")
    assert decoder.feed(chunk) == []
    chunk[:] = b"x" * len(chunk)
    assert decoder.feed(b"ta: 1\n\n") == [UnknownEvent("ping", "1")]


def test_a_subclass_of_bytes_is_bytes() -> None:
    class Chunk(bytes):
        pass

    assert Decoder().feed(Chunk(b"event: ping\ndata: 1\n\n")) == [UnknownEvent("ping", "1")]


@pytest.mark.parametrize("chunk", ["event: ping", None, 7, [b"x"], [1, 2]])
def test_what_is_no_bytes_is_a_type_error_that_helps(chunk: object) -> None:
    decoder = Decoder()
    with pytest.raises(TypeError, match="a chunk must be bytes, not") as caught:
        decoder.feed(chunk)  # type: ignore[arg-type]
    assert type(chunk).__name__ in str(caught.value)
    assert decoder.feed(frame("ping", "1")) == [UnknownEvent("ping", "1")]


def test_text_is_told_to_take_the_undecoded_body() -> None:
    with pytest.raises(TypeError, match="iter_bytes"):
        Decoder().feed("data: 1\n\n")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="iter_bytes"):
        decode("data: 1\n\n")  # type: ignore[call-overload]
