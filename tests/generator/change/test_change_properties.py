"""What holds of every comparison, whatever the schemas: on random ones.

Notation makes no difference; nothing differs from itself; a comparison the other way round mirrors
it; and the classes are sound: where they say that nobody breaks, values made after one side are
valid after the other, as `jsonschema` judges it.
"""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from support.documents import contract, difference, ref, stream
from support.schemas import SCALARS, SCHEMAS, Schema, near, objects, rewritten, values
from threadwire_generator.change.compare import compare

MANY = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
MIRRORED = {
    "field_added": "field_removed",
    "optional_to_required": "required_to_optional",
    "nullable_added": "nullable_removed",
    "enum_value_added": "enum_value_removed",
    "enum_opened": "enum_closed",
    "variant_added": "variant_removed",
    "members_opened": "members_closed",
    "constraint_loosened": "constraint_tightened",
}
MIRRORED |= {back: there for there, back in MIRRORED.items()}


def documented(schema: Schema) -> Schema:
    return stream(ref("Data"), Data=schema)


def ignoring_unknown(schema: Any) -> Any:
    """The schema for a reader that takes no notice of members that it does not know."""
    if isinstance(schema, list):
        return [ignoring_unknown(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: ignoring_unknown(value)
        for key, value in schema.items()
        if not (key == "additionalProperties" and value is False)
    }


def any_of(schema: Any) -> Any:
    """The schema with `anyOf` for `oneOf`: values of two branches are nobody's fault."""
    if isinstance(schema, list):
        return [any_of(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {"anyOf" if key == "oneOf" else key: any_of(value) for key, value in schema.items()}


def admits(schema: Schema, value: Any) -> bool:
    return bool(Draft202012Validator(any_of(schema)).is_valid(value))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Schema, Schema]:
    schema = draw(objects(SCALARS) | objects(SCHEMAS) | SCHEMAS)
    other = draw(near(schema))
    return schema, draw(near(other)) if draw(st.integers(0, 3)) == 0 else other


def some(schema: Schema) -> st.SearchStrategy[list[Any]]:
    """Several values that a schema admits."""
    return st.lists(values(schema), min_size=6, max_size=6)


@MANY
@given(st.data(), SCHEMAS, st.sampled_from(["3.0.3", "3.1.0"]))
def test_notation_makes_no_difference(data: st.DataObject, schema: Schema, version: str) -> None:
    one, other = (data.draw(rewritten(schema, version)) for _ in range(2))
    found = difference(stream(ref("Data"), **one), stream(ref("Data"), **other), version)
    assert [(c.path, c.kind, c.detail) for c in found.changes] == []


@MANY
@given(SCHEMAS)
def test_nothing_differs_from_itself(schema: Schema) -> None:
    assert difference(documented(schema), documented(schema)).changes == ()


@MANY
@given(pairs())
def test_the_way_back_mirrors_the_way_there(sides: tuple[Schema, Schema]) -> None:
    old, new = (contract(documented(side)) for side in sides)
    there = {(c.path, MIRRORED.get(c.kind, c.kind)) for c in compare(old, new).changes}
    back = {(c.path, c.kind) for c in compare(new, old).changes}
    assert there == back


@MANY
@given(st.data(), pairs())
def test_an_old_decoder_reads_new_values_unless_it_is_said_to_break(
    data: st.DataObject, sides: tuple[Schema, Schema]
) -> None:
    old, new = sides
    found = difference(documented(old), documented(new)).changes
    if not any(change.decoder == "BREAKING" for change in found):
        for value in data.draw(some(new)):
            assert admits(new, value)
            assert admits(ignoring_unknown(old), value), [(c.path, c.kind) for c in found]


@MANY
@given(st.data(), pairs())
def test_an_old_server_is_valid_by_the_new_side_unless_it_is_said_to_break(
    data: st.DataObject, sides: tuple[Schema, Schema]
) -> None:
    old, new = sides
    found = difference(documented(old), documented(new)).changes
    if not any(change.server == "BREAKING" for change in found):
        for value in data.draw(some(old)):
            assert admits(new, value), [(c.path, c.kind) for c in found]
