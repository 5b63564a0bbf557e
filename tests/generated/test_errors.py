"""Errors: what they tell, and that they never tell what people wrote."""

from __future__ import annotations

import copy
import pickle
import traceback
from typing import Any

import pytest
from assistant_events import (
    Decoder,
    EventTooLargeError,
    InvalidEvent,
    PayloadError,
    Problem,
    StreamError,
    TruncatedStreamError,
    decode,
    decode_event,
    iter_events,
)
from reading import decoded, first, row
from support.cuts import all_ways
from support.payloads import END, frame, message, message_delta, run, run_step, thread
from support.values import dumps

SECRET = "the tide in her heart"


def _delta(**changes: Any) -> dict[str, Any]:
    """A delta whose first part is changed."""
    payload = message_delta()
    part = payload["delta"]["content"][1] | changes
    return message_delta(delta={"content": [part]})


# --- what an error tells --------------------------------------------------------------------------


@row("a known name with data that is not its payload")
def test_an_error_names_event_offset_path_expected_and_found() -> None:
    head = b": hello\n\n" + frame("ping", "x")
    with pytest.raises(PayloadError) as caught:
        decode(head + frame("thread.message.delta", _delta(index="0")))
    error = caught.value
    assert (error.event, error.offset) == ("thread.message.delta", len(head))
    assert (error.path, error.expected) == ("$.delta.content[0].index", "an integer")
    assert error.problems == (Problem("$.delta.content[0].index", "an integer", "a string"),)
    assert str(error) == (
        f"thread.message.delta at byte {len(head)}: "
        "$.delta.content[0].index: expected an integer, found a string"
    )


@row("a known name with data that is not its payload")
@pytest.mark.parametrize(
    ("event", "payload", "problem"),
    [
        ("thread.created", [], ("$", "an object", "an array")),
        ("thread.created", "null", ("$", "an object", "null")),
        ("thread.created", "7", ("$", "an object", "an integer")),
        ("thread.created", "7.5", ("$", "an object", "a fraction")),
        ("thread.created", "true", ("$", "an object", "a boolean")),
        ("thread.created", '"x"', ("$", "an object", "a string")),
        ("thread.created", thread(id=None), ("$.id", "a string", "null")),
        (
            "thread.created",
            thread(tool_resources={"file_search": {"vector_store_ids": ["a", 1]}}),
            ("$.tool_resources.file_search.vector_store_ids[1]", "a string", "an integer"),
        ),
        (
            "thread.run.created",
            run(tool_choice=7),
            ("$.tool_choice", "a string or an object", "an integer"),
        ),
        (
            "thread.run.created",
            run(tool_choice={"function": {"name": "f"}}),
            ("$.tool_choice.type", "a required member", "nothing"),
        ),
        (
            "thread.run.created",
            run(tool_choice={"type": "function", "function": {"name": 7}}),
            ("$.tool_choice.function.name", "a string", "an integer"),
        ),
        (
            "thread.run.created",
            run(response_format=[]),
            ("$.response_format", "a string or an object", "an array"),
        ),
        (
            "thread.run.created",
            run(response_format={"type": "json_schema", "json_schema": {"name": 1}}),
            ("$.response_format.json_schema.name", "a string", "an integer"),
        ),
        (
            "thread.run.created",
            run(response_format={"type": 1}),
            ("$.response_format.type", "a string", "an integer"),
        ),
        (
            "thread.run.created",
            run(tools=[{"type": "function", "function": {}}]),
            ("$.tools[0].function.name", "a required member", "nothing"),
        ),
        (
            "thread.run.step.created",
            run_step(step_details={"type": "tool_calls", "tool_calls": [{"type": "new"}, {}]}),
            ("$.step_details.tool_calls[1].type", "a required member", "nothing"),
        ),
        (
            "thread.run.step.created",
            run_step(usage={"prompt_tokens": 1.5, "completion_tokens": 1, "total_tokens": 1}),
            ("$.usage.prompt_tokens", "an integer", "a fraction"),
        ),
        (
            "thread.message.created",
            message(metadata={"0": 1}),
            ('$.metadata["0"]', "a string", "an integer"),
        ),
        (
            "thread.message.created",
            message(metadata={'a"]\n': 1}),
            ('$.metadata["a\\"]\\n"]', "a string", "an integer"),
        ),
        (
            "thread.message.created",
            message(metadata={"é\u2028": 1}),
            ('$.metadata["\\u00e9\\u2028"]', "a string", "an integer"),
        ),
    ],
)
def test_an_error_names_the_member_and_no_branch(
    event: str, payload: Any, problem: tuple[str, str, str]
) -> None:
    error = first(frame(event, payload)).error
    assert error.problems == (problem,)
    assert "Unknown" not in str(error)
    assert "\0" not in str(error)


