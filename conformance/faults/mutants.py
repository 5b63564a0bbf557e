"""The spec itself, changed at one point, under a decoder that keeps nothing unknown.

`MUTATIONS` is the whole list of kinds.  Each turns a spec into mutants, one for each place; what
the change costs shows because the decoder prunes what its spec does not declare.  An open
enumeration or union would pass what it lost for something new, so those that lose a value or
variant are closed first, in the decoder without the fault too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

from threadwire_generator.spec import (
    AliasType,
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

from .base import Base
from .values import Names, Refused, Values


@dataclass(frozen=True)
class Mutant:
    """A decoder built from a spec that is wrong in one place.

    Attributes:
        name: the kind of change and its place.
        item: the place as the coverage of cases names it: `field:Run.id`, `event:…`.
        spec: what it is built from.
        base: what the decoder without the fault is built from.
        names: by type and member, another name under which it is delivered.
        event_names: by name on the wire, another name under which it is delivered.
        values: how payloads are read.
        rows: which derivations make the cases that should kill it.
    """

    name: str
    item: str
    spec: Spec
    base: Spec
    names: Names | None = None
    event_names: Mapping[str, str] | None = None
    values: type[Values] = Values
    rows: tuple[str, ...] = ()

    def decode(self, chunks: list[bytes]) -> dict[str, Any]:
        """The reply of the wrong decoder."""
        values = self.values(self.spec, keep=False, names=self.names)
        decoder = Closed(self.spec, values)
        decoder.event_names = self.event_names or {}
        return decoder.decode(chunks)


class Closed(Base):
    """A decoder that keeps nothing unknown: no event, no member, no body of a variant."""

    event_names: Mapping[str, str] = {}

    def unknown(self, name: str, data: str) -> None:
        """Drop an event that is not known."""

    def deliver(self, event: dict[str, Any]) -> None:
        """Hand on an event."""
        name = str(event["event"])
        super().deliver({**event, "event": self.event_names.get(name, name)})


def closed(spec: Spec, chunks: list[bytes]) -> dict[str, Any]:
    """The reply of the decoder without a fault."""
    return Closed(spec, Values(spec, keep=False)).decode(chunks)


def mutants(spec: Spec) -> Iterator[Mutant]:
    """All of them, kind by kind."""
    for kind, mutation in MUTATIONS.items():
        for mutant in mutation.make(spec):
            yield replace(mutant, name=f"{kind}: {mutant.name}", rows=mutation.rows)


# --- events ---------------------------------------------------------------------------------------


def _events_dropped(spec: Spec) -> Iterator[Mutant]:
    for event in _with_payload(spec):
        events = tuple(other for other in spec.events if other != event)
        yield Mutant(event.name, f"event:{event.name}", replace(spec, events=events), spec)


def _events_swapped(spec: Spec) -> Iterator[Mutant]:
    for one, other in pairwise(_with_payload(spec)):
        names = {one.name: other.name, other.name: one.name}
        name = f"{one.name} and {other.name}"
        yield Mutant(name, f"event:{one.name}", spec, spec, event_names=names)


def _payloads_swapped(spec: Spec) -> Iterator[Mutant]:
    for one, other in pairwise(_with_payload(spec)):
        if one.payload != other.payload:
            wrong = replace(one, payload=other.payload)
            events = tuple(wrong if event == one else event for event in spec.events)
            yield Mutant(one.name, f"event:{one.name}", replace(spec, events=events), spec)


def _with_payload(spec: Spec) -> list[Event]:
    return [event for event in spec.events if event.payload is not None]


# --- members --------------------------------------------------------------------------------------


def _fields(spec: Spec) -> Iterator[tuple[ObjectType, Field]]:
    """All members of objects, each with the type that has it."""
    for named in spec.types.values():
        if isinstance(named, ObjectType):
            yield from ((named, field) for field in named.fields)


def _with_field(spec: Spec, named: ObjectType, field: Field, changed: Field | None) -> Spec:
    swapped = (changed if other is field else other for other in named.fields)
    return _with_type(spec, replace(named, fields=tuple(filter(None, swapped))))


def _with_type(spec: Spec, named: NamedType) -> Spec:
    return replace(spec, types={**spec.types, named.name: named})


def _changed(
    change: Callable[[Field], Field | None], when: Callable[[Spec, ObjectType, Field], bool]
) -> Callable[[Spec], Iterator[Mutant]]:
    """Mutants of each member for which `when` holds; a change to None is its loss."""

    def make(spec: Spec) -> Iterator[Mutant]:
        for named, field in _fields(spec):
            if when(spec, named, field):
                name = f"{named.name}.{field.wire_name}"
                mutated = _with_field(spec, named, field, change(field))
                yield Mutant(name, f"field:{name}", mutated, spec)

    return make


def _is_told(spec: Spec, named: ObjectType, field: Field) -> bool:
    """Whether a member only tells of the object, and not which event or variant it is."""
    return field.wire_name != spec.selector and not any(
        isinstance(union, UnionType)
        and union.tag == field.wire_name
        and named.name in union.variants
        for union in spec.types.values()
    )


def _is_error(spec: Spec, named: NamedType) -> bool:
    """Whether a type is that of errors of the server, which are never refused as a whole."""
    error = spec.error.event if spec.error else None
    return any(event.name == error and event.payload == named.name for event in spec.events)


def _resolved(spec: Spec, shape: Shape) -> Shape | NamedType:
    """The shape behind references and aliases."""
    while isinstance(shape, Ref):
        named = spec.types[shape.name]
        if not isinstance(named, AliasType):
            return named
        shape = named.shape
    return shape


def _can_be_falsy(spec: Spec, named: NamedType) -> bool:
    """Whether a member of an object can be zero, false or empty."""
    assert isinstance(named, ObjectType)
    for field in named.fields:
        shape = _resolved(spec, field.shape)
        if isinstance(shape, (Scalar, ListOf, MapOf)):
            return True
        if isinstance(shape, ObjectType) and not any(f.required for f in shape.fields):
            return True
    return False


def _has_bodies(spec: Spec, named: NamedType) -> bool:
    """Whether a variant of a union has more than its tag."""
    assert isinstance(named, UnionType)
    variants = [spec.types[name] for name in named.variants]
    return any(isinstance(v, ObjectType) and len(v.fields) > 1 for v in variants)


def _is_scalar(*kinds: str) -> Callable[[Spec, ObjectType, Field], bool]:
    return lambda _spec, _named, field: (
        isinstance(field.shape, Scalar) and field.shape.types == kinds
    )


def _typed(kind: Any) -> Callable[[Field], Field]:
    return lambda field: replace(field, shape=Scalar((kind,)))


def _fields_swapped(spec: Spec) -> Iterator[Mutant]:
    for named in spec.types.values():
        if not isinstance(named, ObjectType):
            continue
        free = [field for field in named.fields if _is_told(spec, named, field)]
        for one, other in pairwise(free):
            names = {
                (named.name, one.wire_name): other.wire_name,
                (named.name, other.wire_name): one.wire_name,
            }
            item = f"field:{named.name}.{one.wire_name}"
            name = f"{named.name}.{one.wire_name} and {other.wire_name}"
            yield Mutant(name, item, spec, spec, names=names)


def _types_lost(spec: Spec) -> Iterator[Mutant]:
    """Of a member with several JSON types, each but one."""
    for named, field in _fields(spec):
        if isinstance(field.shape, Scalar) and len(field.shape.types) > 1:
            for kind in field.shape.types:
                left: Any = tuple(other for other in field.shape.types if other != kind)
                mutated = _with_field(spec, named, field, replace(field, shape=Scalar(left)))
                name = f"{named.name}.{field.wire_name}"
                yield Mutant(f"{name}: {kind}", f"field:{name}", mutated, spec)


# --- enumerations and unions ----------------------------------------------------------------------


def all_closed(spec: Spec) -> Spec:
    """The spec with nothing open."""
    types = {
        name: replace(named, open=False) if isinstance(named, (EnumType, UnionType)) else named
        for name, named in spec.types.items()
    }
    return replace(spec, types=types)


def _values_dropped(spec: Spec) -> Iterator[Mutant]:
    base = all_closed(spec)
    for enum in _enums(base):
        for value in enum.values:
            left = tuple(other for other in enum.values if other != value)
            item = f"value:{enum.name}={value}"
            yield Mutant(item[6:], item, _with_type(base, replace(enum, values=left)), base)


def _variants_dropped(spec: Spec) -> Iterator[Mutant]:
    base = all_closed(spec)
    for union in _unions(base):
        tags = {name: tag for tag, name in Values(base).variants_of(union).items()}
        for variant in union.variants:
            left = tuple(other for other in union.variants if other != variant)
            item = f"variant:{union.name}={tags[variant]}"
            yield Mutant(item[8:], item, _with_type(base, replace(union, variants=left)), base)


def _branches_dropped(spec: Spec) -> Iterator[Mutant]:
    for named in spec.types.values():
        if isinstance(named, MixedType):
            for at, member in enumerate(named.members):
                left = tuple(other for other in named.members if other != member)
                mutated = _with_type(spec, replace(named, members=left))
                yield Mutant(f"{named.name}[{at}]", f"type:{named.name}", mutated, spec)


def _openness(kind: type[EnumType] | type[UnionType]) -> Callable[[Spec], Iterator[Mutant]]:
    def make(spec: Spec) -> Iterator[Mutant]:
        for named in [*_enums(spec), *_unions(spec)]:
            if isinstance(named, kind):
                flipped = replace(named, open=not named.open)
                yield Mutant(named.name, f"type:{named.name}", _with_type(spec, flipped), spec)

    return make


def _enums(spec: Spec) -> list[EnumType]:
    return [
        named
        for named in spec.types.values()
        if isinstance(named, EnumType) and not _selects(spec, named.name)
    ]


def _unions(spec: Spec) -> list[UnionType]:
    return [named for named in spec.types.values() if isinstance(named, UnionType)]


def _selects(spec: Spec, name: str) -> bool:
    """Whether the values of an enumeration are names of events."""
    return any(
        field.wire_name == spec.selector and field.shape == Ref(name) for _, field in _fields(spec)
    )


# --- how one type is read -------------------------------------------------------------------------


def _reading(
    kind: type[ObjectType] | type[UnionType],
    make_values: Callable[[str], type[Values]],
    when: Callable[[Spec, NamedType], bool] = lambda _spec, _named: True,
) -> Callable[[Spec], Iterator[Mutant]]:
    """Mutants whose reader treats one type in another way."""

    def make(spec: Spec) -> Iterator[Mutant]:
        for named in spec.types.values():
            if isinstance(named, kind) and when(spec, named):
                values = make_values(named.name)
                yield Mutant(named.name, f"type:{named.name}", spec, spec, values=values)

    return make


def _extra_refused(wrong: str) -> type[Values]:
    class ExtraRefused(Values):
        def extra(self, named: ObjectType, name: str, value: Any, found: dict[str, Any]) -> None:
            if named.name == wrong:
                raise Refused

    return ExtraRefused


def _falsy_absent(wrong: str) -> type[Values]:
    class FalsyAbsent(Values):
        def member(self, named: ObjectType, field: Field, value: Any, path: str) -> Any:
            found = super().member(named, field, value, path)
            return None if named.name == wrong and not found else found

    return FalsyAbsent


def _body_unchecked(wrong: str) -> type[Values]:
    class BodyUnchecked(Values):
        def known_variant(self, union: UnionType, variant: str, value: Any, path: str) -> Any:
            try:
                return super().known_variant(union, variant, value, path)
            except Refused:
                if union.name != wrong:
                    raise
                return {union.tag: value[union.tag]}

    return BodyUnchecked


def _tag_unchecked(wrong: str) -> type[Values]:
    class TagUnchecked(Values):
        def no_tag(self, union: UnionType, value: dict[str, Any], path: str) -> Any:
            return {} if union.name == wrong else super().no_tag(union, value, path)

    return TagUnchecked


def _tag_converted(wrong: str) -> type[Values]:
    class TagConverted(Values):
        def no_tag(self, union: UnionType, value: dict[str, Any], path: str) -> Any:
            if union.name != wrong or union.tag not in value:
                return super().no_tag(union, value, path)
            return {union.tag: str(value[union.tag])}

    return TagConverted


class Mutation(NamedTuple):
    """A kind of change: how its mutants are made, and which derivations are there to kill them."""

    make: Callable[[Spec], Iterator[Mutant]]
    rows: tuple[str, ...]


_FULL = ("full", "object-full", "variant-full")
_MINIMAL = ("minimal", "object-minimal", "variant-minimal")

MUTATIONS: Mapping[str, Mutation] = {
    "event dropped": Mutation(_events_dropped, ("minimal",)),
    "events swapped": Mutation(_events_swapped, ("minimal",)),
    "payload of another event": Mutation(_payloads_swapped, ("minimal",)),
    "member dropped": Mutation(_changed(lambda _: None, _is_told), _FULL),
    "members swapped": Mutation(_fields_swapped, _FULL),
    "member demanded": Mutation(
        _changed(
            lambda field: replace(field, required=True, nullable=True),
            lambda spec, named, field: not field.required and not _is_error(spec, named),
        ),
        ("absent", *_MINIMAL),
    ),
    "member not demanded": Mutation(
        _changed(
            lambda field: replace(field, required=False),
            lambda spec, named, field: field.required and _is_told(spec, named, field),
        ),
        ("missing",),
    ),
    "member never absent, never null": Mutation(
        _changed(
            lambda field: replace(field, nullable=False, required=True),
            lambda _spec, _named, field: field.required and field.nullable,
        ),
        ("nullable-null",),
    ),
    "member may be null": Mutation(
        _changed(
            lambda field: replace(field, nullable=True),
            lambda spec, named, field: (
                field.required and not field.nullable and _is_told(spec, named, field)
            ),
        ),
        ("wrong-null",),
    ),
    "integer made string": Mutation(_changed(_typed("string"), _is_scalar("integer")), _FULL),
    "integer made number": Mutation(
        _changed(
            _typed("number"),
            lambda spec, named, field: (
                _is_scalar("integer")(spec, named, field) and not _is_error(spec, named)
            ),
        ),
        ("fraction",),
    ),
    "number made integer": Mutation(_changed(_typed("integer"), _is_scalar("number")), _FULL),
    "string made integer": Mutation(_changed(_typed("integer"), _is_scalar("string")), _FULL),
    "boolean made string": Mutation(_changed(_typed("string"), _is_scalar("boolean")), _FULL),
    "JSON type lost": Mutation(_types_lost, ("branch",)),
    "value dropped": Mutation(_values_dropped, ("value",)),
    "variant dropped": Mutation(_variants_dropped, ("variant-minimal",)),
    "branch dropped": Mutation(_branches_dropped, ("branch", *_FULL)),
    "enumeration closed or opened": Mutation(
        _openness(EnumType), ("value-unknown", "value-not-listed")
    ),
    "union closed or opened": Mutation(
        _openness(UnionType), ("variant-unknown", "variant-not-listed")
    ),
    "extra members refused": Mutation(
        _reading(ObjectType, _extra_refused, lambda spec, named: not _is_error(spec, named)),
        ("member-unknown",),
    ),
    "falsy taken for absent": Mutation(
        _reading(ObjectType, _falsy_absent, _can_be_falsy), ("empty",)
    ),
    "wrong body accepted": Mutation(
        _reading(UnionType, _body_unchecked, _has_bodies), ("wrong-body", "wrong-type")
    ),
    "missing tag accepted": Mutation(_reading(UnionType, _tag_unchecked), ("tag-missing",)),
    "tag converted": Mutation(_reading(UnionType, _tag_converted), ("tag-no-string",)),
}
"""The whole list of kinds."""
