"""The normal form: what the values of an event stream may be, whatever notation said so.

A `Schema` is a set of alternatives, told apart by JSON type: null, booleans, numbers, strings,
arrays, objects, or anything at all; a reference stands for the alternatives of the type it names.
One-member `allOf`, `nullable` and type lists, `const` and one-value `enum`, a reference and what it
names, the order of members: two notations of one thing are the same here, or are equal once
references are followed (`Contract.resolve`).

References stay by name.  So recursive types are no special case, and a comparison can tell which
type a difference lies in, and that a type goes by another name.

What the form cannot express (`not`, `if`, `patternProperties`, …) is carried as a limit whose value
is its JSON text: equal texts are the same, all others differ.

Everything here is a value; nothing reads a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from threadwire_generator.spec import Mark

# --- schemas: sets of alternatives ----------------------------------------------------------------

Limits: TypeAlias = tuple[tuple[str, Any], ...]  # keyword and value, sorted by keyword


@dataclass(frozen=True, slots=True)
class Ref:
    """The alternatives of a named type."""

    name: str


@dataclass(frozen=True, slots=True)
class Anything:
    """Any JSON value."""


@dataclass(frozen=True, slots=True)
class Null:
    """Null."""


@dataclass(frozen=True, slots=True)
class Boolean:
    """True or false; `values` holds the only one that is admitted, if only one is."""

    values: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class Number:
    """A number, or an integer; one of `values`, if there are any."""

    integer: bool = False
    values: tuple[float, ...] = ()
    limits: Limits = ()
    format: str | None = None


@dataclass(frozen=True, slots=True)
class String:
    """A string; with `values` one of these, and with `open` any other as well."""

    values: tuple[str, ...] = ()  # in the order in which they were written
    open: bool = True
    limits: Limits = ()
    format: str | None = None


@dataclass(frozen=True, slots=True)
class Array:
    """An array whose items all have one schema."""

    items: Schema
    limits: Limits = ()


@dataclass(frozen=True, slots=True)
class Member:
    """A declared member of an object.  `declared` is false when only `required` names it."""

    name: str
    schema: Schema
    required: bool
    declared: bool = field(default=True, compare=False)


@dataclass(frozen=True, slots=True)
class Object:
    """An object: its members in the order in which they were written, and what else it may carry.

    `rest` is the schema of members that are not declared: `ANYTHING` where nothing is said of
    them, None where there may be none.  An object without members is a map of `rest`.
    """

    members: tuple[Member, ...]
    rest: Schema | None
    limits: Limits = ()

    def member(self, name: str) -> Member | None:
        """The declared member of that name."""
        return next((member for member in self.members if member.name == name), None)


@dataclass(frozen=True, slots=True)
class OtherObjects:
    """Any object whose member `tag` is a string that none of the other alternatives has."""

    tag: str


Part: TypeAlias = Ref | Anything | Null | Boolean | Number | String | Array | Object | OtherObjects


@dataclass(frozen=True, slots=True)
class Schema:
    """What a value may be: any of these alternatives; none at all if there are none."""

    parts: tuple[Part, ...]

    @property
    def nullable(self) -> bool:
        """Whether null stands among the alternatives; what references name is not looked at."""
        return Null() in self.parts

    @property
    def present(self) -> Schema:
        """The alternatives but null."""
        return Schema(tuple(part for part in self.parts if part != Null()))

    @property
    def ref(self) -> str | None:
        """The type that this is a reference to, perhaps a nullable one; None if it is no such."""
        match self.present.parts:
            case (Ref(name),):
                return name
            case _:
                return None

    def or_null(self) -> Schema:
        """The same with null among the alternatives."""
        return self if self.nullable or self == ANYTHING else Schema((*self.parts, Null()))


ANYTHING = Schema((Anything(),))


# --- the contract of a stream ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EventShape:
    """One event: what its data may be, and the members that stand beside name and data."""

    name: str
    data: Schema
    data_required: bool = True
    beside: tuple[Member, ...] = ()

    @property
    def envelope(self) -> Object:
        """The object around the data, but for the member that names the event."""
        return Object((Member("data", self.data, self.data_required), *self.beside), ANYTHING)

    def with_data(self, data: Schema) -> EventShape:
        """The same event with other data."""
        return replace(self, data=data)


@dataclass(frozen=True, slots=True)
class Facts:
    """What only a spec says: what things are called in code, and how a stream is framed."""

    package: str | None  # None: it is called whatever a person called it
    classes: Mapping[str, str]  # of events
    fields: Mapping[str, Mapping[str, str]]  # by type: what its members are called, by wire name
    selector: str | None  # the member of the data that names the event; None: the event field
    end: tuple[str, str] | None  # event and data of the end; None: the stream ends with the input
    error: tuple[str, str, str | None] | None  # event, member of plain text, member that wraps it
    ends: Mapping[str, frozenset[str]]  # what each event is the last of


@dataclass(frozen=True, slots=True)
class Contract:
    """Everything that the events of a stream may be.

    `types` holds the schemas that the events lead to, by name; it may hold more.  `open` says that
    events of other names are admitted.
    """

    name: str  # what the person called it: a path, a revision, an SDK
    root: str  # the name of the union of all events
    events: Mapping[str, EventShape]
    types: Mapping[str, Schema]
    open: bool = False
    about: str = ""  # what it was found to be: `OpenAPI 3.1.0`, `openai 1.2.3`
    enveloped: bool = True  # False: the member that names an event stands in its data
    marks: Mapping[str, Mark] = field(default_factory=dict[str, Mark])  # where the types stand
    absent_is_null: bool = False  # a member that may be absent may be null for that reason alone
    facts: Facts | None = None  # what a spec says besides

    def resolve(self, schema: Schema) -> Schema:
        """The schema without references on its surface; names that lead nowhere admit anything."""
        parts: dict[Part, None] = {}
        for part, _ in self.alternatives(schema):
            parts.setdefault(part)
        return Schema(tuple(parts))

    def alternatives(self, schema: Schema) -> Iterator[tuple[Part, str | None]]:
        """The alternatives without references, each with the type that is it alone, if one is."""
        seen: set[str] = set()
        waiting: list[tuple[Part, str | None]] = [(part, None) for part in reversed(schema.parts)]
        while waiting:
            part, name = waiting.pop()
            if not isinstance(part, Ref):
                yield part, name
            elif part.name not in seen:  # a type that is itself or something is that something
                seen.add(part.name)
                target = self.types.get(part.name, ANYTHING)
                alone = part.name if len(target.present.parts) == 1 else None
                waiting += [(each, alone) for each in reversed(target.parts)]

    def reachable(self) -> tuple[str, ...]:
        """The names of the types that the events lead to, in the order in which they do."""
        found: dict[str, None] = {}
        waiting: list[Schema] = []
        for event in reversed(tuple(self.events.values())):
            waiting += [*(member.schema for member in event.beside), event.data]
        while waiting:
            refs, inner = _leads_to(waiting.pop())
            fresh = [name for name in refs if name not in found and name in self.types]
            found.update(dict.fromkeys(fresh))
            waiting += reversed([*inner, *(self.types[name] for name in fresh)])
        return tuple(found)

    def named(self, name: str) -> Contract:
        """The same under another name."""
        return replace(self, name=name)


def _leads_to(schema: Schema) -> tuple[list[str], list[Schema]]:
    """The types that a schema refers to, and the schemas inside it."""
    refs: list[str] = []
    inner: list[Schema] = []
    for part in schema.parts:
        match part:
            case Ref(name):
                refs.append(name)
            case Array(items):
                inner.append(items)
            case Object(members, rest):
                inner += [member.schema for member in members]
                inner += [] if rest is None else [rest]
            case _:
                pass
    return refs, inner


# --- what differs between two contracts -----------------------------------------------------------

StepKind: TypeAlias = Literal["member", "items", "values", "event", "branch"]

_STEP: Mapping[StepKind, str] = {
    "member": ".{}",  # a member of an object
    "items": "[]",  # the items of an array
    "values": "{{}}",  # the members of an object that are not declared
    "event": "<{}>",  # one event of the stream
    "branch": "<{}>",  # one alternative of several: `enum`, `string`, `object`, `type=text`
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step inwards; `name` is the member's, the event's or the branch's."""

    kind: StepKind
    name: str = ""

    def __str__(self) -> str:
        return _STEP[self.kind].format(self.name)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a difference lies: in which type, or union of events, of each side, and how deep."""

    old_type: str
    new_type: str
    steps: tuple[Step, ...] = ()

    def to(self, kind: StepKind, name: str = "") -> Place:
        """The place one step further in."""
        return replace(self, steps=(*self.steps, Step(kind, name)))

    def __str__(self) -> str:
        same = self.old_type == self.new_type
        start = self.old_type if same else f"{self.old_type}=>{self.new_type}"
        return start + "".join(map(str, self.steps))


Decoder: TypeAlias = Literal["BREAKING", "lossy", "safe"]
Server: TypeAlias = Literal["BREAKING", "safe"]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference, and who breaks by it.

    `old` and `new` are what differs: a member for what is said of one, an event, else a schema;
    None on the side where it is not there.  The detail of a value that came or went is the value.
    """

    kind: str  # a name of the table in kinds.py
    place: Place
    detail: str
    decoder: Decoder  # an old decoder reading new streams
    server: Server  # an old server judged by the new contract
    python: str  # code that was written for the old Python package
    old: Schema | Member | EventShape | None = None
    new: Schema | Member | EventShape | None = None

    @property
    def path(self) -> str:
        """The place as a person reads it: `Type.member[].member`."""
        return str(self.place)


@dataclass(frozen=True, slots=True)
class Rename:
    """A type that goes by another name, or a reference that now leads to another type."""

    old: str
    new: str
    kind: Literal["renamed", "re-pointed"]


@dataclass(frozen=True, slots=True)
class Difference:
    """All that differs, in the order of the walk over the new contract's events."""

    changes: tuple[Change, ...]
    renames: tuple[Rename, ...] = ()
