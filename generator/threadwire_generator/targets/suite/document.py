"""The suite as `suite.json`: one case a line, so that a difference is one line too."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from threadwire_generator.cases import FEATURES, Case, Expected, Outcome, Piece
from threadwire_generator.spec import (
    ListOf,
    MapOf,
    MixedType,
    ObjectType,
    Shape,
    Spec,
    UnionType,
)
from threadwire_generator.targets.suite.samples import Samples

FORMAT = 1


def document(
    spec: Spec, cases: Iterable[Case], revision: int, transcripts: Mapping[str, str]
) -> str:
    """The text of `suite.json`."""
    lines = [line(_case(case, transcripts.get(case.id))) for case in cases]
    types = _types(spec)
    digest = hashlib.sha256("\n".join([line(types), *lines]).encode()).hexdigest()
    head: dict[str, Any] = {
        "format": FORMAT,
        "protocol": spec.protocol,
        "title": spec.title,
        "revision": revision,
        "digest": digest,
        "selector": (
            {"in": "event"} if spec.selector is None else {"in": "data", "member": spec.selector}
        ),
        "end_event": None if spec.end is None else spec.end.event,
        "error_event": None if spec.error is None else spec.error.event,
    }
    rows = [f' "{name}": {line(value)}' for name, value in head.items()]
    rows += [
        _block("events", {event.name: event.payload for event in spec.events}),
        _block("types", types),
        _block("rules", {rule: _rule(spec, rule) for rule in spec.rules}),
        _block("features", FEATURES),
        ' "cases": [\n' + ",\n".join(f"  {text}" for text in lines) + "\n ]",
    ]
    return "{\n" + ",\n".join(rows) + "\n}\n"


def line(value: Any) -> str:
    """JSON on one line, as characters where they show and as escapes where they do not."""
    text = json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)


def _block(name: str, members: Mapping[str, Any]) -> str:
    rows = ",\n".join(f"  {line(key)}: {line(value)}" for key, value in members.items())
    return f' "{name}": ' + (f"{{\n{rows}\n }}" if rows else "{}")


def _rule(spec: Spec, rule_id: str) -> dict[str, Any]:
    rule = spec.rules[rule_id]
    return {
        "level": rule.level,
        "text": rule.text,
        "source": rule.source,
        "excluded": rule.excluded,
    }


# --- cases ----------------------------------------------------------------------------------------


def _case(case: Case, transcript: str | None) -> dict[str, Any]:
    return {
        "id": case.id,
        "title": case.title,
        "level": case.level,
        "rules": list(case.rules),
        "why": case.why,
        "seen": list(case.seen),
        "origin": case.origin,
        "topic": case.topic,
        "needs": list(case.needs),
        "compare": case.compare,
        "cuts": case.cuts,
        "stream": [_piece(piece) for piece in case.stream],
        "expect": _outcome(case.expect),
        "accept": [_outcome(outcome) for outcome in case.accept],
        "covers": list(case.covers),
        "transcript": transcript,
    }


def _piece(piece: Piece) -> dict[str, Any]:
    content = _bytes(piece.data)
    return content if piece.times == 1 else {"repeat": {**content, "times": piece.times}}


def _bytes(data: bytes) -> dict[str, Any]:
    try:
        return {"text": data.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode("ascii")}


def _outcome(outcome: Outcome) -> dict[str, Any]:
    stated = {
        "class": outcome.error_class,
        "last_event_id": outcome.last_event_id,
        "reason": outcome.reason,
    }
    return {
        "events": [_expected(event) for event in outcome.events],
        "end": outcome.end,
        **{name: value for name, value in stated.items() if value is not None},
    }


def _expected(event: Expected) -> dict[str, Any]:
    if event.kind == "known":
        return {"event": event.event, "data": event.data}
    stated = {"raw": event.raw, "path": event.path, "class": event.error_class}
    return {
        "event": event.event,
        event.kind: True,
        **{name: value for name, value in stated.items() if value is not None},
    }


# --- types ----------------------------------------------------------------------------------------


def _types(spec: Spec) -> dict[str, Any]:
    """What `declared` means: the members of each object, the variants of each union."""
    samples = Samples(spec)
    types: dict[str, Any] = {}
    for named in spec.types.values():
        if isinstance(named, ObjectType):
            members = {f.wire_name: _shape(samples, f.shape) for f in named.fields}
            types[named.name] = {"members": members}
        elif isinstance(named, UnionType):
            variants = {samples.tag_of(named, variant): variant for variant in named.variants}
            types[named.name] = {"tag": named.tag, "variants": variants}
    return types


def _shape(samples: Samples, shape: Shape) -> Any:
    """A shape for a judge: true where the whole value counts."""
    match samples.resolved(shape):
        case ObjectType(name=name) | UnionType(name=name):
            return name
        case ListOf(items):
            return [_shape(samples, items)]
        case MapOf(values):
            inner = _shape(samples, values)
            return True if inner is True else {"map": inner}
        case MixedType(members=members):
            return {"any": [_shape(samples, member) for member in members]}
        case _:
            return True
