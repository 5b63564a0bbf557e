"""One walk over a spec along a document: what has to be edited, asked and told.

From the events inwards: each type of the spec beside what the document has in its place.  Nothing
is changed here; the edits are in the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from threadwire_generator.change.align import Aligner, Pair, Site, same, split_null
from threadwire_generator.change.contract import Contract, Member, Object, Part, Ref, Schema, String
from threadwire_generator.change.draft import (
    deltas_of,
    end_data,
    event_class,
    has_payload,
    payload_type,
)
from threadwire_generator.change.homes import Homes
from threadwire_generator.change.ledger import Item, Ledger, joined
from threadwire_generator.change.model import TODO, Body, Where, ordered
from threadwire_generator.change.naming import Names, attribute, camel, file_stem, stem
from threadwire_generator.change.properties import Properties
from threadwire_generator.change.reshape import Reshaper
from threadwire_generator.change.variants import json_type, tag_values
from threadwire_generator.change.yaml_edit import Put
from threadwire_generator.load import Document
from threadwire_generator.shape import kind_of
from threadwire_generator.spec import Spec

PROTOCOL_FILE = "protocol.yaml"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the revision of a document."""

    commit: str | None = None
    date: str | None = None

    @property
    def until(self) -> str:
        """How evidence tells that something was in the document before this revision."""
        day = self.date
        return f"in the official document until {day}" if day else "in an earlier official document"


@dataclass(frozen=True, slots=True)
class Split:
    """Which schemas a type does not stand for, and which types stand for one of the document's."""

    apart: frozenset[tuple[str, tuple[Part, ...]]] = frozenset()
    stands: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])


