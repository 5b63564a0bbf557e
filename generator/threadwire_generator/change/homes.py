"""Where new types go: into the file of the type that refers to them, right behind it.

Files become modules that import each other one way only.  So a type of another file is referred to
where that makes no loop, and made once more where it does; names are of no account on the wire.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from threadwire_generator.change.contract import Contract
from threadwire_generator.change.keywords import is_list, is_mapping
from threadwire_generator.change.model import TODO, Body, Modeller, Where, led_to, references
from threadwire_generator.change.naming import Names


@dataclass(slots=True)
class Homes:
    """The types of a spec and their files, with those that an import adds."""

    contract: Contract
    bodies: Mapping[str, Body]  # of the spec's types
    names: Names
    stands: Mapping[str, Sequence[str]]  # types of the spec, by those of the document
    homes: dict[str, str]  # file of each type
    new: dict[str, Body] = field(default_factory=dict[str, Body])
    behind: dict[str, str] = field(default_factory=dict[str, str])  # new type: the one before it
    _modellers: dict[str, Modeller] = field(default_factory=dict[str, Modeller])
    _last: dict[str, str] = field(default_factory=dict[str, str])
    _imports: dict[str, set[str]] = field(default_factory=dict[str, set[str]])

    def __post_init__(self) -> None:
        for name, body in self.bodies.items():
            self._refer(self.homes[name], references(wire(body)))

    def _refer(self, file: str, names: Iterable[str]) -> None:
        others = {self.homes[name] for name in names if name in self.homes} - {file}
        self._imports.setdefault(file, set()).update(others)

    def _reaches(self, file: str, other: str) -> bool:
        seen: set[str] = set()
        waiting = [file]
        while waiting:
            here = waiting.pop()
            if here == other:
                return True
            if here not in seen:
                seen.add(here)
                waiting += self._imports.get(here, ())
        return False

    def body(self, name: str) -> Body:
        """The body of a type of the spec, or of a new one."""
        if name in self.bodies:
            return self.bodies[name]
        for modeller in self._modellers.values():
            if name in modeller.finish():
                return modeller.types[name]
        return {}

    def modeller(self, file: str) -> Modeller:
        """What makes the new types of a file."""
        if file not in self._modellers:
            known = _Known(self, file)
            self._modellers[file] = Modeller(self.contract, self.names, known=known)
        return self._modellers[file]

    def known(self, file: str, name: str) -> str | None:
        """A type that stands for one of the document's, and may be referred to from a file."""
        for candidate in self.stands.get(name, ()):
            home = self.homes[candidate]
            if home == file or not self._reaches(home, file):
                self._refer(file, [candidate])
                return candidate
        return None

    def make(self, file: str, where: Where, body: Body) -> str:
        """A new type that the document has no schema for."""
        name = self.names.take(where.words, f"{where.words}Choice")
        self.modeller(file).types[name] = {"description": TODO, **body}
        return name

    def settle(self, file: str, owner: str) -> None:
        """Give the types that were made for one of a file their places behind it."""
        types = self.modeller(file).finish()
        fresh = {name: body for name, body in types.items() if name not in self.new}
        for name in led_to(fresh, fresh):
            self.new[name] = fresh[name]
            self.homes[name] = file
            self.behind[name] = self._last.get(owner, owner)
            self._last[owner] = name

    def notes(self) -> list[tuple[str, str]]:
        """What could not be said of the new types."""
        return [note for modeller in self._modellers.values() for note in modeller.notes]


@dataclass(frozen=True, slots=True)
class _Known:
    """What a file's modeller asks."""

    homes: Homes
    file: str

    def __call__(self, name: str) -> str | None:
        return self.homes.known(self.file, name)


def wire(body: Any) -> Any:
    """What a body says but for the document."""
    if is_mapping(body):
        return {
            key: _members(value) if key == "properties" else wire(value)
            for key, value in body.items()
            if key != "documented"
        }
    return [wire(item) for item in body] if is_list(body) else body


def _members(properties: Any) -> Any:
    """The properties of an object, of which one may be called `documented`."""
    if is_mapping(properties):
        return {name: wire(body) for name, body in properties.items()}
    return wire(properties)
