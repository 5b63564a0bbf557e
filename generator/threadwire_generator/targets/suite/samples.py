"""Values that are invented for a payload: readable, all different, and the same every time.

A value is made of the names around it alone, never of a counter, so that a new member changes no
value of another.  `small` has the required members, null where it can; `whole` has every member,
each union as its first variant; `shallow` is an object with every member, whose own members are
small.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from functools import cached_property

from threadwire_generator.load import Json
from threadwire_generator.spec import (
    AliasType,
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
    Spec,
    UnionType,
)

DEFAULT_STATUS_MEMBER = "status"  # of a payload without a life cycle
EPOCH = 1700000000  # around which the invented times lie, in seconds
DEEPEST = 60  # objects in each other, and …
MOST = 1000  # … objects in all, so that no tree of types that fans out grows beyond all bounds
LABEL = "label"  # the member of a map

Members = dict[str, Json]


def snake(name: str) -> str:
    """`kettle_lid` for `KettleLid`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def words(name: str) -> str:
    """`kettle lid` for `KettleLid` and for `kettle_lid`."""
    return snake(name).replace("_", " ")


def _number(*names: str) -> int:
    """A number that the names alone decide on."""
    return zlib.crc32("/".join(names).encode())


class Samples:
    """Invents values for the types of a spec."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self._count = 0  # of the objects in the value that is being made

    # --- what a shape is --------------------------------------------------------------------------

    def resolved(self, shape: Shape) -> Shape | NamedType:
        """The shape behind references and aliases."""
        while isinstance(shape, Ref):
            named = self.spec.types[shape.name]
            if not isinstance(named, AliasType):
                return named
            shape = named.shape
        return shape

    def object_type(self, name: str) -> ObjectType:
        """The object type of this name."""
        named = self.resolved(Ref(name))
        assert isinstance(named, ObjectType), f"{name}: no object where lint demands one"
        return named

    def tag_of(self, union: UnionType, variant: str) -> str:
        """The constant by which a variant is told."""
        for field in self.object_type(variant).fields:
            if field.wire_name == union.tag and isinstance(field.shape, Const):
                return field.shape.value
        raise AssertionError(f"{variant}: a variant without its tag passed lint")

    @cached_property
    def tags(self) -> frozenset[tuple[str, str]]:
        """The object types and members that tell variants apart."""
        return frozenset(
            (variant, named.tag)
            for named in self.spec.types.values()
            if isinstance(named, UnionType)
            for variant in named.variants
        )

    # --- values -----------------------------------------------------------------------------------

    def small(self, shape: Shape, owner: str, member: str, *, null: bool = False) -> Json:
        """The least value of a shape; `null` says that it may be null."""
        if null:
            return None
        here = self.resolved(shape)
        match here:
            case ObjectType():
                return self.required(here)
            case UnionType():
                return self.required(self.object_type(here.variants[0]))
            case MixedType():
                return self.small(here.members[0], owner, member)
            case ListOf():
                return []
            case MapOf() | Anything():
                return {}
            case EnumType() | Const() | Scalar():
                return self._plain(here, owner, member)
            case Ref() | AliasType():
                raise AssertionError(f"{here} leads on, and was to be resolved")

    def some(self, shape: Shape, owner: str, member: str) -> Json:
        """A value that is there: one item in a list, one member in a map, all else small."""
        match self.resolved(shape):
            case ListOf(items):
                return [self.some(items, owner, member)]
            case MapOf(values):
                return {LABEL: self.some(values, owner, member)}
            case Anything():
                return {LABEL: ["any", 1, True, None]}
            case MixedType(members=members):
                return self.some(members[0], owner, member)
            case _:
                return self.small(shape, owner, member)

    def required(self, named: ObjectType) -> Members:
        """An object with its required members alone."""
        return {
            field.wire_name: self.small(
                field.shape, named.name, field.wire_name, null=field.nullable
            )
            for field in named.fields
            if field.required
        }

    def shallow(self, named: ObjectType) -> Members:
        """An object with every member, none of them null."""
        return {
            field.wire_name: self.some(field.shape, named.name, field.wire_name)
            for field in named.fields
        }

    def whole(self, shape: Shape, owner: str, member: str, within: tuple[str, ...] = ()) -> Json:
        """A value with every member at every depth, down to where a type comes again."""
        here = self.resolved(shape)
        match here:
            case ObjectType():
                return self.whole_object(here, within)
            case UnionType():
                return self.whole_object(self.object_type(here.variants[0]), within)
            case MixedType():
                return self.whole(here.members[0], owner, member, within)
            case ListOf(items):
                return (
                    [] if self._again(items, within) else [self.whole(items, owner, member, within)]
                )
            case MapOf(values):
                again = self._again(values, within)
                return {} if again else {LABEL: self.whole(values, owner, member, within)}
            case _:
                return self.some(shape, owner, member)

    def whole_object(self, named: ObjectType, within: tuple[str, ...] = ()) -> Members:
        """An object with every member at every depth."""
        self._count = self._count + 1 if within else 1
        within = (*within, named.name)
        return {
            field.wire_name: self.whole(field.shape, named.name, field.wire_name, within)
            for field in named.fields
            if field.required or not self._again(field.shape, within)
        }

    def _again(self, shape: Shape, within: tuple[str, ...]) -> bool:
        """Whether the value would be of a type that it stands in itself, or stands too deep."""
        if len(within) > DEEPEST or self._count > MOST:
            return True
        here = self.resolved(shape)
        if isinstance(here, UnionType):
            here = self.object_type(here.variants[0])
        return isinstance(here, ObjectType) and here.name in within

    def _plain(self, here: EnumType | Const | Scalar, owner: str, member: str) -> Json:
        if isinstance(here, EnumType):
            return here.values[0]
        if isinstance(here, Const):
            return here.value
        kind = here.types[0]
        return SCALARS[kind](self, here, self._field(owner, member), owner)

    def _field(self, owner: str, member: str) -> Field | None:
        named = self.spec.types.get(owner)
        for field in named.fields if isinstance(named, ObjectType) else ():
            if field.wire_name == member:
                return field
        return None

    # --- the payload of an event ------------------------------------------------------------------

    def state_member(self, payload: str) -> str:
        """The member of a payload that holds its state."""
        for life in self.spec.lifecycles:
            if life.payload == payload:
                return life.member
        return DEFAULT_STATUS_MEMBER

    def named(self, event: Event, members: Members) -> Members:
        """The members of a payload as this event has them: its status, its name."""
        if event.payload is None:
            return members
        fixed: Members = {}
        if event.status is not None:
            fixed[self.state_member(event.payload)] = event.status
        if self.spec.selector is not None:
            fixed[self.spec.selector] = event.name
        return {**members, **fixed}

    def fixed(self, event: Event) -> frozenset[str]:
        """The members that this event decides on."""
        return frozenset(self.named(event, {}))


def _string(samples: Samples, shape: Scalar, field: Field | None, owner: str) -> Json:
    if field is None:
        return f"text of {words(owner)}"
    name = field.wire_name
    if shape.format == "uri":
        return f"https://example.com/{name}"
    if name == "id":
        return f"{identified(samples.spec, owner)}_1"
    if name.endswith(("_id", "_ids")):
        return f"{name.rpartition('_id')[0]}_1"
    return f"{words(name)} of {words(owner)}"


def _integer(_: Samples, shape: Scalar, field: Field | None, owner: str) -> Json:
    name = "" if field is None else field.wire_name
    if shape.format == "unixtime":
        return EPOCH + _number(name) % 1000000
    if field is not None and field.unit == "position":
        return 0
    return 1 + _number(owner, name) % 4000


def _fraction(_: Samples, __: Scalar, field: Field | None, owner: str) -> Json:
    """A number between 0 and 1 that has an exact binary form, and so one spelling only."""
    return (1 + 2 * (_number(owner, "" if field is None else field.wire_name) % 32)) / 64


def _truth(_: Samples, __: Scalar, ___: Field | None, ____: str) -> Json:
    return True


SCALARS: dict[str, Callable[[Samples, Scalar, Field | None, str], Json]] = {
    "string": _string,
    "integer": _integer,
    "number": _fraction,
    "boolean": _truth,
}


def identified(spec: Spec, owner: str) -> str:
    """What an object's identifier begins with: for a delta, what it adds to."""
    named = spec.types.get(owner)
    if isinstance(named, ObjectType) and named.delta_of is not None:
        return snake(named.delta_of)
    return snake(owner)


def reachable(samples: Samples, root: ObjectType) -> Iterator[ObjectType]:
    """The object types of a payload, itself first."""
    seen: set[str] = set()
    todo: list[Shape] = [Ref(root.name)]
    while todo:
        here = samples.resolved(todo.pop(0))
        match here:
            case ObjectType() if here.name not in seen:
                seen.add(here.name)
                yield here
                todo += [field.shape for field in here.fields]
            case UnionType():
                todo += [Ref(variant) for variant in here.variants]
            case MixedType():
                todo += here.members
            case ListOf(items):
                todo.append(items)
            case MapOf(values):
                todo.append(values)
            case _:
                pass
