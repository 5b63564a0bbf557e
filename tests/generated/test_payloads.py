"""Payloads: what is checked, what is kept, and what is never made into something else."""

from __future__ import annotations

import json
from typing import Any, get_args

import assistant_events
import pytest
from assistant_events import InvalidEvent, PayloadError, decode, encode
from assistant_events.values import Payload
from reading import dumped, first, row
from support.payloads import FULL, frame, message, message_delta, run, run_step, thread
from support.values import dumps, loads, places, same

MODELS = {
    name: model
    for name in assistant_events.models.__all__
    if isinstance(model := getattr(assistant_events, name), type) and issubclass(model, Payload)
}
EVENT_OF = {
    "Thread": "thread.created",
    "Run": "thread.run.created",
    "RunStep": "thread.run.step.created",
    "RunStepDelta": "thread.run.step.delta",
    "Message": "thread.message.created",
    "MessageDelta": "thread.message.delta",
}


def read(payload: Any, event: str = "thread.created") -> Any:
    """The event of a payload, which is a value or a JSON text."""
    return first(frame(event, payload))


def written(event: Any) -> Any:
    """The JSON value that an event is written back as."""
    lines = encode(event).decode().split("\n")
    return loads("\n".join(line.removeprefix("data: ") for line in lines if line[:5] == "data:"))


def thread_text(members: str) -> str:
    """A thread as JSON text, with more members of any spelling."""
    return dumps(thread())[:-1] + "," + members + "}"


def error_of(payload: Any, event: str = "thread.created") -> PayloadError:
    """The error of a payload that is not valid."""
    invalid = read(payload, event)
    assert isinstance(invalid, InvalidEvent), invalid
    assert isinstance(invalid.error, PayloadError)
    return invalid.error


# --- the made-up payloads -------------------------------------------------------------------------


def test_the_made_up_payloads_have_every_member_and_every_variant() -> None:
    """So that what is tried on them is tried on all of the protocol."""
    met: set[tuple[str, str]] = set()

    def visit(model: Any) -> None:
        if isinstance(model, Payload):
            name = type(model).__name__
            met.add((name, ""))
            for field in type(model).model_fields:
                if field in model.model_fields_set:
                    met.add((name, field))
                visit(getattr(model, field))
            assert not model.model_extra, (name, model.model_extra)
        elif isinstance(model, (list, dict)):
            for item in model.values() if isinstance(model, dict) else model:
                visit(item)

    for name, payloads in FULL.items():
        for payload in payloads:
            visit(getattr(assistant_events, name).model_validate(payload))
    known = {name: model for name, model in MODELS.items() if not name.startswith("Unknown")}
    expected = {(name, field) for name, model in known.items() for field in model.model_fields}
    assert expected - met == set()
    assert {(name, "") for name in known} - met == set()


@row("a known name with its payload")
@pytest.mark.parametrize("name", EVENT_OF)
def test_members_that_are_not_required_may_be_absent_or_null_and_are_told_apart(name: str) -> None:
    model = MODELS[name]
    full = FULL[name][0]
    for wire, field in ((f.alias or n, f) for n, f in model.model_fields.items()):
        if field.is_required():
            continue
        absent = {k: v for k, v in full.items() if k != wire}
        for payload in (absent, full | {wire: None}):
            event = read(payload, EVENT_OF[name])
            assert getattr(event.data, wire) is None
            assert same(written(event), payload)
            assert (wire in event.data.model_fields_set) == (wire in payload)


# --- not that payload -----------------------------------------------------------------------------


@row("a known name with data that is not its payload")
@pytest.mark.parametrize(
    "data",
    [
        "",
        " ",
        "{",
        "}",
        "{}}",
        "null",
        "true",
        "0",
        '""',
        "[]",
        "{}",
        "[DONE]",
        "nope",
        "'{}'",
        "{'id': 1}",
        "\ufeff{}",
        '{"id":}',
        "{,}",
        '{"id":"a",}',
        "// x",
        '"\x01"',
        "0x1",
        "01",
    ],
)
def test_what_is_no_json_or_not_the_payload_is_invalid_and_the_rest_is_read(data: str) -> None:
    stream = frame("thread.created", data) + frame("thread.created", thread())
    for errors in (data,):
        invalid, valid = decode(stream, errors="keep", require_done=False)
        assert isinstance(invalid, InvalidEvent)
        assert (invalid.event, invalid.data, invalid.offset) == ("thread.created", errors, 0)
        assert valid.event == "thread.created"


@row("a block whose `data` line is empty")
def test_empty_data_is_no_payload() -> None:
    error = error_of("")
    assert (error.path, error.expected) == ("$", "JSON")


