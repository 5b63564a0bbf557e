"""Rules about names: what becomes a class, a field, a module, a package.

Targets make code of these names, so a name that is no plain identifier never reaches one.
"""

from __future__ import annotations

import builtins
import keyword
import re
import sys
from collections.abc import Container, Iterator

from threadwire_generator.findings import show
from threadwire_generator.rules.view import Problem, View
from threadwire_generator.spec import Mark, UnionType

# Names that a generated package has for itself: no type, event or union can have them.
RESERVED = frozenset(
    {
        # what the package gives to its users
        "AsyncEventIterator",
        "Decoder",
        "EndOfStream",
        "ErrorReport",
        "Event",
        "EventIterator",
        "EventTooLargeError",
        "EventType",
        "InvalidEvent",
        "PayloadError",
        "Payload",
        "Problem",
        "ProtocolFacts",
        "StreamError",
        "StreamEvent",
        "TruncatedStreamError",
        "UnknownEvent",
        # what its modules of types import
        "Annotated",
        "Any",
        "Array",
        "BaseModel",
        "ClassVar",
        "ConfigDict",
        "Discriminator",
        "Field",
        "Final",
        "Integer",
        "Iterable",
        "Iterator",
        "JsonValue",
        "Literal",
        "Mapping",
        "NamedTuple",
        "Number",
        "OPEN",
        "Optional",
        "PROTOCOL",
        "RootModel",
        "Sequence",
        "Tag",
        "TypeAdapter",
        "TypeAlias",
        "TypeAliasType",
        "TypeVar",
        "Union",
        "ValidationError",
    }
)

# Modules of a generated package that are not made of a file of types.
RESERVED_MODULES = frozenset(
    {
        "accumulate",
        "accumulator",
        "base",
        "decoder",
        "deltas",
        "encoder",
        "errors",
        "events",
        "framing",
        "merge",
        "models",
        "snapshot",
        "streams",
        "types",
        "unions",
        "values",
        "version",
    }
)

# Attributes that every model has and a field of that name would hide.
MODEL_ATTRIBUTES = frozenset(
    {
        "construct",
        "copy",
        "dict",
        "from_orm",
        "json",
        "parse_file",
        "parse_obj",
        "parse_raw",
        "schema",
        "schema_json",
        "update_forward_refs",
        "validate",
    }
)