@row("what could not be written back")
@pytest.mark.parametrize(
    ("payload", "path"),
    [
        ('"x":NaN', "$.x"),
        ('"x":[0,{"y":1e400}]', "$.x[1].y"),
        ('"tool_resources":{"x":{"y":[Infinity]}}', "$.tool_resources.x.y[0]"),
    ],
    ids=["member", "in-a-list", "in-an-object"],
)
def test_a_number_json_has_no_word_for_is_found_where_it_stands(payload: str, path: str) -> None:
    error = first(frame("thread.created", dumps(thread())[:-1] + "," + payload + "}")).error
    assert (error.path, error.expected) == (path, "a finite number")


@row("a known name with data that is not its payload")
def test_an_error_tells_all_problems_and_shows_the_first() -> None:
    error = first(frame("thread.created", thread(id=1, object=None, created_at="x"))).error
    assert [problem.path for problem in error.problems] == ["$.id", "$.object", "$.created_at"]
    assert str(error).endswith("(and 2 more)")


@row("a known name with data that is not its payload")
def test_the_offset_is_that_of_the_first_field_of_the_block() -> None:
    block = b"event: thread.created\ndata: {}\n\n"
    heads = [
        b"",
        b"\n\n\n",
        b": comment\n",
        b": comment\n\n: comment\r\n",
        b"\xef\xbb\xbf",
        b"\xef\xbb\xbf\r\n",
        frame("ping", "é"),
        frame("thread.created", thread()),
        b"event: x\rdata: 1\r\r",
        b"id: 7\n\n",
        frame("ping", "x" * 70_000),
    ]
    for head in heads:
        ways = all_ways(head + block) if len(head) < 100 else [("whole", [head + block])]
        for how, chunks in ways:
            *_, invalid = decoded(chunks).events
            assert invalid == ("invalid", "thread.created", "{}", len(head)), (head[:20], how)


@row("a known name with data that is not its payload")
def test_each_of_many_errors_has_its_own_offset() -> None:
    blocks = [frame("thread.created", "x" * n) for n in range(1, 30)]
    expected = [sum(map(len, blocks[:i])) for i in range(len(blocks))]
    runs = [b"".join(blocks[i : i + 7]) for i in range(0, len(blocks), 7)]
    for how, chunks in (("whole", [b"".join(blocks)]), ("each", blocks), ("in runs", runs)):
        assert [event[3] for event in decoded(chunks).events] == expected, how


@row("a known name with data that is not its payload")
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_offsets_are_right_far_into_a_long_stream(end: str) -> None:
    """Long enough to meet every size at which the decoder cuts a chunk itself."""
    blocks, expected, at = [], [], 0
    for number in range(4000):
        name = "thread.created" if number % 7 == 3 else "ping"
        block = f"event: {name}{end}data: {'x' * (number % 50)}{end}{end}".encode()
        if name != "ping":
            expected.append(at)
        blocks.append(block)
        at += len(block)
    stream = b"".join(blocks)
    for size in (len(stream), 100_000, 32_768, 1400, 11):
        chunks = [stream[i : i + size] for i in range(0, len(stream), size)]
        events = decoded(chunks).events
        assert len(events) == len(blocks), size
        assert [event[3] for event in events if event[0] == "invalid"] == expected, size


