"""What two schemas both admit: `allOf`, and keywords that stand side by side.

While a document is read, a meeting of schemas is kept as it was written (`Meeting`), since the
types that it refers to may not be read yet.  `settler` makes alternatives of it afterwards.  A
reference that loses nothing by the meeting stays a reference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from threadwire_generator.change.contract import (
    ANYTHING,
    Anything,
    Array,
    Boolean,
    Limits,
    Member,
    Null,
    Number,
    Object,
    Part,
    Ref,
    Schema,
    String,
)
from threadwire_generator.change.keywords import is_integral
from threadwire_generator.change.leaves import DIRECTIONS
from threadwire_generator.change.variants import united

MAX_DEPTH = 12  # of meetings in meetings; deeper ones come from types that meet themselves
MAX_LINKS = 50  # of references and meetings that lead to each other, so that the stack holds them
MAX_MEETINGS = 20_000  # of one type
MAX_PAIRS = 5_000  # of alternatives that meet, in all types together


class EndlessError(Exception):
    """Schemas that meet without an end."""


class CostlyError(Exception):
    """Schemas whose meeting would take longer than anybody waits; the text says why."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """What all of these admit; a part of schemas only until they are settled."""

    schemas: tuple[Schema, ...]
    unless_says: str | None = None  # only the first counts if it lists strings for this member


def settler(types: Mapping[str, Schema]) -> Callable[[Schema], Schema]:
    """What makes a schema of these types one without meetings; its cost is counted in all.

    It raises `EndlessError` and `CostlyError`.
    """
    return _Settling(types).settle


@dataclass(slots=True)
class _Settling:
    """Schemas being settled, one after the other."""

    types: Mapping[str, Schema]
    count: int = 0  # meetings of the type that is being settled
    pairs: int = 0
    links: int = 0
    surfaced: dict[str, Schema] = field(default_factory=dict[str, Schema])

    def settle(self, schema: Schema) -> Schema:
        self.count = self.links = 0
        return self.schema(schema, 0)

    def schema(self, schema: Schema, depth: int) -> Schema:
        """The schema without meetings; `depth` counts those that it came out of."""
        parts: list[Part] = []
        for part in schema.parts:
            if isinstance(part, Meeting):
                met = self.meeting(part, depth, frozenset())
                parts += (self.inside(each, depth + 1) for each in met.parts)
            else:
                parts.append(self.inside(part, depth))
        return united(parts)

    def inside(self, part: Part, depth: int) -> Part:
        match part:
            case Array(items):
                return replace(part, items=self.schema(items, depth))
            case Object(members, rest):
                settled = tuple(
                    replace(each, schema=self.schema(each.schema, depth)) for each in members
                )
                others = None if rest is None else self.schema(rest, depth)
                return replace(part, members=settled, rest=others)
            case _:
                return part

    def meeting(self, meeting: Meeting, depth: int, within: frozenset[str]) -> Schema:
        """What all admit; only what lies on the surface, the inside may hold further meetings."""
        self.count += 1
        if depth > MAX_DEPTH or self.count > MAX_MEETINGS:
            raise EndlessError
        first, tag = meeting.schemas[0], meeting.unless_says
        if tag is not None and self.says(first, tag, within):
            return first
        met = ANYTHING
        for schema in meeting.schemas:
            met = self.both(met, schema, within)
        return met

    def says(self, schema: Schema, tag: str, within: frozenset[str]) -> bool:
        """Whether an object among the alternatives lists the strings that a member may be."""
        objects = [part for part in self.surfaces(schema, within).parts if isinstance(part, Object)]
        members = [member for part in objects if (member := part.member(tag)) is not None]
        known = (part for each in members for part in self.surfaces(each.schema, within).parts)
        return any(isinstance(part, String) and not part.open for part in known)

    def both(self, a: Schema, b: Schema, within: frozenset[str]) -> Schema:
        self.pairs += len(a.parts) * len(b.parts)
        if self.pairs > MAX_PAIRS:
            raise CostlyError("its unions multiply in allOf")
        parts: list[Part] = []
        for one in a.parts:
            for other in b.parts:
                parts += self.parts(one, other, within)
        return united(parts)

    def parts(self, one: Part, other: Part, within: frozenset[str]) -> Iterator[Part]:
        if isinstance(one, Anything) or one == other:
            yield other
        elif isinstance(other, Anything):
            yield one
        elif isinstance(one, Ref | Meeting) or isinstance(other, Ref | Meeting):
            mine, its = self.surface(one, within), self.surface(other, within)
            met = self.both(mine, its, within)
            kept = next((part for part, all_ in ((one, mine), (other, its)) if met == all_), None)
            yield from (kept,) if isinstance(kept, Ref) else met.parts
        elif type(one) is type(other):
            both = _MEETS[type(one)](one, other)
            if both is not None:
                yield both

    def surface(self, part: Part, within: frozenset[str]) -> Schema:
        """The alternatives of a part, references and meetings followed."""
        if not isinstance(part, Ref | Meeting):
            return Schema((part,))
        self.links += 1
        if self.links > MAX_LINKS:
            raise CostlyError(f"more than {MAX_LINKS} types and allOf lead to each other in it")
        found = self.met(part, within) if isinstance(part, Meeting) else self.named(part, within)
        self.links -= 1
        return found

    def named(self, part: Ref, within: frozenset[str]) -> Schema:
        if part.name in within:
            raise EndlessError
        if part.name not in self.surfaced:
            target = self.types.get(part.name, ANYTHING)
            self.surfaced[part.name] = self.surfaces(target, within | {part.name})
        return self.surfaced[part.name]

    def met(self, meeting: Meeting, within: frozenset[str]) -> Schema:
        return self.surfaces(self.meeting(meeting, 0, within), within)

    def surfaces(self, schema: Schema, within: frozenset[str]) -> Schema:
        return united(part for each in schema.parts for part in self.surface(each, within).parts)


# --- two alternatives of one JSON type ------------------------------------------------------------


def _boolean(a: Boolean, b: Boolean) -> Boolean | None:
    values = _values(a.values, b.values)
    return None if values is None else Boolean(values)


def _number(a: Number, b: Number) -> Number | None:
    values = _values(a.values, b.values)
    integer = a.integer or b.integer
    if values and integer:
        values = tuple(value for value in values if is_integral(value)) or None
    if values is None:
        return None
    return Number(integer, values, _limits(a.limits, b.limits), a.format or b.format)


def _string(a: String, b: String) -> String | None:
    limits, format_ = _limits(a.limits, b.limits), a.format or b.format
    if a.open and b.open:
        known = tuple(dict.fromkeys([*a.values, *b.values]))
        return String(known, True, limits, format_)
    listed, other = (b, a) if a.open else (a, b)
    values = tuple(value for value in listed.values if other.open or value in other.values)
    return String(values, False, limits, format_) if values else None


def _array(a: Array, b: Array) -> Array:
    return Array(_both(a.items, b.items), _limits(a.limits, b.limits))


def _object(a: Object, b: Object) -> Object | None:
    members: list[Member] = []
    for name in dict.fromkeys(each.name for each in (*a.members, *b.members)):
        one, other = _member(a, name), _member(b, name)
        if one is not None and other is not None:
            required = one.required or other.required
            declared = one.declared or other.declared
            members.append(Member(name, _both(one.schema, other.schema), required, declared))
        elif any(each is not None and each.required for each in (one, other)):
            return None  # one side requires what the other does not admit
    rest = None if a.rest is None or b.rest is None else _both(a.rest, b.rest)
    return Object(tuple(members), rest, _limits(a.limits, b.limits))


def _member(part: Object, name: str) -> Member | None:
    """What an object says of a member; None if there may be no such."""
    declared = part.member(name)
    if declared is not None:
        return declared
    return None if part.rest is None else Member(name, part.rest, False, declared=False)


def _both(a: Schema, b: Schema) -> Schema:
    """What both admit, to be settled later; of those that meet each once."""
    schemas = [schema for schema in dict.fromkeys([*_met(a), *_met(b)]) if schema != ANYTHING]
    meeting: Any = Meeting(tuple(schemas))
    return ANYTHING if not schemas else schemas[0] if len(schemas) == 1 else Schema((meeting,))


def _met(schema: Schema) -> tuple[Schema, ...]:
    part: Any = schema.parts[0] if len(schema.parts) == 1 else None
    return part.schemas if isinstance(part, Meeting) and part.unless_says is None else (schema,)


def _values(a: tuple[Any, ...], b: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """The values listed by both, where none listed means all; None if nothing is left."""
    if not a or not b:
        return a or b
    return tuple(value for value in a if value in b) or None


def _limits(a: Limits, b: Limits) -> Limits:
    """The limits of both: of two bounds the tighter one, of all else either."""
    limits: dict[tuple[str, Any], Any] = {}
    for keyword, value in (*a, *b):
        tighter = _TIGHTER.get(DIRECTIONS.get(keyword, "tangled"))
        if tighter is None:
            limits[keyword, value] = value
        else:
            known = limits.get((keyword, None), value)
            limits[keyword, None] = tighter(known, value)
    return tuple(sorted(((key[0], value) for key, value in limits.items()), key=repr))


_TIGHTER: Mapping[str, Callable[[Any, Any], Any]] = {"lower": max, "upper": min}


def _same(a: Null, b: Null) -> Null:
    del b
    return a


_MEETS: Mapping[type, Callable[[Any, Any], Part | None]] = {
    Null: _same,
    Boolean: _boolean,
    Number: _number,
    String: _string,
    Array: _array,
    Object: _object,
}
