"""Payloads that differ in a choice: enum values, tags, and what nobody has heard of."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from threadwire_generator.spec import (
    EnumType,
    UnionType,
)
from threadwire_generator.targets.suite.places import Slot, Walk, escaped
from threadwire_generator.targets.suite.samples import Members
from threadwire_generator.targets.suite.variations import SOMETHING, UNKNOWN, Variation
from threadwire_generator.targets.suite.variations.objects import field_item, objects_in

# --- enums ----------------------------------------------------------------------------------------


def _enums(walk: Walk) -> Iterator[tuple[Slot, EnumType]]:
    """Each enum at its first place, where nothing hangs on its value."""
    seen: set[str] = set()
    for place, slot in walk.all_slots():
        enum = slot.shape
        if isinstance(enum, EnumType) and enum.name not in seen:
            if walk.tells(place, slot.field):
                continue
            seen.add(enum.name)
            yield slot, enum


def values(walk: Walk) -> Iterator[Variation]:
    """Each value that an enum knows."""
    for slot, enum in _enums(walk):
        for value in enum.values:
            covers = (f"value:{enum.name}={value}", field_item(slot.owner, slot.field))
            aspect = f"value-{escaped(value)}"
            yield Variation(slot.path, aspect, slot.put_lean(value), value, covers)


def unknown_values(is_open: bool) -> Callable[[Walk], Iterator[Variation]]:
    """A value that an enum does not know, for open enums or for closed ones."""

    def make(walk: Walk) -> Iterator[Variation]:
        for slot, enum in _enums(walk):
            if enum.open is is_open:
                yield Variation(slot.path, "value-unknown", slot.put_lean(UNKNOWN))

    return make


# --- tagged unions --------------------------------------------------------------------------------


def _unions(walk: Walk) -> Iterator[tuple[Slot, UnionType]]:
    """Each tagged union at its first place."""
    seen: set[str] = set()
    for _, slot in walk.all_slots():
        if isinstance(slot.shape, UnionType) and slot.shape.name not in seen:
            seen.add(slot.shape.name)
            yield slot, slot.shape


def unknown_variants(is_open: bool) -> Callable[[Walk], Iterator[Variation]]:
    """A tag that a union does not know, for open unions or for closed ones."""

    def make(walk: Walk) -> Iterator[Variation]:
        for slot, union in _unions(walk):
            if union.open is is_open:
                value: Members = {union.tag: UNKNOWN, UNKNOWN: SOMETHING}
                yield Variation(slot.path, "variant-unknown", slot.put_lean(value))

    return make


def kept_variants(walk: Walk) -> Iterator[Variation]:
    """The same, to see whether the members come through."""
    for variation in unknown_variants(True)(walk):
        yield variation._replace(aspect="variant-unknown-kept")


def _first_variant(walk: Walk, union: UnionType) -> Members:
    return walk.samples.required(walk.samples.object_type(union.variants[0]))


def tags_missing(walk: Walk) -> Iterator[Variation]:
    """A variant that does not say which one it is."""
    for slot, union in _unions(walk):
        value = _first_variant(walk, union)
        del value[union.tag]
        yield Variation(slot.path, "tag-missing", slot.put_lean(value))


def tags_no_string(walk: Walk) -> Iterator[Variation]:
    """A variant that says it by a number."""
    for slot, union in _unions(walk):
        value = {**_first_variant(walk, union), union.tag: 7}
        yield Variation(slot.path, "tag-no-string", slot.put_lean(value))


def wrong_bodies(walk: Walk) -> Iterator[Variation]:
    """A variant that has nothing but its tag, where more is required."""
    for place in objects_in(walk, variants=True):
        required = walk.required(place)
        told = {n: v for n, v in required.items() if (place.type.name, n) in walk.samples.tags}
        if len(told) < len(required):
            yield Variation(place.path, "wrong-body", place.put(told))


# --- what nobody has heard of ---------------------------------------------------------------------


def unknown_members(aspect: str) -> Callable[[Walk], Iterator[Variation]]:
    """An object with a member that its type does not know."""

    def make(walk: Walk) -> Iterator[Variation]:
        for place in walk.places:
            members: Members = {**walk.required(place), UNKNOWN: SOMETHING}
            yield Variation(place.path, aspect, place.put(members))

    return make
