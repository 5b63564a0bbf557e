"""Python expressions for the shapes of a spec, and the quoting of a spec's strings.

Every string of a spec that reaches a file passes through `literal` or `docstring`, so that no text
can end its quotes and become code.
"""

from __future__ import annotations

import json
import keyword
import re
import textwrap
from collections.abc import Iterable

from ...spec import (
    AliasType,
    Anything,
    Const,
    EnumType,
    Field,
    ListOf,
    MapOf,
    MixedType,
    NamedType,
    ObjectType,
    Ref,
    Scalar,
    Shape,
    Spec,
    UnionType,
)

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_SCALARS = {"string": "str", "integer": "Integer", "number": "Number", "boolean": "bool"}


def literal(text: str) -> str:
    """A string literal; JSON's escapes are Python's, and do not change with the interpreter."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\x7f")


def docstring(text: str, width: int = 92) -> str:
    """A docstring that says this text, whatever is in it; lines not indented are filled."""
    text = "\n".join(
        line if line.startswith(" ") else textwrap.fill(line, width, break_long_words=False)
        for line in text.strip().split("\n")
    )
    body = text.rstrip('"')  # quotes at the end would run into those that close
    escaped = body.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    escaped = _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", escaped)
    escaped += '\\"' * (len(text) - len(body))
    closing = '\n"""' if "\n" in escaped else '"""'
    return f'"""{escaped}{closing}'


def sorted_names(names: Iterable[str]) -> list[str]:
    """Names in the order of linters: constants, classes, others; numbers within them by value."""

    def key(name: str) -> tuple[int, list[tuple[int, str]]]:
        rank = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
        parts = re.findall(r"(\d+)|(\D+)", name)
        return rank, [(int(digits or -1), text) for digits, text in parts]

    return sorted(names, key=key)


def identifier(name: str) -> str:
    """A name that stands in code as it is.

    Raises:
        ValueError: it is none; lint refuses such a spec before it comes here.
    """
    if not name.isidentifier() or keyword.iskeyword(name):
        raise ValueError(f"{name!r} is no name for Python code")
    return name


class Expressions:
    """Renders the shapes of one module as annotations, and notes what these need to be imported.

    Args:
        looping: the types that can be reached from themselves; references to them are quoted, since
            they may be defined further down.

    Attributes:
        used: names of `typing` and of the package's `values` that the annotations have needed.
    """

    def __init__(self, looping: set[str]) -> None:
        self._looping = looping
        self.used: set[str] = set()

    def _use(self, name: str) -> str:
        self.used.add(name)
        return name

    def of_field(self, field: Field) -> str:
        """The annotation of a field: what is not required may be null as well as absent."""
        annotation = self.of_shape(field.shape)
        if (field.nullable or not field.required) and not isinstance(field.shape, Anything):
            annotation += " | None"
        return (
            literal(annotation)
            if self._looping.intersection(_references(field.shape))
            else annotation
        )

    def of_type(self, named: NamedType) -> str:
        """The right-hand side of the alias for a type that is no class."""
        match named:
            case EnumType(values=values, open=open_):
                known = f"{self._use('Literal')}[{', '.join(map(literal, values))}]"
                return self._annotated([known, "str"], self._use("OPEN")) if open_ else known
            case UnionType(variants=variants, tag=tag, open=open_, name=name):
                unknown = [f"Unknown{name}"] if open_ else []
                marker = f"{self._use('tagged')}({literal(tag)}{'' if open_ else ', open=False'})"
                return self._annotated([*map(identifier, variants), *unknown], marker)
            case MixedType(members=shapes):
                return self._annotated(map(self.of_shape, shapes), f"{self._use('mixed')}()")
            case AliasType(shape=shape):
                return self.of_shape(shape)
            case ObjectType():
                raise TypeError(f"{named.name} is a class")

    def _annotated(self, branches: Iterable[str], marker: str) -> str:
        return f"{self._use('Annotated')}[{' | '.join(branches)}, {marker}]"

    def of_shape(self, shape: Shape) -> str:
        """A shape as a type."""
        match shape:
            case Scalar(types=(single,)):
                return self._use(_SCALARS[single])
            case Scalar(types=types):
                branches = [self._use(_SCALARS[name]) for name in types]
                return self._annotated(branches, f"{self._use('mixed')}()")
            case Const(value=value):
                return f"{self._use('Literal')}[{literal(value)}]"
            case Ref(name=name):
                return identifier(name)
            case ListOf(items=items):
                return f"{self._use('Array')}[{self.of_shape(items)}]"
            case MapOf(values=values):
                return f"dict[str, {self.of_shape(values)}]"
            case Anything():
                return self._use("JsonValue")


def _references(shape: Shape) -> list[str]:
    match shape:
        case Ref(name=name):
            return [name]
        case ListOf(items=inner) | MapOf(values=inner):
            return _references(inner)
        case _:
            return []


def references(named: NamedType) -> list[str]:
    """The types that a type names, in order."""
    match named:
        case ObjectType(fields=fields):
            return [name for field in fields for name in _references(field.shape)]
        case UnionType(variants=variants):
            return list(variants)
        case MixedType(members=members):
            return [name for member in members for name in _references(member)]
        case AliasType(shape=shape):
            return _references(shape)
        case EnumType():
            return []


def looping_types(spec: Spec) -> set[str]:
    """The types that can be reached from themselves."""
    graph = {name: set(references(named)) for name, named in spec.types.items()}
    looping: set[str] = set()
    for name in graph:
        pending, seen = list(graph[name]), set[str]()
        while pending:
            current = pending.pop()
            if current not in seen:
                seen.add(current)
                pending.extend(graph.get(current, ()))
        if name in seen:
            looping.add(name)
    return looping
