"""What differs between two alternatives of one JSON type, apart from what lies inside them.

Listed values, openness, limits, formats.  Gives rows: the kind of change, its detail, and what
decides who breaks (see kinds.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from threadwire_generator.change.contract import Boolean, Limits, Number, String
from threadwire_generator.change.keywords import is_integral, number


class Row(NamedTuple):
    """One difference of a leaf."""

    kind: str
    detail: str
    case: str = ""


def leaf_changes(old: Any, new: Any, from_to: str) -> Iterator[Row]:
    """All rows of two alternatives of one JSON type; `from_to` tells both in a few words."""
    for kind, rows in _ROWS.items():
        if isinstance(new, kind):
            yield from rows(old, new, from_to)
    if hasattr(new, "limits"):
        yield from limit_changes(old.limits, new.limits)
    if getattr(old, "format", None) != getattr(new, "format", None):
        yield Row("format_changed", f"{old.format or 'none'} -> {new.format or 'none'}")


# --- values ---------------------------------------------------------------------------------------


def _booleans(old: Boolean, new: Boolean, _: str) -> Iterator[Row]:
    was, is_now = ([str(v).lower() for v in part.values or (True, False)] for part in (old, new))
    yield from _values(was, is_now, (False, False), "")


def _numbers(old: Number, new: Number, from_to: str) -> Iterator[Row]:
    if not old.values and not new.values:
        if old.integer != new.integer:
            yield Row("type_changed", from_to, "widened" if old.integer else "narrowed")
        return
    was, is_now = ([number(value) for value in part.values] for part in (old, new))
    fits = all(is_integral(value) for part in (old, new) for value in part.values)
    if fits or not (old.integer or new.integer):
        yield from _values(was, is_now, (not was, not is_now), from_to)
    else:
        yield Row("type_changed", from_to, "other")


def _strings(old: String, new: String, from_to: str) -> Iterator[Row]:
    yield from _values(old.values, new.values, (old.open, new.open), from_to)


def _values(
    old: Sequence[str], new: Sequence[str], is_open: tuple[bool, bool], from_to: str
) -> Iterator[Row]:
    """What came and went of the listed values; open ones admit others as well."""
    if is_open[0] != is_open[1]:
        yield Row("enum_opened" if is_open[1] else "enum_closed", from_to)
        if not (old and new):
            return  # all that is listed came or went with it
    was, is_now = set(old), set(new)
    came = [value for value in new if value not in was]
    gone = [value for value in old if value not in is_now]
    if is_open == (False, False) and len(old) == len(new) == len(came) == 1:
        yield Row("constant_changed", f"{old[0]} -> {new[0]}")
        return
    for value in came:
        yield Row("enum_value_added", value, admits(is_open[0]))
    for value in gone:
        yield Row("enum_value_removed", value, admits(is_open[1]))


def admits(is_open: bool) -> str:
    """The case of what comes or goes: whether the other side admits it all the same."""
    return "open" if is_open else "closed"


_ROWS: Mapping[type, Callable[[Any, Any, str], Iterator[Row]]] = {
    Boolean: _booleans,
    Number: _numbers,
    String: _strings,
}


# --- limits ---------------------------------------------------------------------------------------

Direction: TypeAlias = Literal["lower", "upper", "more", "tangled"]

# lower, upper: a bound; more: what is stated leaves less room than nothing, and two of them cannot
# be compared; tangled: what is stated may leave more room than nothing.
DIRECTIONS: Mapping[str, Direction] = {
    "minimum": "lower",
    "exclusiveMinimum": "lower",
    "minLength": "lower",
    "minItems": "lower",
    "minProperties": "lower",
    "maximum": "upper",
    "exclusiveMaximum": "upper",
    "maxLength": "upper",
    "maxItems": "upper",
    "maxProperties": "upper",
    "multipleOf": "more",
    "pattern": "more",
    "uniqueItems": "more",
    "propertyNames": "more",
    "dependentRequired": "more",
    "not": "more",
}


def limit_changes(old: Limits, new: Limits) -> Iterator[Row]:
    """How the limits of a value changed."""
    for keyword in sorted({keyword for keyword, _ in (*old, *new)}):
        was, is_now = ([v for k, v in side if k == keyword] for side in (old, new))
        if was != is_now:
            detail = f"{keyword} {_shown(was)} -> {_shown(is_now)}"
            yield Row(_kind(DIRECTIONS.get(keyword, "tangled"), was, is_now), detail)


def _kind(direction: Direction, was: list[Any], is_now: list[Any]) -> str:
    if direction == "tangled":
        return "constraint_changed"
    if direction in ("lower", "upper") and len(was) == len(is_now) == 1:
        tighter = (is_now[0] > was[0]) == (direction == "lower")
    elif not was or not is_now:
        tighter = not was
    else:
        return "constraint_changed"
    return "constraint_tightened" if tighter else "constraint_loosened"


def _shown(values: list[Any]) -> str:
    return ", ".join(str(value) for value in values) or "none"