@row("a known name with data that is not its payload")
def test_a_required_member_may_not_be_missing() -> None:
    for wire, field in MODELS["Thread"].model_fields.items():
        if field.is_required():
            error = error_of({k: v for k, v in thread().items() if k != wire})
            assert (error.path, error.expected) == (f"$.{wire}", "a required member")


@row("a known name with data that is not its payload")
def test_a_constant_is_checked() -> None:
    error = error_of(thread(object="thread.run"))
    assert (error.path, error.expected) == ("$.object", "'thread'")


@row("a known name with data that is not its payload")
def test_data_over_several_lines_is_one_json_text() -> None:
    text = json.dumps(thread(), indent=1)
    block = "event: thread.created\n" + "".join(f"data: {line}\n" for line in text.split("\n"))
    event = first((block + "\n").encode())
    assert same(dumped(event.data), thread())


@row("bytes that are not UTF-8")
def test_bytes_that_are_not_utf_8_within_a_text_do_not_spoil_the_payload() -> None:
    stream = frame("thread.created", thread(id="x")).replace(b'"x"', b'"a\xff\xe2\x82b"')
    assert first(stream).data.id == "a\ufffd\ufffdb"


@row("bytes that are not UTF-8")
def test_bytes_that_are_not_utf_8_outside_of_texts_are_no_json() -> None:
    stream = frame("thread.created", thread()).replace(b"{", b"{\xff", 1)
    invalid = first(stream)
    assert isinstance(invalid, InvalidEvent)
    assert invalid.data.startswith("{\ufffd")


# --- open to what is not known --------------------------------------------------------------------

UNKNOWN_VALUES = [
    None,
    True,
    0,
    -1,
    1.5,
    2**53 + 1,
    10**40,
    1e300,
    "",
    "text",
    [],
    {},
    [None, [1, {"a": [False]}]],
    {"": {"": None}},
]


@row("an unknown member, an unknown value of an open enumeration")
@pytest.mark.parametrize("value", UNKNOWN_VALUES, ids=repr)
def test_an_unknown_member_is_kept_and_written_back(value: Any) -> None:
    for name, payloads in FULL.items():
        if name == "Error":
            continue
        for at, object_ in places(payloads[0]):
            if isinstance(object_, dict) and len(at) < 3:
                changed = loads(dumps(payloads[0]))
                inner = changed
                for step in at:
                    inner = inner[step]
                if at and at[-1] == "metadata":
                    continue  # a map of texts: any member is declared
                inner["brand_new"] = value
                event = read(changed, EVENT_OF[name])
                assert not isinstance(event, InvalidEvent), (at, event)
                assert same(written(event), changed), at


@row("an unknown member, an unknown value of an open enumeration")
def test_an_unknown_member_is_an_attribute_too() -> None:
    event = read(thread(brand_new={"a": 1}))
    assert event.data.brand_new == {"a": 1}
    assert event.data.model_extra == {"brand_new": {"a": 1}}


@row("an unknown member, an unknown value of an open enumeration")
@pytest.mark.parametrize(
    "member",
    [
        "",
        " ",
        "0",
        "a b",
        "class",
        "self",
        "schema_",
        "model_config",
        "model_fields",
        "model_fields_set",
        "model_extra",
        "model_dump",
        "copy",
        "json",
        "__init__",
        "__class__",
        "__dict__",
        "__slots__",
        "__proto__",
        "__pydantic_extra__",
        "__pydantic_fields_set__",
        "__pydantic_private__",
        "\0known tags",
        "\0unknown tag",
        "\0branch",
        "\u2028",
        "é\U0001f600",
        "x" * 1000,
    ],
)
def test_an_unknown_member_may_have_any_name(member: str) -> None:
    payload = run(**{member: {member: [1]}})
    payload["response_format"] = loads(dumps(run()["response_format"]))
    payload["response_format"]["json_schema"][member] = "beside `schema`"
    event = read(payload, "thread.run.created")
    assert same(written(event), payload)
    assert decode(encode(event), require_done=False) == [event]
    assert event.data.id == "run_7"


@row("an unknown member, an unknown value of an open enumeration")
def test_an_unknown_value_of_an_open_enumeration_is_kept() -> None:
    payload = run(status="paused", reasoning_effort="", tool_choice="some", response_format="any")
    event = read(payload, "thread.run.created")
    assert event.data.status == "paused"
    assert event.data.tool_choice == "some"
    assert same(written(event), payload)


