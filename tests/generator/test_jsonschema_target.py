"""The target `jsonschema`: what each profile admits, judged by the jsonschema library."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from jsonschema import Draft202012Validator
from threadwire_generator.spec import (
    AliasType,
    Anything,
    Const,
    Documented,
    EndEvent,
    EnumType,
    ErrorShape,
    Event,
    Field,
    ListOf,
    MapOf,
    Mark,
    MixedType,
    ObjectType,
    Ref,
    Scalar,
    Shape,
    Spec,
    UnionType,
)
from threadwire_generator.targets.jsonschema import plan

HERE = Mark("kettle.yaml", 1, 1)
TEXT = Scalar(("string",))
COUNT = Scalar(("integer",))


def member(
    wire_name: str, shape: Shape, *, required: bool = False, nullable: bool = False, **more: Any
) -> Field:
    """A field with the facts that every one has."""
    return Field(wire_name, shape, nullable, required, f"The {wire_name}.", HERE, **more)


def object_type(name: str, *fields: Field, **more: Any) -> ObjectType:
    return ObjectType(name, "kettle", f"A {name}.", HERE, fields, **more)


def variant(name: str, tag: str) -> ObjectType:
    return object_type(
        name, member("kind", Const(tag), required=True), member("size", COUNT, required=True)
    )


TYPES = (
    object_type(
        "Kettle",
        member("id", TEXT, required=True),
        member("note", TEXT, required=True, nullable=True),
        member("label", TEXT),
        member("lid", Ref("Lid")),
        member("owner", Ref("Owner"), nullable=True),
        member("state", Ref("State"), required=True),
        member("mode", Ref("Mode")),
        member("grade", Ref("Grade")),
        member("part", Ref("Part")),
        member("fuel", Ref("Fuel")),
        member("choice", Ref("Choice")),
        member("marks", Ref("Marks")),
        member("litres", COUNT, documented=Documented(keywords={"minimum": 2})),
        member("origin", TEXT, nullable=True, documented=Documented(keywords={"type": "string"})),
        member(
            "host",
            Ref("Owner"),
            nullable=True,
            documented=Documented(keywords={"anyOf": [{"$ref": "Lid"}, {"type": "null"}]}),
        ),
        member("shade", Ref("Mode"), documented=Documented(keywords={"enum": ["dark"]})),
        member(
            "tags",
            ListOf(TEXT),
            documented=Documented(keywords={"maxItems": 1, "items": {"type": "integer"}}),
        ),
        member("serial", COUNT, required=True, documented=Documented(known=False)),
        member("extra", Anything()),
        documented_required=("label",),
    ),
    object_type("Lid", member("tight", Scalar(("boolean",)), required=True)),
    object_type("Owner", member("name", TEXT, required=True), member("friend", Ref("Owner"))),
    EnumType("State", "kettle", "Where it stands.", HERE, ("cold", "hot"), open=True),
    EnumType("Mode", "kettle", "How it heats.", HERE, ("slow", "fast"), open=False),
    EnumType(
        "Grade", "kettle", "Its grade.", HERE, ("a", "b"), open=True, documented_values=("a", "c")
    ),
    UnionType("Part", "kettle", "A part.", HERE, "kind", ("Spout", "Handle"), open=True),
    UnionType("Fuel", "kettle", "A fuel.", HERE, "kind", ("Gas",), open=False),
    variant("Spout", "spout"),
    variant("Handle", "handle"),
    variant("Gas", "gas"),
    MixedType("Choice", "kettle", "A choice.", HERE, (Ref("Mode"), Ref("Lid"))),
    AliasType("Marks", "kettle", "Marks by name.", HERE, MapOf(ListOf(Scalar(("number",))))),
    object_type("Fault", member("message", TEXT, required=True)),
)

SPEC = Spec(
    protocol="kettle",
    title="Kettle stream",
    package="kettle_events",
    union="KettleEvent",
    description="A kettle that reports.",
    source=None,
    selector=None,
    end=EndEvent("over", "[OVER]"),
    error=ErrorShape("fault", text_as="message", wrapped_in="fault"),
    events=(
        Event("kettle.filled", "KettleFilled", "Kettle", "It was filled.", HERE),
        Event("fault", "FaultEvent", "Fault", "It broke.", HERE),
        Event("over", "Over", None, "It is over.", HERE, ends=("stream",)),
    ),
    types={type_.name: type_ for type_ in TYPES},
)

PROFILES = ("wire", "documented")


def bundles(spec: Spec = SPEC) -> dict[str, Any]:
    """The bundle of each profile, read back from the text that was planned."""
    texts = plan(spec)
    return {name: json.loads(texts[f"jsonschema/{name}.schema.json"]) for name in PROFILES}


BUNDLES = bundles()


def admits(profile: str, event: Any) -> bool:
    return Draft202012Validator(BUNDLES[profile]).is_valid(event)


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every JSON object below a value."""
    if isinstance(value, dict):
        yield value
    for child in value.values() if isinstance(value, dict) else value:
        if isinstance(child, (dict, list)):
            yield from nodes(child)


