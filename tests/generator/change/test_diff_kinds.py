"""Each kind of change: two documents that differ by it, who breaks, and a value that shows it.

The value is one that the side in question admits and the other does not; `jsonschema` judges it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest
from jsonschema import Draft202012Validator
from support.documents import changes, contract, difference, event, ref, stream
from threadwire_generator.change.compare import compare
from threadwire_generator.change.contract import Contract
from threadwire_generator.change.kinds import BREAKS, KINDS, Classes, classes, worst

TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
NOTE: dict[str, Any] = {
    "type": "object",
    "properties": {"text": TEXT, "size": WHOLE},
    "required": ["text"],
}
CAT: dict[str, Any] = {
    "type": "object",
    "properties": {"type": {"const": "cat"}},
    "required": ["type"],
}
DOG = {"type": "object", "properties": {"type": {"const": "dog"}}, "required": ["type"]}
COW = {"type": "object", "properties": {"type": {"const": "cow"}}, "required": ["type"]}


def note(**properties: Any) -> dict[str, Any]:
    return {**NOTE, "properties": {**NOTE["properties"], **properties}}


class Case(NamedTuple):
    """Two schemas of the data, the rows that they give, and values that show who breaks."""

    old: dict[str, Any]
    new: dict[str, Any]
    rows: list[tuple[str, str, str]]  # path without the type, kind, detail
    decoder: str = "safe"
    server: str = "safe"
    shows_decoder: Any = None  # admitted by the new side only
    shows_server: Any = None  # admitted by the old side only


CASES: Mapping[str, Case] = {
    "a required field comes": Case(
        NOTE,
        {**note(by=TEXT), "required": ["text", "by"]},
        [(".by", "field_added", "required string")],
        "lossy",
        "BREAKING",
        shows_server={"text": ""},
    ),
    "an optional field comes": Case(
        NOTE, note(by=TEXT), [(".by", "field_added", "optional string")], "lossy"
    ),
    "a required field goes": Case(
        NOTE,
        {"type": "object", "properties": {"size": WHOLE}},
        [(".text", "field_removed", "required string")],
        "BREAKING",
        shows_decoder={},
    ),
    "an optional field goes": Case(
        NOTE,
        {"type": "object", "properties": {"text": TEXT}, "required": ["text"]},
        [(".size", "field_removed", "optional integer")],
    ),
    "an optional field goes from an object that admits no others": Case(
        {**NOTE, "additionalProperties": False},
        {**NOTE, "properties": {"text": TEXT}, "additionalProperties": False},
        [(".size", "field_removed", "optional integer")],
        "safe",
        "BREAKING",
        shows_server={"text": "", "size": 1},
    ),
    "a name that was only required goes": Case(
        {**NOTE, "required": ["text", "by"]},
        NOTE,
        [(".by", "field_removed", "required (required but undeclared)")],
        "BREAKING",
        shows_decoder={"text": ""},
    ),
    "a field has to be there": Case(
        NOTE,
        {**NOTE, "required": ["text", "size"]},
        [(".size", "optional_to_required", "integer")],
        "safe",
        "BREAKING",
        shows_server={"text": ""},
    ),
    "a field may be absent": Case(
        NOTE,
        {**NOTE, "required": []},
        [(".text", "required_to_optional", "string")],
        "BREAKING",
        shows_decoder={},
    ),
    "null comes": Case(
        NOTE,
        note(text={"type": ["string", "null"]}),
        [(".text", "nullable_added", "string -> string|null")],
        "BREAKING",
        shows_decoder={"text": None},
    ),
    "null goes": Case(
        note(text={"type": ["string", "null"]}),
        NOTE,
        [(".text", "nullable_removed", "string|null -> string")],
        "safe",
        "BREAKING",
        shows_server={"text": None},
    ),
    "another type": Case(
        NOTE,
        note(text=WHOLE),
        [(".text", "type_changed", "string -> integer")],
        "BREAKING",
        "BREAKING",
        shows_decoder={"text": 1},
        shows_server={"text": ""},
    ),
    "a wider type": Case(
        NOTE,
        note(size={"type": "number"}),
        [(".size", "type_changed", "integer -> number")],
        "BREAKING",
        shows_decoder={"text": "", "size": 0.5},
    ),
    "anything became something": Case(
        note(size={}),
        NOTE,
        [(".size", "type_changed", "any -> integer")],
        "safe",
        "BREAKING",
        shows_server={"text": "", "size": "x"},
    ),
    "the values of a map": Case(
        {"type": "object"},
        {"type": "object", "additionalProperties": TEXT},
        [("{}", "type_changed", "any -> string")],
        "safe",
        "BREAKING",
        shows_server={"x": 1},
    ),
    "a map has a field that is no exception": Case(
        {"type": "object", "additionalProperties": TEXT},
        {"type": "object", "properties": {"x": TEXT}, "additionalProperties": TEXT},
        [],
    ),
    "a map has a field of another type": Case(
        {"type": "object", "additionalProperties": TEXT},
        {"type": "object", "properties": {"x": WHOLE}, "additionalProperties": TEXT},
        [(".x", "type_changed", "string -> integer")],
        "BREAKING",
        "BREAKING",
        shows_decoder={"x": 1},
        shows_server={"x": ""},
    ),
    "an object closes": Case(
        NOTE,
        {**NOTE, "additionalProperties": False},
        [("", "members_closed", "")],
        "safe",
        "BREAKING",
        shows_server={"text": "", "x": 1},
    ),
    "an object opens": Case(
        {**NOTE, "additionalProperties": False}, NOTE, [("", "members_opened", "")], "lossy"
    ),
    "a constant changes": Case(
        note(text={"const": "a"}),
        note(text={"const": "b"}),
        [(".text", "constant_changed", "a -> b")],
        "BREAKING",
        "BREAKING",
        shows_decoder={"text": "b"},
        shows_server={"text": "a"},
    ),
    "a value comes": Case(
        note(text={"const": "a"}),
        note(text={"enum": ["a", "b"]}),
        [(".text", "enum_value_added", "b")],
        "BREAKING",
        shows_decoder={"text": "b"},
    ),
    "a value goes": Case(
        note(size={"enum": [1, 2]}),
        note(size={"const": 2}),
        [(".size", "enum_value_removed", "1")],
        "safe",
        "BREAKING",
        shows_server={"text": "", "size": 1},
    ),
    "any value comes": Case(
        note(text={"enum": ["a", "b"]}),
        NOTE,
        [(".text", "enum_opened", "enum(a|b) -> string")],
        "BREAKING",
        shows_decoder={"text": "c"},
    ),
    "only listed values stay": Case(
        NOTE,
        note(text={"enum": ["a", "b"]}),
        [(".text", "enum_closed", "string -> enum(a|b)")],
        "safe",
        "BREAKING",
        shows_server={"text": "c"},
    ),
    "true only": Case(
        note(size={"type": "boolean"}),
        note(size={"const": True}),
        [(".size", "enum_value_removed", "false")],
        "safe",
        "BREAKING",
        shows_server={"text": "", "size": False},
    ),
    "a tagged form comes": Case(
        note(size={"oneOf": [CAT, DOG]}),
        note(size={"oneOf": [CAT, DOG, COW]}),
        [(".size", "variant_added", "type=cow")],
        "BREAKING",
        shows_decoder={"text": "", "size": {"type": "cow"}},
    ),
    "one form becomes two": Case(
        note(size=CAT),
        note(size={"oneOf": [CAT, DOG]}),
        [(".size", "variant_added", "type=dog")],
        "BREAKING",
        shows_decoder={"text": "", "size": {"type": "dog"}},
    ),
    "a tagged form goes": Case(
        note(size={"oneOf": [CAT, DOG, COW]}),
        note(size={"oneOf": [CAT, DOG]}),
        [(".size", "variant_removed", "type=cow")],
        "safe",
        "BREAKING",
        shows_server={"text": "", "size": {"type": "cow"}},
    ),
    "a form of another type comes": Case(
        NOTE,
        note(text={"anyOf": [TEXT, {"type": "array", "items": TEXT}]}),
        [(".text", "variant_added", "array (array<string>)")],
        "BREAKING",
        shows_decoder={"text": []},
    ),
    "an object that no tag tells apart goes": Case(
        note(size={"anyOf": [NOTE, {"type": "object", "required": ["x"], "properties": {}}]}),
        note(size=NOTE),
        [(".size", "variant_removed", "object (object{x})")],
        "safe",
        "BREAKING",
        shows_server={"text": "", "size": {"x": 1}},
    ),
    "a limit is tighter": Case(
        note(size={"type": "integer", "minimum": 1}),
        note(size={"type": "integer", "minimum": 2}),
        [(".size", "constraint_tightened", "minimum 1 -> 2")],
        "safe",
        "BREAKING",
        shows_server={"text": "", "size": 1},
    ),
    "a limit comes": Case(
        NOTE,
        note(text={"type": "string", "maxLength": 3}),
        [(".text", "constraint_tightened", "maxLength none -> 3")],
        "safe",
        "BREAKING",
        shows_server={"text": "long"},
    ),
    "a limit is looser": Case(
        note(size={"type": "array", "items": TEXT, "maxItems": 1}),
        note(size={"type": "array", "items": TEXT, "maxItems": 2}),
        [(".size", "constraint_loosened", "maxItems 1 -> 2")],
        "BREAKING",
        shows_decoder={"text": "", "size": ["", ""]},
    ),
    "another pattern": Case(
        note(text={"type": "string", "pattern": "^a"}),
        note(text={"type": "string", "pattern": "^b"}),
        [(".text", "constraint_changed", "pattern ^a -> ^b")],
        "BREAKING",
        "BREAKING",
        shows_decoder={"text": "b"},
        shows_server={"text": "a"},
    ),
    "what has no form of its own": Case(
        note(size={"type": "integer", "not": {"const": 1}}),
        note(size={"type": "integer", "not": {"const": 2}}),
        [(".size", "constraint_changed", 'not {"const": 1} -> {"const": 2}')],
        "BREAKING",
        "BREAKING",
        shows_decoder={"text": "", "size": 1},
        shows_server={"text": "", "size": 2},
    ),
    "a format": Case(
        note(size={"type": "integer", "format": "unixtime"}),
        NOTE,
        [(".size", "format_changed", "unixtime -> none")],
    ),
    "items of a list": Case(
        note(size={"type": "array", "items": CAT}),
        note(size={"type": "array", "items": {**CAT, "required": []}}),
        [(".size[].type", "required_to_optional", "enum(cat)")],
        "BREAKING",
        shows_decoder={"text": "", "size": [{}]},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_change_is_told_with_who_breaks(name: str) -> None:
    case = CASES[name]
    found = changes(stream(ref("Note"), Note=case.old), stream(ref("Note"), Note=case.new))
    rows = [(f"Note{path}", kind, detail) for path, kind, detail in case.rows]
    assert [row[:3] for row in found] == rows
    assert {row[3:] for row in found} <= {(case.decoder, case.server)}


@pytest.mark.parametrize("name", CASES)
def test_who_is_said_to_break_does_break(name: str) -> None:
    case = CASES[name]
    old, new = (Draft202012Validator(side) for side in (case.old, case.new))
    assert (case.shows_decoder is not None) == (case.decoder == "BREAKING")
    assert (case.shows_server is not None) == (case.server == "BREAKING")
    if case.shows_decoder is not None:
        assert new.is_valid(case.shows_decoder)
        assert not old.is_valid(case.shows_decoder)
    if case.shows_server is not None:
        assert old.is_valid(case.shows_server)
        assert not new.is_valid(case.shows_server)


# --- events ---------------------------------------------------------------------------------------


def events(*named: dict[str, Any], **schemas: Any) -> dict[str, Any]:
    return {"Stream": {"oneOf": list(named)}, **schemas}


ONE = event("one", ref("Note"))
TWO = event("two", ref("Note"))


def test_an_event_that_comes_or_goes_is_told_at_the_root() -> None:
    fewer, more = events(ONE, Note=NOTE), events(ONE, TWO, Note=NOTE)
    assert changes(fewer, more) == [("Stream", "event_added", "two", "BREAKING", "safe")]
    assert changes(more, fewer) == [("Stream", "event_removed", "two", "safe", "BREAKING")]


def test_a_member_beside_the_data_is_told_at_its_event() -> None:
    with_it = events(event("one", ref("Note"), enabled={"type": "boolean"}), Note=NOTE)
    assert changes(events(ONE, Note=NOTE), with_it) == [
        ("Stream<one>.enabled", "field_added", "optional boolean", "lossy", "safe")
    ]


def test_data_that_need_not_be_there_is_a_change() -> None:
    without = {**ONE, "required": ["event"]}
    assert changes(events(ONE, Note=NOTE), events(without, Note=NOTE)) == [
        ("Stream<one>.data", "required_to_optional", "Note", "BREAKING", "safe")
    ]


def test_data_of_another_type_is_one_change_that_breaks_as_what_differs() -> None:
    old = events(event("one", ref("Note")), event("two", ref("Cat")), Note=NOTE, Cat=CAT)
    new = events(event("one", ref("Cat")), event("two", ref("Cat")), Note=NOTE, Cat=CAT)
    again = events(event("one", ref("Note")), event("two", ref("Cat")), Note=CAT, Cat=CAT)
    assert changes(old, new) == [
        ("Stream<one>", "event_payload_changed", "Note -> Cat", "BREAKING", "BREAKING")
    ]
    assert changes(again, events(ONE, event("two", ref("Cat")), Note=CAT, Cat=CAT)) == []


def test_data_of_another_type_that_admits_the_same_is_no_change() -> None:
    kept = event("two", {"oneOf": [ref("Note"), ref("Copy")]})
    old = events(event("one", ref("Note")), kept, Note=NOTE, Copy=NOTE)
    new = events(event("one", ref("Copy")), kept, Note=NOTE, Copy=NOTE)
    assert changes(old, new) == []


def test_events_whose_name_stands_in_their_data_are_compared_by_it() -> None:
    old = {"Stream": {"anyOf": [ref("Cat"), ref("Dog")]}, "Cat": CAT, "Dog": DOG}
    grown = {**CAT, "properties": {**CAT["properties"], "lives": WHOLE}}
    new = {"Stream": {"anyOf": [ref("Cat"), ref("Dog"), ref("Cow")]}, "Cow": COW}
    assert changes(old, {**new, "Cat": grown, "Dog": DOG}) == [
        ("Stream", "event_added", "cow", "BREAKING", "safe"),
        ("Cat.lives", "field_added", "optional integer", "lossy", "safe"),
    ]


# --- types and their names ------------------------------------------------------------------------


def test_a_type_that_many_refer_to_is_told_once() -> None:
    old = events(ONE, TWO, Note=NOTE)
    assert changes(old, events(ONE, TWO, Note=note(by=TEXT))) == [
        ("Note.by", "field_added", "optional string", "lossy", "safe")
    ]


def test_a_renamed_type_is_told_as_renamed() -> None:
    old, new = stream(ref("Note"), Note=NOTE), stream(ref("Memo"), Memo=NOTE)
    found = difference(old, new)
    assert found.changes == ()
    assert [(r.old, r.new, r.kind) for r in found.renames] == [("Note", "Memo", "renamed")]


def test_a_change_in_a_renamed_type_shows_both_names() -> None:
    old, new = stream(ref("Note"), Note=NOTE), stream(ref("Memo"), Memo=note(by=TEXT))
    assert [row[0] for row in changes(old, new)] == ["Note=>Memo.by"]


def test_a_recursive_type_is_walked_once() -> None:
    inside: dict[str, Any] = {"inner": ref("Tree"), "name": TEXT}
    tree = {"type": "object", "properties": inside}
    taller = {**tree, "properties": {**inside, "height": WHOLE}}
    old, new = stream(ref("Tree"), Tree=tree), stream(ref("Tree"), Tree=taller)
    assert [row[:2] for row in changes(old, new)] == [("Tree.height", "field_added")]


def test_a_recursive_type_may_be_written_out_once() -> None:
    tree = {"type": "object", "properties": {"inner": ref("Tree")}}
    old, new = stream(ref("Tree"), Tree=tree), stream(tree, Tree=tree)
    assert changes(old, new) == []


def test_null_in_the_type_and_null_where_it_is_used_are_the_same() -> None:
    inside = note(by=ref("Name")), {"type": ["string", "null"]}
    outside = note(by={"anyOf": [ref("Name"), {"type": "null"}]}), TEXT
    old, new = (stream(ref("Note"), Note=n, Name=name) for n, name in (inside, outside))
    assert changes(old, new) == []


def test_null_that_comes_into_a_type_is_told_at_the_type() -> None:
    using = note(by=ref("Name"), of=ref("Name"))
    old = stream(ref("Note"), Note=using, Name=TEXT)
    new = stream(ref("Note"), Note=using, Name={"type": ["string", "null"]})
    assert [row[:2] for row in changes(old, new)] == [("Name", "nullable_added")]


def test_another_name_for_a_type_is_no_rename() -> None:
    old = stream(ref("Note"), Note=NOTE)
    new = stream(ref("Latest"), Note=NOTE, Latest=ref("Note"))
    assert difference(old, new).renames == ()
    assert changes(old, new) == []


# --- what is open ---------------------------------------------------------------------------------


def test_what_joins_an_open_enum_or_union_breaks_no_decoder() -> None:
    assert classes("enum_value_added", "open")[:2] == ("safe", "safe")
    assert classes("variant_added", "open")[:2] == ("safe", "safe")
    assert classes("event_added", "open")[:2] == ("safe", "safe")


def test_a_stream_that_admits_other_events_is_a_wider_one() -> None:
    closed = contract(events(ONE, Note=NOTE))
    opened = Contract("open", closed.root, closed.events, closed.types, open=True)
    assert [(c.kind, c.decoder) for c in compare(closed, opened).changes] == [
        ("events_opened", "BREAKING")
    ]
    assert [(c.kind, c.server) for c in compare(opened, closed).changes] == [
        ("events_closed", "BREAKING")
    ]


# --- the table ------------------------------------------------------------------------------------


def test_every_kind_says_who_breaks_in_the_words_that_count() -> None:
    python = {"additive", "additive; breaks exhaustive matches", *BREAKS["python"]}
    for name, kind in KINDS.items():
        for row in kind.cases.values():
            assert row.decoder in ("BREAKING", "lossy", "safe"), name
            assert row.server in ("BREAKING", "safe"), name
            assert row.python in python, name
        assert kind.entry.format(path="p", detail="d") != kind.entry, name


def test_the_worst_of_several_is_the_worst_for_each() -> None:
    rows = [Classes("safe", "BREAKING", "x"), Classes("lossy", "safe", "x")]
    assert worst(rows) == ("lossy", "BREAKING", "x")
