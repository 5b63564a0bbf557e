"""What a new official document would do to a spec, as edits of its YAML.

Pure: the documents of a spec and the contract of a document in, edits and lists out.  The spec is
walked along the document; facts are taken over, the evidence of the wire and our own keywords stay.
What the document no longer has stays as well, marked.  What cannot be known is a question, and what
the document says against the evidence is a conflict: both are told, and neither is edited away.

A type of the spec may stand for several schemas of the document.  Where these have come to differ,
it goes on standing for those that fit it best, and the others get types of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from threadwire_generator.change.align import Pair, same, stands_for
from threadwire_generator.change.contract import Contract, Part
from threadwire_generator.change.draft import types_text
from threadwire_generator.change.homes import wire
from threadwire_generator.change.ledger import Item
from threadwire_generator.change.merging import could_continue, merge, merge_fits, merge_rule
from threadwire_generator.change.model import Body, led_to, references
from threadwire_generator.change.walk import PROTOCOL_FILE, Facts, Split, Walk
from threadwire_generator.change.yaml_edit import Drop, Edit, Put, applied, edit
from threadwire_generator.change.yaml_text import in_flow
from threadwire_generator.load import Document
from threadwire_generator.rules.fields import contradicts
from threadwire_generator.shape import kind_of
from threadwire_generator.spec import Spec


@dataclass(frozen=True, slots=True)
class Import:
    """What a document would do: the spec's files after it, and what a person should know."""

    files: Mapping[str, str]  # those that change, and new ones
    edits: tuple[Item, ...]
    conflicts: tuple[Item, ...]
    questions: tuple[Item, ...]
    known: tuple[Item, ...]  # where spec and document differ, and the spec says why


def plan_import(
    documents: Sequence[Document], spec: Spec, contract: Contract, facts: Facts
) -> Import:
    """Plan the import of a document into a spec without errors.

    Raises `EditError` if a file is laid out in a way that an edit cannot be made in.
    """
    walk = Walk(documents, spec, contract, facts, _split(documents, spec, contract, facts))
    walk.run()
    ledger = walk.ledger
    new = _used(walk)
    _merge(walk, new)
    edits = {file: list(each) for file, each in ledger.edits.items()}
    fresh: dict[str, list[str]] = {}  # the types of files that are new themselves
    contents = {document.name: document.content.decode("utf-8") for document in documents}
    for name in new:
        file = walk.homes.homes[name]
        if file in contents:
            after = walk.homes.behind[name]
            edits.setdefault(file, []).append(Put((name,), walk.homes.new[name], after))
        else:
            fresh.setdefault(file, []).append(name)
    texts = {file: types_text(walk.homes.new, names) for file, names in fresh.items()}
    source = _source_edits(spec, facts)
    if source:
        edits.setdefault(PROTOCOL_FILE, []).extend(source)
        words = ", ".join(f"{each.steps[-1]} {each.value}" for each in source)
        ledger.edited.append(Item("source", words))
    elif ledger.edited and spec.source is not None and facts == Facts():
        still = f"still {spec.source.commit} of {spec.source.date}"
        ledger.questions.append(
            Item("source", f"{still}: --commit and --date say what is imported")
        )
    texts |= {name: edit(contents[name], each) for name, each in edits.items() if each}
    return Import(
        files={name: texts[name] for name in sorted(texts)},
        edits=tuple(dict.fromkeys(ledger.edited)),
        conflicts=tuple(dict.fromkeys(ledger.conflicts)),
        questions=tuple(dict.fromkeys([*ledger.questions, *_notes(walk)])),
        known=tuple(_known(walk)),
    )


def _used(walk: Walk) -> list[str]:
    """The new types that something refers to, in the order in which they were made."""
    waiting = [
        name for edits in walk.ledger.edits.values() for each in edits for name in _named_by(each)
    ]
    used: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in walk.homes.new and name not in used:
            used.add(name)
            waiting += references(walk.homes.new[name])
    return [name for name in walk.homes.new if name in used]


def _named_by(each: Edit) -> list[str]:
    """The types that an edit refers to."""
    if isinstance(each, Drop):
        return []
    if each.steps[-1] == "$ref" and isinstance(each.value, str):  # no property of that name
        return [each.value]
    payload = [each.value["payload"]] if each.steps[0] == "events" else []
    return [*references(each.value), *payload]


