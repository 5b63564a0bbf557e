"""Faults with the values of enumerations and the variants of unions."""

from __future__ import annotations

from typing import Any

from threadwire_conformance.values import is_object
from threadwire_generator.spec import (
    EnumType,
    MixedType,
    Shape,
    UnionType,
)

from .members import PROTOTYPE
from .values import Refused, Values


class TagBeforeBody(Values):
    """The tag of a variant has to come before its body."""

    def known_variant(self, union: UnionType, variant: str, value: Any, path: str) -> Any:
        names = list(value)
        tag = value[union.tag]
        if tag in names and names.index(tag) < names.index(union.tag):
            raise Refused(path)
        return super().known_variant(union, variant, value, path)


class ClosedEnums(Values):
    """A value that is not in the list is refused."""

    def unknown_value(self, enum: EnumType, value: str, path: str) -> Any:
        raise Refused(path)


class DocumentedEnums(Values):
    """A value that the official document does not list is refused."""

    def enum(self, enum: EnumType, value: Any, path: str) -> Any:
        listed = enum.documented_values
        if listed is not None and value in enum.values and value not in listed:
            raise Refused(path)
        return super().enum(enum, value, path)


class UnknownValueIsNone(Values):
    """A value that is not in the list becomes null."""

    def unknown_value(self, enum: EnumType, value: str, path: str) -> Any:
        return None


class ValuesInAnyCase(Values):
    """Values are delivered as the list spells them."""

    def unknown_value(self, enum: EnumType, value: str, path: str) -> Any:
        return next((known for known in enum.values if known == value.lower()), value)


class ValuesWithUnderscores(Values):
    """Hyphens in values are replaced by underscores."""

    def enum(self, enum: EnumType, value: Any, path: str) -> Any:
        return super().enum(
            enum, value.replace("-", "_") if isinstance(value, str) else value, path
        )


class ValuesOfAnyType(Values):
    """A value of an enumeration may be of any type."""

    def no_word(self, enum: EnumType, value: Any, path: str) -> Any:
        return value


class ClosedUnions(Values):
    """A variant with an unknown tag is refused."""

    def unknown_variant(self, union: UnionType, value: dict[str, Any], path: str) -> Any:
        raise Refused(f"{path}.{union.tag}")


class VariantsDropped(Values):
    """A variant with an unknown tag is dropped from its list."""

    def unknown_variant(self, union: UnionType, value: dict[str, Any], path: str) -> Any:
        return None

    def array(self, items: Shape, value: Any, path: str) -> Any:
        return [item for item in super().array(items, value, path) if item is not None]


class VariantsPruned(Values):
    """Of a variant with an unknown tag the tag alone is kept, by one who says that all is."""

    def unknown_variant(self, union: UnionType, value: dict[str, Any], path: str) -> Any:
        return {union.tag: value[union.tag]}


class VariantsNeedIndex(Values):
    """A variant with an unknown tag must have what the known ones share."""

    def unknown_variant(self, union: UnionType, value: dict[str, Any], path: str) -> Any:
        if union.name.endswith("Delta") and not isinstance(value.get("index"), int):
            raise Refused(f"{path}.index")
        return super().unknown_variant(union, value, path)


class VariantsByAttribute(Values):
    """Tags are looked up where every object has some entries of its own."""

    def unknown_variant(self, union: UnionType, value: dict[str, Any], path: str) -> Any:
        if value[union.tag] in (*PROTOTYPE, ""):
            raise Refused(f"{path}.{union.tag}")
        return super().unknown_variant(union, value, path)


class NoImageNoRefusal(Values):
    """The list of parts lacks `image_url` and `refusal`."""

    def known_variant(self, union: UnionType, variant: str, value: Any, path: str) -> Any:
        if value[union.tag] in ("image_url", "refusal"):
            raise Refused(f"{path}.{union.tag}")
        return super().known_variant(union, variant, value, path)


class BestFit(Values):
    """The first variant that fits is taken, whatever the tag says."""

    def union(self, union: UnionType, value: Any, path: str) -> Any:
        if not is_object(value) or not isinstance(value.get(union.tag), str):
            return super().union(union, value, path)
        for tag in self.variants_of(union):
            if set(value) - {union.tag, "index"} & {tag} or value.get(union.tag, "").startswith(
                tag
            ):
                return super().union(union, {**value, union.tag: tag}, path)
        return super().union(union, value, path)


class WrongBodyIsUnknown(Values):
    """A known variant with a wrong body is taken for an unknown one."""

    def known_variant(self, union: UnionType, variant: str, value: Any, path: str) -> Any:
        try:
            return super().known_variant(union, variant, value, path)
        except Refused:
            return value


class NoTagIsUnknown(Values):
    """A variant without a tag is taken for an unknown one."""

    def no_tag(self, union: UnionType, value: dict[str, Any], path: str) -> Any:
        return value


class NoTagIsGuessed(Values):
    """The variant of an object without a tag is guessed by its members."""

    def no_tag(self, union: UnionType, value: dict[str, Any], path: str) -> Any:
        for tag, variant in self.variants_of(union).items():
            if tag in value:
                return self.named(variant, {**value, union.tag: tag}, path)
        return super().no_tag(union, value, path)


class StringsOnly(Values):
    """Of a member that may be a text or an object, only the text is known."""

    def mixed(self, mixed: MixedType, value: Any, path: str) -> Any:
        if not isinstance(value, str):
            raise Refused(path)
        return super().mixed(mixed, value, path)


class ObjectsOnly(Values):
    """Of a member that may be a text or an object, only the object is known."""

    def mixed(self, mixed: MixedType, value: Any, path: str) -> Any:
        if isinstance(value, str):
            raise Refused(path)
        return super().mixed(mixed, value, path)


class MixedIsAnything(Values):
    """A member that may be a text or an object may be anything."""

    def mixed(self, mixed: MixedType, value: Any, path: str) -> Any:
        return value


class ConstantsNotChecked(Values):
    """The constant that tells the kind of an object is not checked."""

    def const(self, text: str, value: Any, path: str) -> Any:
        return value