def test_an_offset_counts_the_bytes_that_were_skipped() -> None:
    head = frame("ping", "x" * 500)
    outcome = decoded([head + frame("thread.created", "{")], max_event_bytes=100)
    assert [event[3] for event in outcome.events] == [0, len(head)]


def test_a_name_that_is_long_or_odd_stays_on_one_line() -> None:
    for name in ("a\u2028b", "a\x1b[31mb", "\0", "\u202e", "x" * 10_000):
        stream = b"event: " + name.encode() + b"\ndata: " + b"x" * 200 + b"\n\n"
        message_ = str(first_limited(stream, 100).error)
        assert message_.isprintable()
        assert len(message_) < 500


def first_limited(stream: bytes, limit: int) -> InvalidEvent:
    """The first event, read with a low limit."""
    event = Decoder(max_event_bytes=limit).feed(stream)[0]
    assert isinstance(event, InvalidEvent)
    return event


# --- what an error never tells --------------------------------------------------------------------

SECRETS = [
    ("thread.created", SECRET),
    ("thread.created", f'"{SECRET}"'),
    ("thread.created", f'{{"id": "{SECRET}'),
    ("thread.created", f'{{"id": "{SECRET}", }}'),
    ("thread.created", f'{{"id": "{SECRET}\\ud800"}}'),
    ("thread.created", f'{{"id": "{SECRET}\x01"}}'),
    ("thread.created", thread(object=SECRET)),
    ("thread.created", thread(created_at=SECRET)),
    ("thread.created", thread(metadata=SECRET)),
    ("thread.created", thread(metadata=[SECRET])),
    ("thread.created", thread(metadata={"a": [SECRET]})),
    ("thread.created", thread(metadata={"a": {"b": SECRET}})),
    ("thread.created", thread(id={"text": SECRET})),
    ("thread.created", dumps(thread(x=[SECRET]))[:-2] + ",NaN]}"),
    ("thread.run.created", run(tools=SECRET)),
    ("thread.run.created", run(tools=[SECRET])),
    ("thread.run.created", run(tools=[{"type": [SECRET]}])),
    ("thread.run.created", run(tools=[{"text": SECRET}])),
    ("thread.run.created", run(tools=[{"type": "function", "function": SECRET}])),
    ("thread.run.created", run(tool_choice=[SECRET])),
    ("thread.run.created", run(tool_choice={"type": [SECRET]})),
    ("thread.run.created", run(response_format={"type": {"a": SECRET}})),
    ("thread.run.created", run(parallel_tool_calls=SECRET)),
    ("thread.run.created", run(top_p=SECRET)),
    ("thread.run.created", run(usage=SECRET)),
    ("thread.message.created", message(content=SECRET)),
    ("thread.message.created", message(content=[{"type": "text", "text": SECRET}])),
    ("thread.message.created", message(role=[SECRET])),
]


@row("a known name with data that is not its payload")
@pytest.mark.parametrize(("event", "payload"), SECRETS, ids=range(len(SECRETS)))
class TestNoErrorTellsWhatPeopleWrote:
    """Not in its text, its parts, its traceback, nor in the event that carries it."""

    def test_what_the_decoder_gives(self, event: str, payload: Any) -> None:
        invalid = first(frame(event, payload))
        assert isinstance(invalid, InvalidEvent)
        assert SECRET in invalid.data
        self._silent(invalid.error)
        assert SECRET not in repr(invalid)
        assert SECRET not in str(invalid)

    def test_what_is_raised(self, event: str, payload: Any) -> None:
        with pytest.raises(PayloadError) as caught:
            decode(frame(event, payload) + END)
        self._silent(caught.value)
        with pytest.raises(PayloadError) as caught:
            list(iter_events([frame(event, payload) + END]))
        self._silent(caught.value)
        with pytest.raises(PayloadError) as caught:
            decode_event(event, payload if isinstance(payload, str) else dumps(payload))
        self._silent(caught.value)

    def _silent(self, error: StreamError) -> None:
        assert isinstance(error, PayloadError)
        assert SECRET not in str(error)
        assert SECRET not in repr(error)
        assert SECRET not in repr(error.problems)
        assert not any(SECRET in str(argument) for argument in error.args)
        assert SECRET not in "".join(traceback.format_exception(error))
        chained = error.__cause__ or error.__context__
        assert chained is None, f"{type(chained).__name__} comes along"


