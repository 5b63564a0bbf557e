"""What tells the alternatives of a schema apart: their JSON types, and among objects a tag.

A tag is a member that every object of a union has, with strings that no other of them admits.  An
object whose tag admits several strings counts as one variant for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from threadwire_generator.change.contract import (
    Anything,
    Array,
    Boolean,
    Contract,
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


def merged(contract: Contract, schema: Schema) -> Iterator[tuple[Part, str | None]]:
    """The alternatives but null, those made one that can be, each with the type it stands in."""
    found = list(contract.alternatives(schema))
    names = dict(found)
    for part in united(part for part, _ in found).present.parts:
        yield part, names.get(part)


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


class Choice(NamedTuple):
    """The strings that a member is limited to, and whether it has to be there."""

    values: tuple[str, ...]
    required: bool


Choices: TypeAlias = Mapping[str, Choice]


def choices(part: Object, contract: Contract | None = None) -> dict[str, Choice]:
    """The members of an object that are limited to listed strings: what could be its tag.

    Without a contract, references are not followed.
    """
    found: dict[str, Choice] = {}
    for member in part.members:
        schema = member.schema if contract is None else contract.resolve(member.schema)
        match united(schema.parts).parts:
            case (String(values, False),):
                found[member.name] = Choice(values, member.required)
            case _:
                pass
    return found


def tag_values(part: Object, tag: str) -> tuple[str, ...]:
    """The strings that a member itself is limited to; none if it may be anything else."""
    choice = choices(part).get(tag)
    return () if choice is None else choice.values


def tag_of(objects: Sequence[Object]) -> str | None:
    """The member that tells objects apart by strings of its own; None if there is none."""
    return common_tag([choices(part) for part in objects])


def common_tag(*sides: Sequence[Choices], hint: str | None = None) -> str | None:
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


def _tags(side: Sequence[Choices]) -> Iterator[str]:
    for name in side[0]:
        if all(name in each for each in side):
            values = [value for each in side for value in each[name].values]
            if len(set(values)) == len(values):
                yield name


def _rank(name: str, sides: Sequence[Sequence[Choices]]) -> tuple[bool, bool, str]:
    required = all(each[name].required for side in sides for each in side)
    return (name not in USUAL_TAGS, not required, name)


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
