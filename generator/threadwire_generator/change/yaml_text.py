"""YAML text in the style of a spec: what `init` and `import` write, and a person could have.

Values in, lines out.  A mapping or a list stands on one line where it fits; one that does not is
written out.  A string that anything could take for something else than a string is in quotes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

from threadwire_generator.change.keywords import is_list, is_mapping

WIDTH = 100  # columns

_OTHER = re.compile(  # what some reader takes for a truth, for nothing, or for more than a text
    r"(?i:yes|no|on|off|true|false|null|nan|inf|infinity)|.*(?:: |:$| #).*|[^\w$/(].*|\d.*",
    re.DOTALL,
)
_FLOW = re.compile(r"[,\[\]{}?]|:[\"']")  # what ends a text, or may to some readers
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def scalar(value: Any, *, flow: bool = True) -> str:
    """A scalar as it stands in YAML; in flow style, commas and brackets need quotes too."""
    if not isinstance(value, str):
        return json.dumps(value)
    if _DATE.fullmatch(value):
        return value  # the reader of specs knows no dates
    odd = not value or not value.isprintable() or value != value.strip()
    if odd or _OTHER.fullmatch(value) or (flow and _FLOW.search(value)):
        return json.dumps(value, ensure_ascii=False)
    return value


def is_nested(value: Any) -> TypeGuard[dict[str, Any] | list[Any]]:
    """Whether a value is no scalar."""
    return is_mapping(value) or is_list(value)


def in_flow(value: Any) -> str:
    """A value on one line."""
    if is_mapping(value):
        return "{" + ", ".join(f"{scalar(k)}: {in_flow(v)}" for k, v in value.items()) + "}"
    if is_list(value):
        return "[" + ", ".join(map(in_flow, value)) + "]"
    return scalar(value)


def entry(key: str, value: Any, indent: int = 0) -> list[str]:
    """The lines of one member of a mapping in block style."""
    margin = " " * indent
    name = f"{margin}{scalar(key)}:"
    if not is_nested(value):
        return _text(name, value, indent)
    line = f"{name} {in_flow(value)}"
    if len(line) <= WIDTH and not _is_tall(value, depth=indent // 2):
        return [line]
    if is_mapping(value):
        return [name, *(line for k, v in value.items() for line in entry(k, v, indent + 2))]
    if all(is_nested(item) or len(str(item)) > 40 for item in value):
        return [name, *(f"{margin}  - {_item(item)}" for item in value)]
    return [name, *wrapped([in_flow(item) for item in value], indent + 2)]


def _item(value: Any) -> str:
    return in_flow(value) if is_nested(value) else scalar(value, flow=False)


def _is_tall(value: Any, depth: int) -> bool:
    """Whether a mapping is written out though it would fit: a type, and the members of one."""
    if not is_mapping(value):
        return False
    if depth == 0:
        return "description" in value
    return "when" in value or any("description" in v for v in _inner(value))


def _inner(value: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [inner for inner in value.values() if is_mapping(inner)]


def wrapped(items: Sequence[str], indent: int) -> list[str]:
    """A list in flow style on as many lines as it needs."""
    lines = [" " * indent + "["]
    for index, item in enumerate(items):
        text = item + ("]" if index == len(items) - 1 else ",")
        first = lines[-1].endswith("[")
        if not first and len(lines[-1]) + 1 + len(text) > WIDTH:
            lines.append(" " * (indent + 1) + text)
        else:
            lines[-1] += text if first else f" {text}"
    return lines


def _text(name: str, value: Any, indent: int) -> list[str]:
    """A scalar behind its key: on the same line, or folded below it."""
    line = f"{name} {scalar(value, flow=False)}"
    if len(line) <= WIDTH or not isinstance(value, str) or value != " ".join(value.split()):
        return [line]
    lines = [f"{name} >-"]
    for word in value.split():
        if len(lines) > 1 and len(lines[-1]) + 1 + len(word) <= WIDTH:
            lines[-1] += f" {word}"
        else:
            lines.append(" " * (indent + 2) + word)
    return lines
