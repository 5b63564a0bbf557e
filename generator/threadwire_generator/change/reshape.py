"""What becomes of a property that the document now describes otherwise.

Import only ever widens what the wire may carry: streams recorded before go on passing.  The new
notation of the wire admits what it did and what the document does; where the document admits less
than that, `documented` says what it admits.  Where no notation of the dialect admits both, the
document's stands, and the loss is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from threadwire_generator.change.align import SHAPE, Aligner, Site, split_null
from threadwire_generator.change.contract import (
    ANYTHING,
    Array,
    Null,
    Number,
    Object,
    Schema,
    String,
)
from threadwire_generator.change.keywords import is_mapping
from threadwire_generator.change.model import (
    LIMITS,
    Body,
    Modeller,
    Value,
    Where,
    counts,
    or_null,
)

UNTOLD_UNITS = ("TODO", "seconds")  # that `format: unixtime` takes the place of
_NUMBERS = ("integer", "number")


@dataclass(slots=True)
class Reshaped:
    """The keywords of a property on the wire and in the document, and what is lost between them."""

    wire: Body
    documented: Body
    losses: list[str] = field(default_factory=list[str])

    def same_as(self, body: Body) -> bool:
        """Whether that is what the property is already."""
        wire = {key: body[key] for key in SHAPE if key in body}
        return wire == self.wire and body.get("documented", {}) == self.documented


@dataclass(slots=True)
class Reshaper:
    """Reshapes properties; types that have to be made are made by `modeller`.

    `types` looks up a type, of the spec or new; `make` makes one of a body and gives its name.
    """

    aligner: Aligner
    modeller: Modeller
    types: Callable[[str], Body]
    make: Callable[[Where, Body], str]

    def property(self, body: Body, schema: Schema, where: Where, site: Site) -> Reshaped:
        """The property as it has to be for a schema of the document that it does not fit."""
        core, null = split_null(body)
        is_null = Null() in self.aligner.contract.resolve(schema).parts
        told = self.told(core, schema, where, site)
        losses: list[str] = []
        if told.rough and core:
            losses.append("a spec cannot say what the document has now; it stays as it was")
            wire = {key: body[key] for key in SHAPE if key in body}
            return Reshaped(wire, body.get("documented") or {}, losses)
        wide = self.widened(core, told.body, where, losses)
        formats = _format(schema, self.aligner)
        if formats is not None and wide.get("type") and "format" not in wide:
            wide["format"] = formats
        wire = or_null(wide) if null or is_null else wide
        theirs = {**(or_null(told.body) if is_null else told.body), **told.documented}
        if "type" in theirs and theirs.get("format", formats) == wire.get("format"):
            theirs.pop("format", None)
        if _type_set(theirs) == _type_set(wire):
            theirs.pop("type", None)
        documented = {key: value for key, value in theirs.items() if wire.get(key) != value}
        return Reshaped(wire, documented, losses)

    # --- what the document has, in the words of the spec ------------------------------------------

    def told(self, core: Body, schema: Schema, where: Where, site: Site) -> Value:
        """What the document has, with the types that the spec has for it already."""
        found = self.aligner.alternatives(schema)
        null = Null() in self.aligner.contract.resolve(schema).parts
        if "$ref" in core and self.aligner.type(core["$ref"], found, site):
            return Value({"$ref": core["$ref"]}, null)
        parts = tuple(part for part, _ in found)
        match parts:
            case (Array(items, limits),) if core.get("type") == "array":
                key, kind, inner = "items", "array", items
            case (Object((), rest, limits),) if core.get("type") == "object":
                key, kind, inner = "additionalProperties", "object", rest or ANYTHING
            case _:
                return self.modeller.value(schema, where)
        stated = core.get(key, {})
        within, _ = split_null(stated if is_mapping(stated) else {})
        value = self.told(within, inner, where.items(), site.to(key))
        body: Any = value.body or (True if kind == "object" else {})
        limited = {name: limit for name, limit in limits if name in LIMITS}
        if value.nullable or value.documented:
            limited[key] = value.as_document
        return Value({"type": kind, key: body}, null, limited, value.rough)

    # --- what admits both -------------------------------------------------------------------------

    def widened(self, ours: Body, theirs: Body, where: Where, losses: list[str]) -> Body:
        """Keywords that admit what either admit."""
        plain = self._written_out(ours)
        if plain is not ours:
            wide = self.widened(plain, theirs, where, losses)
            return dict(ours) if wide == plain else wide
        if ours == theirs or not ours or not theirs:
            return dict(ours) if ours == theirs else {}
        if ours.get("type") == theirs.get("type") == "array":
            items = self.widened(ours["items"], theirs["items"], where.items(), losses)
            return {**ours, "items": items}
        if ours.get("type") == theirs.get("type") == "object":
            return {**ours, "additionalProperties": self._values(ours, theirs, where, losses)}
        if _is_plain(ours) and _is_plain(theirs):
            return _plain(ours, theirs)
        one, other = self.aligner.kinds(self._resolved(ours)), self._kinds(theirs)
        if one & other:
            return self._same_kind(ours, theirs, losses)
        members = [*self._members(ours, where), *self._members(theirs, where)]
        return {"$ref": self.make(where, {"anyOf": members})}

    def _written_out(self, body: Body) -> Body:
        """A reference to what is no more than a name for a plain value, as that value."""
        target = self._target(body)
        is_named = {"properties", "oneOf", "anyOf", "enum"} & target.keys()
        return body if target is body or is_named else split_null(target)[0]

    def _values(self, ours: Body, theirs: Body, where: Where, losses: list[str]) -> Any:
        one, other = ours["additionalProperties"], theirs["additionalProperties"]
        if one is True or other is True:
            return True
        return self.widened(one, other, where.items(), losses) or True

    def _same_kind(self, ours: Body, theirs: Body, losses: list[str]) -> Body:
        """Keywords for two shapes of one JSON type."""
        one, other = self._target(ours), self._target(theirs)
        if "const" in ours and "enum" in other:
            return dict(theirs)  # it is open, and goes on admitting what was the only value
        if "enum" in one and theirs.get("type") == "string":
            return dict(ours) if one.get("open") else dict(theirs)
        if ours.get("type") == "string" and "enum" in other:
            return dict(theirs)  # it is open
        if "properties" in one and theirs.get("type") == "object":
            return dict(ours)
        if ours.get("type") == "object" and ours.get("additionalProperties") is True:
            needed = self._needed(theirs)
            if needed:
                told = ", ".join(f"`{name}`" for name in needed)
                losses.append(f"an object without {told} was good before, and is refused now")
            return dict(theirs)  # an object may carry more than its type declares
        if "anyOf" in one and self._kinds(theirs) <= self.aligner.kinds(self._resolved(ours)):
            return dict(ours)
        if ours.get("$ref") == theirs.get("$ref"):
            return dict(ours)
        losses.append(self._loss(ours, theirs))
        return dict(theirs)

    def _needed(self, body: Body) -> list[str]:
        """The members without which an object is refused."""
        target = self._target(body)
        if "anyOf" in target:
            return [name for branch in target["anyOf"] for name in self._needed(branch)]
        return [target["tag"]] if "tag" in target else list(target.get("required", ()))

    def _loss(self, ours: Body, theirs: Body) -> str:
        was, is_now = (
            each.get("$ref") or each.get("const") or each.get("type") for each in (ours, theirs)
        )
        return (
            f"`{is_now}` takes the place of `{was}`; streams that only `{was}` admits are refused"
        )

    def _members(self, body: Body, where: Where) -> list[Body]:
        branches = self._target(body).get("anyOf")
        if "const" in body:
            enum = {"enum": [body["const"]], "open": True}
            return [{"$ref": self.make(where.branch("value"), enum)}]
        return [dict(branch) for branch in branches] if branches else [body]

    def _target(self, body: Body) -> Body:
        return self.types(body["$ref"]) if "$ref" in body else body

    def _resolved(self, body: Body) -> Body:
        """The body of a type where it is a new one, which the aligner does not know."""
        return body if body.get("$ref") in self.aligner.bodies else self._target(body)

    def _kinds(self, body: Body) -> set[str]:
        target = self._target(body)
        if "anyOf" in target:
            return {kind for branch in target["anyOf"] for kind in self._kinds(branch)}
        return self.aligner.kinds(self._resolved(body))


def _is_plain(body: Body) -> bool:
    return "type" in body and body["type"] not in ("array", "object")


def _plain(ours: Body, theirs: Body) -> Body:
    types = [*_listed(ours), *(name for name in _listed(theirs) if name not in _listed(ours))]
    if set(_NUMBERS) <= set(types):
        types.remove("integer")
    body: Body = {"type": types[0] if len(types) == 1 else types}
    if "format" in ours and set(types) <= {*_NUMBERS} | {"string"} and len(types) == 1:
        body["format"] = ours["format"]
    elif "format" in theirs and len(types) == 1:
        body["format"] = theirs["format"]
    return body


def _listed(body: Body) -> list[str]:
    return [body["type"]] if isinstance(body["type"], str) else list(body["type"])


def _type_set(body: Body) -> set[str]:
    """The JSON types that keywords state, whose order says nothing."""
    return set(_listed(body)) if "type" in body else set()


def _format(schema: Schema, aligner: Aligner) -> str | None:
    """The format that the document gives a value, if a spec has that one, too."""
    for part in (part for part, _ in aligner.alternatives(schema)):
        match part:
            case Number(format="unixtime") | String(format="uri"):
                return part.format
            case _:
                pass
    return None


def unit_of(body: Mapping[str, Any], wire: Body) -> str | None:
    """The unit that a property has after it was reshaped: none for a point in time."""
    unit = body.get("unit")
    if not counts(wire):
        return None
    return unit if isinstance(unit, str) else "TODO"