# Names that annotations of later fields use: built-in ones, and the package's own.
ANNOTATION_NAMES = frozenset(
    {"bool", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"}
    | {"mixed", "tagged"}
)

_BUILTINS = frozenset(dir(builtins)) | {  # some of them are younger than the oldest Python
    "BaseExceptionGroup",
    "EncodingWarning",
    "ExceptionGroup",
    "PythonFinalizationError",
}
_OWN_PACKAGES = frozenset(
    {"pydantic", "pydantic_core", "threadwire", "threadwire_generator", "threadwire_conformance"}
)
_CLASS = re.compile(r"[A-Z][A-Za-z0-9]*", re.ASCII)
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_MODULE = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_PROTOCOL = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*", re.ASCII)

_CLASS_CURE = "name it in letters and digits, each word with a capital, as in `SearchResult`"


def bad_type_name(view: View) -> Iterator[Problem]:
    """Names of types, and of the union of events, that cannot be a class's."""
    for schema in view.declared:
        reason = class_problem(schema.type_name)
        if reason:
            message = f"{show(schema.type_name)} cannot be the name of a type: it {reason}"
            yield Problem(schema.mark(key=True), message, _CLASS_CURE)
    reason = class_problem(view.spec.union)
    if reason:
        message = f"{show(view.spec.union)} cannot be the name of the union: it {reason}"
        yield Problem(view.protocol.mark(("union",)), message, _CLASS_CURE)


def event_class_not_identifier(view: View) -> Iterator[Problem]:
    """Names of event classes that cannot be a class's."""
    for event in view.spec.events:
        reason = class_problem(event.class_name)
        if reason:
            message = f"{show(event.class_name)} cannot be the name of a class: it {reason}"
            yield Problem(view.protocol.mark(("events", event.name, "class")), message, _CLASS_CURE)


def class_problem(name: str) -> str | None:
    """Why a class cannot have this name; None when it can."""
    if not _CLASS.fullmatch(name):
        return "is not an identifier that begins with a capital"
    if keyword.iskeyword(name):
        return "is a keyword of Python"
    return "is a built-in name of Python" if name in _BUILTINS else None


def name_collision(view: View) -> Iterator[Problem]:
    """Classes, or files but for capitals, that would have one name."""
    taken = dict.fromkeys(RESERVED, "a name of the package itself")
    for named in view.types.values():
        if isinstance(named, UnionType) and named.open:
            taken[f"Unknown{named.name}"] = f"the unknown variant of {show(named.name)}"
    for name, what, mark in _classes(view):
        if name in taken:
            message = f"{what} {show(name)} collides with {taken[name]}"
            yield Problem(mark, message, "give one of them another name")
        taken.setdefault(name, f"{what} in {mark.file}:{mark.line}")
    files: dict[str, str] = {}
    for document in view.type_documents:
        other = files.setdefault(document.stem.lower(), document.name)
        if other != document.name:
            message = f"the file differs from {show(other)} in capitals only"
            yield Problem(Mark(document.file, 1, 1), message, "give one of them another name")


def _classes(view: View) -> Iterator[tuple[str, str, Mark]]:
    for schema in view.declared:
        yield schema.type_name, "the type", schema.mark(key=True)
    yield view.spec.union, "the union", view.protocol.mark(("union",))
    for event in view.spec.events:
        mark = view.protocol.mark(("events", event.name, "class"))
        yield event.class_name, "the event class", mark


def bad_field_name(view: View) -> Iterator[Problem]:
    """Members whose name, or `name`, cannot be an attribute's."""
    for schema in view.properties:
        wire = str(schema.steps[-1])
        name = schema.body.get("name")
        reason = field_problem(wire if name is None else name, view.types)
        if reason is None:
            continue
        if name is None:
            cure = f"add `name: {suggested_field(wire, view.types)}`"
            message = f"{show(wire)} cannot be the name of a field in code: it {reason}"
            yield Problem(schema.mark(key=True), message, cure)
        else:
            message = f"the name {show(name)} cannot be used in code: it {reason}"
            yield Problem(
                schema.mark("name"), message, f"try {show(suggested_field(name, view.types))}"
            )


def field_problem(name: str, types: Container[str]) -> str | None:
    """Why a field in code cannot have this name, beside these types; None when it can."""
    if not _IDENTIFIER.fullmatch(name):
        return "is not an identifier"
    if keyword.iskeyword(name):
        return "is a keyword of Python"
    if name.startswith("_"):
        return "begins with an underscore"
    if name in MODEL_ATTRIBUTES or name.startswith("model_"):
        return "hides an attribute that every model has"
    if name in ANNOTATION_NAMES:
        return "hides a name that annotations use"
    return "is the name of a class" if name in types or name in RESERVED else None


def suggested_field(name: str, types: Container[str]) -> str:
    """A name for a field in code that is as near to this one as can be."""
    words = re.sub(r"[^A-Za-z0-9]+", "_", name[:40]).strip("_") or "field"
    if words[0].isdigit():
        words = f"field_{words}"
    if words.startswith("model_"):
        words = f"the_{words}"
    return f"{words}_" if field_problem(words, types) else words


def name_needless(view: View) -> Iterator[Problem]:
    """A `name` for a member that could be called as on the wire."""
    for schema in view.properties:
        wire = str(schema.steps[-1])
        if "name" in schema.body and field_problem(wire, view.types) is None:
            message = (
                f"{show(wire)} has a name of its own in code, and could be called as on the wire"
            )
            yield Problem(schema.mark("name", key=True), message, "remove `name`")


def field_name_collision(view: View) -> Iterator[Problem]:
    """Members of one object that would have one name in code."""
    taken: dict[tuple[str, str, str], str] = {}
    for schema in view.properties:
        wire = str(schema.steps[-1])
        name = schema.body.get("name", wire)
        other = taken.setdefault((schema.document.name, schema.type_name, name), wire)
        if other != wire:
            message = f"{show(wire)} and {show(other)} are both called {show(name)} in code"
            yield Problem(schema.mark(key=True), message, "give one of them another `name`")


def package_name_bad(view: View) -> Iterator[Problem]:
    """A package that could not be imported, or would hide another."""
    name = view.spec.package
    if reason := package_problem(name):
        message = f"{show(name)} cannot be imported as a package: it {reason}"
        yield Problem(view.protocol.mark(("package",)), message, PACKAGE_CURE)


PACKAGE_CURE = "name it as in `weather_events`"


def package_problem(name: str) -> str | None:
    """Why a package cannot have this name; None if it can."""
    if not _MODULE.fullmatch(name) or keyword.iskeyword(name):
        return "is no lower-case identifier"
    if name in sys.stdlib_module_names or name in _OWN_PACKAGES:
        return "is the name of another package"
    return None


def protocol_name_bad(view: View) -> Iterator[Problem]:
    """A protocol whose name is more than words and hyphens."""
    if not _PROTOCOL.fullmatch(view.spec.protocol):
        message = f"{show(view.spec.protocol)} cannot be the name of a protocol"
        cure = "name it in lower-case letters, digits and single hyphens"
        yield Problem(view.protocol.mark(("protocol",)), message, cure)


def file_name_bad(view: View) -> Iterator[Problem]:
    """Files of types that could not be modules of the package."""
    for document in view.type_documents:
        stem = document.stem
        if not _MODULE.fullmatch(stem) or keyword.iskeyword(stem):
            reason = "is no lower-case identifier"
        elif stem in RESERVED_MODULES:
            reason = "is the name of another module of the package"
        else:
            continue
        message = f"{show(stem)} cannot be the name of a module: it {reason}"
        cure = "name the file as in `run_step.yaml`"
        yield Problem(Mark(document.file, 1, 1), message, cure)
