"""The models that the target `python` writes: what they take, keep, refuse and give back.

Each test here is about something that pydantic does otherwise unless it is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packages import imported, python_plan, thing, tiny

VALUES = """
Thing:
  description: What comes.
  required: [kind]
  properties:
    kind: {const: thing, description: Tells what it is.}
    whole: {type: integer, unit: count, description: An integer.}
    any_number: {type: number, unit: ratio, description: A number.}
    flag: {type: boolean, description: A flag.}
    text: {type: string, description: A text.}
    nullable: {type: [string, "null"], description: A text or nothing.}
    free: {description: Anything.}
    words: {type: object, additionalProperties: {type: string}, description: Words by name.}
    part: {$ref: Part, description: A part of some kind.}
    mode: {$ref: Mode, description: An open enum.}
Mode: {description: What it does., enum: [fast, slow], open: true}
Part:
  description: A wheel or a door.
  oneOf: [{$ref: Wheel}, {$ref: Door}]
  tag: type
  open: true
Wheel:
  description: It turns.
  required: [type, size]
  properties:
    type: {const: wheel, description: Tells it from others.}
    size: {type: integer, unit: count, description: How big it is.}
Door:
  description: It opens.
  required: [type]
  properties:
    type: {const: door, description: Tells it from others.}
"""


@pytest.fixture(scope="module")
def values(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with imported(python_plan(tiny(VALUES)), tmp_path_factory.mktemp("values")) as package:
        yield package


def test_a_constant_has_no_default_and_is_written(values: Any) -> None:
    with pytest.raises(ValueError, match="kind"):
        values.Thing()
    event = values.ThingCame(values.Thing(kind="thing"))
    assert values.data_text(event) == '{"kind":"thing"}'
    assert thing(values, "{}").error.path == "$.kind"
    assert thing(values, '{"kind": "other"}').error.expected == "'thing'"


def test_what_is_absent_is_kept_apart_from_what_is_null(values: Any) -> None:
    absent, null = '{"kind":"thing"}', '{"kind":"thing","text":null,"nullable":null,"free":null}'
    for data in (absent, null):
        event = thing(values, data)
        assert (event.data.text, event.data.nullable, event.data.free) == (None, None, None)
        assert values.data_text(event) == data


@pytest.mark.parametrize(
    "value", ['"1"', "true", "1.5", "null ", "[1]", "{}", '""', "1e400", "NaN"]
)
def test_nothing_but_an_integer_is_an_integer(values: Any, value: str) -> None:
    event = thing(values, f'{{"kind": "thing", "whole": {value}}}')
    if value == "null ":  # what is not required may be null
        assert event.data.whole is None
    else:
        assert type(event) is values.InvalidEvent


@pytest.mark.parametrize(
    ("spelled", "value"),
    [
        ("1710330641.0", 1710330641),
        ("1.7e9", 1700000000),
        ("-0", 0),
        ("123456789012345678901234567890", 123456789012345678901234567890),
    ],
)
def test_an_integer_may_be_spelled_in_any_way(values: Any, spelled: str, value: int) -> None:
    whole = thing(values, f'{{"kind": "thing", "whole": {spelled}}}').data.whole
    assert (type(whole), whole) == (int, value)


@pytest.mark.parametrize(
    ("spelled", "value"), [("1", 1), ("0.1", 0.1), ("1e3", 1000.0), ("9007199254740993", 2**53 + 1)]
)
def test_a_number_keeps_its_kind_and_its_digits(values: Any, spelled: str, value: float) -> None:
    event = thing(values, f'{{"kind":"thing","any_number":{spelled}}}')
    assert (type(event.data.any_number), event.data.any_number) == (type(value), value)
    again = thing(values, values.data_text(event))
    assert (type(again.data.any_number), again.data.any_number) == (type(value), value)


@pytest.mark.parametrize("value", ["true", '"1"', "[]", "NaN", "Infinity", "-Infinity", "1e400"])
@pytest.mark.parametrize("member", ["any_number", "free", "x"])
def test_what_json_has_no_word_for_is_no_value(values: Any, member: str, value: str) -> None:
    event = thing(values, f'{{"kind": "thing", "{member}": {value}}}')
    refused = member == "any_number" or value[-1].isalpha() or value == "1e400"
    if value == "true" and member != "any_number":
        refused = False
    assert (type(event) is values.InvalidEvent) == refused


@pytest.mark.parametrize("value", ['{"a": [1, {"b": 1e400}]}', "[[NaN]]", '{"a": -Infinity}'])
@pytest.mark.parametrize("member", ["free", "x"])
def test_that_holds_however_deep_it_stands(values: Any, member: str, value: str) -> None:
    data = f'{{"kind": "thing", "{member}": {value}, "part": {{"type": "new", "y": {value}}}}}'
    event = thing(values, data)
    assert type(event) is values.InvalidEvent


@pytest.mark.parametrize(
    "value",
    ['"\\ud800"', '{"\\udfff": 1}', "[" * 300 + "]" * 300, "9" * 5000, "01", "1.", "'a'"],
    ids=["surrogate", "surrogate in a name", "nesting", "digits", "01", "1.", "quotes"],
)
def test_what_no_json_reader_agrees_on_is_refused(values: Any, value: str) -> None:
    event = thing(values, f'{{"kind": "thing", "free": {value}}}')
    assert type(event) is values.InvalidEvent
    assert event.error.path in ("$", "$.free")


def test_of_a_key_that_comes_twice_the_last_counts(values: Any) -> None:
    assert thing(values, '{"kind": "thing", "text": "a", "text": "b"}').data.text == "b"


def test_a_member_that_is_not_declared_is_kept(values: Any) -> None:
    data = '{"kind":"thing","x":[1,2.5,{"y":null}],"model_config":1,"data":"d","":{}}'
    event = thing(values, data)
    assert event.data.model_extra == {
        "x": [1, 2.5, {"y": None}],
        "model_config": 1,
        "data": "d",
        "": {},
    }
    assert values.data_text(event) == data


def test_the_variant_for_unknown_tags_never_hides_a_known_one(values: Any) -> None:
    bad = thing(values, '{"kind": "thing", "part": {"type": "wheel", "size": "big"}}')
    assert [tuple(problem) for problem in bad.error.problems] == [
        ("$.part.size", "an integer", "a string")
    ]
    new = thing(values, '{"kind": "thing", "part": {"type": "sail", "size": "big"}}')
    assert type(new.data.part) is values.UnknownPart
    assert new.data.part.model_extra == {"size": "big"}


@pytest.mark.parametrize(
    ("part", "path", "expected", "found"),
    [
        ('{"size": 1}', "$.part.type", "a required member", "nothing"),
        ('{"type": 7}', "$.part.type", "a string", "an integer"),
        ('{"type": null}', "$.part.type", "a string", "null"),
        ('"wheel"', "$.part", "an object", "a string"),
        ("[]", "$.part", "an object", "an array"),
    ],
)
def test_a_union_without_a_tag_is_told_as_that(
    values: Any, part: str, path: str, expected: str, found: str
) -> None:
    event = thing(values, f'{{"kind": "thing", "part": {part}}}')
    assert [tuple(problem) for problem in event.error.problems] == [(path, expected, found)]


def test_an_open_enum_is_a_string_and_nothing_else(values: Any) -> None:
    assert thing(values, '{"kind": "thing", "mode": "sideways"}').data.mode == "sideways"
    event = thing(values, '{"kind": "thing", "mode": 1}')
    assert (event.error.path, event.error.expected) == ("$.mode", "a string")


def test_nothing_is_coerced_between_scalars(values: Any) -> None:
    for member, value in [("flag", "1"), ("flag", '"true"'), ("text", "1"), ("words", '{"a": 1}')]:
        event = thing(values, f'{{"kind": "thing", "{member}": {value}}}')
        assert type(event) is values.InvalidEvent, (member, value)


def test_validators_are_built_when_they_are_first_needed(tmp_path: Path) -> None:
    with imported(python_plan(tiny(VALUES)), tmp_path) as package:
        assert not package.Thing.__pydantic_complete__
        assert not package.Wheel.__pydantic_complete__
        thing(package, '{"kind": "thing"}')
        assert package.Thing.__pydantic_complete__
        assert package.Wheel(type="wheel", size=1).size == 1
