"""One-point mutations of payloads: each member gone, null, of each other type; each tag another.

Two mutations of the same kind at the same place of the same kind of payload are one: places are
told apart by their members and by the tags on the way, not by numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from support.values import Path, places, replaced, without

OTHERS: dict[str, Any] = {
    "null": None,
    "true": True,
    "an integer": 7,
    "an integral float": 7.0,
    "a fraction": 7.5,
    "a string": "brand_new",
    "a string of digits": "7",
    "an empty array": [],
    "an array": [7],
    "an array of texts": ["a"],
    "an empty object": {},
    "an object": {"brand_new": 7},
    "an object of texts": {"brand_new": "a"},
    "an object with an unknown tag": {"type": "brand_new", "more": [None]},
}


def mutations(
    payloads: Iterable[tuple[str, Any]], tags: Iterable[str]
) -> Iterator[tuple[str, str, Any]]:
    """(event, what was done, the mutated payload), each kind of mutation once.

    Args:
        payloads: names of events and their payloads.
        tags: what every tag is replaced by, one after the other.
    """
    seen: set[tuple[str, str, str]] = set()
    tags = sorted(tags)
    for event, payload in payloads:
        kind = f"{event.rpartition('.')[0]}.delta" if event.endswith("delta") else _kind(payload)
        for at, value in places(payload):
            where = _where(payload, at)
            for what, mutated in _at(payload, at, value, tags):
                key = (kind, where, what)
                if key not in seen:
                    seen.add(key)
                    yield event, f"{where}: {what}", mutated


def _at(payload: Any, at: Path, value: Any, tags: Iterable[str]) -> Iterator[tuple[str, Any]]:
    if at and isinstance(at[-1], str):
        yield "deleted", without(payload, at)
    for name, other in OTHERS.items():
        yield name, replaced(payload, at, other)
    if at and at[-1] in ("type", "object") and isinstance(value, str):
        for tag in tags:
            yield f"tag {tag}", replaced(payload, at, tag)
    if isinstance(value, dict) and "type" in value:
        for tag in tags:
            yield f"only the tag {tag}", replaced(payload, at, {"type": tag})
            yield f"the tag {tag} with a wrong body", replaced(payload, at, {"type": tag, tag: 7})
    if isinstance(value, dict):
        yield "an unknown member", replaced(payload, at, value | {"brand_new": [None]})


def _kind(payload: Any) -> str:
    return str(payload.get("object")) if isinstance(payload, dict) else "none"


def _where(payload: Any, at: Path) -> str:
    """A place by members and tags: `$.content[].{text}.text`."""
    path = "$"
    for step in at:
        path += "[]" if isinstance(step, int) else f".{step}"
        payload = payload[step]
        if isinstance(payload, dict) and isinstance(payload.get("type"), str):
            path += f"{{{payload['type']}}}"
    return path
