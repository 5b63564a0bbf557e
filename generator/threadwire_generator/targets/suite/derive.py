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

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from threadwire_generator.cases import Case, Compare, Cuts, Piece
from threadwire_generator.spec import Event, Level, Spec
from threadwire_generator.targets.suite.frames import end, frame
from threadwire_generator.targets.suite.places import Walk, escaped
from threadwire_generator.targets.suite.reading import Reading
from threadwire_generator.targets.suite.samples import Samples
from threadwire_generator.targets.suite.variations import (
    Variation,
    choices,
    json_types,
    objects,
)

TOPIC = "payloads"


class DerivationError(Exception):
    """A row of the table and the plain reading do not agree."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """A kind of payloads.

    `title` may speak of `{at}`, the place and its event, and of `{what}`; `{What}` begins it.
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
        title=row.title.format(at=at, what=variation.what, What=_capital(variation.what)),
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


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# --- the table ------------------------------------------------------------------------------------

DERIVATIONS: tuple[Derivation, ...] = (
    Derivation(
        name="minimal",
        level="must",
        rules=("payload/minimal", "dispatch/known-name"),
        accepts=True,
        title="{at} comes with its required members alone",
        why="Who demands more than the stream has to carry loses events that others send.",
        make=objects.minimal,
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
        make=objects.full,
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
        make=objects.small_objects(variants=False),
    ),
    Derivation(
        name="object-full",
        level="must",
        rules=("payload/full",),
        accepts=True,
        title="{at} comes with every member that it can have",
        why="A member that a type forgot is lost without a word.",
        make=objects.large_objects(variants=False),
    ),
    Derivation(
        name="variant-minimal",
        level="must",
        rules=("payload/variant", "payload/minimal"),
        accepts=True,
        title="{at}, a variant of a union, comes with its required members alone",
        why="A variant that a union forgot makes the whole event unreadable, or its content void.",
        make=objects.small_objects(variants=True),
    ),
    Derivation(
        name="variant-full",
        level="must",
        rules=("payload/variant", "payload/full"),
        accepts=True,
        title="{at}, a variant of a union, comes with every member that it can have",
        why="A variant that a union forgot makes the whole event unreadable, or its content void.",
        make=objects.large_objects(variants=True),
    ),
    Derivation(
        name="absent",
        level="must",
        rules=("payload/optional-absent",),
        accepts=True,
        title="{at} may be absent",
        why="A member that one server always sends is one that another leaves out.",
        make=objects.absent,
    ),
    Derivation(
        name="optional-null",
        level="must",
        rules=("payload/optional-null",),
        accepts=True,
        title="{at} is not required, and may be null",
        why="Servers write null where they have nothing to say, whatever their document promises.",
        make=objects.null(lambda field: not field.required),
    ),
    Derivation(
        name="nullable-null",
        level="must",
        rules=("payload/nullable-null",),
        accepts=True,
        title="{at} is required, and may be null",
        why="A null where a type wants a value loses the whole event.",
        make=objects.null(lambda field: field.required and field.nullable),
    ),
    Derivation(
        name="empty",
        level="must",
        rules=("payload/full",),
        accepts=True,
        title="Empty strings, lists and objects, zero and false in {at} are values",
        why="Who asks whether a value is truthy takes an empty one for none.",
        make=objects.empty,
    ),
    Derivation(
        name="value",
        level="must",
        rules=("payload/enum-value",),
        accepts=True,
        title="{at} may be {what}",
        why="A value that an enum forgot makes the event unreadable, or turns into another value.",
        make=choices.values,
    ),
    Derivation(
        name="value-unknown",
        level="must",
        rules=("payload/enum-unknown",),
        accepts=True,
        title="{at} with a value that nobody has heard of is delivered",
        why="The next value that a service invents must not break those who do not care.",
        make=choices.unknown_values(True),
    ),
    Derivation(
        name="value-not-listed",
        level="should",
        rules=("payload/enum-value",),
        accepts=False,
        title="{at} with a value that is not listed is refused",
        why="The protocol rules other values out; who goes on acts on what it does not understand.",
        make=choices.unknown_values(False),
    ),
    Derivation(
        name="branch",
        level="must",
        rules=("payload/variant",),
        accepts=True,
        title="{at} may be of the JSON type {what}",
        why="A member that comes in several JSON types is often read as one of them only.",
        make=json_types.branches,
    ),
    Derivation(
        name="variant-unknown",
        level="must",
        rules=("payload/variant-unknown",),
        accepts=True,
        title="{at} with a tag that nobody has heard of does not spoil the event",
        why="The next variant that a service invents must not break those who do not use it.",
        make=choices.unknown_variants(True),
    ),
    Derivation(
        name="variant-unknown-kept",
        level="should",
        rules=("payload/variant-unknown", "payload/members-kept"),
        accepts=True,
        title="{at} with a tag that nobody has heard of keeps all its members",
        why="Whoever knows the variant can only read it if it is handed on.",
        make=choices.kept_variants,
        compare="exact",
        needs=("unknown-members",),
    ),
    Derivation(
        name="variant-not-listed",
        level="should",
        rules=("payload/variant",),
        accepts=False,
        title="{at} with a tag that is not listed is refused",
        why="The protocol rules others out; who goes on acts on what it does not understand.",
        make=choices.unknown_variants(False),
    ),
    Derivation(
        name="member-unknown",
        level="must",
        rules=("payload/member-unknown",),
        accepts=True,
        title="A member of {at} that nobody has heard of does no harm",
        why="Services add members years before their document has them.",
        make=choices.unknown_members("member-unknown"),
    ),
    Derivation(
        name="member-unknown-kept",
        level="should",
        rules=("payload/members-kept",),
        accepts=True,
        title="A member of {at} that nobody has heard of is kept",
        why="Whoever knows the member can only read it if it is handed on.",
        make=choices.unknown_members("member-unknown-kept"),
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
        make=objects.presence(null=False),
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
        make=objects.presence(null=True),
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
        make=json_types.integral_floats,
    ),
    Derivation(
        name="fraction",
        level="should",
        rules=("numbers/fraction-refused",),
        accepts=False,
        title="{at} with a fraction is refused",
        why="Who rounds it invents a number that was never sent.",
        make=json_types.fractions,
    ),
    Derivation(
        name="missing",
        level="should",
        rules=("payload/required-missing",),
        accepts=False,
        title="{at} is required, and its absence refused",
        why="Code that relies on the member fails later, far from the cause.",
        make=objects.missing,
    ),
    Derivation(
        name="wrong-null",
        level="should",
        rules=("payload/wrong-type",),
        accepts=False,
        title="{at} is required, and null in its place refused",
        why="Code that relies on the member fails later, far from the cause.",
        make=json_types.wrong_nulls,
    ),
    Derivation(
        name="wrong-type",
        level="should",
        rules=("payload/wrong-type",),
        accepts=False,
        title="{What} in place of {at} is refused",
        why="A value of another type that is let through, or converted, fails later and elsewhere.",
        make=json_types.wrong_types,
    ),
    Derivation(
        name="wrong-body",
        level="should",
        rules=("payload/known-tag-wrong-body",),
        accepts=False,
        title="{at}, a known variant without its body, is refused",
        why="Taken for an unknown variant it hides that the payload is broken.",
        make=choices.wrong_bodies,
    ),
    Derivation(
        name="tag-missing",
        level="should",
        rules=("payload/tag-missing",),
        accepts=False,
        title="{at} without its tag is refused",
        why="Nothing says what it is; who guesses by its members guesses wrong one day.",
        make=choices.tags_missing,
    ),
    Derivation(
        name="tag-no-string",
        level="should",
        rules=("payload/tag-missing",),
        accepts=False,
        title="{at} with a number for its tag is refused",
        why="A look-up by a number fails in another way than one by an unknown word.",
        make=choices.tags_no_string,
    ),
)
