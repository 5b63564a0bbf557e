"""Faults in what is made of the data of a known event."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from typing import Any

from threadwire_generator.spec import (
    Anything,
    Const,
    EnumType,
    Field,
    MixedType,
    ObjectType,
    Shape,
    UnionType,
)

from .base import Base, Stopped
from .values import Refused, Values

# --- JSON -----------------------------------------------------------------------------------------


class TextAsItIs(Base):
    """Data that is no JSON is delivered as text under the event's name."""

    def payload(self, name: str, data: str) -> Any:
        try:
            self.values.parse(data)
        except Refused:
            return data
        return super().payload(name, data)


class NoJsonIsDropped(Base):
    """A known event whose data is no JSON is dropped in silence."""

    def refuse(self, name: str, refused: Refused, error_class: str = "payload") -> None:
        if refused.path != "$":
            super().refuse(name, refused, error_class)


class InvalidIsDropped(Base):
    """An event that cannot be read is dropped in silence."""

    def refuse(self, name: str, refused: Refused, error_class: str = "payload") -> None:
        return


class InvalidComesAnyway(Base):
    """An event whose data is JSON, and not its payload, is delivered all the same."""

    def known(self, name: str, data: str) -> None:
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            super().known(name, data)
        else:
            self.deliver({"event": name, "data": value})


class InvalidIsUnknown(Base):
    """An event that cannot be read comes as one that is not known."""

    def refuse(self, name: str, refused: Refused, error_class: str = "payload") -> None:
        self.unknown(name, "")


class InvalidIsFirst(Base):
    """An event that cannot be read comes as the first class of a list."""

    def refuse(self, name: str, refused: Refused, error_class: str = "payload") -> None:
        self.deliver({"event": "thread.created", "data": {}})


class StopsAtInvalid(Base):
    """Nothing is read after an event that cannot be read, by one who says that it is."""

    def refuse(self, name: str, refused: Refused, error_class: str = "payload") -> None:
        raise Stopped(error_class, f"{name}: {refused.path}", path=refused.path)


class InvalidAtTheEnd(Base):
    """Events that cannot be read are reported at the end of the stream."""

    def cut_off(self) -> None:
        self.report()
        super().cut_off()

    def finish(self, name: str, data: str) -> None:
        self.report()
        super().finish(name, data)

    def report(self) -> None:
        """Put what was refused behind all else."""
        self.events.sort(key=lambda event: bool(event.get("invalid")))


class InvalidHidesAll(Base):
    """An event that cannot be read throws away those that were read before."""

    def refuse(self, name: str, refused: Refused, error_class: str = "payload") -> None:
        self.events.clear()
        raise Stopped(error_class)


class InvalidIsTheCut(Base):
    """An event that cannot be read is told as a stream that was cut off."""

    def refuse(self, name: str, refused: Refused, error_class: str = "payload") -> None:
        raise Stopped("truncated", f"{name}: {refused.path}")


class FirstValue(Values):
    """JSON is read up to the end of its first value, whatever stands behind it."""

    def loads(self, text: str) -> Any:
        return json.JSONDecoder().raw_decode(text.lstrip())[0]


class LastValue(Values):
    """Of several JSON values, one a line, the last one counts."""

    def loads(self, text: str) -> Any:
        try:
            return super().loads(text)
        except ValueError:
            return super().loads(text.splitlines()[-1] if text else "")


class Repaired(Values):
    """JSON that breaks off is completed with the brackets that it lacks."""

    def loads(self, text: str) -> Any:
        missing = [{"{": "}", "[": "]"}[c] for c in re.findall("[{[]", text)][text.count("}") :]
        try:
            return super().loads(text)
        except ValueError:
            return super().loads(text + "".join(reversed(missing[:50])))


class Python(Values):
    """Data that is no JSON is read as a literal of Python."""

    def loads(self, text: str) -> Any:
        try:
            return super().loads(text)
        except ValueError:
            return _literal(text)


def _literal(text: str) -> Any:
    if len(text) > 1000:
        raise ValueError("too long")
    try:
        return ast.literal_eval(text)
    except (SyntaxError, MemoryError, RecursionError) as error:
        raise ValueError(str(error)) from None


class TrailingCommas(Values):
    """A comma after the last member is allowed."""

    def loads(self, text: str) -> Any:
        return super().loads(re.sub(",(\\s*[}\\]])", "\\1", text))


class Comments(Values):
    """Comments in JSON are allowed."""

    def loads(self, text: str) -> Any:
        return super().loads(re.sub(r"/\*.*?\*/", "", text))


class ControlCharacters(Values):
    """Control characters may stand in a string unescaped."""

    def loads(self, text: str) -> Any:
        return json.loads(text, strict=False, parse_constant=float, parse_float=self.fraction)


class NulEndsJson(Values):
    """The text of the data ends at NUL, and what is missing behind it is made up."""

    def loads(self, text: str) -> Any:
        return super().loads(text if "\0" not in text else re.sub("\0", "", text))


class LeadingZeros(Values):
    """Numbers may have leading zeros."""

    def loads(self, text: str) -> Any:
        return super().loads(re.sub(r"(?<=[:\[,])0+(?=\d)", "", text))


class Hexadecimal(Values):
    """Numbers may be hexadecimal."""

    def loads(self, text: str) -> Any:
        return super().loads(
            re.sub(r"(?<=[:\[,])0x([0-9a-f]+)", lambda match: str(int(match[1], 16)), text)
        )


class FirstOfTwins(Values):
    """Of a member that is there twice the first one counts."""

    def loads(self, text: str) -> Any:
        return json.loads(text, object_pairs_hook=lambda pairs: dict(reversed(pairs)))


