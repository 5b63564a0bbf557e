"""From the schemas of a contract to the types of a spec: what a person would write for them.

A `Modeller` makes the bodies of types, as they stand in YAML: objects, enums and unions become
types with names, constants and plain values stay where they are.  It invents nothing: descriptions
and units are `TODO`, enums and unions are open, and what the dialect of a spec cannot say is noted
in `notes` and left as any value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from threadwire_generator.change.contract import (
    Anything,
    Array,
    Boolean,
    Contract,
    Limits,
    Null,
    Number,
    Object,
    Part,
    Schema,
    String,
)
from threadwire_generator.change.keywords import is_list, is_mapping
from threadwire_generator.change.naming import Names, attribute, camel, singular, stem
from threadwire_generator.change.variants import merged, tag_of, tag_values
from threadwire_generator.rules.fields import contradicts
from threadwire_generator.rules.names import field_problem

TODO = "TODO"  # where a person is asked for words

Body: TypeAlias = dict[str, Any]
Alternatives: TypeAlias = "tuple[tuple[Part, str | None], ...]"
Path: TypeAlias = tuple[str, ...]  # in a document: the type, then members, `[]` for items

_KEYS = (
    *("type", "$ref", "anyOf", "const", "items", "additionalProperties", "format", "unit"),
    *("merge", "name", "description", "documented", "evidence"),
)
_OWN_FORMATS = frozenset({"unixtime", "uri"})
LIMITS = frozenset(  # that `documented` can hold
    {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
    | {"minLength", "maxLength", "pattern"}
    | {"minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"}
)
_PLAIN: Mapping[type, str] = {Boolean: "boolean", Number: "number", String: "string"}


def ordered(body: Body) -> Body:
    """The keywords of a property in the order in which a spec has them."""
    return {key: body[key] for key in _KEYS if key in body}


@dataclass(frozen=True, slots=True)
class Value:
    """What a value is: its keywords, whether it may be null, what only the document says of it."""

    body: Body
    nullable: bool = False
    documented: Body = field(default_factory=dict[str, Any])
    rough: bool = False  # a spec cannot say what it is, and admits more

    @property
    def stated(self) -> Body:
        """All keywords, with null where a property can state it."""
        return or_null(self.body) if self.nullable else dict(self.body)

    @property
    def as_document(self) -> Body:
        """All keywords, as `documented` has them."""
        return {**self.stated, **self.documented}


def or_null(body: Body) -> Body:
    """Keywords that admit null as well."""
    if "type" in body:
        types: list[str] = body["type"] if is_list(body["type"]) else [body["type"]]
        return {**body, "type": [*types, *(["null"] if "null" not in types else [])]}
    return {"anyOf": [dict(body), {"type": "null"}]} if body else {}


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a document: how a type that is made there would be called, and what is there."""

    words: str  # the name of the type that holds it, then those of the members
    path: Path
    last: str = ""  # the member

    def member(self, name: str) -> Where:
        """A member of it."""
        return Where(self.words + camel(name), (*self.path, name), name)

    def items(self) -> Where:
        """One of its items."""
        one = singular(self.last)
        words = self.words.removesuffix(camel(self.last)) + camel(one) if self.last else self.words
        return Where(words if one != self.last else f"{words}Item", (*self.path, "[]"))

    def branch(self, word: str) -> Where:
        """One of its alternatives."""
        return Where(self.words + camel(word), self.path)