# A payload that both profiles admit; each case below changes members of it.
KETTLE = {"id": "k", "note": None, "label": "x", "state": "hot", "serial": 7}
ABSENT = object()

# (members, admitted on the wire, admitted by the document)
PAYLOADS = [
    ({}, True, True),
    ({"id": ABSENT}, False, False),
    ({"id": None}, False, False),
    ({"id": 5}, False, False),
    ({"note": ABSENT}, False, False),
    ({"note": "boils"}, True, True),
    ({"label": ABSENT}, True, False),  # the document requires it in addition
    ({"label": None}, True, False),  # not required: null stands for absent on the wire alone
    ({"label": 5}, False, False),
    ({"lid": None}, True, False),
    ({"lid": {"tight": True}}, True, True),
    ({"lid": {"tight": 1}}, False, False),
    ({"lid": {"tight": True, "colour": "red"}}, True, True),
    ({"owner": None}, True, True),
    ({"owner": {"name": "A", "friend": {"name": "B"}}}, True, True),
    ({"owner": {"name": "A", "friend": {"name": 5}}}, False, False),
    ({"state": "lukewarm"}, True, False),  # open on the wire
    ({"state": 5}, False, False),
    ({"state": None}, False, False),
    ({"mode": "slow"}, True, True),
    ({"mode": "sideways"}, False, False),  # closed in both
    ({"grade": "b"}, True, False),  # the document lists other values
    ({"grade": "c"}, True, True),
    ({"part": {"kind": "spout", "size": 1}}, True, True),
    ({"part": {"kind": "spout", "size": "1"}}, False, False),  # known tag, wrong body
    ({"part": {"kind": "spout"}}, False, False),
    ({"part": {"kind": "whistle", "tone": "c"}}, True, False),
    ({"part": {"size": 1}}, False, False),  # no tag
    ({"part": {"kind": 5, "size": 1}}, False, False),
    ({"part": {"kind": None, "size": 1}}, False, False),
    ({"part": "spout"}, False, False),
    ({"part": None}, True, False),
    ({"fuel": {"kind": "gas", "size": 1}}, True, True),
    ({"fuel": {"kind": "coal", "size": 1}}, False, False),
    ({"choice": "fast"}, True, True),
    ({"choice": {"tight": False}}, True, True),
    ({"choice": "sideways"}, False, False),
    ({"choice": 5}, False, False),
    ({"marks": {"a": [1, 2.5]}}, True, True),
    ({"marks": {"a": ["1"]}}, False, False),
    ({"marks": []}, False, False),
    ({"litres": 1}, True, False),  # a bound is the document's alone
    ({"litres": 2}, True, True),
    ({"litres": 2.0}, True, True),
    ({"litres": 2.5}, False, False),
    ({"litres": True}, False, False),
    ({"origin": None}, True, False),  # the document knows no null here
    ({"origin": "tap"}, True, True),
    ({"host": {"name": "A"}}, True, False),  # the document refers to another type
    ({"host": {"tight": True}}, False, True),
    ({"host": None}, True, True),
    ({"shade": "slow"}, True, False),  # the document lists values of its own
    ({"shade": "dark"}, False, True),
    ({"tags": ["a", "b"]}, True, False),
    ({"tags": [1]}, False, True),
    ({"serial": ABSENT}, False, True),  # unknown to the document: neither asked for nor described
    ({"serial": "7"}, False, True),
    ({"extra": None}, True, True),
    ({"extra": [{}]}, True, True),
    ({"unheard_of": None}, True, True),
]


@pytest.mark.parametrize(("members", "wire", "documented"), PAYLOADS)
def test_a_payload_gets_the_verdict_of_each_profile(
    members: dict[str, Any], wire: bool, documented: bool
) -> None:
    payload = {key: v for key, v in {**KETTLE, **members}.items() if v is not ABSENT}
    event = {"event": "kettle.filled", "data": payload}
    assert (admits("wire", event), admits("documented", event)) == (wire, documented)


ENVELOPES = [
    ({"event": "kettle.filled"}, False, False),
    ({"data": KETTLE}, False, False),
    ({"event": 5, "data": KETTLE}, False, False),
    ([], False, False),
    ({"event": "kettle.filled", "data": "text"}, False, False),
    ({"event": "kettle.whistled", "data": "anything"}, True, False),
    ({"event": "fault", "data": {"message": "broke"}}, True, True),
    ({"event": "fault", "data": {"fault": {"message": "broke"}}}, True, False),
    ({"event": "fault", "data": "broke"}, True, False),
    ({"event": "fault", "data": {"message": 5}}, True, False),
    ({"event": "over", "data": "[OVER]"}, True, True),
    ({"event": "over", "data": ""}, True, False),
]


@pytest.mark.parametrize(("event", "wire", "documented"), ENVELOPES)
def test_an_envelope_gets_the_verdict_of_each_profile(
    event: Any, wire: bool, documented: bool
) -> None:
    assert (admits("wire", event), admits("documented", event)) == (wire, documented)


