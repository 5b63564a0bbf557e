"""Payloads that differ in the JSON type of a value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from threadwire_generator.load import Json
from threadwire_generator.spec import (
    Anything,
    Const,
    EnumType,
    ListOf,
    MapOf,
    MixedType,
    ObjectType,
    Scalar,
    UnionType,
)
from threadwire_generator.targets.suite.places import Slot, Walk, json_type
from threadwire_generator.targets.suite.variations import UNKNOWN, Variation
from threadwire_generator.targets.suite.variations.objects import field_item

# --- JSON types -----------------------------------------------------------------------------------


class _Wrong(NamedTuple):
    """A value of another JSON type."""

    aspect: str
    value: Json
    what: str


_AN_INTEGER = _Wrong("wrong-type-integer", 7, "an integer")
_A_STRING = _Wrong("wrong-type-string", "text", "a string")
_A_DIGIT = _Wrong("wrong-type-string", "7", "a string of digits")
_A_WORD = _Wrong("wrong-type-string", "true", "the word true in quotes")
_A_BOOLEAN = _Wrong("wrong-type-boolean", True, "a boolean")
_AN_ARRAY = _Wrong("wrong-type-array", [], "an array")
_AN_OBJECT = _Wrong("wrong-type-object", {}, "an object")
_OTHER_TEXT = _Wrong("other-constant", UNKNOWN, "another text")

# The types that a hasty decoder takes for the right one, or converts to it.
_WRONG_SCALARS: dict[str, tuple[_Wrong, ...]] = {
    "string": (_AN_INTEGER,),
    "integer": (_A_DIGIT, _A_BOOLEAN),
    "number": (_A_DIGIT,),
    "boolean": (_A_WORD,),
}
_WRONG: dict[type, tuple[_Wrong, ...]] = {
    Const: (_OTHER_TEXT,),
    EnumType: (_AN_INTEGER,),
    ObjectType: (_AN_ARRAY,),
    UnionType: (_A_STRING,),
    ListOf: (_AN_OBJECT,),
    MapOf: (_AN_ARRAY,),
    Anything: (),
}
_BY_JSON_TYPE = {
    "object": _AN_OBJECT,
    "array": _AN_ARRAY,
    "boolean": _A_BOOLEAN,
    "integer": _AN_INTEGER,
    "string": _A_STRING,
}


def wrong_types(walk: Walk) -> Iterator[Variation]:
    """Values of JSON types that a place does not admit."""
    for place, slot in walk.all_slots():
        if walk.tells(place, slot.field) or slot.path.endswith(">"):
            continue  # who tells has rows of its own, and so has a union as a whole
        for wrong in _wrong_for(walk, slot):
            yield Variation(slot.path, wrong.aspect, slot.put(wrong.value), wrong.what)


def _wrong_for(walk: Walk, slot: Slot) -> Iterable[_Wrong]:
    shape = slot.shape
    if isinstance(shape, Scalar) and len(shape.types) == 1:
        return _WRONG_SCALARS[shape.types[0]]
    if isinstance(shape, (Scalar, MixedType)):
        taken = _types_of(walk, shape)
        return [wrong for kind, wrong in _BY_JSON_TYPE.items() if kind not in taken][:2]
    return _WRONG[type(shape)]


def _types_of(walk: Walk, shape: Scalar | MixedType) -> set[str]:
    if isinstance(shape, MixedType):
        return {
            name
            for member in shape.members
            for branch in [walk.samples.resolved(member)]
            for name in (
                _types_of(walk, branch)
                if isinstance(branch, (Scalar, MixedType))
                else {json_type(branch)}
            )
        }
    return {*shape.types, *(["integer"] if "number" in shape.types else [])}


def wrong_nulls(walk: Walk) -> Iterator[Variation]:
    """Null where a value is required."""
    for _, slot in walk.members():
        field = slot.field
        if field.required and not field.nullable and not isinstance(slot.shape, Anything):
            yield Variation(slot.path, "wrong-type-null", slot.put(None), "null")


def branches(walk: Walk) -> Iterator[Variation]:
    """Each JSON type of what may have several; objects are places, and enums have their values."""
    for _, slot in walk.all_slots():
        if isinstance(slot.shape, Scalar) and len(slot.shape.types) > 1:
            for kind in slot.shape.types:
                payload = slot.put(_BRANCHES[kind])
                covers = (field_item(slot.owner, slot.field),)
                yield Variation(slot.path, f"type-{kind}", payload, kind, covers)
        elif slot.path.endswith(">") and isinstance(slot.shape, (Scalar, ListOf, MapOf, Anything)):
            name = json_type(slot.shape)
            value = _BRANCHES[name]
            if isinstance(slot.shape, ListOf):
                owner, member = slot.owner.name, slot.field.wire_name
                value = [walk.samples.some(slot.shape.items, owner, member)]
            covers = (field_item(slot.owner, slot.field),)
            yield Variation(slot.path, f"type-{name}", slot.put(value), name, covers)


_BRANCHES: dict[str, Json] = {
    "string": "text",
    "integer": 429,
    "number": 0.5,
    "boolean": True,
    "array": [],
    "object": {},
    "any": None,
}


def integral_floats(walk: Walk) -> Iterator[Variation]:
    """Integers that are spelled with a fraction of zero."""
    for _, slot in walk.all_slots():
        if _is_integer(slot):
            value = walk.samples.some(_INTEGER, slot.owner.name, slot.field.wire_name)
            assert isinstance(value, int), "a sample of an integer is one"
            covers = (field_item(slot.owner, slot.field),)
            yield Variation(slot.path, "integral-float", slot.put(float(value)), covers=covers)


def fractions(walk: Walk) -> Iterator[Variation]:
    """Numbers that are no integers where these belong."""
    for _, slot in walk.all_slots():
        if _is_integer(slot):
            yield Variation(slot.path, "fraction", slot.put(0.5))


_INTEGER = Scalar(("integer",))


def _is_integer(slot: Slot) -> bool:
    return isinstance(slot.shape, Scalar) and slot.shape.types == _INTEGER.types