class Walk:
    """The walk, and what came of it."""

    def __init__(
        self,
        documents: Sequence[Document],
        spec: Spec,
        contract: Contract,
        facts: Facts,
        split: Split,
    ) -> None:
        self.documents, self.spec, self.contract, self.facts = documents, spec, contract, facts
        self.bodies: dict[str, Body] = {}
        homes: dict[str, str] = {}
        for document in documents:
            if kind_of(document.name) == "types":
                data: Any = document.data
                self.bodies |= data
                homes |= dict.fromkeys(data, document.name)
        classes = [event.class_name for event in spec.events]
        names = Names([*spec.types, *classes, spec.union])
        self.homes = Homes(contract, self.bodies, names, split.stands, homes)
        self.ledger = Ledger(homes)
        self.aligner = Aligner(contract, self.bodies, split.apart)
        self.met: list[Pair] = []
        self.cost: dict[tuple[str, tuple[Part, ...]], int] = {}
        self._files = {document.name for document in documents}
        self._walked: dict[str, tuple[Part, ...]] = {}

    def run(self) -> None:
        """Walk the events, then each type that they lead to."""
        self._events()
        next_pair = 0
        while next_pair < len(self.aligner.pairs):
            pair = self.aligner.pairs[next_pair]
            next_pair += 1
            self.met.append(pair)
            if (pair.name, pair.parts) in self.cost or self._is_known(pair):
                continue
            before = self.ledger.count
            self._walked[pair.name] = pair.parts
            self._type(pair)
            self.homes.settle(self.homes.homes[pair.name], pair.name)
            self.cost[(pair.name, pair.parts)] = self.ledger.count - before

    def _is_known(self, pair: Pair) -> bool:
        walked = self._walked.get(pair.name)
        return walked is not None and same(self.contract, walked, pair.parts)

    def ask(self, path: str, text: str) -> None:
        """Write down what a person has to decide."""
        self.ledger.questions.append(Item(path, text))

    def tell(self, path: str, text: str) -> None:
        """Write down what is edited."""
        self.ledger.edited.append(Item(path, text))

    # --- events -----------------------------------------------------------------------------------

    def _events(self) -> None:
        ours = {event.name: event for event in self.spec.events}
        payloads: dict[str, str] = {e.name: e.payload for e in self.spec.events if e.payload}
        previous: str | None = None
        fresh: list[str] = []
        for name, event in self.contract.events.items():
            if name not in ours:
                self._new_event(name, previous, payloads)
                fresh += [name] if name in payloads else []
            elif self.spec.end is not None and name == self.spec.end.event:
                data = end_data(self.contract, event.data)
                if data != self.spec.end.data:
                    self.ask(name, f"the document's data of the end is {data!r}")
            else:
                payload = payloads[name]
                found = self.aligner.alternatives(event.data)
                site = Site(PROTOCOL_FILE, ("events", name, "payload"))
                self.aligner.fits({"$ref": payload}, event.data, site)
                if not self.aligner.type(payload, found, site):
                    self.ask(name, f"`{payload}` is not what the document has for its data")
            if name in ours or name in payloads:
                previous = name
        self._new_deltas(fresh, payloads)

    def _new_event(self, name: str, previous: str | None, payloads: dict[str, str]) -> None:
        data = self.contract.events[name].data
        if not has_payload(self.contract, data):
            self.ask(name, "a new event, whose data is no object: no spec can have it")
            return
        ((_, document),) = self.aligner.alternatives(data)
        file = self._payload_file(document or camel(name))
        payload = payload_type(self.homes.modeller(file), name, data)
        home = self.homes.homes.get(payload)
        if home is None:
            self.homes.settle(file, payload)
            home = file
        payloads[name] = payload
        body = {"class": event_class(self.homes.names, name), "payload": payload, "when": TODO}
        self.ledger.add(PROTOCOL_FILE, Put(("events", name), body, after=previous))
        self.tell(name, f"a new event that carries `{payload}`")

    def _payload_file(self, name: str) -> str:
        """The file of the type that stands for the document's already, or else a new one."""
        for candidate in self.homes.stands.get(name, ()):
            return self.homes.homes[candidate]
        taken = {file.removesuffix(".yaml") for file in self._files}
        return f"{file_stem(name, taken)}.yaml"

    def _new_deltas(self, fresh: Sequence[str], payloads: Mapping[str, str]) -> None:
        for delta, whole in deltas_of(self.contract, payloads).items():
            if delta in self.homes.new and any(payloads[name] == delta for name in fresh):
                body = self.homes.new[delta]
                rest = {k: body.pop(k) for k in list(body) if k != "description"}
                body |= {"delta_of": whole, **rest}

    # --- types ------------------------------------------------------------------------------------

    def _type(self, pair: Pair) -> None:
        body = self.bodies[pair.name]
        where = Where(stem(pair.name), (pair.document or pair.name,))
        site = Site(self.homes.homes[pair.name], (pair.name,))
        forms: dict[str, Callable[[], None]] = {
            "properties": lambda: self._object(pair, body, where, site),
            "oneOf": lambda: self._union(pair, body, where, site),
            "anyOf": lambda: self._mixed(pair, body, where, site),
            "enum": lambda: self._enum(pair, body),
        }
        for keyword, form in forms.items():
            if keyword in body:
                form()
                return

    def _reshaper(self, site: Site) -> Reshaper:
        file = site.file
        return Reshaper(
            self.aligner,
            self.homes.modeller(file),
            self.homes.body,
            lambda where, body: self.homes.make(file, where, body),
        )

    # --- objects ----------------------------------------------------------------------------------

    def _object(self, pair: Pair, body: Body, where: Where, site: Site) -> None:
        (part,) = pair.parts
        assert isinstance(part, Object), "an object type stands for nothing else"
        properties: Mapping[str, Body] = body["properties"]
        required: list[str] = list(body.get("required", ()))
        documented: list[str] = list(body.get("documented", {}).get("required", ()))
        editor = Properties(self.ledger, self._reshaper(site), self.facts.until, self._tags())
        previous: str | None = None
        for member in part.members:
            path = f"{pair.name}.{member.name}"
            known = member.name in required or member.name in documented
            if member.name not in properties:
                self._new_property(pair.name, body, member, where, previous)
            else:
                editor.align(pair.name, member, properties[member.name], where, site)
                if member.required and not known:
                    self.tell(path, "required by the document")
                elif known and not member.required:
                    if "const" in properties[member.name]:
                        self.ask(path, "a constant that the document does not require")
                        member = Member(member.name, member.schema, required=True)
                    else:
                        self.tell(path, "no longer required")
                        required = [name for name in required if name != member.name]
                        documented = [name for name in documented if name != member.name]
            if member.required and not known:
                documented.append(member.name)
            previous = member.name
        for name, prop in properties.items():
            is_gone = part.member(name) is None and prop.get("documented") is not False
            if is_gone and editor.gone(pair.name, name, prop):
                required = [each for each in required if each != name]
                documented = [each for each in documented if each != name]
        self.ledger.items((pair.name, "required"), body.get("required", ()), required)
        self.ledger.listed(
            (pair.name, "documented", "required"),
            body.get("documented", {}).get("required"),
            documented,
            after="required" if "required" in body else "description",
        )

    def _tags(self) -> set[tuple[str, str]]:
        """The members by which variants are told apart, with the types that they are in."""
        return {
            (variant["$ref"], body["tag"])
            for body in self.bodies.values()
            for variant in body.get("oneOf", ())
        }

    def _new_property(
        self, owner: str, body: Body, member: Member, where: Where, previous: str | None
    ) -> None:
        file = self.homes.homes[owner]
        place = where.member(member.name)
        # A constant could be relied on only if streams recorded before had it.
        made = self.homes.modeller(file).property(member.schema, False, place)
        taken = {prop.get("name", name) for name, prop in body["properties"].items()}
        called = attribute(member.name, taken, {*self.bodies, *self.homes.new})
        if called is not None:
            made = ordered({**made, "name": called})
        self.ledger.put((owner, "properties", member.name), made, after=previous)
        need = ", required by the document" if member.required else ""
        self.tell(f"{owner}.{member.name}", f"a new field{need}")

    # --- enums and unions -------------------------------------------------------------------------

    def _enum(self, pair: Pair, body: Body) -> None:
        (part,) = pair.parts
        assert isinstance(part, String), "an enum stands for nothing else"
        values: list[str] = body["enum"]
        wire = _joined(values, part.values)
        self.ledger.items((pair.name, "enum"), values, wire)
        known = set(values)
        for value in wire:
            if value not in known:
                self.tell(pair.name, f"a new value `{value}`")
        self._documented_list(pair.name, body, "enum", wire, part.values, str)

    def _documented_list(
        self,
        name: str,
        body: Body,
        key: str,
        wire: Sequence[Any],
        theirs: Sequence[Any],
        spelled: Callable[[Any], str],
    ) -> None:
        """What the document lists, where that is not what the wire may carry."""
        old: Sequence[Any] | None = body.get("documented", {}).get(key)
        before = body[key] if old is None else old
        listed, stated, ours = (set(map(repr, each)) for each in (theirs, before, body[key]))
        gone = [each for each in before if repr(each) not in listed]
        known = ours - stated
        back = [each for each in theirs if repr(each) in known]
        kept = [each for each in before if repr(each) in listed]
        want = [] if _equal(wire, theirs) else _joined(kept, theirs)
        self.ledger.listed((name, "documented", key), old, want, after="open")
        for each in back:
            self.tell(name, f"`{spelled(each)}` is in the document again")
        if gone:
            words = ", ".join(spelled(each) for each in gone)
            self.tell(name, f"no longer in the document: {words}")
            self.ledger.evidence((name,), body, f"{words} {self.facts.until}")

    def _union(self, pair: Pair, body: Body, where: Where, site: Site) -> None:
        tag: str = body["tag"]
        variants = [variant["$ref"] for variant in body["oneOf"]]
        by_value = {self._constant(name, tag): name for name in variants}
        wire = list(variants)
        theirs: list[str] = []
        modeller = self.homes.modeller(site.file)
        for part, document in pair.found:
            assert isinstance(part, Object), "a tagged union stands for objects"
            (value,) = tag_values(part, tag)
            old = by_value.get(value)
            here = site.to("oneOf", variants.index(old) if old else len(variants), "$ref")
            if old is not None and self.aligner.type(old, ((part, document),), here):
                theirs.append(old)
                continue
            name = modeller.variant(where, part, document, tag)
            if old is not None:
                self.tell(pair.name, f"`{name}` takes the place of `{old}` for `{value}`")
                wire[wire.index(old)] = name
            else:
                self.tell(pair.name, f"a new variant `{value}`, which is `{name}`")
            theirs.append(name)
        for index, (was, is_now) in enumerate(zip(variants, wire, strict=True)):
            if was != is_now:
                self.ledger.put((pair.name, "oneOf", index), {"$ref": is_now})
        refs, told = ([{"$ref": name} for name in each] for each in (wire, theirs))
        whole = _joined(refs, told)
        self.ledger.items((pair.name, "oneOf"), refs, whole)
        kept = {**body, "oneOf": refs}
        self._documented_list(pair.name, kept, "oneOf", whole, told, self._variant_words(tag))

    def _variant_words(self, tag: str) -> Callable[[Any], str]:
        return lambda variant: self._constant(variant["$ref"], tag) or str(variant["$ref"])

    def _constant(self, name: str, tag: str) -> str | None:
        body = self.homes.body(name)
        constant: str | None = body.get("properties", {}).get(tag, {}).get("const")
        return constant

    def _mixed(self, pair: Pair, body: Body, where: Where, site: Site) -> None:
        branches: Sequence[Body] = body["anyOf"]
        left = list(pair.found)
        for index, branch in enumerate(branches):
            kinds = self.aligner.kinds(branch)
            own = tuple(each for each in pair.found if json_type(each[0]) in kinds)
            left = [each for each in left if json_type(each[0]) not in kinds]
            here = site.to("anyOf", index)
            if self.aligner.core(branch, own, here):
                continue
            losses: list[str] = []
            reshaper = self._reshaper(site)
            word = "object" if kinds == {"object"} else "value"
            place = where.branch(word)
            told = reshaper.told(split_null(branch)[0], _schema(own), place, here)
            wide = reshaper.widened(branch, told.body, place, losses)
            if wide != branch:
                self.ledger.put((pair.name, "anyOf", index), wide)
                self.tell(pair.name, f"`{_spelled(wide)}` instead of `{_spelled(branch)}`")
            for loss in losses:
                self.ask(pair.name, loss)
        if left:
            value = self.homes.modeller(site.file).value(_schema(left), where.branch("more"))
            more = [*branches, value.body]
            self.ledger.items((pair.name, "anyOf"), branches, more)
            self.tell(pair.name, f"`{_spelled(value.body)}` as well")


def _schema(found: Sequence[tuple[Part, str | None]]) -> Schema:
    return Schema(tuple(part if name is None else Ref(name) for part, name in found))


def _joined(ours: Sequence[Any], theirs: Sequence[Any]) -> list[Any]:
    """Our list with what is new in theirs, each behind what it follows there."""
    whole = list(ours)
    for place, index in joined(list(map(repr, ours)), list(map(repr, theirs))):
        whole.insert(place, theirs[index])
    return whole


def _equal(one: Sequence[Any], other: Sequence[Any]) -> bool:
    return len(one) == len(other) and set(map(repr, one)) == set(map(repr, other))


def _spelled(body: Body) -> str:
    return str(body.get("$ref") or body.get("type") or "any value")
