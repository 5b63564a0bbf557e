"""Whether two JSON values are the same, and where they first differ.

`declared` looks at the members that the spec knows, takes an absent member for null and numbers by
value, so that it is fair to a typed decoder in any language; `exact` looks at everything.  Neither
minds the order of members, and to neither is a boolean a number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from .suite import Shape
from .values import is_array, is_number, is_object

_PLAIN_MEMBER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


class _Absent:
    def __repr__(self) -> str:
        return "nothing"


ABSENT: Final = _Absent()


class Difference(NamedTuple):
    """Where two values differ first: the JSON path, and what is there; `ABSENT` if nothing is."""

    path: str
    expected: Any
    found: Any


def difference(
    expected: Any, found: Any, shape: Shape, types: Mapping[str, Any]
) -> Difference | None:
    """The first difference in what the shape declares, None if there is none."""
    return _declared(expected, found, shape, types, "$")


def exact_difference(expected: Any, found: Any) -> Difference | None:
    """The first difference in anything, None if there is none."""
    return _exact(expected, found, "$", _same_digits)


def _declared(
    expected: Any, found: Any, shape: Shape, types: Mapping[str, Any], path: str
) -> Difference | None:
    if expected is None or found is None or expected is ABSENT or found is ABSENT:
        same = _nothing(expected) and _nothing(found)
        return None if same else Difference(path, expected, found)
    if isinstance(shape, str):
        shape = types.get(shape, True)
    if isinstance(shape, str):  # a name for another type
        return _declared(expected, found, shape, types, path)
    if is_array(shape) and is_array(expected):
        return _items(expected, found, shape[0], types, path)
    if is_object(shape) and "any" in shape:
        shape = _fitting(shape["any"], expected, types)
        return _declared(expected, found, shape, types, path)
    if is_object(shape) and is_object(expected):
        if not is_object(found):
            return Difference(path, expected, found)
        if "map" in shape:
            members: dict[str, Any] = dict.fromkeys([*expected, *found], shape["map"])
        elif "members" in shape:
            members = shape["members"]
        else:
            return _variant(expected, found, shape, types, path)
        return _members(expected, found, members, types, path)
    return _exact(expected, found, path, _same_value)


def _variant(
    expected: Any, found: Any, shape: Any, types: Mapping[str, Any], path: str
) -> Difference | None:
    """Objects told apart by their tag; of one whose tag is not known only the tag counts."""
    tag = shape["tag"]
    if expected.get(tag) != found.get(tag):
        return Difference(step(path, tag), expected.get(tag, ABSENT), found.get(tag, ABSENT))
    variant = shape["variants"].get(expected.get(tag))
    return None if variant is None else _declared(expected, found, variant, types, path)


def _members(
    expected: Any, found: Any, members: Mapping[str, Any], types: Mapping[str, Any], path: str
) -> Difference | None:
    for name, shape in members.items():
        there = expected.get(name, ABSENT)
        came = found.get(name, ABSENT)
        if there is came:
            continue
        if different := _declared(there, came, shape, types, step(path, name)):
            return different
    return None


def _items(
    expected: list[Any], found: Any, shape: Shape, types: Mapping[str, Any], path: str
) -> Difference | None:
    if not is_array(found):
        return Difference(path, expected, found)
    for index, item in enumerate(expected):
        came: Any = found[index] if index < len(found) else ABSENT
        if came is ABSENT:
            return Difference(f"{path}[{index}]", item, ABSENT)
        if different := _declared(item, came, shape, types, f"{path}[{index}]"):
            return different
    if len(found) > len(expected):
        return Difference(f"{path}[{len(expected)}]", ABSENT, found[len(expected)])
    return None


def _fitting(shapes: list[Shape], value: Any, types: Mapping[str, Any]) -> Shape:
    """Of several shapes, the one that a value of this JSON type can have."""
    for shape in shapes:
        bare = types.get(shape, True) if isinstance(shape, str) else shape
        if (is_object(value) and is_object(bare)) or (is_array(value) and is_array(bare)):
            return shape
    return True


def _exact(expected: Any, found: Any, path: str, same_number: Any) -> Difference | None:
    if is_object(expected) and is_object(found):
        for name in [*expected, *(name for name in found if name not in expected)]:
            there, came = expected.get(name, ABSENT), found.get(name, ABSENT)
            if there is ABSENT or came is ABSENT:
                return Difference(step(path, name), there, came)
            if different := _exact(there, came, step(path, name), same_number):
                return different
        return None
    if is_array(expected) and is_array(found):
        for index in range(max(len(expected), len(found))):
            there = expected[index] if index < len(expected) else ABSENT
            came = found[index] if index < len(found) else ABSENT
            if there is ABSENT or came is ABSENT:
                return Difference(f"{path}[{index}]", there, came)
            if different := _exact(there, came, f"{path}[{index}]", same_number):
                return different
        return None
    if is_number(expected) and is_number(found):
        return None if same_number(expected, found) else Difference(path, expected, found)
    same = type(expected) is type(found) and expected == found
    return None if same else Difference(path, expected, found)


def _same_digits(expected: float, found: float) -> bool:
    return expected == found


def _same_value(expected: float, found: float) -> bool:
    """Equal as doubles, which do not hold every integer: above 2^53 a decoder may lose digits."""
    if expected == found:
        return True
    try:
        return float(expected) == float(found)
    except OverflowError:
        return False


def step(path: str, name: str) -> str:
    """The path of a member."""
    plain = _PLAIN_MEMBER.fullmatch(name)
    return f"{path}.{name}" if plain else f"{path}[{json.dumps(name, ensure_ascii=False)}]"


def _nothing(value: Any) -> bool:
    return value is None or value is ABSENT
