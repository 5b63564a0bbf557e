"""Faults with the members of objects: missing, null, unknown, empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from threadwire_conformance.values import is_object
from threadwire_generator.spec import (
    Anything,
    Const,
    Field,
    ObjectType,
    Shape,
    UnionType,
)

from .base import Base, Stopped
from .values import Refused, Values

PROTOTYPE = ("__proto__", "constructor", "toString")


class NothingChecked(Values):
    """What is JSON is delivered, whatever the type of its members."""

    def payload(self, name: str, value: Any) -> Any:
        if not is_object(value):
            raise Refused("$")
        return value


class MissingIsNothing(Values):
    """A required member may be missing."""

    def missing(self, named: ObjectType, field: Field, path: str) -> None:
        return


class OptionalIsDemanded(Values):
    """Every member that the official document requires is demanded."""

    def object(self, named: ObjectType, value: Any, path: str) -> Any:
        if is_object(value):
            for name in named.documented_required:
                if name not in value:
                    raise Refused(f"{path}.{name}")
        return super().object(named, value, path)


class AllIsDemanded(Values):
    """Every member is demanded, since the type has no place for what is absent."""

    def object(self, named: ObjectType, value: Any, path: str) -> Any:
        if is_object(value) and any(f.wire_name not in value for f in named.fields):
            raise Refused(path)
        return super().object(named, value, path)


class DocumentedTypes(Values):
    """A member that the official document knows as a string is never null."""

    def null(self, named: ObjectType, field: Field, path: str) -> Any:
        stated = field.documented.keywords.get("type") if field.documented else None
        if isinstance(stated, str):
            raise Refused(path)
        return super().null(named, field, path)


class OptionalNullRefused(Values):
    """A member that is not required may be absent, but not null."""

    def null(self, named: ObjectType, field: Field, path: str) -> Any:
        if not field.required and not field.nullable:
            raise Refused(path)
        return super().null(named, field, path)


class NullRefused(Values):
    """Null is refused wherever it stands."""

    def null(self, named: ObjectType, field: Field, path: str) -> Any:
        raise Refused(path)


class NullPasses(Values):
    """Null is accepted wherever it stands."""

    def null(self, named: ObjectType, field: Field, path: str) -> Any:
        return None


class NullsDropped(Values):
    """Members that are null are delivered as absent, by one who says that they are told apart."""

    def members(
        self, named: ObjectType, value: Mapping[str, Any], path: str, found: dict[str, Any]
    ) -> None:
        super().members(named, value, path, found)
        for name in [name for name, item in found.items() if item is None]:
            del found[name]


class NullsFilledIn(Values):
    """Members that are absent are delivered as null, by one who says that they are told apart."""

    def object(self, named: ObjectType, value: Any, path: str) -> Any:
        found = super().object(named, value, path)
        return {**dict.fromkeys(field.wire_name for field in named.fields), **found}


class FalsyIsAbsent(Values):
    """Zero, false and empty texts are taken for absent."""

    def member(self, named: ObjectType, field: Field, value: Any, path: str) -> Any:
        found = super().member(named, field, value, path)
        return found if found or isinstance(field.shape, Const) else None


class EmptyTextRefused(Values):
    """An empty text is refused where one is required."""

    def member(self, named: ObjectType, field: Field, value: Any, path: str) -> Any:
        if value == "" and field.required:
            raise Refused(path)
        return super().member(named, field, value, path)


class ExtraRefused(Values):
    """A member that is not declared is refused."""

    def extra(self, named: ObjectType, name: str, value: Any, found: dict[str, Any]) -> None:
        raise Refused(f"$.{name}")


class ExtraDropped(Values):
    """A member that is not declared is dropped, by one who says that it is kept."""

    def extra(self, named: ObjectType, name: str, value: Any, found: dict[str, Any]) -> None:
        return


class ExtraOfRootOnly(Values):
    """Members that are not declared are kept at the top, and dropped below."""

    depth = 0

    def object(self, named: ObjectType, value: Any, path: str) -> Any:
        self.depth += 1
        try:
            return super().object(named, value, path)
        finally:
            self.depth -= 1

    def extra(self, named: ObjectType, name: str, value: Any, found: dict[str, Any]) -> None:
        if self.depth == 1:
            found[name] = value


class ExtraIsAttribute(Values):
    """Members that are not declared become attributes, and hide those that the model has."""

    def extra(self, named: ObjectType, name: str, value: Any, found: dict[str, Any]) -> None:
        if name.isidentifier() and not name.startswith("_") and not hasattr(dict, name):
            found[name] = value


class Undocumented(Values):
    """A member that the official document does not know is refused."""

    def member(self, named: ObjectType, field: Field, value: Any, path: str) -> Any:
        if field.documented is not None and not field.documented.known:
            raise Refused(path)
        return super().member(named, field, value, path)


class ExpiresIsExpired(Values):
    """A step's `expires_at` is renamed to `expired_at`."""

    def object(self, named: ObjectType, value: Any, path: str) -> Any:
        found = super().object(named, value, path)
        if named.name == "RunStep" and "expires_at" in found:
            found["expired_at"] = found.pop("expires_at")
        return found


