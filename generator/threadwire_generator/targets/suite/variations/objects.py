"""Payloads that differ in what is there: whole objects, and members absent, null or empty."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from threadwire_generator.load import Json
from threadwire_generator.spec import (
    Anything,
    Field,
    ListOf,
    MapOf,
    ObjectType,
    Scalar,
)
from threadwire_generator.targets.suite.coverage import items_in
from threadwire_generator.targets.suite.places import Place, Slot, Walk, json_type
from threadwire_generator.targets.suite.samples import Members
from threadwire_generator.targets.suite.variations import Variation

# --- whole payloads and objects -------------------------------------------------------------------


def minimal(walk: Walk) -> Iterator[Variation]:
    """The payload of an event with what is required alone."""
    payload = walk.required(walk.places[0])
    yield Variation("", "minimal", payload, covers=_all(walk, payload))


def full(walk: Walk) -> Iterator[Variation]:
    """The payload of an event with every member at every depth."""
    payload = walk.named(walk.samples.whole_object(walk.root))
    yield Variation("", "full", payload, covers=_all(walk, payload))


def _all(walk: Walk, payload: Json) -> tuple[str, ...]:
    return items_in(walk.samples, walk.root.name, payload)


def objects_in(walk: Walk, variants: bool) -> Iterator[Place]:
    """The places of objects within a payload: the variants of unions, or all others."""
    return (p for p in walk.places if not p.is_root and (p.variant_of is not None) is variants)


def small_objects(variants: bool) -> Callable[[Walk], Iterator[Variation]]:
    """Objects within a payload with what is required alone."""

    def make(walk: Walk) -> Iterator[Variation]:
        for place in objects_in(walk, variants):
            yield _object(walk, place, "minimal", walk.required(place))

    return make


def large_objects(variants: bool) -> Callable[[Walk], Iterator[Variation]]:
    """Objects within a payload with every member, where that is more."""

    def make(walk: Walk) -> Iterator[Variation]:
        for place in objects_in(walk, variants):
            if len(place.type.fields) > len(walk.required(place)):
                yield _object(walk, place, "full", walk.shallow(place))

    return make


def _object(walk: Walk, place: Place, aspect: str, members: Members) -> Variation:
    covers = items_in(walk.samples, place.variant_of or place.type.name, members)
    return Variation(place.path, aspect, place.put(members), covers=covers)


def field_item(owner: ObjectType, field: Field) -> str:
    """How coverage names a member that is there."""
    return f"field:{owner.name}.{field.wire_name}"


# --- members --------------------------------------------------------------------------------------


def _without(walk: Walk, place: Place, slot: Slot) -> Json:
    members = walk.shallow(place)
    del members[slot.field.wire_name]
    return place.put(members)


def absent(walk: Walk) -> Iterator[Variation]:
    """Each member absent alone; where it is the only one that may be, `minimal` is that already."""
    for place, slot in walk.members():
        if not slot.field.required and sum(not f.required for f in place.type.fields) > 1:
            payload = _without(walk, place, slot)
            yield Variation(
                slot.path, "absent", payload, covers=(field_item(slot.owner, slot.field),)
            )


def null(is_wanted: Callable[[Field], bool]) -> Callable[[Walk], Iterator[Variation]]:
    """Members of a kind, null."""

    def make(walk: Walk) -> Iterator[Variation]:
        for _, slot in walk.members():
            if is_wanted(slot.field) and not isinstance(slot.shape, Anything):
                item = f"null:{slot.owner.name}.{slot.field.wire_name}"
                yield Variation(slot.path, "null", slot.put(None), covers=(item,))

    return make


def missing(walk: Walk) -> Iterator[Variation]:
    """Required members, absent."""
    for place, slot in walk.members():
        if slot.field.required:
            yield Variation(slot.path, "missing", _without(walk, place, slot))


def empty(walk: Walk) -> Iterator[Variation]:
    """Objects whose members are all as empty as they can be without being null."""
    for place in walk.places:
        members = walk.required(place)
        empty = {
            slot.field.wire_name: _EMPTY[kind]
            for slot in walk.slots[place.path]
            if slot.whole and not _is_decided(walk, place, slot.field)
            for kind in [_empty_kind(slot)]
            if kind is not None
        }
        if empty:
            covers = tuple(f"field:{place.type.name}.{name}" for name in empty)
            yield Variation(place.path, "empty", place.put({**members, **empty}), covers=covers)


_EMPTY: dict[str, Json] = {
    "string": "",
    "integer": 0,
    "number": 0,
    "boolean": False,
    "array": [],
    "object": {},
}


def _is_decided(walk: Walk, place: Place, field: Field) -> bool:
    if place.is_root and field.wire_name in walk.samples.fixed(walk.event):
        return True
    return walk.tells(place, field)


def _empty_kind(slot: Slot) -> str | None:
    if isinstance(slot.shape, Scalar):
        return slot.shape.types[0]
    return json_type(slot.shape) if isinstance(slot.shape, (ListOf, MapOf)) else None


def presence(null: bool) -> Callable[[Walk], Iterator[Variation]]:
    """Nulls for each object, absence once a payload: an invented null shows there already."""

    def make(walk: Walk) -> Iterator[Variation]:
        for place in walk.places if null else walk.places[:1]:
            free = [
                slot.field.wire_name
                for slot in walk.slots[place.path]
                if slot.whole and not slot.field.required and not walk.tells(place, slot.field)
            ]
            if free:
                members = walk.required(place)
                given: Members = dict.fromkeys(free) if null else {}
                aspect = "null-is-not-absent" if null else "absent-is-not-null"
                yield Variation(place.path, aspect, place.put({**members, **given}))

    return make