def test_the_other_errors_do_not_tell_it_either() -> None:
    too_large = first_limited(frame("thread.created", SECRET * 10), 100)
    assert SECRET not in str(too_large.error) + repr(too_large) + too_large.data
    with pytest.raises(TruncatedStreamError) as caught:
        decode(f"event: thread.created\ndata: {SECRET}".encode())
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_the_raw_text_is_there_for_who_asks() -> None:
    error = first(frame("thread.created", SECRET)).error
    assert error.data == SECRET


# --- errors are values too ------------------------------------------------------------------------


def _errors() -> list[StreamError]:
    errors: list[StreamError] = []
    for stream, limit in (
        (frame("ping", "x") + frame("thread.created", thread(id=1, object=2)), 10_000),
        (frame("ping", "x") + frame("ping", "x" * 200), 100),
        (frame("ping", "x") + b"event: a", 100),
        (b"", 100),
    ):
        with pytest.raises(StreamError) as caught:
            decode(stream, max_event_bytes=limit)
        errors.append(caught.value)
    return errors


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_errors_can_be_pickled(number: int, protocol: int) -> None:
    error = _errors()[number]
    twin = pickle.loads(pickle.dumps(error, protocol))
    assert type(twin) is type(error)
    assert str(twin) == str(error)
    for name in ("event", "offset", "path", "expected", "problems", "data", "limit"):
        assert getattr(twin, name, None) == getattr(error, name, None), name


@pytest.mark.parametrize("number", range(4))
def test_a_pickled_error_still_carries_what_was_read_before(number: int) -> None:
    error = _errors()[number]
    assert pickle.loads(pickle.dumps(error)).events == error.events
    assert copy.copy(error).events == error.events


def test_the_family_of_errors() -> None:
    kinds = [type(error) for error in _errors()]
    assert kinds == [PayloadError, EventTooLargeError, TruncatedStreamError, TruncatedStreamError]
    assert all(issubclass(kind, StreamError) for kind in kinds)
    assert issubclass(StreamError, Exception)
    assert not issubclass(StreamError, ValueError)


def test_the_error_of_decode_carries_what_was_read_before() -> None:
    assert [[event.event for event in error.events] for error in _errors()] == [
        ["ping"],
        ["ping"],
        ["ping"],
        [],
    ]


# --- hostile payloads -----------------------------------------------------------------------------


@row("a known name with data that is not its payload")
@pytest.mark.parametrize(
    "tool",
    [
        '{"type":"x","\\u0000known tags":NaN}',
        '{"type":"x","\\u0000branch":NaN}',
        '{"type":"x","\\u0000unknown tag":NaN}',
        '{"type":"function","\\u0000known tags":NaN}',
        '{"type":"function","function":{"name":"f","\\u0000known tags":NaN}}',
    ],
    ids=["known-tags", "branch", "unknown-tag", "in-a-known-variant", "deeper"],
)
def test_members_named_like_our_labels_do_not_break_the_decoder(tool: str) -> None:
    stream = frame("thread.run.created", dumps(run(tools=["TOOL"])).replace('"TOOL"', tool))
    error = first(stream).error
    assert isinstance(error, PayloadError)
    assert error.path.startswith("$.tools[0]")


@row("a known name with data that is not its payload")
@pytest.mark.parametrize(
    ("labels", "path"),
    [
        ({"\0known tags": 5}, '$.metadata["\\u0000known tags"]'),
        ({"\0branch": 5}, '$.metadata["\\u0000branch"]'),
        ({"\0unknown tag": 5}, '$.metadata["\\u0000unknown tag"]'),
    ],
)
def test_members_named_like_our_labels_keep_their_path(labels: Any, path: str) -> None:
    assert first(frame("thread.created", thread(metadata=labels))).error.path == path
