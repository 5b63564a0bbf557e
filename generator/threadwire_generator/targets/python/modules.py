"""Which types go into which module, in which order, and what the modules import of each other.

One YAML file makes one module.  In a module a type comes after those that it names, and otherwise
where it stands in the YAML; only in a loop of types a class may come before one that it names.
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass, field

from ...spec import NamedType, ObjectType, Spec, UnionType
from .expressions import references, sorted_names


@dataclass(slots=True)
class Module:
    """A module of models."""

    name: str
    types: dict[str, NamedType] = field(default_factory=dict[str, NamedType])
    order: list[str] = field(default_factory=list[str])
    imports: dict[str, set[str]] = field(default_factory=dict[str, set[str]])

    @property
    def has_classes(self) -> bool:
        """Whether a class is defined in it."""
        return any(
            isinstance(named, ObjectType) or (isinstance(named, UnionType) and named.open)
            for named in self.types.values()
        )

    @property
    def has_aliases(self) -> bool:
        """Whether a type in it is no class."""
        return any(not isinstance(named, ObjectType) for named in self.types.values())

    @property
    def public(self) -> list[str]:
        """The names that it defines, sorted."""
        unknown = [
            f"Unknown{named.name}"
            for named in self.types.values()
            if isinstance(named, UnionType) and named.open
        ]
        return sorted_names([*self.types, *unknown])


def modules_of(spec: Spec, looping: Set[str]) -> list[Module]:
    """The modules, sorted by name.

    Args:
        spec: the protocol.
        looping: the types that can be reached from themselves.
    """
    modules: dict[str, Module] = {}
    home: dict[str, Module] = {}
    for name, named in spec.types.items():
        stem = re.sub(r"\W", "_", named.file)
        module = modules.setdefault(stem, Module(stem))
        module.types[name] = named
        home[name] = module
    for module in modules.values():
        module.order = _order(module, looping)
        for named in module.types.values():
            for name in references(named):
                if home[name] is not module:
                    module.imports.setdefault(home[name].name, set()).add(name)
    return [modules[name] for name in sorted(modules)]


def _order(module: Module, looping: Set[str]) -> list[str]:
    """Depth first: what a type needs to be defined, then the type.

    A class does not need those of its types that loop, for it names them in quotes.
    """

    def needs(name: str) -> list[str]:
        named = module.types[name]
        quoted = looping if isinstance(named, ObjectType) else frozenset[str]()
        return [
            other for other in references(named) if other in module.types and other not in quoted
        ]

    placed: dict[str, None] = {}
    for first in module.types:
        pending = [first]
        while pending:
            waiting = [other for other in needs(pending[-1]) if other not in placed]
            if waiting:
                pending.append(waiting[0])
            else:
                placed.setdefault(pending.pop())
    return list(placed)
