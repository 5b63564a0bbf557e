"""What differs between two contracts: a structural walk over both at once, without effects.

`compare` gives each difference once, where it lies: in the innermost named type.  Types are met in
pairs, since a type may go by another name on either side; each pair is walked once, however many
places lead to it, which is also why recursive types end.  Two schemas that admit the same values
do not differ, however they are written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from threadwire_generator.change.contract import (
    ANYTHING,
    Array,
    Change,
    Contract,
    Difference,
    EventShape,
    Member,
    Object,
    OtherObjects,
    Place,
    Ref,
    Rename,
    Schema,
)
from threadwire_generator.change.facts import fact_changes
from threadwire_generator.change.kinds import BREAKING, Classes, classes, worst
from threadwire_generator.change.leaves import admits, leaf_changes
from threadwire_generator.change.likeness import Alternative, Prints, pairs
from threadwire_generator.change.variants import Choice, choices, common_tag, json_type, united
from threadwire_generator.change.wording import branch_of, describe, variant

_Value: TypeAlias = Schema | Member | EventShape | None


def compare(old: Contract, new: Contract) -> Difference:
    """All that differs, in the order in which the new contract's events lead to it."""
    walk = _Walk(old, new)
    walk.events()
    walk.finish()
    renames = tuple(_renames(walk))
    pairs = [(pair.old, pair.new) for pair in walk.met]
    for change in fact_changes(old, new, pairs, renames):
        walk.tell(change)
    return Difference(tuple(walk.changes.values()), renames)


class _Pair(NamedTuple):
    """Two types that stand in one place; `tag` is the member that told them apart from others."""

    old: str
    new: str
    tag: str | None = None


