"""Which alternatives of two unions belong together, where no tag says so: those that look alike.

A print is a number that two schemas share if they admit the same values as deep as is looked, names
of types and notation aside.  It only proposes pairs; what a comparison tells comes from walking
them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import NamedTuple

from threadwire_generator.change.contract import Array, Contract, Object, Part, Ref, Schema
from threadwire_generator.change.variants import united

DEPTH = 5  # how many schemas inwards a print looks


class Alternative(NamedTuple):
    """An alternative, and the type that is it alone, if one is."""

    part: Part
    name: str | None

    @property
    def schema(self) -> Schema:
        """The schema of it alone."""
        return Schema((self.part if self.name is None else Ref(self.name),))


class Prints:
    """The prints of one comparison; the same for both sides."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._known: dict[tuple[int, Schema, int], int] = {}

    def of(self, part: Part, contract: Contract, depth: int = DEPTH) -> int:
        """The print of one alternative."""
        match part:
            case Array(items, limits):
                form: Hashable = ("array", self._schema(items, contract, depth), limits)
            case Object(members, rest, limits):
                inner = frozenset(
                    (each.name, each.required, self._schema(each.schema, contract, depth))
                    for each in members
                )
                others = None if rest is None else self._schema(rest, contract, depth)
                form = ("object", inner, others, limits)
            case _:
                form = part
        return self._number(form)

    def _schema(self, schema: Schema, contract: Contract, depth: int) -> int:
        key = (id(contract), schema, depth)
        if key not in self._known:
            parts = united(contract.resolve(schema).parts).parts if depth else ()
            prints = frozenset(self.of(part, contract, depth - 1) for part in parts)
            self._known[key] = self._number(prints)
        return self._known[key]

    def _number(self, form: Hashable) -> int:
        return self._numbers.setdefault(form, len(self._numbers))


def pairs(
    old: list[Alternative], new: list[Alternative], prints: Prints, sides: tuple[Contract, Contract]
) -> tuple[list[tuple[Alternative, Alternative]], list[Alternative], list[Alternative]]:
    """The pairs that belong together, and what is left of either side."""
    matched: list[tuple[Alternative, Alternative]] = []
    tests: list[Callable[[Alternative, Alternative], bool]] = [
        lambda a, b: prints.of(a.part, sides[0]) == prints.of(b.part, sides[1]),
        lambda a, b: a.name is not None and a.name == b.name,
        lambda _, __: len(old) == len(new) == 1,
    ]
    old, new = list(old), list(new)
    for belong in tests:
        for each in list(old):
            other = next((candidate for candidate in new if belong(each, candidate)), None)
            if other is not None:
                matched.append((each, other))
                old.remove(each)
                new.remove(other)
    return matched, old, new