@row("an unknown member, an unknown value of an open enumeration")
@pytest.mark.parametrize("value", [1, True, [], {}, 1.5])
def test_a_value_of_an_enumeration_is_a_string_all_the_same(value: Any) -> None:
    error = error_of(run(status=value), "thread.run.created")
    assert (error.path, error.expected) == ("$.status", "a string")


# --- unions ---------------------------------------------------------------------------------------


def _unions() -> list[tuple[str, str, Any]]:
    """(payload, path, value) of every place of the full payloads that is a tagged union."""
    found = []
    unions = {
        frozenset(variant.__name__ for variant in get_args(get_args(alias)[0]))
        for name in assistant_events.models.__all__
        if get_args(alias := getattr(assistant_events, name))
        and any("Unknown" in getattr(v, "__name__", "") for v in get_args(get_args(alias)[0]))
    }
    variants = {name for union in unions for name in union}

    def visit(root: str, model: Any, at: tuple[Any, ...]) -> None:
        if isinstance(model, Payload):
            if type(model).__name__ in variants:
                found.append((root, at))
            for field, info in type(model).model_fields.items():
                visit(root, getattr(model, field), (*at, info.alias or field))
        elif isinstance(model, list):
            for i, item in enumerate(model):
                visit(root, item, (*at, i))

    for name in EVENT_OF:
        for number, payload in enumerate(FULL[name]):
            before = len(found)
            visit(name, MODELS[name].model_validate(payload), ())
            found[before:] = [(name, number, at) for name, at in found[before:]]
    return found


UNIONS = _unions()


def _changed(name: str, number: int, at: tuple[Any, ...], change: Any) -> Any:
    """A full payload in which one union value is changed by a function."""
    payload = loads(dumps(FULL[name][number]))
    inner = payload
    for step in at[:-1]:
        inner = inner[step]
    inner[at[-1]] = change(inner[at[-1]])
    return payload


def _path(at: tuple[Any, ...]) -> str:
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in at)


@row("an unknown tag in an open union")
@pytest.mark.parametrize(("name", "number", "at"), UNIONS, ids=str)
def test_an_unknown_tag_is_the_unknown_variant_with_all_that_it_carries(
    name: str, number: int, at: tuple[Any, ...]
) -> None:
    payload = _changed(name, number, at, lambda value: value | {"type": "brand_new", "more": [1.0]})
    event = read(payload, EVENT_OF[name])
    assert not isinstance(event, InvalidEvent), event
    value = event.data
    for step in at:
        value = value[step] if isinstance(step, int) else getattr(value, step)
    assert type(value).__name__.startswith("Unknown")
    assert value.type == "brand_new"
    assert same(written(event), payload)


@row("an unknown tag in an open union")
@pytest.mark.parametrize(("name", "number", "at"), UNIONS, ids=str)
def test_an_unknown_tag_needs_no_other_member(name: str, number: int, at: tuple[Any, ...]) -> None:
    payload = _changed(name, number, at, lambda _: {"type": ""})
    assert same(written(read(payload, EVENT_OF[name])), payload)


@row("an unknown tag in an open union")
@pytest.mark.parametrize(("name", "number", "at"), UNIONS, ids=str)
def test_a_tag_that_is_missing_or_no_string_is_an_error_at_the_tag(
    name: str, number: int, at: tuple[Any, ...]
) -> None:
    def untagged(value: Any) -> Any:
        return {k: v for k, v in value.items() if k != "type"}

    payload = _changed(name, number, at, untagged)
    error = error_of(payload, EVENT_OF[name])
    assert error.path == _path(at) + ".type"
    assert error.problems[0].found == "nothing"
    assert len(error.problems) == 1
    for tag in (None, 1, True, [], {"type": "text"}):
        payload = _changed(name, number, at, lambda value, tag=tag: value | {"type": tag})
        error = error_of(payload, EVENT_OF[name])
        assert [problem.path for problem in error.problems] == [_path(at) + ".type"]
        assert error.expected == "a string"


@row("an unknown tag in an open union")
@pytest.mark.parametrize(("name", "number", "at"), UNIONS, ids=str)
def test_a_union_value_is_an_object(name: str, number: int, at: tuple[Any, ...]) -> None:
    for wrong in (1, True, [], 1.5):
        error = error_of(_changed(name, number, at, lambda _, w=wrong: w), EVENT_OF[name])
        assert [problem.path for problem in error.problems] == [_path(at)]


@row("an unknown tag in an open union")
@pytest.mark.parametrize(("name", "number", "at"), UNIONS, ids=str)
def test_a_known_tag_with_a_wrong_body_is_an_error_of_that_branch_alone(
    name: str, number: int, at: tuple[Any, ...]
) -> None:
    value = FULL[name][number]
    for step in at:
        value = value[step]
    for member in value.keys() - {"type"}:
        wrong = _changed(name, number, at, lambda value, m=member: value | {m: [False]})
        error = error_of(wrong, EVENT_OF[name])
        path = _path((*at, member))
        assert [problem.path[: len(path)] for problem in error.problems] == [path]