def test_a_wrong_body_is_reported_in_the_branch_of_its_tag_alone() -> None:
    event = {"event": "kettle.filled", "data": {**KETTLE, "part": {"kind": "spout", "size": "1"}}}
    (error,) = Draft202012Validator(BUNDLES["wire"]["$defs"]["Part"] | _defs()).iter_errors(
        event["data"]["part"]  # type: ignore[index]
    )
    assert list(error.path) == ["size"]


def _defs() -> dict[str, Any]:
    return {"$defs": BUNDLES["wire"]["$defs"]}


@pytest.mark.parametrize("profile", PROFILES)
def test_a_bundle_is_a_schema_of_2020_12(profile: str) -> None:
    assert BUNDLES[profile]["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(BUNDLES[profile])


@pytest.mark.parametrize("profile", PROFILES)
def test_every_reference_leads_to_a_definition(profile: str) -> None:
    bundle = BUNDLES[profile]
    references = [node["$ref"] for node in nodes(bundle) if "$ref" in node]
    assert len(references) > 10
    for reference in references:
        head, _, name = unquote(reference).rpartition("/")
        assert (head, name in bundle["$defs"]) == ("#/$defs", True), reference


@pytest.mark.parametrize("profile", PROFILES)
def test_the_data_of_an_event_can_be_addressed(profile: str) -> None:
    schema = {"$ref": "#/$defs/event:kettle.filled", "$defs": BUNDLES[profile]["$defs"]}
    assert Draft202012Validator(schema).is_valid(KETTLE)
    assert not Draft202012Validator(schema).is_valid({})
    assert "#/$defs/event:kettle.filled" in BUNDLES[profile]["description"]


@pytest.mark.parametrize("profile", PROFILES)
def test_a_bundle_holds_no_keyword_of_the_dialect(profile: str) -> None:
    marked = dataclasses.replace(
        SPEC,
        types={
            **SPEC.types,
            "Lid": object_type(
                "Lid",
                member(
                    "tight",
                    Scalar(("integer",), "unixtime"),
                    name="tight_",
                    unit="seconds",
                    merge="replace",
                    evidence=("seen once",),
                    documented=Documented(keywords={"minimum": 1, "unit": "hours", "merge": "x"}),
                ),
                delta_of="Kettle",
                evidence=("seen twice",),
            ),
        },
    )
    lid = bundles(marked)[profile]["$defs"]["Lid"]
    assert (
        lid["properties"]["tight"]
        == {
            "wire": {
                "description": "The tight.",
                "type": ["integer", "null"],
                "format": "unixtime",
            },
            "documented": {
                "description": "The tight.",
                "type": "integer",
                "format": "unixtime",
                "minimum": 1,
            },
        }[profile]
    )
    assert set(lid) == {"description", "type", "properties"}


def test_a_name_with_the_characters_of_a_pointer_is_found() -> None:
    name = "kettle/~1fill ed%41#"
    spec = dataclasses.replace(
        SPEC, events=(Event(name, "Odd", "Lid", "Odd.", HERE),), end=None, error=None
    )
    validator = Draft202012Validator(bundles(spec)["documented"])
    assert validator.is_valid({"event": name, "data": {"tight": True}})
    assert not validator.is_valid({"event": name, "data": {"tight": 1}})


def test_text_of_a_spec_is_kept_letter_by_letter() -> None:
    text = 'a "quote", a \\ backslash,\na line, ünïcode \u2028 {{ braces }} <b>'
    lid = dataclasses.replace(SPEC.types["Lid"], description=text)
    bundle = bundles(dataclasses.replace(SPEC, types={**SPEC.types, "Lid": lid}))["wire"]
    assert bundle["$defs"]["Lid"]["description"] == text
    assert (
        "ünïcode"
        in plan(dataclasses.replace(SPEC, description=text, title=text))[
            "jsonschema/wire.schema.json"
        ]
    )


def test_a_protocol_without_end_and_error_and_with_the_name_in_the_data_has_the_same_envelope() -> (
    None
):
    spec = dataclasses.replace(SPEC, selector="kind", end=None, error=None)
    bundle = bundles(spec)["wire"]
    assert "'kind'" in bundle["description"]
    assert Draft202012Validator(bundle).is_valid({"event": "kettle.filled", "data": KETTLE})
    assert not Draft202012Validator(bundle).is_valid({"event": "fault", "data": "text"})


def test_a_bundle_says_how_it_is_made_again() -> None:
    for bundle in BUNDLES.values():
        assert bundle["$comment"] == (
            "Generated by threadwire from kettle; do not edit. "
            "Change schema/ and run: threadwire generate"
        )


def test_the_same_spec_gives_the_same_text() -> None:
    assert plan(SPEC) == plan(dataclasses.replace(SPEC, types=dict(SPEC.types)))
    for text in plan(SPEC).values():
        assert text.endswith("}\n")
        assert "\r" not in text