@dataclass(slots=True)
class _Walk:
    """One comparison: what was found, and the pairs of types that were met."""

    old: Contract
    new: Contract
    changes: dict[tuple[str, str, str], Change] = field(default_factory=dict[Any, Change])
    met: dict[_Pair, None] = field(default_factory=dict[_Pair, None])
    waiting: list[_Pair] = field(default_factory=list[_Pair])  # met, and not walked yet
    prints: Prints = field(default_factory=Prints)

    def finish(self) -> tuple[Change, ...]:
        """Walk the pairs that wait, those that a pair leads to before those beside it."""
        later: list[_Pair] = []
        while self.waiting or later:
            later += reversed(self.waiting)
            self.waiting.clear()
            self.pair(later.pop())
        return tuple(self.changes.values())

    def found(
        self, kind: str, place: Place, detail: str, case: str, old: _Value, new: _Value
    ) -> None:
        self.tell(Change(kind, place, detail, *classes(kind, case), old, new))

    def tell(self, change: Change) -> None:
        self.changes.setdefault((change.path, change.kind, change.detail), change)

    def from_to(self, old: Schema, new: Schema) -> str:
        return f"{describe(old, self.old)} -> {describe(new, self.new)}"

    # --- events -----------------------------------------------------------------------------------

    def events(self) -> None:
        root = Place(self.old.root, self.new.root)
        if self.old.open != self.new.open:
            kind = "events_opened" if self.new.open else "events_closed"
            self.found(kind, root, "", "", None, None)
        for name, event in self.new.events.items():
            if name in self.old.events:
                self.event(root.to("event", name), self.old.events[name], event)
            else:
                self.found("event_added", root, name, admits(self.old.open), None, event)
        for name, event in self.old.events.items():
            if name not in self.new.events:
                self.found("event_removed", root, name, admits(self.new.open), event, None)

    def event(self, place: Place, old: EventShape, new: EventShape) -> None:
        one, other = old.data.ref, new.data.ref
        was, is_now = ({e.data.ref for e in side.events.values()} for side in (self.old, self.new))
        if one and other and one != other and (other in was or one in is_now):  # no mere rename
            self.payload(place, old, new)
            old, new = old.with_data(ANYTHING), new.with_data(ANYTHING)
        if self.old.enveloped and self.new.enveloped:
            self.objects(place, old.envelope, new.envelope)
        else:
            self.value(place, old.data, new.data)

    def payload(self, place: Place, old: EventShape, new: EventShape) -> None:
        """Tell in one change that the data is of another type, if that makes a difference."""
        inner = _Walk(self.old, self.new)
        inner.value(place, old.data, new.data)
        changes = inner.finish()
        if changes:
            detail = self.from_to(old.data, new.data)
            who = worst(Classes(each.decoder, each.server, BREAKING) for each in changes)
            self.tell(Change("event_payload_changed", place, detail, *who, old, new))

    # --- values -----------------------------------------------------------------------------------

    def value(self, place: Place, old: Schema, new: Schema) -> None:
        """Whatever may stand in one place."""
        was, is_now = self.old.resolve(old), self.new.resolve(new)
        if ANYTHING not in (was, is_now) and was.nullable != is_now.nullable:
            pair = self.named(old, new)
            inside = pair is not None and old.nullable == new.nullable  # it is the type's own null
            where = Place(pair.old, pair.new) if pair is not None and inside else place
            kind = "nullable_added" if is_now.nullable else "nullable_removed"
            self.found(kind, where, self.from_to(old, new), "", old, new)
        self.present(place, old, new)

    def present(self, place: Place, old: Schema, new: Schema) -> None:
        """The same but for null."""
        pair = self.named(old, new)
        if pair is not None:
            self.meet(pair)
        else:
            self.parts(place, _alternatives(self.old, old), _alternatives(self.new, new))

    def named(self, old: Schema, new: Schema) -> _Pair | None:
        """The pair of types that both sides refer to; None if one of them refers to none."""
        one, other = _type_of(self.old, old), _type_of(self.new, new)
        return None if one is None or other is None else _Pair(one, other)

    def meet(self, pair: _Pair) -> None:
        if pair not in self.met:
            self.met[pair] = None
            self.waiting.append(pair)

    def pair(self, pair: _Pair) -> None:
        place = Place(pair.old, pair.new)
        old, new = self.old.types[pair.old], self.new.types[pair.new]
        if pair.tag is None:
            self.present(place, old, new)
        else:  # a type that a tag told apart is one object
            self.objects(place, _object(self.old, old), _object(self.new, new), pair.tag)

    def parts(self, place: Place, old: list[Alternative], new: list[Alternative]) -> None:
        """The alternatives of both sides, JSON type by JSON type."""
        types = dict.fromkeys(json_type(each.part) for each in (*new, *old))
        union = len(old) > 1 or len(new) > 1
        whole = [Schema(tuple(each.part for each in side)) for side in (old, new)]
        case = _replaced(whole[0], whole[1], one_for_one=len(types) == 2 and not union)
        if case is not None:
            self.found("type_changed", place, self.from_to(whole[0], whole[1]), case, *whole)
            return
        for name in types:
            was, is_now = ([e for e in side if json_type(e.part) == name] for side in (old, new))
            if name == "object":
                self.variants(place, union, was, is_now)
            else:
                self.branches(place, union, was, is_now)

    def branches(
        self, place: Place, union: bool, old: list[Alternative], new: list[Alternative]
    ) -> None:
        """Alternatives that no tag tells apart."""
        same, gone, came = pairs(old, new, self.prints, (self.old, self.new))
        for was, is_now in same:
            if was.name is not None and is_now.name is not None:
                self.meet(_Pair(was.name, is_now.name))
            else:
                where = place.to("branch", branch_of(was.part, is_now.part)) if union else place
                self.one(where, was.part, is_now.part)
        for each in came:
            detail = variant(each.part, each.name, self.new)
            self.found("variant_added", place, detail, "closed", None, each.schema)
        for each in gone:
            detail = variant(each.part, each.name, self.old)
            self.found("variant_removed", place, detail, "closed", each.schema, None)

    def one(self, place: Place, old: Any, new: Any) -> None:
        """One alternative of either side, of one JSON type."""
        if isinstance(new, Object):
            self.objects(place, old, new)
            return
        whole = Schema((old,)), Schema((new,))
        for row in leaf_changes(old, new, self.from_to(*whole)):
            self.found(row.kind, place, row.detail, row.case, *whole)
        if isinstance(new, Array):
            self.value(place.to("items"), old.items, new.items)

    # --- objects ----------------------------------------------------------------------------------

    def variants(
        self, place: Place, union: bool, old: list[Alternative], new: list[Alternative]
    ) -> None:
        """The objects of both sides: one for one, or told apart by a tag, or neither."""
        was, is_now = _Variants.of(old, self.old), _Variants.of(new, self.new)
        if was.others != is_now.others:
            kind = "union_opened" if is_now.others else "union_closed"
            self.found(kind, place, f"{was.others or is_now.others}=…", "", None, None)
        tag = (
            common_tag(was.choices, is_now.choices, hint=was.others or is_now.others)
            if union
            else None
        )
        if tag is None:
            self.branches(place, union, was.objects, is_now.objects)
            return
        before, after = was.by(tag), is_now.by(tag)
        done: set[tuple[int, int]] = set()  # an object whose tag has several values is met once
        for value, each in after.items():
            if value not in before:
                case = admits(was.others is not None)
                detail = _variant(tag, value, each)
                self.found("variant_added", place, detail, case, None, each.schema)
            elif (key := (id(before[value]), id(each))) not in done:
                done.add(key)
                self.variant(place.to("branch", f"{tag}={value}"), tag, before[value], each)
        for value, each in before.items():
            if value not in after:
                case = admits(is_now.others is not None)
                detail = _variant(tag, value, each)
                self.found("variant_removed", place, detail, case, each.schema, None)

    def variant(self, place: Place, tag: str, old: Alternative, new: Alternative) -> None:
        if old.name is not None and new.name is not None:
            self.meet(_Pair(old.name, new.name, tag))
        else:
            self.objects(place, old.part, new.part, tag)

    def objects(self, place: Place, old: Any, new: Any, tag: str | None = None) -> None:
        """Two objects, member by member; the values of the tag are compared already."""
        for row in leaf_changes(old, new, ""):
            self.found(row.kind, place, row.detail, row.case, Schema((old,)), Schema((new,)))
        for name in dict.fromkeys(member.name for member in (*new.members, *old.members)):
            self.member(place.to("member", name), name, old, new, is_tag=name == tag)
        if old.rest is not None and new.rest is not None:
            self.value(place.to("values"), old.rest, new.rest)
        elif old.rest != new.rest:
            kind = "members_closed" if new.rest is None else "members_opened"
            self.found(kind, place, "", "", Schema((old,)), Schema((new,)))

    def member(self, place: Place, name: str, old: Object, new: Object, *, is_tag: bool) -> None:
        was, is_now = _member(old, name), _member(new, name)
        if was is None and is_now is not None:
            detail = self.wording(is_now, self.new)
            self.found("field_added", place, detail, _needed(is_now), None, is_now)
        elif is_now is None and was is not None:
            case = _needed(was) + (", closed" if new.rest is None else "")
            self.found("field_removed", place, self.wording(was, self.old), case, was, None)
        elif was is not None and is_now is not None:
            if was.required != is_now.required:
                kind = "optional_to_required" if is_now.required else "required_to_optional"
                detail = describe(is_now.schema, self.new)
                self.found(kind, place, detail, "", was, is_now)
            if not is_tag:
                self.value(place, *self.with_null(was, is_now))

    def with_null(self, old: Member, new: Member) -> tuple[Schema, Schema]:
        """What two members may be; null that comes or goes with being absent is told as that."""
        if old.required != new.required and self.old.absent_is_null and self.new.absent_is_null:
            return old.schema.or_null(), new.schema.or_null()
        return old.schema, new.schema

    def wording(self, member: Member, contract: Contract) -> str:
        """A member in a few words, as one that came or went."""
        if not member.declared:
            return f"{_needed(member)} (required but undeclared)"
        return f"{_needed(member)} {describe(member.schema, contract)}"