@dataclass(slots=True)
class Modeller:
    """Makes types of the schemas of one contract.

    `known` gives the type that stands for one of the contract's types already, if any may be used;
    `describe` the words that a document has for a place.
    """

    contract: Contract
    names: Names
    known: Callable[[str], str | None] = lambda _: None
    describe: Callable[[Path], str | None] = lambda _: None
    types: dict[str, Body] = field(default_factory=dict[str, Body])
    notes: dict[tuple[str, str], None] = field(default_factory=dict[Any, None])  # place and text
    made: dict[str, str] = field(default_factory=dict[str, str])  # of the contract's types
    _waiting: list[tuple[str, Where, Alternatives]] = field(
        default_factory=list[tuple[str, Where, "Alternatives"]]
    )
    _inlining: list[str] = field(default_factory=list[str])

    def note(self, where: Where, text: str) -> None:
        """Say what the dialect cannot."""
        self.notes[(spelled(where.path), text)] = None

    def finish(self) -> dict[str, Body]:
        """The bodies of the types that were made, and of those that these lead to."""
        while self._waiting:
            name, where, parts = self._waiting.pop(0)
            self.types[name] = {"description": self._words(where), **self._form(name, where, parts)}
        return self.types

    # --- names ------------------------------------------------------------------------------------

    def named(self, name: str) -> str:
        """The spec's type for a type of the contract."""
        known = self.known(name) or self.made.get(name)
        if known is None:
            known = self.names.take(camel(name), camel(stem(name), "Type"))
            self.made[name] = known
            where = Where(stem(known), (name,))
            self._wait(known, where, self.alternatives(self.contract.types[name]))
        return known

    def payload(self, event: str, found: tuple[Part, str | None]) -> str:
        """The type of an event's data."""
        if found[1] is not None:
            return self.named(found[1])
        name = self.names.take(camel(event, "Data"))
        self._wait(name, Where(name, (event,)), (found,))
        return name

    def _nameless(self, where: Where, parts: Alternatives) -> str:
        """A type for alternatives that the document writes in place."""
        kind = "Object" if all(isinstance(part, Object) for part, _ in parts) else "Value"
        name = self.names.take(where.words, f"{where.words}{kind}")
        self._wait(name, Where(stem(name), where.path), parts)
        return name

    def _wait(self, name: str, where: Where, parts: Alternatives) -> None:
        self.types[name] = {}  # keeps the order in which types are met
        self._waiting.append((name, where, parts))

    def alternatives(self, schema: Schema) -> Alternatives:
        """The alternatives but null, each with the type of the contract that is it alone."""
        found = merged(self.contract, schema)
        return tuple((part, self._alone(part, name)) for part, name in found)

    def _alone(self, part: Part, name: str | None) -> str | None:
        if name is None or self.contract.resolve(self.contract.types[name]).parts != (part,):
            return None
        return name

    # --- values -----------------------------------------------------------------------------------

    def property(self, schema: Schema, required: bool, where: Where) -> Body:
        """A member of an object: all that is known of it, and the words that are missing."""
        value = self.value(schema, where, constant=required)
        body = value.stated
        if counts(body):
            body["unit"] = TODO
        body["description"] = self._words(where)
        if value.documented:
            body["documented"] = value.documented
        if contradicts(body):
            body["evidence"] = ["the official document admits what a spec can only say so"]
        return ordered(body)

    def value(self, schema: Schema, where: Where, *, constant: bool = False) -> Value:
        """What a schema is in a spec; a constant may stand for one only in a required member."""
        nullable = Null() in self.contract.resolve(schema).parts
        constant = constant and not nullable
        name = schema.ref or ""
        found = self.alternatives(schema)
        parts = [part for part, _ in found]
        is_named = not (constant and _is_constant(_only(parts)))
        if is_named and name in self.contract.types and self._is_type(name, parts):
            return Value({"$ref": self.named(name)}, nullable, self._opened(parts, name, nullable))
        self._inlining.append(name)
        value = self._value(found, where, constant=constant)
        self._inlining.pop()
        return Value(value.body, nullable, value.documented, value.rough)

    def _opened(self, parts: Sequence[Part], name: str, nullable: bool) -> Body:
        """What `documented` says of listed strings, beside which the document admits others."""
        match _only(parts):
            case String(values, True) if values:
                rest: list[Body] = [{"type": "string"}, *([{"type": "null"}] if nullable else [])]
                return {"anyOf": [{"$ref": self.named(name)}, *rest]}
            case _:
                return {}

    def _is_type(self, name: str, parts: Sequence[Part]) -> bool:
        """Whether a type of the contract is one of the spec, too."""
        match _only(parts):
            case Anything() | Boolean() | Number():
                return False
            case String(values):
                return bool(values)
            case Array(_, limits):
                return not limits and name in self._inlining
            case Object((), rest, limits):
                return not limits and self._is_bare(rest)
            case None:
                several = len({type(part) for part in parts}) > 1
                objects = [part for part in parts if isinstance(part, Object)]
                tagged = len(objects) == len(parts) and _is_tag(tag_of(objects), objects)
                return tagged or (several and not _are_plain(parts))
            case _:
                return True

    def _is_bare(self, schema: Schema | None, depth: int = 4) -> bool:
        """Whether no limit and no null is said of what is in a map, where a type has no room."""
        if schema is None or depth == 0:
            return depth > 0
        parts = self.contract.resolve(schema).parts
        inner = [part.items for part in parts if isinstance(part, Array)]
        inner += [part.rest for part in parts if isinstance(part, Object) and part.rest]
        limited = any(getattr(part, "limits", ()) for part in parts)
        return (
            not limited and Null() not in parts and all(self._is_bare(x, depth - 1) for x in inner)
        )

    def _value(self, found: Alternatives, where: Where, *, constant: bool) -> Value:
        """A value that has no name of its own."""
        parts = [part for part, _ in found]
        if not parts or Anything() in parts:
            return Value({})
        if _are_plain(parts):
            return self._plain(parts, where)
        match _only(parts):
            case String(values) as part if constant and _is_constant(part):
                return Value({"const": values[0]}, False, self._checked(part.limits, where))
            case String(_, True):
                # The names in it are worth having, and any other string is good as well.
                name = self._nameless(where, found)
                return Value({"$ref": name}, False, {"anyOf": [{"$ref": name}, {"type": "string"}]})
            case Array() as part:
                return self._list(part, where)
            case Object(()) as part:
                return self._map(part, where)
            case _:
                pass
        objects = [part for part in parts if isinstance(part, Object)]
        if len(objects) == len(parts) > 1 and self._tag(objects, where) is None:
            return Value({"type": "object", "additionalProperties": True}, rough=True)
        kinds = {type(part) for part in parts}
        if len(parts) > len(kinds) == 1 and not objects:
            # A union is of several JSON types: one of these alone would be this union again.
            return self._any_of(kinds.pop(), where)
        return Value({"$ref": self._nameless(where, found)})

    def _any_of(self, kind: type[Part], where: Where) -> Value:
        """Any value of one JSON type, where the document has several of that type."""
        if kind is Array:
            self.note(where, "several lists, which a spec cannot tell apart; any list is admitted")
            return Value({"type": "array", "items": {}}, rough=True)
        self.note(where, "texts of several limits or formats; any text is admitted")
        return Value({"type": "string"}, rough=True)

    def _tag(self, objects: Sequence[Object], where: Where) -> str | None:
        """The required member with one constant each that tells these objects apart."""
        tag = tag_of(objects)
        if _is_tag(tag, objects):
            return tag
        why = "that no required constant tells apart"
        if tag is not None and any(len(tag_values(each, tag)) > 1 for each in objects):
            why = f"told apart by `{tag}`, of which a spec has one constant a variant, not several"
        self.note(where, f"objects {why}; any object is admitted")
        return None

    def _plain(self, parts: Sequence[Part], where: Where) -> Value:
        types = [_type_of(part) for part in parts]
        body: Body = {"type": types[0] if len(types) == 1 else list(dict.fromkeys(types))}
        documented: Body = {}
        for part in parts:
            if isinstance(part, (Number, Boolean)) and part.values:
                self.note(where, "certain numbers or truths only; any are admitted")
            if isinstance(part, (Number, String)):
                documented |= self._checked(part.limits, where)
                if part.format in _OWN_FORMATS and len(parts) == 1:
                    body["format"] = part.format
                elif part.format is not None:
                    documented["format"] = part.format
        return Value(body, False, documented)

    def _list(self, part: Array, where: Where) -> Value:
        items = self.value(part.items, where.items())
        return self._around("items", "array", items, self._checked(part.limits, where))

    def _map(self, part: Object, where: Where) -> Value:
        rest = Schema((Anything(),)) if part.rest is None else part.rest
        if part.rest is None:
            self.note(where, "an object without any member; any are admitted")
        values = self.value(rest, where.branch("value"))
        key = "additionalProperties"
        return self._around(key, "object", values, self._checked(part.limits, where))

    @staticmethod
    def _around(key: str, kind: str, inner: Value, limits: Body) -> Value:
        """A list or a map: what is in it can say neither null nor limits, but for the document."""
        simple = not (inner.nullable or inner.documented)
        body = {} if inner.nullable else inner.body
        told: Any = body or (True if key == "additionalProperties" else {})
        outer: Body = {"type": kind, key: told}
        more = limits if simple else {key: inner.as_document, **limits}
        return Value(outer, False, more, inner.rough)

    def _checked(self, limits: Limits, where: Where) -> Body:
        for key, _ in limits:
            if key not in LIMITS:
                self.note(where, f"`{key}`, which a spec cannot say")
        return _limits(limits)

    # --- types ------------------------------------------------------------------------------------

    def _form(self, name: str, where: Where, found: Alternatives) -> Body:
        """A type but for its description."""
        parts = [part for part, _ in found]
        objects = [part for part in parts if isinstance(part, Object)]
        if len(objects) == len(parts) > 1:
            tag = self._tag(objects, where)
            if tag is not None:
                return self._union(where, found, tag)
            return {"type": "object", "additionalProperties": True}
        match _only(parts):
            case Object(members) as part if members:
                return self._object(name, where, part)
            case String(values) if values:
                return {"enum": list(values), "open": True}
            case None if parts:
                return self._mixed(where, found)
            case _:
                return self._value(found, where, constant=False).body

    def _object(self, name: str, where: Where, part: Object) -> Body:
        if part.rest is None:
            self.note(where, "no members but the declared ones; a spec admits more")
        elif part.rest != Schema((Anything(),)):
            self.note(where, "members beyond the declared ones, whose values are not checked")
        properties: dict[str, Body] = {}
        types = {name, *self.types}
        taken = {each.name for each in part.members if field_problem(each.name, types) is None}
        for member in part.members:
            body = self.property(member.schema, member.required, where.member(member.name))
            called = attribute(member.name, taken - {member.name}, types)
            if called is not None:
                body = ordered({**body, "name": called})
                taken.add(called)
            properties[member.name] = body
        required = [member.name for member in part.members if member.required]
        return {"required": required, "properties": properties}

    def _union(self, where: Where, found: Alternatives, tag: str) -> Body:
        variants = [
            {"$ref": self.variant(where, part, name, tag)}
            for part, name in found
            if isinstance(part, Object)
        ]
        return {"oneOf": variants, "tag": tag, "open": True}

    def variant(self, where: Where, part: Object, name: str | None, tag: str) -> str:
        """The type of one variant of a tagged union."""
        if name is not None:
            return self.named(name)
        return self._nameless(where.branch(tag_values(part, tag)[0]), ((part, None),))

    def _mixed(self, where: Where, found: Alternatives) -> Body:
        """A union of several JSON types: each a shape, those of one type together."""
        plain = [part for part, _ in found if _are_plain([part])]
        members: list[Value] = [self._plain(plain, where)] if plain else []
        for kind, word in ((String, "value"), (Array, "list"), (Object, "object")):
            group = tuple(each for each in found if isinstance(each[0], kind))
            group = tuple(each for each in group if each[0] not in plain)
            if group:
                members.append(self._branch(group, where.branch(word)))
        for value in members:
            if value.documented:
                self.note(where, "limits, which an alternative of several cannot have")
        bodies = [value.body for value in members]
        return {"anyOf": bodies} if len(bodies) > 1 else dict(bodies[0])

    def _branch(self, group: Alternatives, where: Where) -> Value:
        name = group[0][1] if len(group) == 1 else None
        if name is not None and self._is_type(name, [group[0][0]]):
            return Value({"$ref": self.named(name)})
        return self._value(group, where, constant=False)

    def _words(self, where: Where) -> str:
        return self.describe(where.path) or TODO