def _merge(walk: Walk, new: Sequence[str]) -> None:
    """Say how what is new in deltas merges, and ask where that is a guess."""
    bodies = _after(walk) | {name: walk.homes.new[name] for name in new}
    added = {
        (each.steps[0], each.steps[2]): each.value
        for edits in walk.ledger.edits.values()
        for each in edits
        if isinstance(each, Put) and len(each.steps) == 3 and each.steps[1] == "properties"
    }
    deltas = [name for name, body in bodies.items() if "delta_of" in body]
    for name in led_to(deltas, {name: wire(body) for name, body in bodies.items()}):
        for member, body in bodies[name].get("properties", {}).items():
            path = f"{name}.{member}"
            rule = merge_rule(body, bodies)
            fresh = body if name in walk.homes.new else added.get((name, member))
            if "merge" in body:
                if not merge_fits(body, bodies):
                    walk.ledger.put((name, "properties", member, "merge"), rule)
                    walk.ask(path, f"it cannot merge `{body['merge']}` any more: `{rule}` now")
            elif fresh is not None:
                merge(fresh, member, rule)
                if rule == "replace" and could_continue(body):
                    walk.ask(path, "whether a delta continues this text: `merge: concatenate`")
            else:
                place = (name, "properties", member, "merge")
                walk.ledger.put(place, rule, _before_merge(body))
                walk.ask(path, f"it is part of a delta now, and merges `{rule}`")


def _after(walk: Walk) -> dict[str, Body]:
    """The types of the spec as they are after the edits."""
    found: dict[str, Body] = {}
    for document in walk.documents:
        if kind_of(document.name) == "types":
            found |= applied(document.data, walk.ledger.edits.get(document.name, ()))
    return found


def _before_merge(body: Body) -> str | None:
    keys = [key for key in body if key not in ("name", "description", "documented", "evidence")]
    return keys[-1] if keys else None


def _notes(walk: Walk) -> Iterator[Item]:
    return (Item(path, text) for path, text in walk.homes.notes())


def _known(walk: Walk) -> Iterator[Item]:
    """Where spec and document differ with a reason, as the spec says."""
    for name, body in walk.bodies.items():
        for key in ("enum", "oneOf"):
            if key in body.get("documented", {}):
                more = [x for x in body[key] if x not in body["documented"][key]]
                words = ", ".join(each if isinstance(each, str) else each["$ref"] for each in more)
                yield Item(name, f"the wire has more: {words}")
        for member, each in body.get("properties", {}).items():
            if each.get("documented") is False:
                yield Item(f"{name}.{member}", "not in the document")
            elif contradicts(each):
                yield Item(f"{name}.{member}", f"in the document {in_flow(each['documented'])}")
    for event in walk.spec.events:
        if event.name not in walk.contract.events:
            yield Item(event.name, "an event that the document does not know")
    for name, shape in walk.contract.events.items():
        for member in shape.beside:
            yield Item(name, f"`{member.name}` beside its data, which no stream carries")


def _source_edits(spec: Spec, facts: Facts) -> list[Put]:
    """Edits that name the document's revision, where the spec names one."""
    if spec.source is None:
        return []
    told = (("commit", facts.commit, spec.source.commit), ("date", facts.date, spec.source.date))
    return [Put(("source", key), new) for key, new, old in told if new is not None and new != old]


# --- types that stand for several schemas ---------------------------------------------------------


@dataclass(slots=True)
class _Group:
    """Schemas of the document that are the same, where a spec has one type for them."""

    parts: list[tuple[Part, ...]] = field(default_factory=list[Any])
    pairs: list[Pair] = field(default_factory=list[Pair])


def _split(documents: Sequence[Document], spec: Spec, contract: Contract, facts: Facts) -> Split:
    """Which type stands for what: of schemas that differ, for those with the fewest edits."""
    apart: set[tuple[str, tuple[Part, ...]]] = set()
    while True:
        walk = Walk(documents, spec, contract, facts, Split(frozenset(apart), {}))
        walk.run()
        groups = _groups(walk, contract)
        before = len(apart)
        for name, each in groups.items():
            best = min(each, key=lambda group: _rank(walk, name, group))
            apart |= {(name, parts) for group in each if group is not best for parts in group.parts}
        if len(apart) == before:
            stands: dict[str, list[str]] = {}
            for name, (group,) in groups.items():
                for pair in group.pairs:
                    if not stands_for(walk.bodies[name], pair.parts):
                        continue
                    if pair.document is not None and name not in stands.get(pair.document, ()):
                        stands.setdefault(pair.document, []).append(name)
            return Split(frozenset(apart), stands)


def _rank(walk: Walk, name: str, group: _Group) -> tuple[int, int]:
    return walk.cost.get((name, group.parts[0]), 0), -len(group.pairs)


def _groups(walk: Walk, contract: Contract) -> dict[str, list[_Group]]:
    groups: dict[str, list[_Group]] = {}
    for pair in walk.met:
        mine = groups.setdefault(pair.name, [])
        for group in mine:
            if pair.parts in group.parts or same(contract, group.parts[0], pair.parts):
                break
        else:
            group = _Group()
            mine.append(group)
        group.pairs.append(pair)
        if pair.parts not in group.parts:
            group.parts.append(pair.parts)
    return groups
