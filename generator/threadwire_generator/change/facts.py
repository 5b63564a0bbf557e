"""What two specs say besides what values may be: names in code, and how a stream is framed.

A document and an SDK say nothing of either, so only contracts of specs have such facts, and only
two that both have them are compared by these.  No effects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from threadwire_generator.change.contract import Change, Contract, Facts, Place, Rename
from threadwire_generator.change.kinds import classes


def fact_changes(
    old: Contract, new: Contract, pairs: Iterable[tuple[str, str]], renames: Iterable[Rename]
) -> Iterator[Change]:
    """What differs; `pairs` are the types that stand in one place, `renames` those of two names."""
    if old.facts is not None and new.facts is not None:
        yield from _framing(Place(old.root, new.root), old.facts, new.facts)
        yield from _names(Place(old.root, new.root), old.facts, new.facts)
        yield from _types(new, renames)
        yield from _fields(old.facts, new.facts, pairs)


def _change(kind: str, place: Place, old: object, new: object, case: str = "") -> Change:
    return Change(kind, place, f"{old} -> {new}", *classes(kind, case))


def _framing(root: Place, old: Facts, new: Facts) -> Iterator[Change]:
    if old.selector != new.selector:
        yield _change("selector_changed", root, _selector(old), _selector(new))
    if old.end != new.end:
        case = "data" if old.end and new.end and old.end[0] == new.end[0] else "other"
        yield _change("end_changed", root, _words(old.end, "eof"), _words(new.end, "eof"), case)
    if old.error != new.error:
        was, is_now = (_words(each.error, "none") for each in (old, new))
        yield _change("error_changed", root, was, is_now)
    for name, ends in new.ends.items():
        before = old.ends.get(name, ends)  # an event that came or went is told as such
        if before != ends:
            case = "narrowed" if before < ends else "widened" if before > ends else "other"
            place = root.to("event", name)
            yield _change("ends_changed", place, _words(before), _words(ends), case)


def _names(root: Place, old: Facts, new: Facts) -> Iterator[Change]:
    if old.package and new.package and old.package != new.package:
        place = Place(old.package, new.package)
        yield _change("name_changed", place, old.package, new.package)
    for event, name in new.classes.items():
        was = old.classes.get(event, name)
        if was != name:
            yield _change("name_changed", root.to("event", event), was, name)


def _types(new: Contract, renames: Iterable[Rename]) -> Iterator[Change]:
    """Types that cannot be imported any more by the name that they had."""
    for old, other, kind in ((each.old, each.new, each.kind) for each in renames):
        if kind == "renamed" or old not in new.types:
            yield _change("name_changed", Place(old, other), old, other)


def _fields(old: Facts, new: Facts, pairs: Iterable[tuple[str, str]]) -> Iterator[Change]:
    for one, other in dict.fromkeys(pairs):
        was, is_now = old.fields.get(one, {}), new.fields.get(other, {})
        for wire, name in is_now.items():
            before = was.get(wire, name)
            if before != name:
                yield _change("name_changed", Place(one, other).to("member", wire), before, name)


def _selector(facts: Facts) -> str:
    return "event" if facts.selector is None else f"data.{facts.selector}"


def _words(values: Iterable[Any] | None, otherwise: str = "nothing") -> str:
    words = [str(value) for value in values or () if value is not None]
    return " ".join(sorted(words) if isinstance(values, frozenset) else words) or otherwise
