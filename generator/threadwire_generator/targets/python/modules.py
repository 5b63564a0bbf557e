"""Which types go into which module, in which order, and what the modules import of each other.

One YAML file makes one module.  In a module a type comes after those that it names, and otherwise
where it stands in the YAML; only in a loop of types a class may come before one that it names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ...spec import NamedType, ObjectType, Spec, UnionType
from .expressions import references


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
        return sorted([*self.types, *unknown])


def modules_of(spec: Spec) -> list[Module]:
    """The modules, sorted by name."""
    modules: dict[str, Module] = {}
    home: dict[str, Module] = {}
    for name, named in spec.types.items():
        stem = re.sub(r"\W", "_", named.file)
        module = modules.setdefault(stem, Module(stem))
        module.types[name] = named
        home[name] = module
    for module in modules.values():
        module.order = _order(module)
        for named in module.types.values():
            for name in references(named):
                if home[name] is not module:
                    module.imports.setdefault(home[name].name, set()).add(name)
    return [modules[name] for name in sorted(modules)]


def _order(module: Module) -> list[str]:
    """Depth first: what a type names, then the type.

    Classes are begun before aliases: in a loop, an alias has to find its classes defined, while a
    class can name what is not there yet in quotes.
    """
    placed: dict[str, None] = {}
    open_: set[str] = set()

    def place(name: str) -> None:
        if name in placed or name in open_ or name not in module.types:
            return
        open_.add(name)
        for other in references(module.types[name]):
            place(other)
        placed[name] = None

    for name in module.types:
        place(name)
    return list(placed)
