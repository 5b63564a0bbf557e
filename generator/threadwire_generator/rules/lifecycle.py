"""Rules about life cycles and about the order of a stream."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from threadwire_generator.findings import did_you_mean, show
from threadwire_generator.load import Steps
from threadwire_generator.rules.view import Problem, View, loops, reached
from threadwire_generator.spec import EnumType, LifeCycle, Mark

_NAME = re.compile(r"[a-z][a-z0-9_.-]*", re.ASCII)


def _mark(view: View, *steps: str | int, key: bool = False) -> Mark:
    assert view.lifecycle is not None, "only what stands in the file has a place in it"
    return view.lifecycle.mark(steps, key)


def _states(view: View, life: LifeCycle) -> tuple[str, ...] | None:
    """The states that an object may have; None when its member is no enum."""
    payload = view.object_type(life.payload)
    for field in payload.fields if payload else ():
        if field.wire_name == life.member:
            named = view.resolve(field.shape)
            return named.values if isinstance(named, EnumType) else None
    return None


def state_member_misfit(view: View) -> Iterator[Problem]:
    """Life cycles whose member is no enum."""
    for life in view.spec.lifecycles:
        if life.payload in view.types and _states(view, life) is None:
            message = f"{show(life.member)} of {show(life.payload)} is no enum, so it has no states"
            mark = _mark(view, "objects", life.name, "member")
            yield Problem(mark, message, "name the member that holds the state, an enum")


def state_unknown(view: View) -> Iterator[Problem]:
    """States that the enum does not have."""
    for life in view.spec.lifecycles:
        states = _states(view, life)
        for state, steps in _named_states(life) if states is not None else ():
            if state not in (states or ()):
                message = f"{show(state)} is no state of {show(life.payload)}"
                cure = did_you_mean(state, states or (), "name a value of its enum")
                yield Problem(_mark(view, "objects", life.name, *steps), message, cure)


def _named_states(life: LifeCycle) -> Iterator[tuple[str, Steps]]:
    yield life.initial, ("initial",)
    for index, state in enumerate(life.terminal):
        yield state, ("terminal", index)
    for index, edge in enumerate(life.edges):
        if edge.start is not None:
            yield edge.start, ("edges", index, "from")
        yield edge.to, ("edges", index, "to")


def state_unreachable(view: View) -> Iterator[Problem]:
    """States of the enum to which no edges lead."""
    for life in view.spec.lifecycles:
        states = _states(view, life) or ()
        if any(state not in states for state, _ in _named_states(life)):
            continue  # one of these may be the one that is meant
        graph: dict[str, list[str]] = {state: [] for state in states}
        for edge in life.edges:
            graph.setdefault(edge.to, [])
            if edge.start is not None:
                graph.setdefault(edge.start, []).append(edge.to)
        starts = [life.initial, *(edge.to for edge in life.edges if edge.start is None)]
        found = reached(starts, graph)
        for state in states:
            if state not in found:
                message = f"no edge leads to the state {show(state)}"
                mark = _mark(view, "objects", life.name, key=True)
                yield Problem(mark, message, "add the edge that leads there")


def state_dead_end(view: View) -> Iterator[Problem]:
    """States that nothing leaves, and that are not called terminal."""
    for life in view.spec.lifecycles:
        left = {edge.start for edge in life.edges}
        for state in _states(view, life) or ():
            if state not in left and state not in life.terminal:
                message = f"nothing leads out of the state {show(state)}, and it is not terminal"
                mark = _mark(view, "objects", life.name, "terminal", key=True)
                yield Problem(mark, message, "add it to `terminal`, or an edge that leaves it")


def terminal_edge(view: View) -> Iterator[Problem]:
    """Edges that leave a terminal state."""
    for life in view.spec.lifecycles:
        for index, edge in enumerate(life.edges):
            if edge.start in life.terminal:
                message = f"an edge leaves {show(edge.start)}, which is terminal"
                mark = _mark(view, "objects", life.name, "edges", index, "from")
                yield Problem(mark, message, "remove the edge, or the state from `terminal`")


def edge_event_misfit(view: View) -> Iterator[Problem]:
    """Edges whose event carries another payload, or implies another state."""
    events = {event.name: event for event in view.spec.events}
    for life in view.spec.lifecycles:
        for index, edge in enumerate(life.edges):
            event = events.get(edge.event or "")
            if event is None or life.payload not in view.types:
                continue
            if event.payload != life.payload:
                message = f"{show(event.name)} does not carry a {show(life.payload)}"
            elif event.status in (_states(view, life) or ()) and event.status != edge.to:
                message = f"{show(event.name)} implies {show(event.status)}, not {show(edge.to)}"
            else:
                continue
            mark = _mark(view, "objects", life.name, "edges", index, "event")
            yield Problem(mark, message, "name the event that tells of this step")


def edge_twice(view: View) -> Iterator[Problem]:
    """Edges that are there again."""
    for life in view.spec.lifecycles:
        seen: set[tuple[str | None, str, str | None]] = set()
        for index, edge in enumerate(life.edges):
            if (edge.start, edge.to, edge.event) in seen:
                message = "this edge is here twice"
                mark = _mark(view, "objects", life.name, "edges", index)
                yield Problem(mark, message, "keep one of the two, and say all in its `when`")
            seen.add((edge.start, edge.to, edge.event))


def basis_missing(view: View) -> Iterator[Problem]:
    """Edges, streams and parts that do not say how they are known."""
    for steps, body in _with_basis(view):
        if "evidence" not in body:
            what = "the edge" if isinstance(steps[-1], int) else show(steps[-1])
            message = f"{what} does not say how it is known"
            cure = "add `evidence`: documented, seen or inferred"
            yield Problem(_mark(view, *steps, key=True), message, cure)


def _with_basis(view: View) -> Iterator[tuple[Steps, Any]]:
    for name, body in view.life.get("objects", {}).items():
        for index, edge in enumerate(body["edges"]):
            yield ("objects", name, "edges", index), edge
    for group in ("streams", "parts"):
        for name, body in view.life.get(group, {}).items():
            yield (group, name), body


# --- the order ------------------------------------------------------------------------------------


def _items(view: View) -> Iterator[tuple[str, str, str, Mark]]:
    """The items of every order: the stream or part they are in, their kind, name and place."""
    for group, pieces in (("streams", view.spec.streams), ("parts", view.spec.parts.values())):
        for piece in pieces:
            for keyword in ("order", "one_of"):
                for index, item in enumerate(getattr(piece, keyword, ())):
                    steps: Steps = (group, piece.name, keyword, index)
                    raw = view.life[group][piece.name][keyword][index]
                    steps = (*steps, item.kind) if isinstance(raw, dict) else steps
                    yield f"{group}/{piece.name}", item.kind, item.name, _mark(view, *steps)


def lifecycle_event_unknown(view: View) -> Iterator[Problem]:
    """Events and parts that are not declared."""
    events = [event.name for event in view.spec.events]
    for life in view.spec.lifecycles:
        for index, edge in enumerate(life.edges):
            if edge.event is not None and edge.event not in events:
                mark = _mark(view, "objects", life.name, "edges", index, "event")
                cure = did_you_mean(edge.event, events, "declare it in `protocol.yaml`")
                yield Problem(mark, f"there is no event {show(edge.event)}", cure)
    known = {"event": events, "part": list(view.spec.parts)}
    homes = {"event": "declare it in `protocol.yaml`", "part": "declare it under `parts`"}
    for _, kind, name, mark in _items(view):
        if name not in known[kind]:
            cure = did_you_mean(name, known[kind], homes[kind])
            if kind == "event" and name in known["part"]:
                cure = f"write {show(f'{{part: {name}}}')}, for it is a part"
            yield Problem(mark, f"there is no {kind} {show(name)}", cure)


def part_loop(view: View) -> Iterator[Problem]:
    """Parts that hold themselves."""
    graph: dict[str, list[str]] = {f"parts/{name}": [] for name in view.spec.parts}
    marks: dict[tuple[str, str], Mark] = {}
    for piece, kind, name, mark in _items(view):
        if kind == "part" and piece in graph and f"parts/{name}" in graph:
            graph[piece].append(f"parts/{name}")
            marks.setdefault((piece, f"parts/{name}"), mark)
    for loop in loops(graph):
        way = " → ".join(show(name.removeprefix("parts/")) for name in [*loop[:8], loop[0]])
        message = f"a part that holds itself: {way}"
        yield Problem(
            marks[(loop[-1], loop[0])], message, "use `repeat: true` for what comes again"
        )


def part_unused(view: View) -> Iterator[Problem]:
    """Parts that are in no stream."""
    graph: dict[str, list[str]] = {f"parts/{name}": [] for name in view.spec.parts}
    graph |= {f"streams/{stream.name}": [] for stream in view.spec.streams}
    for piece, kind, name, _ in _items(view):
        if kind == "part" and f"parts/{name}" in graph:
            graph[piece].append(f"parts/{name}")
    used = reached([f"streams/{stream.name}" for stream in view.spec.streams], graph)
    for name in view.spec.parts:
        if f"parts/{name}" not in used:
            message = f"no stream has the part {show(name)}"
            yield Problem(_mark(view, "parts", name, key=True), message, "use it, or remove it")


def lifecycle_name_bad(view: View) -> Iterator[Problem]:
    """Names of life cycles, streams and parts that are more than words."""
    for group in ("objects", "streams", "parts"):
        for name in view.life.get(group, {}):
            if not _NAME.fullmatch(name):
                message = f"{show(name)} cannot be a name here"
                cure = "name it in lower-case letters, digits, `_`, `-` and `.`"
                yield Problem(_mark(view, group, name, key=True), message, cure)


def part_name_taken(view: View) -> Iterator[Problem]:
    """Parts with the name of an event."""
    events = {event.name for event in view.spec.events}
    for name in view.spec.parts:
        if name in events:
            message = f"the part {show(name)} has the name of an event"
            yield Problem(_mark(view, "parts", name, key=True), message, "give it another name")


def event_unordered(view: View) -> Iterator[Problem]:
    """Events that are in no stream, an error aside, which comes anywhere."""
    if not view.spec.streams:
        return
    placed = {name for _, _, name, _ in _items(view)}
    anywhere = view.spec.error.event if view.spec.error else None
    for event in view.spec.events:
        if event.name not in placed and event.name != anywhere:
            message = f"no stream in `lifecycle.yaml` has the event {show(event.name)}"
            yield Problem(event.mark, message, "put it into the order of a stream or a part")
