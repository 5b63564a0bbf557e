"""What a lint rule looks at: the spec, the documents it was built from, and walks over both.

A rule is a function from a `View` to problems.  It meets specs with every other mistake in them, so
nothing here raises for a reference that leads nowhere or in a circle, and nothing recurses along
references: a chain of a hundred thousand types is a long list, not a deep stack.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, cast

from threadwire_generator.load import Document, Steps
from threadwire_generator.spec import (
    AliasType,
    Anything,
    Const,
    EnumType,
    Field,
    ListOf,
    MapOf,
    Mark,
    MixedType,
    NamedType,
    ObjectType,
    Ref,
    Scalar,
    Shape,
    Spec,
    UnionType,
)


class Problem(NamedTuple):
    """A place where a rule is broken, what is wrong there, and what cures it."""

    mark: Mark
    message: str
    cure: str


class Schema(NamedTuple):
    """A schema in the YAML: the type it belongs to, where it stands, and what it says."""

    document: Document
    type_name: str
    steps: Steps
    body: Mapping[str, Any]
    documented: bool  # it says what the official document has instead

    def mark(self, *steps: str | int, key: bool = False) -> Mark:
        """Where what these steps lead to stands, or its key."""
        return self.document.mark((*self.steps, *steps), key)


class Reference(NamedTuple):
    """A `$ref`: from which type, in which file, to which type."""

    source: str
    file: str
    target: str
    mark: Mark
    documented: bool


@dataclass(frozen=True)
class View:
    """A spec with the documents it was built from."""

    spec: Spec
    protocol: Document
    lifecycle: Document | None
    type_documents: tuple[Document, ...]

    @property
    def types(self) -> Mapping[str, NamedType]:
        """The types of the spec, by name."""
        return self.spec.types

    @cached_property
    def data(self) -> Mapping[str, Any]:
        """The data of `protocol.yaml`."""
        return mapping(self.protocol.data)

    @cached_property
    def life(self) -> Mapping[str, Any]:
        """The data of `lifecycle.yaml`, empty where there is none."""
        return mapping(self.lifecycle.data if self.lifecycle else None)

    @cached_property
    def declared(self) -> tuple[Schema, ...]:
        """Every type as it stands in the YAML, a name that is taken twice twice."""
        return tuple(
            Schema(document, name, (name,), body, False)
            for document in self.type_documents
            for name, body in mapping(document.data).items()
        )

    @cached_property
    def properties(self) -> tuple[Schema, ...]:
        """Every property of every object type as it stands in the YAML."""
        return tuple(
            Schema(
                declared.document,
                declared.type_name,
                (*declared.steps, "properties", name),
                body,
                False,
            )
            for declared in self.declared
            for name, body in mapping(declared.body.get("properties")).items()
        )

    @cached_property
    def schemas(self) -> tuple[Schema, ...]:
        """Every schema in the YAML of the types, however deep, what the document says included."""
        found: list[Schema] = []
        for start in (*self.declared, *self.properties):
            if "properties" not in start.body or start.steps[1:]:
                found += nested(start)
        return tuple(found)

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """Every `$ref`, in the order of the files."""
        found = (
            Reference(s.type_name, s.document.stem, s.body["$ref"], s.mark("$ref"), s.documented)
            for s in self.schemas
            if isinstance(s.body.get("$ref"), str)
        )
        return tuple(sorted(found, key=lambda reference: reference.mark))

    @cached_property
    def graph(self) -> Mapping[str, Sequence[str]]:
        """To which types each type refers on the wire."""
        return self._graph(documented=False)

    @cached_property
    def whole_graph(self) -> Mapping[str, Sequence[str]]:
        """To which types each type refers, in what the document says as well."""
        return self._graph(documented=True)

    def _graph(self, documented: bool) -> Mapping[str, Sequence[str]]:
        graph: dict[str, list[str]] = {name: [] for name in self.types}
        for reference in self.references:
            if reference.target in graph and (documented or not reference.documented):
                graph.setdefault(reference.source, []).append(reference.target)
        return graph

    @cached_property
    def is_resolved(self) -> bool:
        """Whether every `$ref` and every payload is a type that there is."""
        targets = {reference.target for reference in self.references}
        targets |= {event.payload for event in self.spec.events if event.payload is not None}
        return targets <= self.types.keys()

    def reference_mark(self, source: str, target: str) -> Mark:
        """Where the first reference from one type to another stands."""
        return self._reference_marks.get((source, target), self.types[source].mark)

    @cached_property
    def _reference_marks(self) -> Mapping[tuple[str, str], Mark]:
        marks: dict[tuple[str, str], Mark] = {}
        for reference in self.references:
            marks.setdefault((reference.source, reference.target), reference.mark)
        return marks

    def objects(self) -> Iterator[ObjectType]:
        """Every object type."""
        return (named for named in self.types.values() if isinstance(named, ObjectType))

    def fields(self) -> Iterator[tuple[ObjectType, Field]]:
        """Every field of every object type."""
        return ((named, field) for named in self.objects() for field in named.fields)

    def resolve(self, shape: Shape) -> Shape | NamedType | None:
        """The shape behind references and aliases; None where these lead nowhere or in a circle."""
        seen: set[str] = set()
        while isinstance(shape, Ref):
            named = self.types.get(shape.name)
            if named is None or shape.name in seen:
                return None
            if not isinstance(named, AliasType):
                return named
            seen.add(shape.name)
            shape = named.shape
        return shape

    def object_type(self, name: str | None) -> ObjectType | None:
        """The object type of this name, if there is one."""
        named = self.types.get(name) if name is not None else None
        return named if isinstance(named, ObjectType) else None

    def json_types(self, shape: Shape) -> frozenset[str]:
        """The JSON types that a value of this shape may have; integers are numbers."""
        found: set[str] = set()
        seen: set[str] = set()
        todo: list[Shape] = [shape]
        while todo:
            here = self.resolve(todo.pop())
            if isinstance(here, MixedType):
                if here.name not in seen:
                    seen.add(here.name)
                    todo += here.members
            elif isinstance(here, Scalar):
                found |= {"number" if name == "integer" else name for name in here.types}
            elif here is not None:
                found |= _JSON_TYPES[type(here)]
        return frozenset(found)


_JSON_TYPES: Mapping[type[Any], frozenset[str]] = {
    Const: frozenset({"string"}),
    EnumType: frozenset({"string"}),
    ListOf: frozenset({"array"}),
    MapOf: frozenset({"object"}),
    ObjectType: frozenset({"object"}),
    UnionType: frozenset({"object"}),
    Anything: frozenset({"array", "boolean", "number", "object", "string"}),
}


def mapping(value: Any) -> Mapping[str, Any]:
    """The value where it is a mapping, else an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def nested(start: Schema) -> Iterator[Schema]:
    """A schema and those within it."""
    todo = [start]
    while todo:
        schema = todo.pop()
        yield schema
        for key in ("items", "additionalProperties", "documented"):
            body = schema.body.get(key)
            if isinstance(body, dict):
                documented = schema.documented or key == "documented"
                steps = (*schema.steps, key)
                todo.append(Schema(schema.document, schema.type_name, steps, body, documented))
        for key in ("anyOf", "oneOf"):
            for index, body in enumerate(schema.body.get(key, ())):
                steps = (*schema.steps, key, index)
                todo.append(schema._replace(steps=steps, body=body))


def reached(starts: Iterable[str], graph: Mapping[str, Sequence[str]]) -> set[str]:
    """The nodes of the graph that can be reached from these, themselves among them."""
    found: set[str] = set()
    todo = [start for start in starts if start in graph]
    while todo:
        node = todo.pop()
        if node not in found:
            found.add(node)
            todo += graph[node]
    return found


def loops(graph: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """The loops of a graph, one for each edge that has to go; its last node leads to its first."""
    done: set[str] = set()
    for start in graph:
        path: list[str] = []
        place: dict[str, int] = {}
        edges: list[Iterator[str]] = []
        todo = [start] if start not in done else []
        while todo:
            node = todo.pop()
            place[node] = len(path)
            path.append(node)
            edges.append(iter(dict.fromkeys(graph[node])))
            while edges and not todo:
                step = next(edges[-1], None)
                if step is None:
                    edges.pop()
                    done.add(place_of := path.pop())
                    del place[place_of]
                elif step in place:
                    yield path[place[step] :]
                elif step not in done and step in graph:
                    todo.append(step)
