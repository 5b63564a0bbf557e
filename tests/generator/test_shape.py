from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from threadwire_generator import resources
from threadwire_generator.load import load_document
from threadwire_generator.shape import KINDS, check_shape

SPEC_KINDS = ["protocol", "types", "lifecycle"]


def schemas(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from schemas(item)
    elif isinstance(value, list):
        for item in value:
            yield from schemas(item)


def findings(name: str, data: Any) -> list[tuple[str, str]]:
    document, loaded = load_document(json.dumps(data).encode(), Path(name))
    assert document is not None, loaded
    return [(finding.rule, finding.message) for finding in check_shape(document)]


def of_field(schema: dict[str, Any]) -> list[tuple[str, str]]:
    schema = {"description": "A member.", **schema}
    body = {"description": "A type.", "properties": {"field": schema}}
    return findings("kind.yaml", {"Type": body})


@pytest.mark.parametrize("kind", sorted({*KINDS.values(), "types"}))
def test_a_meta_schema_is_a_json_schema(kind: str) -> None:
    Draft202012Validator.check_schema(resources.meta_schema(kind))


@pytest.mark.parametrize("kind", SPEC_KINDS)
def test_a_meta_schema_is_closed_and_helps_in_an_editor(kind: str) -> None:
    meta = resources.meta_schema(kind)
    for schema in schemas(meta):
        if schema.get("type") == "object" and schema.keys() != {"type"}:  # and no mere condition
            assert "additionalProperties" in schema, schema
            assert schema.get("description"), schema
        if "not" in schema and schema["not"] == {}:
            assert schema["$comment"].startswith("`"), schema
    assert not any(
        "oneOf" in schema and isinstance(schema["oneOf"], list) for schema in schemas(meta)
    )


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "string"},
        {"type": "string", "format": "uri"},
        {"type": ["string", "null"]},
        {"type": ["null", "integer", "string"], "unit": "code"},
        {"type": "integer", "format": "unixtime"},
        {"const": "x"},
        {"$ref": "Other"},
        {"anyOf": [{"$ref": "Other"}, {"type": "null"}]},
        {"type": "array", "items": {}},
        {"type": ["array", "null"], "items": {"type": "array", "items": {"$ref": "Other"}}},
        {"type": "object", "additionalProperties": True},
        {"type": ["object", "null"], "additionalProperties": {"type": "boolean"}},
        {"documented": False, "evidence": ["seen"]},
        {"documented": {"type": "string", "enum": ["a"], "minimum": 1}},
        {"documented": {"anyOf": [{"$ref": "Other"}, {"type": "null"}]}},
        {"merge": "by-index", "name": "field_"},
    ],
)
def test_a_property_can_be(schema: dict[str, Any]) -> None:
    assert of_field(schema) == []


@pytest.mark.parametrize(
    ("schema", "rule"),
    [
        ({"type": "null"}, "shape/value"),
        ({"type": ["string"]}, "shape/length"),
        ({"type": []}, "shape/length"),
        ({"type": ["array", "string", "null"], "items": {}}, "shape/value"),
        ({"type": 1}, "shape/value"),
        ({"type": "array"}, "shape/missing"),
        ({"type": "object"}, "shape/missing"),
        (
            {"type": "object", "properties": {}, "additionalProperties": True},
            "shape/unknown-keyword",
        ),
        ({"items": {}}, "shape/misplaced"),
        ({"format": "uri"}, "shape/misplaced"),
        ({"unit": "count"}, "shape/misplaced"),
        ({"$ref": "A", "const": "b"}, "shape/misplaced"),
        ({"const": 1}, "shape/type"),
        ({"$ref": None}, "shape/type"),
        ({"enum": ["a"]}, "shape/unknown-keyword"),
        ({"oneOf": []}, "shape/unknown-keyword"),
        ({"type": "array", "items": {"type": ["string", "null"]}}, "shape/value"),
        ({"type": "array", "items": {"const": "x"}}, "shape/unknown-keyword"),
        ({"type": "array", "items": {"description": "x"}}, "shape/unknown-keyword"),
        ({"anyOf": [{"type": "null"}, {"$ref": "A"}]}, "shape/value"),
        ({"documented": {"nullable": True}}, "shape/unknown-keyword"),
        ({"documented": {"minLength": -1}}, "shape/value"),
        ({"documented": {"type": []}}, "shape/length"),
        ({"evidence": "seen"}, "shape/type"),
        ({"evidence": []}, "shape/length"),
        ({"name": 1}, "shape/type"),
    ],
)
def test_a_property_cannot_be(schema: dict[str, Any], rule: str) -> None:
    assert rule in {found for found, _ in of_field(schema)}


@pytest.mark.parametrize("value", [None, True, 1, "x", []])
def test_one_wrong_value_is_one_finding(value: Any) -> None:
    assert len(findings("kind.yaml", {"Type": value})) == 1
    assert len(findings("kind.yaml", value)) == 1
    assert len(findings("protocol.yaml", value)) == 1
    assert len(findings("lifecycle.yaml", {"streams": value})) == 1


def test_a_misspelt_keyword_is_not_missing_too() -> None:
    body = {"description": "A union.", "oneOf": [{"$ref": "A"}], "tagg": "kind", "open": True}
    assert findings("kind.yaml", {"Union": body}) == [
        ("shape/unknown-keyword", "`tagg` is no keyword of a tagged union")
    ]


def test_no_message_is_that_of_the_library() -> None:
    data = {"Type": {"description": 1, "properties": {"a": 1, "b": {"type": "c", "d": 1}}}}
    for _, message in findings("kind.yaml", data):
        assert "is not valid under" not in message
        assert "Additional properties" not in message
        assert "'" not in message
