"""What tells the alternatives of a schema apart: their JSON types, and among objects a tag.

A tag is a member that every object of a union has, with strings that no other of them admits.  An
object whose tag admits several strings counts as one variant for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from threadwire_generator.change.contract import (
    Anything,
    Array,
    Boolean,
    Null,
    Number,
    Object,
    OtherObjects,
    Part,
    Ref,
    Schema,
    String,
)
from threadwire_generator.change.keywords import is_integral

USUAL_TAGS = ("type", "kind")  # where several members could be the tag; the only ones of one object


def united(parts: Iterable[Part]) -> Schema:
    """The schema of these alternatives, with those made one that admit what one would."""
    merged: dict[Part, None] = {}
    for part in parts:
        if isinstance(part, Anything):
            return Schema((part,))
        for earlier in [each for each in merged if type(part) in _JOINS]:
            both = _one(earlier, part)
            if both is not None:
                merged = {both if each is earlier else each: None for each in merged}
                break
        else:
            merged[part] = None
    return Schema(tuple(merged))


def _one(a: Part, b: Part) -> Part | None:
    """The one alternative that admits what either admits; None if there is no such."""
    if a == b:
        return a
    join = _JOINS.get(type(a))
    return join(a, b) if join is not None and type(a) is type(b) else None


def _booleans(a: Boolean, b: Boolean) -> Boolean:
    del a, b  # they differ, so that between them both values are admitted
    return Boolean()


def _numbers(a: Number, b: Number) -> Number | None:
    if a.limits != b.limits or a.format != b.format:
        return None
    if a.values and b.values:
        return Number(a.integer and b.integer, _both(a.values, b.values), a.limits, a.format)
    wide, narrow = (b, a) if a.values else (a, b)
    if not narrow.values:
        return Number(False, (), a.limits, a.format)  # one of them is any number
    fits = not wide.integer or all(is_integral(value) for value in narrow.values)
    return wide if fits and not wide.limits else None


def _strings(a: String, b: String) -> String | None:
    if a.limits != b.limits or a.format != b.format:
        plain, listed = (a, b) if not a.values else (b, a)
        if plain.limits or plain.values or not plain.open:
            return None
        return String(listed.values, True, (), plain.format)
    return String(_both(a.values, b.values), a.open or b.open, a.limits, a.format)


def _both(a: Sequence[Any], b: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys([*a, *b]))


_JOINS: Mapping[type, Callable[[Any, Any], Part | None]] = {
    Boolean: _booleans,
    Number: _numbers,
    String: _strings,
}


# --- tags -----------------------------------------------------------------------------------------


def tag_of(*sides: Sequence[Object], hint: str | None = None) -> str | None:
    """The member that tells the objects of each side apart; None if there is none for all sides.

    Where one object is all there is, only the hint or a usual tag counts as one.
    """
    present = [side for side in sides if side]
    if not present:
        return None
    common = set(_tags(present[0])).intersection(*(_tags(side) for side in present[1:]))
    if hint in common:
        return hint
    if all(len(side) == 1 for side in present):
        common &= set(USUAL_TAGS)
    return min(common, key=lambda name: _rank(name, present), default=None)


def _tags(objects: Sequence[Object]) -> Iterator[str]:
    for member in objects[0].members:
        sets = [tag_values(each, member.name) for each in objects]
        values = [value for each in sets for value in each]
        if all(sets) and len(set(values)) == len(values):
            yield member.name


def _rank(name: str, sides: Sequence[Sequence[Object]]) -> tuple[bool, bool, str]:
    members = [each.member(name) for side in sides for each in side]
    optional = not all(member is not None and member.required for member in members)
    return (name not in USUAL_TAGS, optional, name)


def tag_values(part: Object, tag: str) -> tuple[str, ...]:
    """The strings that a member is limited to; none if it may be anything else."""
    member = part.member(tag)
    match member.schema.parts if member is not None else ():
        case (String(values, False),):
            return values
        case _:
            return ()


def json_type(part: Part) -> str:
    """The JSON type that an alternative has; `any` for anything."""
    return _JSON_TYPES[type(part)]


_JSON_TYPES: Mapping[type, str] = {
    Anything: "any",
    Null: "null",
    Boolean: "boolean",
    Number: "number",
    String: "string",
    Array: "array",
    Object: "object",
    OtherObjects: "object",
    Ref: "reference",
}
