"""Which type of a spec stands for which schema of a document.

The two are walked together, from what stands in the YAML: a property of the spec fits a schema of
the document if both admit the same, types with names left to themselves.  Where the spec refers to
a type, that type and the schema become a `Pair`, to be walked on its own.  What fits is nothing to
change; so a spec may be cut into types otherwise than its document, and call them what it likes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from threadwire_generator.change.contract import (
    ANYTHING,
    Anything,
    Array,
    Boolean,
    Contract,
    Null,
    Number,
    Object,
    Part,
    Schema,
    String,
)
from threadwire_generator.change.keywords import is_list, is_mapping
from threadwire_generator.change.model import LIMITS, Alternatives, Body
from threadwire_generator.change.variants import json_type, merged, tag_values
from threadwire_generator.load import Steps
from threadwire_generator.targets.jsonschema.bundle import DISPLACES, ONLY_BESIDE

SHAPE = ("type", "$ref", "anyOf", "const", "enum", "items", "additionalProperties", "format")


class Site(NamedTuple):
    """Where a spec names a type: the file, and the steps to the name."""

    file: str
    steps: Steps

    def to(self, *steps: str | int) -> Site:
        """A place further in."""
        return Site(self.file, (*self.steps, *steps))


class Pair(NamedTuple):
    """A type of the spec, what the document has in its place, and where the spec names it."""

    name: str
    found: Alternatives
    site: Site
    document: str | None  # what the document calls it, if it does

    @property
    def parts(self) -> tuple[Part, ...]:
        """The alternatives of the document."""
        return tuple(part for part, _ in self.found)


# --- bodies ---------------------------------------------------------------------------------------


def split_null(body: Mapping[str, Any]) -> tuple[Body, bool]:
    """The keywords that say what a value is, and whether it may be null as well."""
    core: Body = {key: body[key] for key in SHAPE if key in body}
    if is_list(core.get("type")):
        types = [each for each in core["type"] if each != "null"]
        is_null = len(types) < len(core["type"])
        core["type"] = types[0] if len(types) == 1 else types
        return core, is_null
    branches: list[Body] = core.get("anyOf", [])
    rest = [each for each in branches if each != {"type": "null"}]
    if len(rest) < len(branches):
        return (dict(rest[0]) if len(rest) == 1 else {"anyOf": rest}), True
    return core, core == {"type": "null"}


def documented_view(body: Mapping[str, Any]) -> Body:
    """What the document is said to have for a property: keywords and limits."""
    own: Body = {key: body[key] for key in SHAPE if key in body}
    keywords = body.get("documented")
    if not is_mapping(keywords):
        return own
    displaced = frozenset[str]().union(*(DISPLACES.get(key, ()) for key in keywords))
    kept = {key: value for key, value in own.items() if key not in displaced}
    if "type" in keywords:
        types, before = _types(keywords), _types(own)
        kept = {key: v for key, v in kept.items() if ONLY_BESIDE.get(key) in (None, *types)}
        if types != before:
            kept.pop("format", None)
    return {**kept, **keywords}


def _types(body: Mapping[str, Any]) -> list[str]:
    stated = body.get("type", [])
    listed: list[str] = [stated] if isinstance(stated, str) else list(stated)
    return [name for name in listed if name != "null"]


# --- fitting --------------------------------------------------------------------------------------


@dataclass(slots=True)
class Aligner:
    """Finds whether what a spec says fits a document, and the pairs of types on the way.

    `apart` holds the pairs that are not to be: types of the spec with schemas of the document that
    another one has to stand for.
    """

    contract: Contract
    bodies: Mapping[str, Body]  # of the spec's types
    apart: frozenset[tuple[str, tuple[Part, ...]]] = frozenset()
    pairs: list[Pair] = field(default_factory=list[Pair])
    _ref: str | None = None  # the document's type that is being looked at

    def alternatives(self, schema: Schema) -> Alternatives:
        """The alternatives but null, each with the type of the document that is it alone."""
        found = merged(self.contract, schema)
        return tuple((part, self._alone(part, name)) for part, name in found)

    def _alone(self, part: Part, name: str | None) -> str | None:
        if name is None:
            return None
        present = self.contract.resolve(self.contract.types[name]).present
        return name if present.parts == (part,) else None

    def fits(self, body: Mapping[str, Any], schema: Schema, site: Site) -> bool:
        """Whether these keywords admit what the schema does."""
        core, null = split_null(body)
        limits = {key: body[key] for key in LIMITS if key in body}
        is_null = Null() in self.contract.resolve(schema).parts
        found = self.alternatives(schema)
        self._ref = schema.ref
        good = self.core({**core, **limits}, found, site)
        self._ref = None
        return good and (null == is_null or not core)

    def core(self, body: Body, found: Alternatives, site: Site) -> bool:
        """The same but for null."""
        parts = tuple(part for part, _ in found)
        if "$ref" in body:
            return self.type(body["$ref"], found, site)
        if "anyOf" in body:
            return self._branches(body["anyOf"], found, site.to("anyOf"))
        if "const" in body:
            return self._strings((body["const"],), parts)
        if "enum" in body:
            return self._strings(body["enum"], parts)
        if body.get("type") == "array":
            return self._list(body, parts, site)
        if body.get("type") == "object":
            return self._map(body, parts, site)
        if "type" in body:
            return self._plain(body, parts)
        return not parts or parts == (Anything(),)

    @staticmethod
    def _strings(values: Iterable[str], parts: Sequence[Part]) -> bool:
        match parts:
            case (String(listed, False),):
                return set(listed) == set(values)
            case _:
                return False

    def _list(self, body: Body, parts: Sequence[Part], site: Site) -> bool:
        match parts:
            case (Array(items, limits),):
                good = self.fits(body.get("items", {}), items, site.to("items"))
                return good and _stated_limits(body) == dict(limits)
            case _:
                return False

    def _map(self, body: Body, parts: Sequence[Part], site: Site) -> bool:
        match parts:
            case (Object((), rest, limits),):
                stated = body.get("additionalProperties", True)
                values: Body = stated if is_mapping(stated) else {}
                schema = ANYTHING if rest is None else rest
                good = self.fits(values, schema, site.to("additionalProperties"))
                return good and _stated_limits(body) == dict(limits)
            case _:
                return False

    @staticmethod
    def _plain(body: Body, parts: Sequence[Part]) -> bool:
        types: set[str] = set()
        limits: Body = {}
        formats: set[str] = set()
        for part in parts:
            match part:
                case Boolean(()):
                    types.add("boolean")
                case Number(integer, (), more, format_):
                    types.add("integer" if integer else "number")
                    limits |= dict(more)
                    formats |= {format_} if format_ else set()
                case String((), True, more, format_):
                    types.add("string")
                    limits |= dict(more)
                    formats |= {format_} if format_ else set()
                case _:
                    return False
        ours = {body["format"]} if "format" in body else set[str]()
        return (
            types == set(_types(body))
            and _stated_limits(body) == limits
            and (ours == formats or (not formats and ours <= {"unixtime", "uri"}))
        )

    def _branches(self, branches: Sequence[Body], found: Alternatives, site: Site) -> bool:
        """Whether each branch has its alternatives, and each alternative its branch."""
        left = list(found)
        self._ref = None
        for index, branch in enumerate(branches):
            kinds = self.kinds(branch)
            own = tuple(each for each in found if json_type(each[0]) in kinds)
            if len(own) == 1 and isinstance(own[0][0], String) and own[0][0].values:
                own = (_half(own[0][0], branch),)  # listed strings beside any string
            if not own or not self.core(branch, own, site.to(index)):
                return False
            left = [each for each in left if json_type(each[0]) not in kinds]
        return not left

    # --- types ------------------------------------------------------------------------------------

    def type(self, name: str, found: Alternatives, site: Site) -> bool:
        """Whether a type can stand for these alternatives; what is in it is for later."""
        ref, self._ref = self._ref, None
        parts = tuple(part for part, _ in found)
        body = self.bodies.get(name)
        if body is None or (name, parts) in self.apart:
            return False
        if not self._could_be(body, parts, site, found):
            return False
        document = found[0][1] if len(found) == 1 else None
        self.pairs.append(Pair(name, found, site, document or ref))
        return True

    def _could_be(self, body: Body, parts: Sequence[Part], site: Site, found: Alternatives) -> bool:
        if "properties" in body:
            match parts:
                case (Object(members, rest),):
                    return bool(members) or rest in (None, ANYTHING)
                case _:
                    return False
        if "oneOf" in body:
            objects = [part for part in parts if isinstance(part, Object)]
            tags = [value for part in objects for value in tag_values(part, body["tag"])]
            return 0 < len(set(tags)) == len(tags) == len(objects) == len(parts)
        if "enum" in body:
            return len(parts) == 1 and isinstance(parts[0], String) and not parts[0].open
        if "anyOf" in body:
            theirs = {json_type(part) for part in parts}
            return "any" not in theirs and self.kinds(body) <= theirs
        return self.core(split_null(body)[0], found, site)

    def kinds(self, body: Mapping[str, Any], depth: int = 0) -> set[str]:
        """The JSON types of what keywords admit, null apart."""
        target = self.bodies.get(body.get("$ref", ""))
        if target is not None and depth < len(self.bodies):
            return self.kinds(target, depth + 1)
        if "anyOf" in body:
            return {kind for branch in body["anyOf"] for kind in self.kinds(branch, depth)}
        if "properties" in body or "oneOf" in body:
            return {"object"}
        if "const" in body or "enum" in body:
            return {"string"}
        return {"number" if name == "integer" else name for name in _types(body)} or {"any"}


def stands_for(body: Body, parts: Sequence[Part]) -> bool:
    """Whether a type is of the same form as what it stands for, to be referred to in its place."""
    match parts:
        case (Object(members),) if members:
            return "properties" in body
        case (String(),):
            return "enum" in body
        case _:
            return not {"properties", "enum"} & body.keys()


def _half(part: String, branch: Body) -> tuple[Part, str | None]:
    """Listed strings that are open: the list for one branch, any string for the other."""
    if not part.open or branch.get("type") != "string":
        return String(part.values, False, part.limits, part.format), None
    return String((), True, part.limits, part.format), None


def _stated_limits(body: Mapping[str, Any]) -> Body:
    return {key: body[key] for key in LIMITS if key in body}


# --- equal schemas --------------------------------------------------------------------------------


def same(contract: Contract, one: Sequence[Part], other: Sequence[Part]) -> bool:
    """Whether two sets of alternatives of a document admit the same, whatever its types' names."""
    assumed: set[tuple[Schema, Schema]] = set()
    waiting = [(Schema(tuple(one)), Schema(tuple(other)))]
    while waiting:
        pair = waiting.pop()
        if pair in assumed or pair[0] == pair[1]:
            continue
        assumed.add(pair)
        sides = [sorted(contract.resolve(each).parts, key=_sort_key) for each in pair]
        if len(sides[0]) != len(sides[1]):
            return False
        for a, b in zip(*sides, strict=True):
            inner = _inner(a, b)
            if inner is None:
                return False
            waiting += inner
    return True


