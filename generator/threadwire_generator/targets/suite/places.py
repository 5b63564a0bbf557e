"""Where things stand in the payload of an event, and how to put another value there.

A `Place` is an object, a `Slot` any value in one.  Either has a path for people,
`delta.content[]<text>.text.value`: `[]` is an item of a list, `{}` a value of a map, `<text>` the
variant with that tag, `<string>` the branch of that JSON type.  Each object type is visited once an
event, and as a variant once a union, at the first place where it occurs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from threadwire_generator.load import Json
from threadwire_generator.spec import (
    Anything,
    Const,
    EnumType,
    Event,
    Field,
    ListOf,
    MapOf,
    MixedType,
    NamedType,
    ObjectType,
    Ref,
    Scalar,
    Shape,
    UnionType,
)
from threadwire_generator.targets.suite.samples import DEEPEST, LABEL, Members, Samples

Put: TypeAlias = Callable[[Json], Json]

_JSON_TYPES: Mapping[type, str] = {
    Const: "string",
    EnumType: "string",
    ListOf: "array",
    MapOf: "object",
    ObjectType: "object",
    UnionType: "object",
    Anything: "any",
}


@dataclass(frozen=True, slots=True)
class Slot:
    """A value in an object: a member, or what is within it.

    `put` gives the whole payload with another value here, the members beside it being there;
    `put_lean` gives it with no more beside it than is required.
    """

    path: str
    shape: Shape | NamedType  # behind references and aliases
    owner: ObjectType
    field: Field
    whole: bool  # the member itself, not something within it
    put: Put
    put_lean: Put


@dataclass(frozen=True, slots=True)
class Place:
    """An object in a payload; `put` gives the whole payload with another value here."""

    path: str
    type: ObjectType
    put: Put
    variant_of: str | None = None  # the union that it was chosen from

    @property
    def is_root(self) -> bool:
        """Whether it is the payload itself."""
        return not self.path


@dataclass(frozen=True, slots=True)
class Union:
    """A tagged union at the first slot where it occurs."""

    slot: Slot
    type: UnionType


class Walk:
    """All places and slots in the payload of one event."""

    def __init__(self, samples: Samples, event: Event) -> None:
        assert event.payload is not None, "the end of a stream has no payload"
        self.samples = samples
        self.event = event
        self.root = samples.object_type(event.payload)
        self.places: list[Place] = []
        self.slots: dict[str, list[Slot]] = {}  # by the path of the place
        self._walk()

    def named(self, members: Json) -> Json:
        """The payload with what this event decides on."""
        assert isinstance(members, dict), "a payload is an object"
        return self.samples.named(self.event, members)

    def required(self, place: Place) -> Members:
        """The object of a place with its required members alone."""
        members = self.samples.required(place.type)
        return self.samples.named(self.event, members) if place.is_root else members

    def shallow(self, place: Place) -> Members:
        """The object of a place with all its members, whose own are the required ones."""
        members = self.samples.shallow(place.type)
        return self.samples.named(self.event, members) if place.is_root else members

    def all_slots(self) -> Iterator[tuple[Place, Slot]]:
        """Every slot, with the place that it is in."""
        for place in self.places:
            for slot in self.slots[place.path]:
                yield place, slot

    def members(self) -> Iterator[tuple[Place, Slot]]:
        """The members alone, without those by which events and variants are told."""
        for place, slot in self.all_slots():
            if slot.whole and not self.tells(place, slot.field):
                yield place, slot

    def tells(self, place: Place, field: Field) -> bool:
        """Whether a member says which event or which variant an object is."""
        if place.is_root and field.wire_name == self.samples.spec.selector:
            return True
        return (place.type.name, field.wire_name) in self.samples.tags and not place.is_root

    def _walk(self) -> None:
        seen: set[tuple[str, str | None]] = {(self.root.name, None)}
        self.places.append(Place("", self.root, lambda value: value))
        for place in self.places:  # grows while it is walked
            if place.path.count(".") > DEEPEST:
                self.slots[place.path] = []
                continue
            slots = [slot for field in place.type.fields for slot in self._slots_of(place, field)]
            self.slots[place.path] = slots
            for slot in slots:
                for found in self._objects(slot):
                    key = (found.type.name, found.variant_of)
                    if key not in seen:
                        seen.add(key)
                        self.places.append(found)

    def _objects(self, slot: Slot) -> Iterator[Place]:
        if isinstance(slot.shape, ObjectType):
            yield Place(slot.path, slot.shape, slot.put_lean)
        elif isinstance(slot.shape, UnionType):
            for variant in slot.shape.variants:
                path = f"{slot.path}<{escaped(self.samples.tag_of(slot.shape, variant))}>"
                named = self.samples.object_type(variant)
                yield Place(path, named, slot.put_lean, slot.shape.name)

    def _slots_of(self, place: Place, field: Field) -> Iterator[Slot]:
        name = field.wire_name
        path = f"{place.path}.{escaped(name)}" if place.path else escaped(name)
        yield from self._slots(
            Slot(
                path=path,
                shape=self.samples.resolved(field.shape),
                owner=place.type,
                field=field,
                whole=True,
                put=lambda value: place.put({**self.shallow(place), name: value}),
                put_lean=lambda value: place.put({**self.required(place), name: value}),
            )
        )

    def _slots(self, slot: Slot) -> Iterator[Slot]:
        yield slot
        match slot.shape:
            case ListOf(items):
                yield from self._slots(self._within(slot, "[]", items, lambda value: [value]))
            case MapOf(values):
                within = self._within(slot, "{}", values, lambda value: {LABEL: value})
                yield from self._slots(within)
            case MixedType(members=members):
                for member in members:
                    mark = f"<{json_type(self.samples.resolved(member))}>"
                    yield from self._slots(self._within(slot, mark, member, lambda value: value))
            case _:
                pass

    def _within(self, slot: Slot, mark: str, shape: Shape, wrap: Put) -> Slot:
        return Slot(
            path=slot.path + mark,
            shape=self.samples.resolved(shape),
            owner=slot.owner,
            field=slot.field,
            whole=False,
            put=lambda value: slot.put(wrap(value)),
            put_lean=lambda value: slot.put_lean(wrap(value)),
        )


def json_type(shape: Shape | NamedType) -> str:
    """The JSON type of a branch; of several, the first."""
    if isinstance(shape, Scalar):
        return shape.types[0]
    assert not isinstance(shape, (MixedType, Ref)), "a branch is no union of branches"
    return _JSON_TYPES.get(type(shape), "any")


def escaped(name: str) -> str:
    """A foreign name as part of an id: `/` as `~`, other odd characters by their numbers."""
    return "".join(
        (
            char
            if char.isascii() and (char.isalnum() or char in "_-.+")
            else _ODD.get(char, _coded(char))
        )
        for char in name
    )


_ODD = {"/": "~", " ": "_"}


def _coded(char: str) -> str:
    return f"~{ord(char):x}~"