# --- references ---------------------------------------------------------------------------------


def references(body: Any) -> list[str]:
    """The types that a body of a type or of a property refers to, in order."""
    if is_mapping(body):
        found: list[str] = [body["$ref"]] if isinstance(body.get("$ref"), str) else []
        return found + [name for value in body.values() for name in references(value)]
    if is_list(body):
        return [name for item in body for name in references(item)]
    return []


def led_to(starts: Iterable[str], types: Mapping[str, Body]) -> list[str]:
    """The types that these lead to, themselves first: what they hold before what comes after."""
    found: dict[str, None] = {}
    waiting = list(starts)
    while waiting:
        name = waiting.pop(0)
        if name not in found and name in types:
            found[name] = None
            waiting[:0] = references(types[name])
    return list(found)


# --- small things ---------------------------------------------------------------------------------


def _only(parts: Sequence[Part]) -> Part | None:
    return parts[0] if len(parts) == 1 else None


def _is_constant(part: Part | None) -> bool:
    return isinstance(part, String) and len(part.values) == 1 and not part.open


def _is_tag(name: str | None, objects: Sequence[Object]) -> bool:
    """Whether each of these objects has one constant for that member."""
    return name is not None and all(_has_constant(each, name) for each in objects)


def _has_constant(part: Object, name: str) -> bool:
    member = part.member(name)
    return member is not None and member.required and len(tag_values(part, name)) == 1


def _are_plain(parts: Iterable[Part]) -> bool:
    """Whether these are values of plain JSON types, strings that are not listed among them."""
    return all(
        type(part) in _PLAIN and not (isinstance(part, String) and part.values) for part in parts
    )


def _type_of(part: Part) -> str:
    is_integer = isinstance(part, Number) and part.integer
    return "integer" if is_integer else _PLAIN[type(part)]


def _limits(limits: Limits) -> Body:
    return {key: value for key, value in limits if key in LIMITS}


def counts(body: Body) -> bool:
    """Whether there are numbers in a value that are no points in time."""
    types = body.get("type", ())
    listed = [types] if isinstance(types, str) else types
    if {"integer", "number"} & set(listed):
        return body.get("format") != "unixtime"
    inner = [body.get("items"), body.get("additionalProperties"), *body.get("anyOf", ())]
    return any(counts(each) for each in inner if is_mapping(each))


def spelled(path: Path) -> str:
    """A place in a document as a person reads it: `Type.member[].member`."""
    return ".".join(path).replace(".[]", "[]")
