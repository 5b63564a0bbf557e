"""Shapes the page of life cycles: diagrams, tables of edges, and the order of a stream."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from threadwire_generator.spec import Edge, LifeCycle, OrderItem, Part, Spec, StreamOrder
from threadwire_generator.targets.docs.markdown import Markdown, code, diagram_label, one_line
from threadwire_generator.targets.docs.types import Layout

PAGE = "docs/lifecycle.md"

_PLAIN_STATE = re.compile(r"[a-z][a-z0-9_]*")
_DIAGRAM_WORDS = frozenset(
    {"as", "choice", "class", "click", "default", "direction", "end", "fork", "hide", "href"}
    | {"join", "note", "scale", "state", "style"}
)


def lifecycle_page(spec: Spec, layout: Layout) -> dict[str, Any]:
    """Return what the template of this page prints."""
    return {
        "lifecycles": [
            {
                "name": cycle.name,
                "payload": layout.link(cycle.payload, PAGE),
                "member": code(cycle.member),
                "diagram": _diagram(cycle),
                "edges": [_edge_row(edge) for edge in cycle.edges],
            }
            for cycle in spec.lifecycles
        ],
        "streams": [_stream_row(stream) for stream in spec.streams],
        "parts": [_part_row(part) for part in spec.parts.values()],
        "grammar": _grammar(spec),
    }


# --- diagrams -------------------------------------------------------------------------------------


def _diagram(cycle: LifeCycle) -> Markdown:
    names = _states(cycle)
    ids = {name: _state_id(name, number) for number, name in enumerate(names, start=1)}
    lines = [f'state "{diagram_label(name)}" as {ids[name]}' for name in names if ids[name] != name]
    if all(edge.start is not None for edge in cycle.edges):
        lines.append(f"[*] --> {ids[cycle.initial]}")
    for edge in cycle.edges:
        start = "[*]" if edge.start is None else ids[edge.start]
        lines.append(f"{start} --> {ids[edge.to]} : {_edge_label(edge)}")
    lines += [f"{ids[name]} --> [*]" for name in cycle.terminal]
    return Markdown("\n".join(["stateDiagram-v2", *(f"    {line}" for line in lines)]))


def _states(cycle: LifeCycle) -> list[str]:
    """Return every state once, in the order in which a reader meets it."""
    met = [cycle.initial]
    for edge in cycle.edges:
        met += [edge.to] if edge.start is None else [edge.start, edge.to]
    return list(dict.fromkeys([*met, *cycle.terminal]))


def _state_id(name: str, number: int) -> str:
    plain = _PLAIN_STATE.fullmatch(name) and name not in _DIAGRAM_WORDS
    return name if plain else f"State{number}"


def _edge_label(edge: Edge) -> str:
    event = "no event" if edge.event is None else diagram_label(edge.event)
    return event if edge.evidence == "documented" else f"{event} ({edge.evidence})"


def _edge_row(edge: Edge) -> tuple[object, ...]:
    return (
        "(new)" if edge.start is None else code(edge.start),
        code(edge.to),
        "" if edge.event is None else code(edge.event),
        edge.evidence,
        edge.when,
    )


# --- the order of a stream ------------------------------------------------------------------------


def _stream_row(stream: StreamOrder) -> tuple[object, ...]:
    return (code(f"<{stream.name}>"), code(stream.request), stream.evidence)


def _part_row(part: Part) -> tuple[object, ...]:
    return (code(f"<{part.name}>"), "choice" if part.one_of else "sequence", part.evidence)


def _grammar(spec: Spec) -> Markdown:
    """Write the orders as a grammar; no line begins with a word of the spec's, so none ends it."""
    rules = [_rule(stream.name, stream.order, " ") for stream in spec.streams]
    rules += [
        _rule(part.name, part.one_of or part.order, "|" if part.one_of else " ")
        for part in spec.parts.values()
    ]
    return Markdown("\n\n".join(rules))


def _rule(name: str, items: Iterable[OrderItem], between: str) -> str:
    head = f"<{one_line(name)}>"
    margin = "\n" + " " * (len(head) + 1) + between + " "
    return f"{head} = " + margin.join(_item(item) for item in items)


_MARKS = {(False, False): "", (True, False): "+", (False, True): "?", (True, True): "*"}


def _item(item: OrderItem) -> str:
    name = one_line(item.name)
    named = f"<{name}>" if item.kind == "part" else name
    return named + _MARKS[item.repeat, item.optional]
