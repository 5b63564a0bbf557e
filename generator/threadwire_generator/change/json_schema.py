"""From JSON Schema as documents hold it (OpenAPI 3.0 and 3.1, pydantic's) to the normal form.

Types are read when something refers to them, so that only what the roots lead to is looked at.
`nullable: true` counts as null wherever it stands: beside a type, beside a reference, alone in an
`allOf` or `anyOf`.  Strictly it says nothing in some of these places, and nothing anywhere in 3.1;
but it is what is meant.  Where it is out of date, the first place is a warning.

A schema without `type` has the types that its keywords speak of.  `oneOf` counts as `anyOf`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias
from urllib.parse import unquote

from threadwire_generator.change.contract import (
    ANYTHING,
    Array,
    Boolean,
    Member,
    Null,
    Number,
    Object,
    Part,
    Ref,
    Schema,
    String,
)
from threadwire_generator.change.keywords import (
    FORMS,
    OF_ALL,
    ONLY_NULLABLE,
    SPEAKS_OF,
    allows_null,
    bare,
    format_of,
    has_form,
    inner_steps,
    inside,
    is_integral,
    is_list,
    is_mapping,
    json_type_of,
    limits_of,
    listed_values,
    pointer_step,
)
from threadwire_generator.change.meet import CostlyError, EndlessError, Meeting, settler
from threadwire_generator.change.variants import united
from threadwire_generator.findings import Finding, Level, did_you_mean, finding_at, show
from threadwire_generator.spec import Mark

Steps: TypeAlias = tuple[str | int, ...]

MAX_SCHEMAS = 100_000  # in all that the roots lead to


class Source(Protocol):
    """Where schemas come from, by the names that references use."""

    @property
    def prefix(self) -> str:
        """What a reference begins with: `#/components/schemas/`."""
        ...

    def names(self) -> Iterable[str]:
        """The names of all schemas."""
        ...

    def data(self, name: str) -> tuple[Any, list[Finding]]:
        """The schema of that name as it was written, and what is wrong with its notation."""
        ...

    def mark(self, name: str, steps: Steps) -> Mark:
        """Where a part of it stands."""
        ...


def read_types(
    source: Source,
    roots: Iterable[str],
    known: Mapping[str, Schema] | None = None,
    *,
    nullable_is_old: bool = False,
) -> tuple[dict[str, Schema], list[Finding]]:
    """The types that the roots lead to, and what is wrong with them.

    `known` are types that are not to be read.  A type `Name/properties/x` is a part of another, to
    which something refers.  `nullable_is_old` says that the dialect has no `nullable`.
    """
    reading = _Reading(source, nullable_is_old, dict(known or {}))
    reading.waiting += reversed(list(roots))
    reading.read()
    return reading.types, reading.findings


class _StopError(Exception):
    """Reading goes no further; the finding is written already."""


@dataclass(slots=True)
class _Reading:
    """The types that were read, and what is wrong with them."""

    source: Source
    nullable_is_old: bool
    types: dict[str, Schema]
    findings: list[Finding] = field(default_factory=list[Finding])
    waiting: list[str] = field(default_factory=list[str])
    here: str = ""  # the type that is being read
    count: int = 0

    def read(self) -> None:
        try:
            while self.waiting:
                self.type(self.waiting.pop())
        except _StopError:
            return
        settle, told = settler(self.types), False
        for name, schema in list(self.types.items()):
            self.here = name
            try:
                self.types[name] = settle(schema)
            except EndlessError:
                message = f"{show(name)} is composed of itself without an end"
                self.found((), "openapi/endless", message, _ENDLESS_CURE)
            except CostlyError as error:
                message = f"{show(name)} is composed of too much: {error}"
                if not told:  # what it leads to would be the same over again
                    self.found((), "openapi/size", message, _COSTLY_CURE)
                told = True

    def found(
        self, steps: Steps, rule: str, message: str, cure: str, level: Level = "error"
    ) -> None:
        """Write a finding at a part of the type that is being read."""
        name, *inner = map(pointer_step, self.here.split("/"))
        mark = self.source.mark(name, (*inner, *steps))
        self.findings.append(finding_at(mark, rule, message, cure, level))

    def type(self, name: str) -> None:
        if name in self.types:
            return
        self.here = name
        first, *inner = map(pointer_step, name.split("/"))
        data, findings = self.source.data(first)
        self.findings += findings
        for step in inner:
            data = inside(data, step)
        self.types[name] = ANYTHING if findings else self.schema(data, ())

    # --- schemas ----------------------------------------------------------------------------------

    def schema(self, data: Any, steps: Steps) -> Schema:
        """One schema as it was written."""
        self.count += 1
        if self.count > MAX_SCHEMAS:
            message = f"more than {MAX_SCHEMAS} schemas"
            self.found(steps, "openapi/size", message, "name a root that leads to fewer: --root")
            raise _StopError
        if isinstance(data, bool):
            return ANYTHING if data else Schema(())
        if not is_mapping(data):
            message = f"a schema is a mapping, this is {show(data)}"
            self.found(steps, "openapi/schema", message, "write a mapping")
            return ANYTHING
        said = [schema for read in _KEYWORDS for schema in read(self, data, steps)]
        met = said[0] if len(said) == 1 else _meeting(said) if said else ANYTHING
        if not allows_null(data):
            return met
        if self.nullable_is_old:
            self.nullable_is_old = False  # once is enough
            message = "`nullable` says nothing in OpenAPI 3.1; it is read as it was meant"
            cure = "put null into the list of types, or into an anyOf"
            self.found((*steps, "nullable"), "openapi/nullable", message, cure, "warning")
        return met.or_null()

    def reference(self, data: Mapping[str, Any], steps: Steps) -> Iterator[Schema]:
        if "$ref" in data:
            name = self.target(data["$ref"], (*steps, "$ref"))
            if name is not None:
                self.waiting.append(name)
            yield ANYTHING if name is None else Schema((Ref(name),))

    def target(self, target: Any, steps: Steps) -> str | None:
        """The name of the type that a reference leads to; None, with a finding, if to none."""
        if not isinstance(target, str):
            self.found(steps, "openapi/reference", f"{show(target)} is no reference", _REF_CURE)
            return None
        if not target.startswith("#"):
            message = f"{show(target)} leads to another document, which is not read"
            self.found(steps, "openapi/remote", message, "bundle the documents into one first")
            return None
        pointer = unquote(target)
        name = pointer.removeprefix(self.source.prefix)
        if name == pointer:
            message = f"{show(target)} leads to no schema of this document"
            self.found(steps, "openapi/reference", message, _REF_CURE)
            return None
        first, *inner = map(pointer_step, name.split("/"))
        message = f"{show(target)} leads to nothing"
        if first not in self.source.names():
            cure = did_you_mean(first, self.source.names(), _NOTHING_CURE)
            self.found(steps, "openapi/reference", message, cure)
            return None
        data, findings = self.source.data(first) if inner else (True, [])
        for step in inner if not findings else ():
            known, data = inner_steps(data), inside(data, step)
            if data is None:
                cure = did_you_mean(step, known, _NOTHING_CURE)
                self.found(steps, "openapi/reference", message, cure)
                return None
        return name

    def alternatives(self, data: Mapping[str, Any], steps: Steps) -> Iterator[Schema]:
        for keyword in ("oneOf", "anyOf"):
            if keyword in data:
                parts: list[Part] = []
                for at, branch in self.branches(data, keyword, steps):
                    only_null = bare(branch) == ONLY_NULLABLE
                    schema = Schema((Null(),)) if only_null else self.schema(branch, at)
                    parts += _tagged(schema, data.get("discriminator")).parts
                yield united(parts)

    def all_of(self, data: Mapping[str, Any], steps: Steps) -> Iterator[Schema]:
        for at, branch in self.branches(data, "allOf", steps):
            yield ANYTHING if bare(branch) == ONLY_NULLABLE else self.schema(branch, at)

    def branches(
        self, data: Mapping[str, Any], keyword: str, steps: Steps
    ) -> Iterator[tuple[Steps, Any]]:
        branches = data.get(keyword, [])
        if is_list(branches):
            yield from (((*steps, keyword, at), branch) for at, branch in enumerate(branches))
        else:
            message = f"{show(keyword)} is a list, this is {show(branches)}"
            self.found((*steps, keyword), "openapi/schema", message, "write a list of schemas")

    def own(self, data: Mapping[str, Any], steps: Steps) -> Iterator[Schema]:
        """What `type`, `enum`, `const` and the keywords of one JSON type say."""
        for keyword in FORMS.keys() & data.keys():
            if not has_form(keyword, data[keyword]):
                form = FORMS[keyword][1]
                message = f"{show(keyword)} is {form}, this is {show(data[keyword])}"
                self.found((*steps, keyword), "openapi/schema", message, f"write {form}")
                return
        names = self.type_names(data, steps)
        listed: list[Any] | None = data.get("enum")
        if "const" in data:
            listed = [data["const"]]
        if names is None and listed is not None:
            names = list(dict.fromkeys(json_type_of(value) for value in listed))
        if names is not None:
            yield united(part for name in names for part in _PARTS[name](self, data, steps, listed))

    def type_names(self, data: Mapping[str, Any], steps: Steps) -> list[str] | None:
        """The JSON types that a schema is of; None if it says nothing of them."""
        stated = data.get("type")
        if stated is None:
            spoken = [name for name, words in SPEAKS_OF.items() if not words.isdisjoint(data)]
            return spoken or (None if OF_ALL.isdisjoint(data) else list(_PARTS))
        names = stated if is_list(stated) else [stated]
        if not names:
            message = "`type` is an empty list, which admits nothing"
            self.found((*steps, "type"), "openapi/schema", message, "name a type, or leave it out")
            return None
        for name in names:
            if not isinstance(name, str) or name not in _PARTS:
                message = f"{show(name)} is no JSON type"
                cure = did_you_mean(str(name), _PARTS, f"one of {', '.join(_PARTS)}")
                self.found((*steps, "type"), "openapi/schema", message, cure)
                return None
        return names

    # --- one JSON type ----------------------------------------------------------------------------

    def null(self, _: Mapping[str, Any], __: Steps, listed: list[Any] | None) -> Iterator[Part]:
        if listed is None or None in listed:
            yield Null()

    def boolean(self, _: Mapping[str, Any], __: Steps, listed: list[Any] | None) -> Iterator[Part]:
        values = listed_values("boolean", listed)
        if listed is None or values:
            yield Boolean(values if len(values) == 1 else ())

    def number(self, data: Mapping[str, Any], _: Steps, listed: list[Any] | None) -> Iterator[Part]:
        values = listed_values("number", listed)
        if listed is None or values:
            yield Number(False, values, limits_of(data, "number"), format_of(data))

    def integer(
        self, data: Mapping[str, Any], _: Steps, listed: list[Any] | None
    ) -> Iterator[Part]:
        values = tuple(v for v in listed_values("number", listed) if is_integral(v))
        if listed is None or values:
            yield Number(True, values, limits_of(data, "integer"), format_of(data))

    def string(self, data: Mapping[str, Any], _: Steps, listed: list[Any] | None) -> Iterator[Part]:
        values = listed_values("string", listed)
        if listed is None or values:
            yield String(values, listed is None, limits_of(data, "string"), format_of(data))

    def array(
        self, data: Mapping[str, Any], steps: Steps, listed: list[Any] | None
    ) -> Iterator[Part]:
        limits = limits_of(data, "array", listed)
        if listed is None or "enum" in dict(limits):
            yield Array(self.schema(data.get("items", True), (*steps, "items")), limits)

    def object(
        self, data: Mapping[str, Any], steps: Steps, listed: list[Any] | None
    ) -> Iterator[Part]:
        limits = limits_of(data, "object", listed)
        if listed is not None and "enum" not in dict(limits):
            return
        properties: Mapping[str, Any] = data.get("properties", {})
        required = dict.fromkeys(data.get("required", ()))
        members = [
            Member(name, self.schema(value, (*steps, "properties", name)), name in required)
            for name, value in properties.items()
        ]
        members += [
            Member(name, ANYTHING, required=True, declared=False)
            for name in required
            if name not in properties
        ]
        rest = data.get("additionalProperties", True)
        others = None if rest is False else self.schema(rest, (*steps, "additionalProperties"))
        yield Object(tuple(members), others, limits)


_KEYWORDS: tuple[Callable[[_Reading, Mapping[str, Any], Steps], Iterator[Schema]], ...] = (
    _Reading.reference,
    _Reading.own,
    _Reading.alternatives,
    _Reading.all_of,
)

_PARTS: Mapping[
    str, Callable[[_Reading, Mapping[str, Any], Steps, list[Any] | None], Iterator[Part]]
] = {
    "null": _Reading.null,
    "boolean": _Reading.boolean,
    "integer": _Reading.integer,
    "number": _Reading.number,
    "string": _Reading.string,
    "array": _Reading.array,
    "object": _Reading.object,
}

_NOTHING_CURE = "add the schema, or mend the reference"
_REF_CURE = "refer to a schema of this document"
_ENDLESS_CURE = "let it hold itself in a property, not in its allOf"
_COSTLY_CURE = "write out what it is, with fewer allOf"


def _meeting(schemas: list[Schema], unless_says: str | None = None) -> Schema:
    part: Any = Meeting(tuple(schemas), unless_says)  # until the types are settled
    return Schema((part,))


def _tagged(schema: Schema, discriminator: Any) -> Schema:
    """The branch of a union, with the tag by which its discriminator knows it."""
    tag = discriminator.get("propertyName") if is_mapping(discriminator) else None
    name = schema.ref
    if name is None or not isinstance(tag, str):
        return schema
    mapping = discriminator.get("mapping")
    stated = mapping.items() if is_mapping(mapping) else ()
    values = tuple(k for k, v in stated if isinstance(v, str) and v.rpartition("/")[2] == name)
    told = Member(tag, Schema((String(values or (name,), open=False),)), required=False)
    # Where the branch says itself what its tag is, that holds.
    met = _meeting([schema.present, Schema((Object((told,), ANYTHING),))], unless_says=tag)
    return met.or_null() if schema.nullable else met
