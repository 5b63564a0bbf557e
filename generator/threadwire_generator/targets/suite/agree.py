"""Does a plain reading agree with what an author expects?

It is compared as a judge compares a reply: events in order, nothing after an error of the server,
and after a refused event only what the author goes on to say.
"""

from __future__ import annotations

from threadwire_generator.cases import Case, Expected, Outcome
from threadwire_generator.load import Json
from threadwire_generator.spec import (
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


def disagreement(spec: Spec, case: Case, read: Outcome) -> str | None:
    """Where a reading is another outcome than the case expects; None if it is the same."""
    expected = case.expect
    for index, due in enumerate(expected.events):
        if index >= len(read.events):
            return f"it has {len(read.events)} events, and {due.event} is not among them"
        problem = _event(spec, case, due, read.events[index])
        if problem is not None:
            return f"event {index + 1}: {problem}"
        if spec.error is not None and due.event == spec.error.event:
            return None
    if expected.events and expected.events[-1].kind == "invalid":
        if len(read.events) > len(expected.events):
            return None  # the author stops where an implementation may stop
    elif len(read.events) > len(expected.events):
        return f"it goes on with {read.events[len(expected.events)].event}"
    if expected.end != read.end:
        return f"it ends as {read.end}"
    if expected.last_event_id not in (None, read.last_event_id):
        return f"its last event id is {read.last_event_id!r}"
    return None


def _event(spec: Spec, case: Case, due: Expected, read: Expected) -> str | None:
    if (due.event, due.kind) != (read.event, read.kind):
        return f"it is {read.event}, {read.kind}"
    if due.kind == "unknown" and due.raw not in (None, read.raw):
        return f"its data is {read.raw!r}"
    if due.kind == "invalid" and due.error_class not in (None, read.error_class or "payload"):
        return f"its error is of the class {read.error_class or 'payload'}"
    if due.kind == "known":
        exact = case.compare == "exact"
        mine, other = (
            value if exact else declared(spec, due.event, value) for value in (due.data, read.data)
        )
        if not same(mine, other):
            return "its data is another value"
    return None


def same(one: Json, other: Json) -> bool:
    """Whether two JSON values are equal: numbers by value, and no number is a boolean."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) is isinstance(other, bool) and one == other


def declared(spec: Spec, event: str, value: Json) -> Json:
    """The data of an event without members that the spec does not declare, and without nulls."""
    payload = next((known.payload for known in spec.events if known.name == event), None)
    return value if payload is None else _reduced(Samples(spec), Ref(payload), value)


def _reduced(samples: Samples, shape: Shape | NamedType, value: Json) -> Json:
    here = samples.resolved(shape) if isinstance(shape, Ref) else shape
    match here, value:
        case ObjectType(), dict():
            return {
                field.wire_name: _reduced(samples, field.shape, value[field.wire_name])
                for field in here.fields
                if value.get(field.wire_name) is not None
            }
        case UnionType(), dict():
            for variant in here.variants:
                if samples.tag_of(here, variant) == value.get(here.tag):
                    return _reduced(samples, Ref(variant), value)
            return {here.tag: value.get(here.tag)}
        case MixedType(members=members), _:
            branches = (_reduced(samples, member, value) for member in members)
            return next((branch for branch in branches if branch is not value), value)
        case ListOf(items), list():
            return [_reduced(samples, items, item) for item in value]
        case MapOf(values), dict():
            return {name: _reduced(samples, values, item) for name, item in value.items()}
        case _:
            return value
