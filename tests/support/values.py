"""JSON values told apart as JSON tells them apart.

Python has `True == 1 == 1.0`, and a model may take absent and null for the same; JSON does not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

JSON = Any  # a value as `json.loads` gives it
Path = tuple[Any, ...]


def kind(value: JSON) -> str:
    """The JSON type of a value; JSON has one type of numbers."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    return {str: "string", list: "array", dict: "object"}[type(value)]


def differences(expected: JSON, found: JSON, at: str = "$") -> list[str]:
    """Where two values are not the same JSON value, one sentence each."""
    if kind(expected) != kind(found):
        return [f"{at}: {kind(expected)} became {kind(found)}"]
    if isinstance(expected, dict):
        lost = [f"{at}.{key}: lost" for key in expected.keys() - found.keys()]
        added = [f"{at}.{key}: invented" for key in found.keys() - expected.keys()]
        shared = expected.keys() & found.keys()
        inner = [differences(expected[key], found[key], f"{at}.{key}") for key in shared]
        return sorted(lost + added + [line for lines in inner for line in lines])
    if isinstance(expected, list):
        if len(expected) != len(found):
            return [f"{at}: {len(expected)} items became {len(found)}"]
        pairs = enumerate(zip(expected, found, strict=True))
        return [line for i, (a, b) in pairs for line in differences(a, b, f"{at}[{i}]")]
    return [] if expected == found else [f"{at}: {expected!r} became {found!r}"]


def same(one: JSON, other: JSON) -> bool:
    """Whether two values are the same JSON value."""
    return not differences(one, other)


def loads(text: str | bytes) -> JSON:
    """The value of a JSON text; of a member that stands there twice, the last."""
    return json.loads(text, parse_constant=_refuse)


def dumps(value: JSON) -> str:
    """A JSON text on one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def places(value: JSON, at: Path = ()) -> Iterator[tuple[Path, JSON]]:
    """Every value within a value, itself included, with the way to it."""
    yield at, value
    inner = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    for step, item in inner:
        yield from places(item, (*at, step))


def replaced(value: JSON, at: Path, new: JSON) -> JSON:
    """A copy with another value at one place."""
    if not at:
        return new
    step, rest = at[0], at[1:]
    copy = value.copy()
    copy[step] = replaced(value[step], rest, new)
    return copy


def without(value: JSON, at: Path) -> JSON:
    """A copy without one member."""
    step, rest = at[0], at[1:]
    copy = value.copy()
    if rest:
        copy[step] = without(value[step], rest)
    else:
        del copy[step]
    return copy


def shape(value: JSON) -> JSON:
    """What a value looks like with its texts and numbers left out; for telling kinds of it."""
    if isinstance(value, dict):
        return tuple(sorted((key, _shape_of(key, item)) for key, item in value.items()))
    if isinstance(value, list):
        return ("array", *sorted({shape(item) for item in value}, key=repr))
    return kind(value)


def _shape_of(key: str, value: JSON) -> JSON:
    return value if key in ("type", "object") and isinstance(value, str) else shape(value)


def _refuse(word: str) -> JSON:
    raise ValueError(f"{word} is no JSON")