@row("an unknown tag in an open union")
def test_a_tag_that_stands_twice_is_the_last_one() -> None:
    text = dumps(message(content=[]))
    part = '{"type":"text","refusal":"no","type":"refusal"}'
    event = read(text.replace('"content":[]', f'"content":[{part}]'), "thread.message.created")
    assert type(event.data.content[0]).__name__ == "RefusalContent"
    part = '{"type":"refusal","refusal":"no","type":"brand_new"}'
    event = read(text.replace('"content":[]', f'"content":[{part}]'), "thread.message.created")
    assert type(event.data.content[0]).__name__ == "UnknownMessageContent"
    assert written(event)["content"] == [{"type": "brand_new", "refusal": "no"}]


# --- numbers --------------------------------------------------------------------------------------


@row("no integer where one belongs")
@pytest.mark.parametrize(
    ("spelled", "value"),
    [
        ("1710330641", 1710330641),
        ("1710330641.0", 1710330641),
        ("1.7e9", 1700000000),
        ("17E8", 1700000000),
        ("1700000000000e-3", 1700000000),
        ("0", 0),
        ("-0", 0),
        ("-0.0", 0),
        ("-5", -5),
        ("9007199254740993", 9007199254740993),
        ("18446744073709551616", 2**64),
        ("1e30", int(1e30)),
        ("1" * 4300, int("1" * 4000) * 10**300 + int("1" * 300)),
    ],
)
def test_an_integer_may_be_spelled_without_a_fraction(spelled: str, value: int) -> None:
    event = read(dumps(thread()).replace("1800000000", spelled))
    assert event.data.created_at == value
    assert type(event.data.created_at) is int
    assert written(event)["created_at"] == value


@row("no integer where one belongs")
@pytest.mark.parametrize(
    ("spelled", "found"),
    [
        ('"1710330641"', "a string"),
        ('""', "a string"),
        ("true", "a boolean"),
        ("false", "a boolean"),
        ("1710330641.5", "a fraction"),
        ("1e-1", "a fraction"),
        ("[1]", "an array"),
        ("{}", "an object"),
        ("null", "null"),
    ],
)
def test_nothing_is_made_into_an_integer(spelled: str, found: str) -> None:
    error = error_of(dumps(thread()).replace("1800000000", spelled))
    assert error.problems == (("$.created_at", "an integer", found),)


@row("no integer where one belongs")
@pytest.mark.parametrize("spelled", ["01", "+1", "1.", ".5", "1e", "0x10", "1_000", "- 1", "--1"])
def test_what_is_no_json_number_is_no_integer(spelled: str) -> None:
    assert error_of(dumps(thread()).replace("1800000000", spelled)).path == "$"


@row("no integer where one belongs")
def test_a_number_may_be_an_integer_of_any_size_and_loses_no_digit() -> None:
    for spelled in ("1", "0.1", "1e22", "9007199254740993", "5e-324", "1.7976931348623157e308"):
        event = read(dumps(run()).replace('"top_p":1', f'"top_p":{spelled}'), "thread.run.created")
        assert event.data.top_p == json.loads(spelled)
        assert written(event)["top_p"] == json.loads(spelled)
    for wrong in ('"1"', "true", "[]"):
        text = dumps(run()).replace('"top_p":1', f'"top_p":{wrong}')
        assert error_of(text, "thread.run.created").expected == "a number"


@pytest.mark.parametrize(
    ("payload", "event", "path", "expected"),
    [
        (thread(id=1), "thread.created", "$.id", "a string"),
        (thread(metadata={"a": 1}), "thread.created", "$.metadata.a", "a string"),
        (thread(metadata={"a b": None}), "thread.created", '$.metadata["a b"]', "a string"),
        (thread(metadata=[]), "thread.created", "$.metadata", "an object"),
        (run(parallel_tool_calls=1), "thread.run.created", "$.parallel_tool_calls", "a boolean"),
        (
            run(parallel_tool_calls="true"),
            "thread.run.created",
            "$.parallel_tool_calls",
            "a boolean",
        ),
        (run(file_ids="file_a"), "thread.run.created", "$.file_ids", "an array"),
        (run(file_ids={}), "thread.run.created", "$.file_ids", "an array"),
        (run(tools=[[]]), "thread.run.created", "$.tools[0]", "an object"),
        (run(usage=[]), "thread.run.created", "$.usage", "an object"),
    ],
)
def test_no_type_is_made_into_another(payload: Any, event: str, path: str, expected: str) -> None:
    error = error_of(payload, event)
    assert [(problem.path, problem.expected) for problem in error.problems] == [(path, expected)]