# --- what either side alone says ------------------------------------------------------------------


class _Variants(NamedTuple):
    """The objects among the alternatives, and the tag by which others are admitted as well."""

    objects: list[Alternative]
    choices: list[dict[str, Choice]]  # of each object
    others: str | None

    @classmethod
    def of(cls, alternatives: Sequence[Alternative], contract: Contract) -> _Variants:
        objects = [each for each in alternatives if isinstance(each.part, Object)]
        parts = [each.part for each in alternatives if isinstance(each.part, Object)]
        others = [each.part.tag for each in alternatives if isinstance(each.part, OtherObjects)]
        other = others[0] if others else None
        return cls(objects, [choices(part, contract) for part in parts], other)

    def by(self, tag: str) -> dict[str, Alternative]:
        """The objects by the values of their tag."""
        both = zip(self.objects, self.choices, strict=True)
        return {value: each for each, known in both for value in known[tag].values}


def _variant(tag: str, value: str, each: Alternative) -> str:
    return f"{tag}={value}" if each.name is None else f"{tag}={value} ({each.name})"


def _alternatives(contract: Contract, schema: Schema) -> list[Alternative]:
    """The alternatives but null, those merged that can be; a merged one has no name."""
    found = list(contract.alternatives(schema))
    names = dict(reversed(found))
    parts = united(part for part, _ in found).present.parts
    return [Alternative(part, names.get(part)) for part in parts]


def _object(contract: Contract, schema: Schema) -> Object:
    (found,) = (part for part, _ in contract.alternatives(schema) if isinstance(part, Object))
    return found


def _type_of(contract: Contract, schema: Schema) -> str | None:
    """The type that a schema refers to; a mere second name counts as what it stands for."""
    name, seen = schema.ref, set[str]()
    while name is not None and name in contract.types and name not in seen:
        seen.add(name)
        match contract.types[name].parts:
            case (Ref(further),):
                name = further
            case _:
                return name
    return None


def _member(part: Object, name: str) -> Member | None:
    """The member of that name; one that is not declared is what the object says of the rest."""
    declared = part.member(name)
    if declared is None and part.rest not in (None, ANYTHING):
        return Member(name, part.rest or ANYTHING, required=False)
    return declared


def _needed(member: Member) -> str:
    return "required" if member.required else "optional"


def _replaced(old: Schema, new: Schema, *, one_for_one: bool) -> str | None:
    """Whether one thing took the place of another, and what decides who breaks by it."""
    if old == new:
        return None
    if old == ANYTHING or not new.parts:
        return "narrowed"
    if new == ANYTHING or not old.parts:
        return "widened"
    return "other" if one_for_one else None


def _renames(walk: _Walk) -> Iterator[Rename]:
    """The types that stand in one place under two names."""
    met = dict.fromkeys((pair.old, pair.new) for pair in walk.met if pair.old != pair.new)
    if walk.old.root != walk.new.root:
        yield Rename(walk.old.root, walk.new.root, "renamed")
    olds, news = Counter(old for old, _ in met), Counter(new for _, new in met)
    for old, new in met:
        gone = old not in walk.new.types and new not in walk.old.types
        alone = olds[old] == news[new] == 1
        yield Rename(old, new, "renamed" if gone and alone else "re-pointed")
