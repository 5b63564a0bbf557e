"""Payloads, read by the spec as it stands: JSON in, what is delivered out.

It does what the generated models do, member by member and slowly, so that each step can be
overridden by a fault.  With `keep=False` nothing is delivered that the spec does not declare: then
a field, value or variant that is missing from the spec shows in what comes out.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn

from threadwire_conformance.values import is_array, is_object
from threadwire_generator.spec import (
    AliasType,
    Anything,
    Const,
    EnumType,
    Field,
    ListOf,
    MapOf,
    MixedType,
    ObjectType,
    Ref,
    Scalar,
    Shape,
    Spec,
    UnionType,
)

Names = Mapping["tuple[str, str]", str]


class Refused(Exception):  # noqa: N818 - what became of the data, not what went wrong
    """Data that is not the payload of its event; where it is not."""

    def __init__(self, path: str = "$") -> None:
        super().__init__(path)
        self.path = path


class Values:
    """Reads payloads.

    Args:
        spec: the protocol.
        keep: whether members that are not declared, and the bodies of variants that are not known,
            are delivered.
        names: by type and member, another name under which it is delivered.
    """

    def __init__(self, spec: Spec, keep: bool = True, names: Names | None = None) -> None:
        self.spec = spec
        self.keep = keep
        self.names = names or {}
        self._fields: dict[str, dict[str, Field]] = {}
        self._variants: dict[str, dict[str, str]] = {}

    # --- JSON -------------------------------------------------------------------------------------

    def parse(self, text: str) -> Any:
        """The value of a JSON text.

        Raises:
            Refused: it has none.
        """
        try:
            value = self.loads(text)
            self.check(text, value)
        except (ValueError, RecursionError):
            raise Refused from None
        return value

    def loads(self, text: str, **changes: Any) -> Any:
        """The value of a JSON text, by the standard library, with these changes."""
        return json.loads(text, **{**self.strictly, **changes})

    @property
    def strictly(self) -> dict[str, Any]:
        """How the standard library is asked to read."""
        return {"parse_constant": _refuse, "parse_float": self.fraction}

    def fraction(self, digits: str) -> float:
        """A number that is spelled with a fraction or an exponent."""
        number = float(digits)
        return number if math.isfinite(number) else _refuse(digits)

    def check(self, text: str, value: Any) -> None:
        """Refuse half surrogate pairs, which no text can hold."""
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()

    # --- shapes -----------------------------------------------------------------------------------

    def payload(self, name: str, value: Any) -> Any:
        """A payload of this type, as it is delivered.

        Raises:
            Refused: it is none.
        """
        return self.named(name, value, "$")

    def readable(self, name: str, members: Mapping[str, Any]) -> dict[str, Any]:
        """What can be read of a payload that is never refused: each member by itself."""
        found: dict[str, Any] = {}
        for member, value in members.items():
            try:
                found.update(self.alone(name, {member: value}))
            except Refused:
                continue
        return found

    def alone(self, name: str, member: dict[str, Any]) -> dict[str, Any]:
        """A payload of one member, asked for no other."""
        found: dict[str, Any] = {}
        self.members(self._object(name), member, "$", found)
        return found

    def shape(self, shape: Shape, value: Any, path: str) -> Any:
        """A value of a shape."""
        match shape:
            case Ref(name):
                return self.named(name, value, path)
            case Scalar(types):
                return self.scalar(types, value, path)
            case Const(text):
                return self.const(text, value, path)
            case ListOf(items):
                return self.array(items, value, path)
            case MapOf(values):
                return self.map(values, value, path)
            case Anything():
                return value
        raise AssertionError(f"{shape} is no shape")

    def named(self, name: str, value: Any, path: str) -> Any:
        """A value of a named type."""
        match self.spec.types[name]:
            case ObjectType() as named:
                return self.object(named, value, path)
            case EnumType() as enum:
                return self.enum(enum, value, path)
            case UnionType() as union:
                return self.union(union, value, path)
            case MixedType() as mixed:
                return self.mixed(mixed, value, path)
            case AliasType(shape=shape):
                return self.shape(shape, value, path)

    # --- objects ----------------------------------------------------------------------------------

    def object(self, named: ObjectType, value: Any, path: str) -> Any:
        """An object with declared members."""
        if not is_object(value):
            raise Refused(path)
        for field in named.fields:
            if field.required and field.wire_name not in value:
                self.missing(named, field, f"{path}.{field.wire_name}")
        found: dict[str, Any] = {}
        self.members(named, value, path, found)
        return found

    def missing(self, named: ObjectType, field: Field, path: str) -> None:
        """A required member that is not there."""
        raise Refused(path)

    def members(
        self, named: ObjectType, value: Mapping[str, Any], path: str, found: dict[str, Any]
    ) -> None:
        """The members of an object, in the order in which they came."""
        fields = self._fields_of(named)
        for name, item in value.items():
            field = fields.get(name)
            if field is None:
                self.extra(named, name, item, found)
            else:
                reported = self.names.get((named.name, name), name)
                found[reported] = self.member(named, field, item, f"{path}.{name}")

    def member(self, named: ObjectType, field: Field, value: Any, path: str) -> Any:
        """A declared member."""
        if value is None and not isinstance(field.shape, Anything):
            return self.null(named, field, path)
        return self.shape(field.shape, value, path)

    def null(self, named: ObjectType, field: Field, path: str) -> Any:
        """A member that is null: one that is not required may be."""
        if field.required and not field.nullable:
            raise Refused(path)
        return None

    def extra(self, named: ObjectType, name: str, value: Any, found: dict[str, Any]) -> None:
        """A member that is not declared."""
        if self.keep:
            found[name] = value

    # --- other types ------------------------------------------------------------------------------

    def enum(self, enum: EnumType, value: Any, path: str) -> Any:
        """A value of an enumeration; an open one takes any string."""
        if not isinstance(value, str):
            return self.no_word(enum, value, path)
        return value if value in enum.values else self.unknown_value(enum, value, path)

    def no_word(self, enum: EnumType, value: Any, path: str) -> Any:
        """What is no string where a word of an enumeration belongs."""
        raise Refused(path)

    def unknown_value(self, enum: EnumType, value: str, path: str) -> Any:
        """A string that is none of the known values."""
        if not enum.open:
            raise Refused(path)
        return value

    def union(self, union: UnionType, value: Any, path: str) -> Any:
        """One of several objects, by its tag."""
        if not is_object(value):
            raise Refused(path)
        tag = value.get(union.tag)
        if not isinstance(tag, str):
            return self.no_tag(union, value, path)
        variant = self.variants_of(union).get(tag)
        if variant is None:
            return self.unknown_variant(union, value, path)
        return self.known_variant(union, variant, value, path)

    def known_variant(self, union: UnionType, variant: str, value: Any, path: str) -> Any:
        """A variant whose tag is known."""
        return self.named(variant, value, path)

    def no_tag(self, union: UnionType, value: dict[str, Any], path: str) -> Any:
        """An object without a tag, or with one that is no string."""
        raise Refused(f"{path}.{union.tag}")

    def unknown_variant(self, union: UnionType, value: dict[str, Any], path: str) -> Any:
        """A variant whose tag is not known."""
        if not union.open:
            raise Refused(f"{path}.{union.tag}")
        return value if self.keep else {union.tag: value[union.tag]}

    def mixed(self, mixed: MixedType, value: Any, path: str) -> Any:
        """A value of the one branch that it can be of."""
        refusals: list[Refused] = []
        for member in mixed.members:
            try:
                return self.shape(member, value, path)
            except Refused as refused:
                refusals.append(refused)
        raise max(refusals, key=lambda refused: len(refused.path))

    def array(self, items: Shape, value: Any, path: str) -> Any:
        """An array."""
        if not is_array(value):
            raise Refused(path)
        return [self.shape(items, item, f"{path}[{at}]") for at, item in enumerate(value)]

    def map(self, values: Shape, value: Any, path: str) -> Any:
        """An object with any member names."""
        if not is_object(value):
            raise Refused(path)
        return {name: self.shape(values, item, f"{path}.{name}") for name, item in value.items()}

    # --- scalars ----------------------------------------------------------------------------------

    def scalar(self, types: tuple[str, ...], value: Any, path: str) -> Any:
        """A value of one of these JSON types."""
        for kind in types:
            try:
                return getattr(self, kind)(value, path)
            except Refused:
                continue
        raise Refused(path)

    def const(self, text: str, value: Any, path: str) -> Any:
        """Exactly this string."""
        if value != text:
            raise Refused(path)
        return value

    def string(self, value: Any, path: str) -> Any:
        """A string."""
        if not isinstance(value, str):
            raise Refused(path)
        return value

    def boolean(self, value: Any, path: str) -> Any:
        """True or false."""
        if not isinstance(value, bool):
            raise Refused(path)
        return value

    def integer(self, value: Any, path: str) -> Any:
        """A number without a fraction, however it is spelled."""
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise Refused(path)
        return value

    def number(self, value: Any, path: str) -> Any:
        """A number."""
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            raise Refused(path)
        return value

    # --- look-up ----------------------------------------------------------------------------------

    def variants_of(self, union: UnionType) -> Mapping[str, str]:
        """The types of the variants by their tags."""
        if union.name not in self._variants:
            self._variants[union.name] = {
                field.shape.value: name
                for name in union.variants
                for field in self._object(name).fields
                if field.wire_name == union.tag and isinstance(field.shape, Const)
            }
        return self._variants[union.name]

    def _fields_of(self, named: ObjectType) -> Mapping[str, Field]:
        if named.name not in self._fields:
            self._fields[named.name] = {field.wire_name: field for field in named.fields}
        return self._fields[named.name]

    def _object(self, name: str) -> ObjectType:
        named = self.spec.types[name]
        while isinstance(named, AliasType) and isinstance(named.shape, Ref):
            named = self.spec.types[named.shape.name]
        assert isinstance(named, ObjectType), f"{name} is no object"
        return named


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")