# --- what could not be written back ---------------------------------------------------------------

BAD_NUMBERS = ["NaN", "Infinity", "-Infinity", "1e400", "-1e400"]
UNLOADABLE = [
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '"\\ud800x"',
    '"\\ud800\\u0041"',
    "1" * 4301,
    "-" + "1" * 10_000,
    "[" * 201 + "]" * 201,
    '{"a":' * 201 + "1" + "}" * 201,
    "[" * 100_000,
]


@row("what could not be written back")
@pytest.mark.parametrize("bad", BAD_NUMBERS + UNLOADABLE, ids=lambda text: text[:20])
@pytest.mark.parametrize(
    "where",
    [
        '"brand_new":{}',
        '"brand_new":[0,{{"a":{}}}]',
        '"brand_new":{{"a":[{}]}}',
        '"tool_resources":{{"brand_new":{}}}',
        '"tool_resources":{{"code_interpreter":{{"brand_new":[{}]}}}}',
        '"created_at":{}',
        '"id":{}',
        '"metadata":{{"a":{}}}',
    ],
)
def test_what_could_not_be_written_back_is_invalid(bad: str, where: str) -> None:
    assert isinstance(read(thread_text(where.format(bad))), InvalidEvent)


@row("what could not be written back")
@pytest.mark.parametrize("bad", BAD_NUMBERS)
@pytest.mark.parametrize(
    ("event", "old", "new"),
    [
        ("thread.run.created", '"top_p":1', '"top_p":{}'),
        ("thread.run.created", '"minimum":-1.5', '"minimum":{}'),
        ("thread.run.created", '"type":"code_interpreter"', '"type":"brand_new","x":{}'),
        ("thread.run.created", '"type":"code_interpreter"', '"type":"code_interpreter","x":{}'),
        ("thread.run.created", '"text_weight":1', '"text_weight":{}'),
        ("thread.run.step.created", '"score":0.875', '"score":{}'),
        ("thread.run.step.created", '"year":2031', '"year":{}'),
        ("thread.run.step.created", '"year":2031', '"year":[{{"a":{}}}]'),
    ],
)
def test_no_number_beyond_json_gets_through_anywhere(
    bad: str, event: str, old: str, new: str
) -> None:
    whole = dumps(run() if event == "thread.run.created" else run_step())
    assert old in whole
    assert isinstance(read(whole.replace(old, new.format(bad), 1), event), InvalidEvent)


@row("what could not be written back")
@pytest.mark.parametrize(("open_", "close"), [("[", "]"), ('{"a":', "}")])
@pytest.mark.parametrize("depth", [100, 150, 190, 199])
def test_what_nests_up_to_200_deep_is_kept_and_written_back(
    depth: int, open_: str, close: str
) -> None:
    text = thread_text('"brand_new":' + open_ * depth + "1" + close * depth)
    event = read(text)
    assert not isinstance(event, InvalidEvent), event.error
    assert decode(encode(event), require_done=False) == [event]


@row("what could not be written back")
def test_of_a_key_that_stands_twice_the_last_counts() -> None:
    event = read(thread_text('"id":5,"id":"last"'))
    assert event.data.id == "last"
    event = read(thread_text('"brand_new":1,"brand_new":{"a":1,"a":2}'))
    assert event.data.brand_new == {"a": 2}
    assert isinstance(read(thread_text('"id":5')), InvalidEvent)
    many = ",".join(f'"m{i}":{i}' for i in range(50))
    event = read(thread_text(f'{many},"id":5,"id":"last","m7":"last"'))
    assert (event.data.id, event.data.m7) == ("last", "last")


@row("what could not be written back")
def test_of_a_key_that_stands_twice_the_first_is_not_even_checked() -> None:
    text = dumps(thread(metadata={})).replace('"metadata":{}', '"metadata":{"a":5,"a":"b"}')
    event = read(text)
    assert not isinstance(event, InvalidEvent), event.error
    assert written(event)["metadata"] == {"a": "b"}


# --- the message delta of every part --------------------------------------------------------------


def test_a_delta_part_is_the_class_of_its_tag() -> None:
    event = read(message_delta(), "thread.message.delta")
    names = [type(part).__name__ for part in event.data.delta.content]
    assert names == [
        "ImageFileContentDelta",
        "TextContentDelta",
        "RefusalContentDelta",
        "ImageUrlContentDelta",
    ]
