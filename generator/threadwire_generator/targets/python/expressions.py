"""Python expressions for the shapes of a spec, and the quoting of a spec's strings.

Every string of a spec that reaches a file passes through `literal` or `docstring`, so that no text
can end its quotes and become code.
"""

from __future__ import annotations

import json
import textwrap

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
    escaped = "".join(
        (
            character
            if character == "\n" or (character >= " " and character != "\x7f")
            else f"\\x{ord(character):02x}"
        )
        for character in text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    )
    if escaped.endswith('"'):
        escaped = escaped[:-1] + '\\"'
    closing = '\n"""' if "\n" in escaped else '"""'
    return f'"""{escaped}{closing}'


class Expressions:
    """Renders shapes as annotations.

    A reference to a type that is still being defined (a loop) is quoted; those that need it are
    found once for a spec.
    """

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._looping = _looping_objects(spec)

    def of_field(self, field: Field) -> str:
        """The annotation of a field: what is not required may be null as well as absent."""
        annotation = self.of_shape(field.shape)
        if (field.nullable or not field.required) and not isinstance(field.shape, Anything):
            annotation += " | None"
        return literal(annotation) if self._names(field.shape) & self._looping else annotation

    def of_type(self, named: NamedType) -> str:
        """The right-hand side of the alias for a type that is no class."""
        match named:
            case EnumType(values=values, open=open_):
                known = f"Literal[{', '.join(map(literal, values))}]"
                return f"Annotated[{known} | str, OPEN]" if open_ else known
            case UnionType(variants=variants, tag=tag, open=True, name=name):
                members = " | ".join([*variants, f"Unknown{name}"])
                return f"Annotated[{members}, tagged({literal(tag)})]"
            case UnionType(variants=variants, tag=tag):
                members = " | ".join(variants)
                return f"Annotated[{members}, tagged({literal(tag)}, open=False)]"
            case MixedType(members=shapes):
                branches = " | ".join(map(self.of_shape, shapes))
                return f"Annotated[{branches}, mixed()]"
            case AliasType(shape=shape):
                return self.of_shape(shape)
            case ObjectType():
                raise TypeError(f"{named.name} is a class")

    def of_shape(self, shape: Shape) -> str:
        """A shape as a type."""
        match shape:
            case Scalar(types=(single,)):
                return _SCALARS[single]
            case Scalar(types=types):
                return f"Annotated[{' | '.join(_SCALARS[name] for name in types)}, mixed()]"
            case Const(value=value):
                return f"Literal[{literal(value)}]"
            case Ref(name=name):
                return name
            case ListOf(items=items):
                return f"list[{self.of_shape(items)}]"
            case MapOf(values=values):
                return f"dict[str, {self.of_shape(values)}]"
            case Anything():
                return "JsonValue"

    def _names(self, shape: Shape) -> set[str]:
        return set(_references(shape))


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


def _looping_objects(spec: Spec) -> set[str]:
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