class TwinsAreLists(Values):
    """A member that is there twice becomes a list."""

    def loads(self, text: str) -> Any:
        return json.loads(text, object_pairs_hook=_gathered)


def _gathered(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, list[Any]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


class NullIsEmpty(Values):
    """A payload of null is delivered as null."""

    def payload(self, name: str, value: Any) -> Any:
        return value if value is None else super().payload(name, value)


class ScalarsPass(Values):
    """A payload of a number or a text is delivered as it is."""

    def payload(self, name: str, value: Any) -> Any:
        return value if isinstance(value, (int, str)) else super().payload(name, value)


class ListOfOne(Values):
    """A payload that is a list of one is unpacked, and one part that is no list packed."""

    def payload(self, name: str, value: Any) -> Any:
        one = isinstance(value, list) and len(value) == 1
        return super().payload(name, value[0] if one else value)

    def array(self, items: Shape, value: Any, path: str) -> Any:
        return super().array(items, [value] if isinstance(value, dict) else value, path)


class DecodedTwice(Values):
    """A payload that is a JSON string is decoded once more."""

    def payload(self, name: str, value: Any) -> Any:
        return super().payload(name, json.loads(value) if isinstance(value, str) else value)


class SearchedInText(Base):
    """Kinds and tags are searched for in the text, where only one spelling is found."""

    def payload(self, name: str, data: str) -> Any:
        value = super().payload(name, data)
        if not isinstance(value, dict) or f'"object":"{value.get("object")}"' not in data:
            raise Refused("$.object")
        for tag in re.findall('"(text|image_file)":{', data):
            if '"content"' in data and f'"type":"{tag}"' not in data:
                raise Refused("$.type")
        return value


class TagsFirst(Values):
    """Members are expected in an order: the identifier of a payload first."""

    def payload(self, name: str, value: Any) -> Any:
        if isinstance(value, dict) and next(iter(value), "id") != "id" and "id" in value:
            raise Refused("$.id")
        return super().payload(name, value)


class TagBeforeBody(Values):
    """The tag of a variant has to come before its body."""

    def known_variant(self, union: UnionType, variant: str, value: Any, path: str) -> Any:
        names = list(value)
        tag = value[union.tag]
        if tag in names and names.index(tag) < names.index(union.tag):
            raise Refused(path)
        return super().known_variant(union, variant, value, path)


class SurrogatesApart(Values):
    """Two escapes that are a surrogate pair are read one by one."""

    def string(self, value: Any, path: str) -> Any:
        found = super().string(value, path)
        return found.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass") and (
            "".join(
                c if ord(c) < 0x10000 else chr(0xD800 + (ord(c) - 0x10000 >> 10)) + chr(0xDC00)
                for c in found
            )
        )


class EscapesStay(Values):
    """Escapes in strings are not read."""

    def loads(self, text: str) -> Any:
        return super().loads(text.replace("\\", "\\\\").replace('\\\\"', '\\"'))


class Shallow(Values):
    """Nesting above thirty is refused."""

    def loads(self, text: str) -> Any:
        if len(re.findall(r"\[\[", text)) > 10:
            raise ValueError("too deep")
        return super().loads(text)


class Recursive(Base):
    """JSON is read by a function that calls itself, and runs out of stack where nobody catches it."""

    def known(self, name: str, data: str) -> None:
        if max(data.count("["), data.count("{")) > 900:
            self.events.clear()
            raise Stopped("other", "RecursionError")
        super().known(name, data)


# --- members --------------------------------------------------------------------------------------


class NothingChecked(Values):
    """What is JSON is delivered, whatever the type of its members."""

    def payload(self, name: str, value: Any) -> Any:
        if not isinstance(value, dict):
            raise Refused("$")
        return value


class MissingIsNothing(Values):
    """A required member may be missing."""

    def missing(self, named: ObjectType, field: Field, path: str) -> None:
        return


class OptionalIsDemanded(Values):
    """Every member that the official document requires is demanded."""

    def object(self, named: ObjectType, value: Any, path: str) -> Any:
        if isinstance(value, dict):
            for name in named.documented_required:
                if name not in value:
                    raise Refused(f"{path}.{name}")
        return super().object(named, value, path)


class AllIsDemanded(Values):
    """Every member is demanded, since the type has no place for what is absent."""

    def object(self, named: ObjectType, value: Any, path: str) -> Any:
        if isinstance(value, dict) and any(f.wire_name not in value for f in named.fields):
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
        if named.name == "RunStep" and isinstance(value, dict) and "expires_at" not in value:
            raise Refused("$.expires_at")
        return super().object(named, value, path)


class Prototypes(Values):
    """Members are assigned to an object that has some of its own, and those are not delivered."""

    def map(self, values: Shape, value: Any, path: str) -> Any:
        found = super().map(values, value, path)
        return {name: item for name, item in found.items() if name not in _PROTOTYPE}

    def extra(self, named: ObjectType, name: str, value: Any, found: dict[str, Any]) -> None:
        if name not in _PROTOTYPE:
            found[name] = value


_PROTOTYPE = ("__proto__", "constructor", "toString")


class PrototypeIds(Base):
    """Messages are kept in a table that has entries of its own, by names that may be ids."""

    def deliver(self, event: dict[str, Any]) -> None:
        data = event.get("data")
        if isinstance(data, dict) and data.get("id") in _PROTOTYPE:
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
        if is_piece and isinstance(whole, ObjectType) and isinstance(value, dict):
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


# --- enumerations and unions ----------------------------------------------------------------------


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
        if value[union.tag] in (*_PROTOTYPE, ""):
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
        if not isinstance(value, dict) or not isinstance(value.get(union.tag), str):
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
