"""What a protocol is, as values: the one thing that every target reads.

A `Spec` is built from checked YAML (`build.py`) and never changes afterwards.  Names are as they
stand in the YAML; what a language makes of them is the business of that language's target.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a file that a person wrote; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


# --- shapes: what a value may be ------------------------------------------------------------------

ScalarName: TypeAlias = Literal["string", "integer", "number", "boolean"]
Merge: TypeAlias = Literal["concatenate", "replace", "by-index", "members"]


@dataclass(frozen=True, slots=True)
class Scalar:
    """A string, integer, number or boolean, or one of several of these."""

    types: tuple[ScalarName, ...]
    format: str | None = None


@dataclass(frozen=True, slots=True)
class Const:
    """Exactly this string."""

    value: str


@dataclass(frozen=True, slots=True)
class Ref:
    """A value of a named type."""

    name: str


@dataclass(frozen=True, slots=True)
class ListOf:
    """An array."""

    items: Shape


@dataclass(frozen=True, slots=True)
class MapOf:
    """An object with any member names and members of one shape."""

    values: Shape


@dataclass(frozen=True, slots=True)
class Anything:
    """Any JSON value."""


Shape: TypeAlias = Scalar | Const | Ref | ListOf | MapOf | Anything


# --- types: shapes with a name --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Documented:
    """What the official document has instead: no such field, or other keywords."""

    known: bool = True
    keywords: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Field:
    """One member of an object."""

    wire_name: str
    shape: Shape
    nullable: bool  # null is stated; a field that is not required may be null on the wire anyway
    required: bool
    description: str
    mark: Mark
    name: str | None = None  # the name in code, where the wire's cannot be used
    unit: str | None = None
    merge: Merge | None = None
    documented: Documented | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ObjectType:
    """An object with declared members; it may carry more."""

    name: str
    file: str  # stem of the YAML file that holds it
    description: str
    mark: Mark
    fields: tuple[Field, ...]
    delta_of: str | None = None
    documented_required: tuple[str, ...] = ()  # required by the document in addition
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EnumType:
    """A set of strings; an open one admits others."""

    name: str
    file: str
    description: str
    mark: Mark
    values: tuple[str, ...]
    open: bool
    documented_values: tuple[str, ...] | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UnionType:
    """Objects told apart by the constant in one member; an open one admits other tags."""

    name: str
    file: str
    description: str
    mark: Mark
    tag: str
    variants: tuple[str, ...]
    open: bool
    documented_variants: tuple[str, ...] | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MixedType:
    """One of several shapes of different JSON types."""

    name: str
    file: str
    description: str
    mark: Mark
    members: tuple[Shape, ...]
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AliasType:
    """A name for a shape."""

    name: str
    file: str
    description: str
    mark: Mark
    shape: Shape
    evidence: tuple[str, ...] = ()


NamedType: TypeAlias = ObjectType | EnumType | UnionType | MixedType | AliasType


# --- the protocol ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Event:
    """One name that a stream may carry."""

    name: str
    class_name: str
    payload: str | None  # None: the event that ends the stream
    when: str
    mark: Mark
    status: str | None = None
    ends: tuple[Literal["object", "stream"], ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """The official document that the facts were taken from."""

    repository: str
    document: str
    root: str
    commit: str
    date: str
    sdk: Mapping[str, str] = field(default_factory=dict[str, str])  # `package.module:Name` by SDK


@dataclass(frozen=True, slots=True)
class EndEvent:
    """The event that ends a stream, and the data it is documented to carry."""

    event: str
    data: str


@dataclass(frozen=True, slots=True)
class ErrorShape:
    """How an error comes: its event, the member that may wrap it, the member plain text becomes."""

    event: str
    text_as: str
    wrapped_in: str | None = None


Evidence: TypeAlias = Literal["documented", "seen", "inferred"]


@dataclass(frozen=True, slots=True)
class Edge:
    """One step of a life cycle; `start` is None for the creation of the object."""

    start: str | None
    to: str
    event: str | None
    evidence: Evidence
    when: str


@dataclass(frozen=True, slots=True)
class LifeCycle:
    """The states of one payload type."""

    name: str
    payload: str
    member: str
    initial: str
    terminal: tuple[str, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class OrderItem:
    """One place in the order of a stream: an event or a part, perhaps repeated or left out."""

    kind: Literal["event", "part"]
    name: str
    repeat: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A named piece of an order: a sequence, or a choice."""

    name: str
    evidence: Evidence
    order: tuple[OrderItem, ...] = ()
    one_of: tuple[OrderItem, ...] = ()


@dataclass(frozen=True, slots=True)
class StreamOrder:
    """The order of the events in the answer to one kind of request."""

    name: str
    request: str
    evidence: Evidence
    order: tuple[OrderItem, ...]


Level: TypeAlias = Literal["must", "should", "observe"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A sentence that implementations are held to; `excluded` says why no case can test it."""

    id: str
    level: Level
    text: str
    source: str
    mark: Mark
    excluded: str | None = None


@dataclass(frozen=True, slots=True)
class Spec:
    """A whole protocol."""

    protocol: str
    title: str
    package: str
    union: str
    description: str
    source: Source | None
    selector: str | None  # the member of the data that names the event; None: the SSE event field
    end: EndEvent | None  # None: the stream ends with the input
    error: ErrorShape | None
    events: tuple[Event, ...]
    types: Mapping[str, NamedType]  # in the order of the files and of the lines in them
    lifecycles: tuple[LifeCycle, ...] = ()
    streams: tuple[StreamOrder, ...] = ()
    parts: Mapping[str, Part] = field(default_factory=dict[str, Part])
    rules: Mapping[str, Rule] = field(default_factory=dict[str, Rule])
    digest: str = ""  # of the YAML it was read from, for the headers of generated files
