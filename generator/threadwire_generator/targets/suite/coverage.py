"""What of a spec there is to cover, and which cases do."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from threadwire_generator.cases import Case
from threadwire_generator.load import Json
from threadwire_generator.spec import (
    Anything,
    Edge,
    EnumType,
    Field,
    LifeCycle,
    ListOf,
    MapOf,
    MixedType,
    NamedType,
    ObjectType,
    Ref,
    Shape,
    Spec,
    UnionType,
)
from threadwire_generator.targets.suite.samples import Samples


def items_in(samples: Samples, payload: str, value: Json) -> tuple[str, ...]:
    """The members, enum values and variants that a payload has, and what it has not, each once."""
    return tuple(dict.fromkeys(_items(samples, Ref(payload), value)))


def _items(samples: Samples, shape: Shape, value: Json) -> Iterator[str]:
    here = samples.resolved(shape)
    match here, value:
        case ObjectType(), dict():
            for field in here.fields:
                found = value.get(field.wire_name)
                kind = (
                    "absent"
                    if field.wire_name not in value
                    else "null" if found is None else "field"
                )
                yield f"{kind}:{here.name}.{field.wire_name}"
                yield from _items(samples, field.shape, found)
        case UnionType(), dict():
            for variant in here.variants:
                tag = samples.tag_of(here, variant)
                if value.get(here.tag) == tag:
                    yield f"variant:{here.name}={tag}"
                    yield from _items(samples, Ref(variant), value)
        case MixedType(members=members), _:
            for member in members:
                yield from _items(samples, member, value)
        case ListOf(items), list():
            for item in value:
                yield from _items(samples, items, item)
        case MapOf(values), dict():
            for item in value.values():
                yield from _items(samples, values, item)
        case EnumType(), str() if value in here.values:
            yield f"value:{here.name}={value}"
        case _:
            pass


# --- what there is to cover -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Coverage:
    """By item, the cases that cover it; items that no case can cover, with the reason.

    An event, field, value, variant, edge, part or stream counts as covered by a case of the level
    must only, since nothing less makes an implementation have it; a rule by any.
    """

    cases: Mapping[str, tuple[str, ...]]
    excluded: Mapping[str, str]

    @property
    def uncovered(self) -> tuple[str, ...]:
        """The items that have neither a case nor a reason."""
        return tuple(
            item for item, cases in self.cases.items() if not cases and item not in self.excluded
        )


def coverage(spec: Spec, cases: Iterable[Case]) -> Coverage:
    """What of a spec these cases cover."""
    found: dict[str, list[str]] = {item: [] for item in _wanted(spec)}
    for case in cases:
        items = case.covers if case.level == "must" else ()
        for item in (*items, *(f"rule:{rule}" for rule in case.rules)):
            if item in found:
                found[item].append(case.id)
    return Coverage(
        cases={item: tuple(ids) for item, ids in found.items()}, excluded=dict(_excluded(spec))
    )


def _wanted(spec: Spec) -> Iterator[str]:
    """All that there is to cover, in the order of the files."""
    samples = Samples(spec)
    reached = _reached(samples)
    yield from (f"event:{event.name}" for event in spec.events)
    for named in reached.values():
        match named:
            case ObjectType():
                for field in named.fields:
                    name = f"{named.name}.{field.wire_name}"
                    yield f"field:{name}"
                    if not field.required and field.wire_name != spec.selector:
                        yield f"absent:{name}"
                    if _may_be_null(spec, field):
                        yield f"null:{name}"
            case EnumType():
                yield from (f"value:{named.name}={value}" for value in named.values)
            case UnionType():
                for variant in named.variants:
                    yield f"variant:{named.name}={samples.tag_of(named, variant)}"
            case _:
                pass
    for life in spec.lifecycles:
        yield from dict.fromkeys(edge_item(life, edge) for edge in life.edges)
    yield from (f"stream:{stream.name}" for stream in spec.streams)
    yield from (f"part:{part}" for part in spec.parts)
    yield from (f"rule:{rule}" for rule in spec.rules)


def _may_be_null(spec: Spec, field: Field) -> bool:
    if isinstance(field.shape, Anything) or field.wire_name == spec.selector:
        return False
    return field.nullable or not field.required


def edge_item(life: LifeCycle, edge: Edge) -> str:
    """How coverage names an edge."""
    return f"edge:{life.name}:{edge.start or ''}>{edge.to}"


def _excluded(spec: Spec) -> Iterator[tuple[str, str]]:
    for life in spec.lifecycles:
        told = {edge_item(life, edge) for edge in life.edges if edge.event is not None}
        for edge in life.edges:
            if edge_item(life, edge) not in told:
                yield edge_item(life, edge), "No event tells of it."
    for rule in spec.rules.values():
        if rule.excluded is not None:
            yield f"rule:{rule.id}", rule.excluded


def _reached(samples: Samples) -> dict[str, NamedType]:
    """The types that the payload of an event leads to, in the order of the spec."""
    found: dict[str, NamedType] = {}
    todo: list[Shape] = [Ref(e.payload) for e in samples.spec.events if e.payload is not None]
    while todo:
        here = samples.resolved(todo.pop())
        match here:
            case ListOf(items):
                todo.append(items)
            case MapOf(values):
                todo.append(values)
            case ObjectType() | UnionType() | MixedType() | EnumType() if here.name not in found:
                found[here.name] = here
                if isinstance(here, ObjectType):
                    todo += [field.shape for field in here.fields]
                elif isinstance(here, UnionType):
                    todo += [Ref(variant) for variant in here.variants]
                elif isinstance(here, MixedType):
                    todo += here.members
            case _:
                pass
    return {name: found[name] for name in samples.spec.types if name in found}


# --- the report -----------------------------------------------------------------------------------

_GROUPS = (
    ("event", "Events"),
    ("field", "Fields with a value"),
    ("absent", "Fields that are absent"),
    ("null", "Fields that are null"),
    ("value", "Enum values"),
    ("variant", "Variants of unions"),
    ("edge", "Edges of the life cycles"),
    ("stream", "Streams"),
    ("part", "Parts of the streams"),
    ("rule", "Rules"),
)
_SHOWN = 3  # cases named for an item


def as_json(found: Coverage) -> str:
    """The report as JSON, one item a line."""
    rows = [f"  {json.dumps(item)}: {json.dumps(ids)}" for item, ids in found.cases.items()]
    excluded = [f"  {json.dumps(i)}: {json.dumps(reason)}" for i, reason in found.excluded.items()]
    return "".join(
        [
            "{\n",
            f' "uncovered": {json.dumps(found.uncovered)},\n',
            ' "excluded": ' + _object(excluded) + ",\n",
            ' "cases": ' + _object(rows) + "\n}\n",
        ]
    )


def _object(rows: list[str]) -> str:
    return "{\n" + ",\n".join(rows) + "\n }" if rows else "{}"


def as_markdown(title: str, found: Coverage) -> str:
    """The report for people: numbers, what is uncovered or excluded, and the cases of each item."""
    lines = [
        f"# What the suite covers: {title}",
        "",
        "An item is covered by a case of the level *must* that has it; a rule by any case. The",
        "whole list, with every case, is in `coverage.json`.",
        "",
        "| | items | covered | excluded | uncovered |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    groups = {kind: _group(found, kind) for kind, _ in _GROUPS}
    for kind, heading in _GROUPS:
        items = groups[kind]
        covered = sum(bool(found.cases[item]) for item in items)
        excluded = sum(item in found.excluded for item in items)
        missing = sum(item in found.uncovered for item in items)
        lines.append(f"| {heading} | {len(items)} | {covered} | {excluded} | {missing} |")
    lines += ["", "## Uncovered", ""]
    lines += [f"- `{item}`" for item in found.uncovered] or ["Nothing."]
    lines += ["", "## Excluded", ""]
    lines += [f"- `{item}`: {reason}" for item, reason in found.excluded.items()] or ["Nothing."]
    for kind, heading in _GROUPS:
        if groups[kind]:
            lines += ["", f"## {heading}", "", "| item | cases |", "| --- | --- |"]
            lines += [_row(found, item) for item in groups[kind]]
    return "\n".join(lines) + "\n"


def _group(found: Coverage, kind: str) -> list[str]:
    return [item for item in found.cases if item.startswith(f"{kind}:")]


def _row(found: Coverage, item: str) -> str:
    ids = found.cases[item]
    named = ", ".join(f"`{case}`" for case in ids[:_SHOWN])
    more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
    name = item.partition(":")[2].replace("|", "\\|")
    return f"| `{name}` | {named}{more} |" if ids else f"| `{name}` | — |"