def _sort_key(part: Part) -> tuple[str, str]:
    """What orders alternatives: their JSON types, and of objects their constants."""
    if not isinstance(part, Object):
        return json_type(part), ""
    constants = sorted(
        f"{member.name}={','.join(sorted(values))}"
        for member in part.members
        if (values := tag_values(part, member.name))
    )
    return "object", "&".join(constants)


def _inner(a: Part, b: Part) -> list[tuple[Schema, Schema]] | None:
    """The schemas inside two alternatives that have to be the same; None if these cannot be."""
    match a, b:
        case Array(items, limits), Array(other_items, other_limits):
            return [(items, other_items)] if limits == other_limits else None
        case Object(members, rest, limits), Object(other_members, other_rest, other_limits):
            ours = {m.name: m for m in members}
            theirs = {m.name: m for m in other_members}
            if ours.keys() != theirs.keys() or limits != other_limits:
                return None
            if any(ours[name].required != theirs[name].required for name in ours):
                return None
            if (rest is None) != (other_rest is None):
                return None
            pairs = [(ours[name].schema, theirs[name].schema) for name in ours]
            return pairs + ([(rest, other_rest)] if rest and other_rest else [])
        case String(values, is_open, limits, format_), String():
            both = (b.open, b.limits, b.format)
            good = set(values) == set(b.values) and (is_open, limits, format_) == both
            return [] if good else None
        case _:
            return [] if a == b else None