class ExpiresIsDemanded(Values):
    """A step without `expires_at` is refused."""

    def object(self, named: ObjectType, value: Any, path: str) -> Any:
        if named.name == "RunStep" and is_object(value) and "expires_at" not in value:
            raise Refused("$.expires_at")
        return super().object(named, value, path)


class Prototypes(Values):
    """Members are assigned to an object that has some of its own, and those are not delivered."""

    def map(self, values: Shape, value: Any, path: str) -> Any:
        found = super().map(values, value, path)
        return {name: item for name, item in found.items() if name not in PROTOTYPE}

    def extra(self, named: ObjectType, name: str, value: Any, found: dict[str, Any]) -> None:
        if name not in PROTOTYPE:
            found[name] = value


class PrototypeIds(Base):
    """Messages are kept in a table that has entries of its own, by names that may be ids."""

    def deliver(self, event: dict[str, Any]) -> None:
        data = event.get("data")
        if is_object(data) and data.get("id") in PROTOTYPE:
            raise Stopped("other", "this is no message")
        super().deliver(event)


class LabelsAreAscii(Values):
    """Names of labels that are not ASCII are dropped."""

    def map(self, values: Shape, value: Any, path: str) -> Any:
        found = super().map(values, value, path)
        return {name: item for name, item in found.items() if name.isascii()}


class LabelsNotChecked(Values):
    """The values of a map are not checked."""

    def map(self, values: Shape, value: Any, path: str) -> Any:
        return super().map(Anything(), value, path)


class TypesOfWholes(Values):
    """Pieces are read by the types of whole objects, which demand what came before."""

    def object(self, named: ObjectType, value: Any, path: str) -> Any:
        whole = self.spec.types.get(named.name.removesuffix("Delta"))
        is_piece = named.name.endswith("Delta") and named.delta_of is None
        if is_piece and isinstance(whole, ObjectType) and is_object(value):
            for field in whole.fields:
                if field.required and field.wire_name not in value:
                    raise Refused(f"{path}.{field.wire_name}")
        return super().object(named, value, path)


class OneType(Values):
    """Every piece is read as that of a message with a role and one part."""

    def object(self, named: ObjectType, value: Any, path: str) -> Any:
        if named.name == "MessageDeltaBody" and "role" not in value:
            raise Refused("$.delta.role")
        return super().object(named, value, path)


class CitationsNeedFile(Values):
    """A piece of a citation without its file is refused."""

    def object(self, named: ObjectType, value: Any, path: str) -> Any:
        if named.name == "FileCitationDelta" and is_object(value) and "file_id" not in value:
            raise Refused(f"{path}.file_id")
        return super().object(named, value, path)


class FirstPart(Values):
    """The first part of a list is looked at without asking whether there is one."""

    def array(self, items: Shape, value: Any, path: str) -> Any:
        found = super().array(items, value, path)
        if not found and path.endswith((".content", ".tool_calls")) and ".delta." in path:
            raise Refused(f"{path}[0]")
        return found


class CharactersAreParts(Values):
    """A text where a list belongs is looped over."""

    def array(self, items: Shape, value: Any, path: str) -> Any:
        return list(value) if isinstance(value, str) else super().array(items, value, path)


class MissingBodies(Values):
    """The body of a part is looked into without asking whether it is there."""

    def known_variant(self, union: UnionType, variant: str, value: Any, path: str) -> Any:
        if value[union.tag] in ("text", "image_file", "logs", "image") and len(value) < 3:
            raise Refused(f"{path}.{value[union.tag]}")
        return super().known_variant(union, variant, value, path)


class NullNotIterable(Values):
    """A list that is null is looped over."""

    def null(self, named: ObjectType, field: Field, path: str) -> Any:
        if field.wire_name in ("content", "tool_calls", "step_details"):
            raise Refused(path)
        return super().null(named, field, path)
