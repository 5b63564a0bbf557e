"""Rules about the members of objects: required or not, units, deltas, what the document says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from threadwire_generator.findings import did_you_mean, listed, show
from threadwire_generator.load import as_list
from threadwire_generator.rules.view import Problem, Schema, View, mapping, nested, reached
from threadwire_generator.spec import (
    EnumType,
    Field,
    ListOf,
    NamedType,
    ObjectType,
    Ref,
    Scalar,
    Shape,
    UnionType,
)

INDEX = "index"  # the member by which the items of a list are matched


# --- required -------------------------------------------------------------------------------------


def required_undeclared(view: View) -> Iterator[Problem]:
    """Required members that are not declared."""
    for schema in view.declared:
        yield from _undeclared(schema, schema.body.get("required", ()), ("required",))


def documented_required_undeclared(view: View) -> Iterator[Problem]:
    """Members that the document requires and that are not declared."""
    for schema in view.declared:
        if "properties" in schema.body:
            yield from _undeclared(schema, _documented_required(schema), ("documented", "required"))


def _undeclared(schema: Schema, names: Sequence[str], steps: Sequence[str]) -> Iterator[Problem]:
    properties = schema.body.get("properties", {})
    for index, name in enumerate(names):
        if name not in properties:
            message = f"{show(name)} is required, and is no property of {show(schema.type_name)}"
            cure = did_you_mean(
                name, properties, "declare it under `properties`, or remove it here"
            )
            yield Problem(schema.mark(*steps, index), message, cure)


def _documented_required(schema: Schema) -> Sequence[str]:
    names: Sequence[str] = schema.body.get("documented", {}).get("required", ())
    return names


def required_twice(view: View) -> Iterator[Problem]:
    """Members that a list of required ones names again."""
    for schema in view.declared:
        for steps, names in (
            (("required",), schema.body.get("required", ())),
            (("documented", "required"), _documented_required(schema)),
        ):
            for index, name in enumerate(names):
                if name in names[:index]:
                    message = f"{show(name)} is in this list twice"
                    yield Problem(schema.mark(*steps, index), message, "keep one of the two")


def optional_const(view: View) -> Iterator[Problem]:
    """Constants that are not required."""
    for schema in view.properties:
        required = _owner(schema).get("required", ())
        if "const" in schema.body and schema.steps[-1] not in required:
            message = f"{show(schema.steps[-1])} is a constant, and is not required"
            cure = "add it to `required`, or make it a `type: string`"
            yield Problem(schema.mark("const", key=True), message, cure)


def _owner(schema: Schema) -> Any:
    data: Any = schema.document.data
    return data[schema.type_name]


# --- numbers --------------------------------------------------------------------------------------


def unit_missing(view: View) -> Iterator[Problem]:
    """Numbers, points in time aside, without a unit."""
    for schema in view.properties:
        if "unit" not in schema.body and _counts(schema):
            message = f"{show(schema.steps[-1])} is a number of what?"
            yield Problem(schema.mark(key=True), message, "add `unit`, or `format: unixtime`")


def unit_needless(view: View) -> Iterator[Problem]:
    """Units of what is no number, or is a point in time."""
    for schema in view.properties:
        if "unit" in schema.body and not _counts(schema):
            message = f"{show(schema.steps[-1])} has a unit, and is no number that needs one"
            yield Problem(schema.mark("unit", key=True), message, "remove `unit`")


def _counts(schema: Schema) -> bool:
    """Whether there are numbers in this property that are no points in time."""
    return any(
        {"integer", "number"} & set(_types(inner.body)) and inner.body.get("format") != "unixtime"
        for inner in nested(schema)
        if not inner.documented
    )


def _types(body: Mapping[str, Any]) -> list[Any]:
    return as_list(body.get("type", []))


_FORMATS = {"unixtime": ("a number", {"integer", "number"}), "uri": ("a string", {"string"})}


def format_misfit(view: View) -> Iterator[Problem]:
    """Formats of values of another type."""
    for schema in view.schemas:
        words, types = _FORMATS.get(schema.body.get("format", ""), ("", set()))
        if types and not schema.documented and not types & set(_types(schema.body)):
            message = f"only {words} can have the format {show(schema.body['format'])}"
            yield Problem(schema.mark("format"), message, "change the `type`, or remove `format`")


# --- deltas ---------------------------------------------------------------------------------------


def delta_of_misfit(view: View) -> Iterator[Problem]:
    """Deltas that are no payload, or add to none."""
    payloads = {event.payload for event in view.spec.events}
    for schema in view.declared:
        target = schema.body.get("delta_of")
        if target is None or target not in view.types:
            continue
        if schema.type_name not in payloads:
            message = f"{show(schema.type_name)} is a delta, and is the payload of no event"
            cure = "keep `delta_of` on the payload alone"
        elif target not in payloads or target == schema.type_name:
            message = f"{show(schema.type_name)} adds to {show(target)}, which is no other payload"
            cure = "name the payload type that it adds to"
        else:
            continue
        yield Problem(schema.mark("delta_of"), message, cure)


def _delta_types(view: View) -> set[str]:
    """The types that a delta is made of."""
    roots = (named.name for named in view.objects() if named.delta_of is not None)
    return reached(roots, view.graph)


def merge_missing(view: View) -> Iterator[Problem]:
    """Members of deltas that do not say how they merge."""
    deltas = _delta_types(view)
    for named, field in view.fields():
        if field.merge is None and named.name in deltas:
            message = f"{show(field.wire_name)} is part of a delta, and does not say how it merges"
            cure = "add `merge`: concatenate, replace, by-index or members"
            yield Problem(field.mark, message, cure)


def merge_needless(view: View) -> Iterator[Problem]:
    """Members that say how they merge, and are part of no delta."""
    if not view.is_resolved:
        return  # what a delta is made of shows when the references lead somewhere
    deltas = _delta_types(view)
    for schema in view.properties:
        if "merge" in schema.body and schema.type_name not in deltas:
            message = f"{show(schema.type_name)} is part of no delta, so nothing merges here"
            yield Problem(schema.mark("merge", key=True), message, "remove `merge`")


def merge_misfit(view: View) -> Iterator[Problem]:
    """Ways to merge that the values do not allow."""
    for schema in view.properties:
        field = _field(view, schema)
        reason = _merge_problem(view, field) if field else None
        if reason:
            message = (
                f"{show(schema.steps[-1])} cannot merge {show(schema.body['merge'])}: {reason}"
            )
            yield Problem(schema.mark("merge"), message, "if it has no better rule, `replace` it")


def _field(view: View, schema: Schema) -> Field | None:
    named = view.object_type(schema.type_name)
    mark = schema.mark(key=True)
    return next((field for field in named.fields if field.mark == mark), None) if named else None


def _merge_problem(view: View, field: Field) -> str | None:
    shape = view.resolve(field.shape)
    if field.merge in (None, "replace") or shape is None:
        return None
    if field.merge == "concatenate":
        is_text = isinstance(shape, Scalar) and shape.types == ("string",)
        return None if is_text else "only a string can be continued"
    if field.merge == "members":
        has_members = isinstance(shape, (ObjectType, UnionType))
        return None if has_members else "only an object with declared members has members to merge"
    if not isinstance(shape, ListOf):
        return "it is no list"
    return None if _is_indexed(view, shape.items) else f"its items do not all have {show(INDEX)}"


def _is_indexed(view: View, items: Shape) -> bool:
    named = view.resolve(items)
    if named is None:
        return True  # a reference that leads nowhere is reported as such
    variants: list[Shape | NamedType | None] = [named]
    if isinstance(named, UnionType):
        variants = [view.resolve(Ref(name)) for name in named.variants]
    return all(variant is None or _has_index(variant) for variant in variants)


def _has_index(named: Shape | NamedType) -> bool:
    return isinstance(named, ObjectType) and any(
        field.wire_name == INDEX and field.required and field.shape == Scalar(("integer",))
        for field in named.fields
    )


# --- what the document says -----------------------------------------------------------------------

# Keywords that say something else than the wire, not merely something more.
_CONTRADICTING = frozenset(
    {"$ref", "additionalProperties", "anyOf", "const", "enum", "items", "type"}
)


def documented_same(view: View) -> Iterator[Problem]:
    """What `documented` says as it is said already."""
    for schema in view.properties:
        if not isinstance(schema.body.get("documented"), dict):
            continue
        keywords = mapping(schema.body["documented"])
        same = [key for key, value in keywords.items() if _same(schema.body.get(key), value)]
        if same or not keywords:
            message = f"`documented` says {f'{listed(same)} again' if same else 'nothing'}"
            yield Problem(schema.mark("documented", key=True), message, "keep what differs")
    for named in view.types.values():
        ours, theirs, what = _lists(named)
        if theirs is not None and set(theirs) == set(ours):
            message = f"the document's list of {show(named.name)} has the same {what}"
            yield Problem(_documented_mark(view, named), message, "remove `documented`")
        if isinstance(named, ObjectType):
            required = {field.wire_name for field in named.fields if field.required}
            again = sorted(required.intersection(named.documented_required))
            if again:
                message = f"{listed(again)} is required on the wire already"
                yield Problem(_documented_mark(view, named), message, "remove it from `documented`")


def _documented_mark(view: View, named: NamedType) -> Any:
    schema = next(schema for schema in view.declared if schema.type_name == named.name)
    return schema.mark("documented", key=True)


def _same(ours: Any, theirs: Any) -> bool:
    one, other = as_list(ours), as_list(theirs)
    return len(one) == len(other) and all(item in other for item in one)


def evidence_missing(view: View) -> Iterator[Problem]:
    """Contradictions of the document for which nothing is given."""
    cure = "add `evidence`: what was seen, and when"
    for schema in view.properties:
        if "evidence" not in schema.body and contradicts(schema.body):
            name = show(schema.steps[-1])
            message = f"{name} is not as the document has it, and nothing says why"
            yield Problem(schema.mark(key=True), message, cure)
    for named in view.types.values():
        ours, theirs, what = _lists(named)
        if not named.evidence and theirs is not None and set(theirs) != set(ours):
            message = f"{show(named.name)} has not the document's {what}, and nothing says why"
            yield Problem(named.mark, message, cure)


def _lists(named: NamedType) -> tuple[Sequence[str], Sequence[str] | None, str]:
    """What an enum or a union lists, what the document does if it is said, and of what."""
    match named:
        case EnumType():
            return named.values, named.documented_values, "values"
        case UnionType():
            return named.variants, named.documented_variants, "variants"
        case _:
            return (), None, ""


def contradicts(body: Mapping[str, Any]) -> bool:
    """Whether the document is said to have something else than a property, not merely more."""
    documented = body.get("documented")
    if not isinstance(documented, dict):
        return documented is False
    keywords = mapping(documented)
    return any(
        not (key in _INNER and _says_more(keywords[key], body.get(key)))
        for key in _CONTRADICTING.intersection(keywords)
    )


_INNER = ("items", "additionalProperties")


def _says_more(theirs: Any, ours: Any) -> bool:
    """Whether what is in a list or a map is the same in the document, but for limits."""
    if not isinstance(theirs, dict) or not isinstance(ours, dict):
        return False
    one, other = mapping(theirs), mapping(ours)
    return all(
        one.get(key) == other.get(key)
        or (key in _INNER and _says_more(one.get(key), other.get(key)))
        for key in _CONTRADICTING.intersection({*one, *other})
    )
