"""Cases that follow from the spec: what is accepted and what is refused, place by place.

`DERIVATIONS` is the whole list.  Each row turns the walk through one event's payload into payloads
of a kind; whether these are accepted the row says itself, and the plain reading has to agree, or
the row is wrong and `DerivationError` says so.  What an event comes to is always taken from the
plain reading.

Each event gets its smallest and its fullest payload.  All else is derived once a payload type, with
the first event that carries it, and there once an object type, at the first place where it stands.
An error of the server is never refused, so no refusals are derived for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from threadwire_generator.cases import Case, Compare, Cuts, Piece
from threadwire_generator.load import Json
from threadwire_generator.spec import (
    Anything,
    Const,
    EnumType,
    Event,
    Field,
    Level,
    ListOf,
    MapOf,
    MixedType,
    ObjectType,
    Scalar,
    Spec,
    UnionType,
)
from threadwire_generator.targets.suite.coverage import items_in
from threadwire_generator.targets.suite.frames import end, frame
from threadwire_generator.targets.suite.places import Place, Slot, Walk, escaped, json_type
from threadwire_generator.targets.suite.reading import Reading
from threadwire_generator.targets.suite.samples import Members, Samples

TOPIC = "payloads"
UNKNOWN = "not_known_yet"  # a value, tag or member that no spec has


class DerivationError(Exception):
    """A row of the table and the plain reading do not agree."""


class Variation(NamedTuple):
    """One payload of a kind; `what` stands in the title, `covers` says what of the spec is in it."""

    path: str
    aspect: str
    payload: Json
    what: str = ""
    covers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Derivation:
    """A kind of payloads.

    `title` may speak of `{at}`, the place and its event, and of `{what}`.
    """

    name: str
    level: Level
    rules: tuple[str, ...]
    accepts: bool
    title: str
    why: str
    make: Callable[[Walk], Iterator[Variation]]
    each: Literal["event", "payload"] = "payload"
    compare: Compare = "declared"
    needs: tuple[str, ...] = ()
    cuts: Cuts = "none"  # what is cut where is the subject of other cases


def derived(spec: Spec, reading: Reading) -> Iterator[Case]:
    """All derived cases, event by event."""
    samples = Samples(spec)
    error = spec.error.event if spec.error else None
    seen: set[str] = set()
    for event in spec.events:
        if event.payload is None:
            continue
        walk = Walk(samples, event)
        for row in DERIVATIONS:
            if row.each == "payload" and event.payload in seen:
                continue
            if not row.accepts and event.name == error:
                continue
            for variation in row.make(walk):
                yield _case(spec, reading, event, row, variation)
        seen.add(event.payload)


def _case(
    spec: Spec, reading: Reading, event: Event, row: Derivation, variation: Variation
) -> Case:
    text = frame(spec, event.name, variation.payload) + end(spec)
    outcome = reading.read(text.encode())
    kinds = [(found.event, found.kind) for found in outcome.events]
    if kinds != [(event.name, "known" if row.accepts else "invalid")]:
        raise DerivationError(f"{row.name}: {event.name} {variation.path}: read as {outcome}")
    at = f"`{variation.path}` of {event.name}" if variation.path else event.name
    parts = (escaped(event.name), variation.path, variation.aspect)
    return Case(
        id="/".join(part for part in parts if part),
        title=row.title.format(at=at, what=variation.what),
        level=row.level,
        rules=tuple(rule for rule in row.rules if rule in spec.rules),
        why=row.why,
        topic=TOPIC,
        stream=(Piece(text.encode()),),
        expect=outcome,
        origin="derived",
        needs=row.needs,
        compare=row.compare,
        cuts=row.cuts,
        covers=(f"derivation:{row.name}", f"event:{event.name}", *variation.covers),
    )


# --- whole payloads and objects -------------------------------------------------------------------


def _minimal(walk: Walk) -> Iterator[Variation]:
    payload = walk.required(walk.places[0])
    yield Variation("", "minimal", payload, covers=_all(walk, payload))


def _full(walk: Walk) -> Iterator[Variation]:
    payload = walk.named(walk.samples.whole_object(walk.root))
    yield Variation("", "full", payload, covers=_all(walk, payload))


def _all(walk: Walk, payload: Json) -> tuple[str, ...]:
    return items_in(walk.samples, walk.root.name, payload)


def _objects(walk: Walk, variants: bool) -> Iterator[Place]:
    return (p for p in walk.places if not p.is_root and (p.variant_of is not None) is variants)


def _small_objects(variants: bool) -> Callable[[Walk], Iterator[Variation]]:
    def make(walk: Walk) -> Iterator[Variation]:
        for place in _objects(walk, variants):
            payload = place.put(walk.required(place))
            yield Variation(place.path, "minimal", payload, covers=_at(walk, place))

    return make


def _large_objects(variants: bool) -> Callable[[Walk], Iterator[Variation]]:
    def make(walk: Walk) -> Iterator[Variation]:
        for place in _objects(walk, variants):
            if len(place.type.fields) > len(walk.required(place)):
                payload = place.put(walk.shallow(place))
                yield Variation(place.path, "full", payload, covers=_at(walk, place, full=True))

    return make


def _at(walk: Walk, place: Place, *, full: bool = False) -> tuple[str, ...]:
    """What of the spec the object of a place covers."""
    covers = [_covers(place.type, field) for field in place.type.fields if full or field.required]
    if place.variant_of is not None:
        union = walk.samples.spec.types[place.variant_of]
        assert isinstance(union, UnionType), "a variant is one of a union"
        covers.append(f"variant:{union.name}={walk.samples.tag_of(union, place.type.name)}")
    return tuple(covers)


def _covers(owner: ObjectType, field: Field) -> str:
    return f"field:{owner.name}.{field.wire_name}"


# --- members --------------------------------------------------------------------------------------


def _without(walk: Walk, place: Place, slot: Slot) -> Json:
    members = walk.shallow(place)
    del members[slot.field.wire_name]
    return place.put(members)


def _absent(walk: Walk) -> Iterator[Variation]:
    """Each member absent alone; where it is the only one that may be, `minimal` is that already."""
    for place, slot in walk.members():
        if not slot.field.required and sum(not f.required for f in place.type.fields) > 1:
            payload = _without(walk, place, slot)
            yield Variation(slot.path, "absent", payload, covers=(_covers(slot.owner, slot.field),))


def _null(is_wanted: Callable[[Field], bool]) -> Callable[[Walk], Iterator[Variation]]:
    def make(walk: Walk) -> Iterator[Variation]:
        for _, slot in walk.members():
            if is_wanted(slot.field) and not isinstance(slot.shape, Anything):
                covers = (_covers(slot.owner, slot.field),)
                yield Variation(slot.path, "null", slot.put(None), covers=covers)

    return make


def _missing(walk: Walk) -> Iterator[Variation]:
    for place, slot in walk.members():
        if slot.field.required:
            yield Variation(slot.path, "missing", _without(walk, place, slot))


def _empty(walk: Walk) -> Iterator[Variation]:
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


def _wrong_types(walk: Walk) -> Iterator[Variation]:
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


def _wrong_nulls(walk: Walk) -> Iterator[Variation]:
    for _, slot in walk.members():
        field = slot.field
        if field.required and not field.nullable and not isinstance(slot.shape, Anything):
            yield Variation(slot.path, "wrong-type-null", slot.put(None), "null")


def _branches(walk: Walk) -> Iterator[Variation]:
    """Each JSON type of what may have several; objects are places, and enums have their values."""
    for _, slot in walk.all_slots():
        if isinstance(slot.shape, Scalar) and len(slot.shape.types) > 1:
            for name in slot.shape.types:
                payload = slot.put(_BRANCHES[name])
                covers = (_covers(slot.owner, slot.field),)
                yield Variation(slot.path, f"type-{name}", payload, name, covers)
        elif slot.path.endswith(">") and isinstance(slot.shape, (Scalar, ListOf, MapOf, Anything)):
            name = json_type(slot.shape)
            value = _BRANCHES[name]
            if isinstance(slot.shape, ListOf):
                owner, member = slot.owner.name, slot.field.wire_name
                value = [walk.samples.some(slot.shape.items, owner, member)]
            covers = (_covers(slot.owner, slot.field),)
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


def _integral_floats(walk: Walk) -> Iterator[Variation]:
    for _, slot in walk.all_slots():
        if _is_integer(slot):
            value = walk.samples.some(slot.shape, slot.owner.name, slot.field.wire_name)
            assert isinstance(value, int), "a sample of an integer is one"
            covers = (_covers(slot.owner, slot.field),)
            yield Variation(slot.path, "integral-float", slot.put(float(value)), covers=covers)


def _fractions(walk: Walk) -> Iterator[Variation]:
    for _, slot in walk.all_slots():
        if _is_integer(slot):
            yield Variation(slot.path, "fraction", slot.put(0.5))


def _is_integer(slot: Slot) -> bool:
    return isinstance(slot.shape, Scalar) and slot.shape.types == ("integer",)


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


def _values(walk: Walk) -> Iterator[Variation]:
    for slot, enum in _enums(walk):
        for value in enum.values:
            covers = (f"value:{enum.name}={value}", _covers(slot.owner, slot.field))
            aspect = f"value-{escaped(value)}"
            yield Variation(slot.path, aspect, slot.put_lean(value), value, covers)


def _unknown_values(is_open: bool) -> Callable[[Walk], Iterator[Variation]]:
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


def _unknown_variants(is_open: bool) -> Callable[[Walk], Iterator[Variation]]:
    def make(walk: Walk) -> Iterator[Variation]:
        for slot, union in _unions(walk):
            if union.open is is_open:
                value: Members = {union.tag: UNKNOWN, UNKNOWN: {"some": ["thing", 1, None]}}
                yield Variation(slot.path, "variant-unknown", slot.put_lean(value))

    return make


def _kept_variants(walk: Walk) -> Iterator[Variation]:
    for variation in _unknown_variants(True)(walk):
        yield variation._replace(aspect="variant-unknown-kept")


def _first_variant(walk: Walk, union: UnionType) -> Members:
    return walk.samples.required(walk.samples.object_type(union.variants[0]))


def _tags_missing(walk: Walk) -> Iterator[Variation]:
    for slot, union in _unions(walk):
        value = _first_variant(walk, union)
        del value[union.tag]
        yield Variation(slot.path, "tag-missing", slot.put_lean(value))


def _tags_no_string(walk: Walk) -> Iterator[Variation]:
    for slot, union in _unions(walk):
        value = {**_first_variant(walk, union), union.tag: 7}
        yield Variation(slot.path, "tag-no-string", slot.put_lean(value))


def _wrong_bodies(walk: Walk) -> Iterator[Variation]:
    for place in _objects(walk, variants=True):
        required = walk.required(place)
        told = {n: v for n, v in required.items() if (place.type.name, n) in walk.samples.tags}
        if len(told) < len(required):
            yield Variation(place.path, "wrong-body", place.put(told))


# --- what nobody has heard of ---------------------------------------------------------------------


def _unknown_members(aspect: str) -> Callable[[Walk], Iterator[Variation]]:
    def make(walk: Walk) -> Iterator[Variation]:
        for place in walk.places:
            members = {**walk.required(place), UNKNOWN: {"some": ["thing", 1, None]}}
            yield Variation(place.path, aspect, place.put(members))

    return make


def _presence(null: bool) -> Callable[[Walk], Iterator[Variation]]:
    """Nulls for each object; what is absent only once a payload, since no null is easily invented."""

    def make(walk: Walk) -> Iterator[Variation]:
        for place in walk.places if null else walk.places[:1]:
            free = [
                slot.field.wire_name
                for slot in walk.slots[place.path]
                if slot.whole and not slot.field.required and not walk.tells(place, slot.field)
            ]
            if free:
                members = walk.required(place)
                given: Members = {name: None for name in free} if null else {}
                aspect = "null-is-not-absent" if null else "absent-is-not-null"
                yield Variation(place.path, aspect, place.put({**members, **given}))

    return make


# --- the table ------------------------------------------------------------------------------------

DERIVATIONS: tuple[Derivation, ...] = (
    Derivation(
        name="minimal",
        level="must",
        rules=("payload/minimal", "dispatch/known-name"),
        accepts=True,
        title="{at} comes with its required members alone",
        why="Who demands more than the stream has to carry loses events that others send.",
        make=_minimal,
        each="event",
        cuts="structural",
    ),
    Derivation(
        name="full",
        level="must",
        rules=("payload/full", "dispatch/known-name"),
        accepts=True,
        title="{at} comes with every member that it can have",
        why="A member that a type forgot is lost without a word.",
        make=_full,
        each="event",
        cuts="structural",
    ),
    Derivation(
        name="object-minimal",
        level="must",
        rules=("payload/minimal",),
        accepts=True,
        title="{at} comes with its required members alone",
        why="Who demands more than the stream has to carry loses events that others send.",
        make=_small_objects(variants=False),
    ),
    Derivation(
        name="object-full",
        level="must",
        rules=("payload/full",),
        accepts=True,
        title="{at} comes with every member that it can have",
        why="A member that a type forgot is lost without a word.",
        make=_large_objects(variants=False),
    ),
    Derivation(
        name="variant-minimal",
        level="must",
        rules=("payload/variant", "payload/minimal"),
        accepts=True,
        title="{at}, a variant of a union, comes with its required members alone",
        why="A variant that a union forgot makes the whole event unreadable, or its content void.",
        make=_small_objects(variants=True),
    ),
    Derivation(
        name="variant-full",
        level="must",
        rules=("payload/variant", "payload/full"),
        accepts=True,
        title="{at}, a variant of a union, comes with every member that it can have",
        why="A variant that a union forgot makes the whole event unreadable, or its content void.",
        make=_large_objects(variants=True),
    ),
    Derivation(
        name="absent",
        level="must",
        rules=("payload/optional-absent",),
        accepts=True,
        title="{at} may be absent",
        why="A member that one server always sends is one that another leaves out.",
        make=_absent,
    ),
    Derivation(
        name="optional-null",
        level="must",
        rules=("payload/optional-null",),
        accepts=True,
        title="{at} is not required, and may be null",
        why="Servers write null for what they have nothing to say about, whatever their document says.",
        make=_null(lambda field: not field.required),
    ),
    Derivation(
        name="nullable-null",
        level="must",
        rules=("payload/nullable-null",),
        accepts=True,
        title="{at} is required, and may be null",
        why="A null where a type wants a value loses the whole event.",
        make=_null(lambda field: field.required and field.nullable),
    ),
    Derivation(
        name="empty",
        level="must",
        rules=("payload/full",),
        accepts=True,
        title="Empty strings, lists and objects, zero and false in {at} are values",
        why="Who asks whether a value is truthy takes an empty one for none.",
        make=_empty,
    ),
    Derivation(
        name="value",
        level="must",
        rules=("payload/enum-value",),
        accepts=True,
        title="{at} may be {what}",
        why="A value that an enum forgot makes the event unreadable, or turns into another value.",
        make=_values,
    ),
    Derivation(
        name="value-unknown",
        level="must",
        rules=("payload/enum-unknown",),
        accepts=True,
        title="{at} with a value that nobody has heard of is delivered",
        why="The next value that a service invents must not break those who do not care.",
        make=_unknown_values(True),
    ),
    Derivation(
        name="value-not-listed",
        level="should",
        rules=("payload/enum-value",),
        accepts=False,
        title="{at} with a value that is not listed is refused",
        why="The protocol rules other values out; who goes on acts on what it does not understand.",
        make=_unknown_values(False),
    ),
    Derivation(
        name="branch",
        level="must",
        rules=("payload/variant",),
        accepts=True,
        title="{at} may be of the JSON type {what}",
        why="A member that comes in several JSON types is often read as one of them only.",
        make=_branches,
    ),
    Derivation(
        name="variant-unknown",
        level="must",
        rules=("payload/variant-unknown",),
        accepts=True,
        title="{at} with a tag that nobody has heard of does not spoil the event",
        why="The next variant that a service invents must not break those who do not use it.",
        make=_unknown_variants(True),
    ),
    Derivation(
        name="variant-unknown-kept",
        level="should",
        rules=("payload/variant-unknown", "payload/members-kept"),
        accepts=True,
        title="{at} with a tag that nobody has heard of keeps all its members",
        why="Whoever knows the variant can only read it if it is handed on.",
        make=_kept_variants,
        compare="exact",
        needs=("unknown-members",),
    ),
    Derivation(
        name="variant-not-listed",
        level="should",
        rules=("payload/variant",),
        accepts=False,
        title="{at} with a tag that is not listed is refused",
        why="The protocol rules other variants out; who goes on acts on what it does not understand.",
        make=_unknown_variants(False),
    ),
    Derivation(
        name="member-unknown",
        level="must",
        rules=("payload/member-unknown",),
        accepts=True,
        title="A member of {at} that nobody has heard of does no harm",
        why="Services add members years before their document has them.",
        make=_unknown_members("member-unknown"),
    ),
    Derivation(
        name="member-unknown-kept",
        level="should",
        rules=("payload/members-kept",),
        accepts=True,
        title="A member of {at} that nobody has heard of is kept",
        why="Whoever knows the member can only read it if it is handed on.",
        make=_unknown_members("member-unknown-kept"),
        compare="exact",
        needs=("unknown-members",),
    ),
    Derivation(
        name="absent-kept",
        level="should",
        rules=("payload/presence",),
        accepts=True,
        title="Members of {at} that are absent are not null",
        why="What is written back with nulls that nobody sent is another payload.",
        make=_presence(null=False),
        compare="exact",
        needs=("presence",),
    ),
    Derivation(
        name="null-kept",
        level="should",
        rules=("payload/presence",),
        accepts=True,
        title="Members of {at} that are null are not absent",
        why="What is written back without its nulls is another payload.",
        make=_presence(null=True),
        compare="exact",
        needs=("presence",),
    ),
    Derivation(
        name="integral-float",
        level="must",
        rules=("numbers/integral-float",),
        accepts=True,
        title="{at} may be spelled as a number with the fraction .0",
        why="Servers in languages without integers spell them that way.",
        make=_integral_floats,
    ),
    Derivation(
        name="fraction",
        level="should",
        rules=("numbers/fraction-refused",),
        accepts=False,
        title="{at} with a fraction is refused",
        why="Who rounds it invents a number that was never sent.",
        make=_fractions,
    ),
    Derivation(
        name="missing",
        level="should",
        rules=("payload/required-missing",),
        accepts=False,
        title="{at} is required, and its absence refused",
        why="Code that relies on the member fails later, far from the cause.",
        make=_missing,
    ),
    Derivation(
        name="wrong-null",
        level="should",
        rules=("payload/wrong-type",),
        accepts=False,
        title="{at} is required, and null in its place refused",
        why="Code that relies on the member fails later, far from the cause.",
        make=_wrong_nulls,
    ),
    Derivation(
        name="wrong-type",
        level="should",
        rules=("payload/wrong-type",),
        accepts=False,
        title="{what} in place of {at} is refused",
        why="A value of another type that is let through, or converted, fails later and elsewhere.",
        make=_wrong_types,
    ),
    Derivation(
        name="wrong-body",
        level="should",
        rules=("payload/known-tag-wrong-body",),
        accepts=False,
        title="{at}, a known variant without its body, is refused",
        why="Taken for an unknown variant it hides that the payload is broken.",
        make=_wrong_bodies,
    ),
    Derivation(
        name="tag-missing",
        level="should",
        rules=("payload/tag-missing",),
        accepts=False,
        title="{at} without its tag is refused",
        why="Nothing says what it is; who guesses the variant by its members guesses wrong one day.",
        make=_tags_missing,
    ),
    Derivation(
        name="tag-no-string",
        level="should",
        rules=("payload/tag-missing",),
        accepts=False,
        title="{at} with a number for its tag is refused",
        why="A look-up by a number fails in another way than one by an unknown word.",
        make=_tags_no_string,
    ),
)
