"""What the pieces of an object add up to, by the merge rules of the spec.

The plainest form of it: a new value at every step, for the short streams of whole runs.
"""

from __future__ import annotations

from threadwire_generator.load import Json
from threadwire_generator.spec import (
    Const,
    Field,
    ListOf,
    ObjectType,
    Ref,
    Shape,
    UnionType,
)
from threadwire_generator.targets.suite.samples import Members, Samples

INDEX = "index"  # the member by which the items of a list are matched


def added(samples: Samples, named: ObjectType, before: Members, delta: Members) -> Members:
    """An object of this type with a delta of it added."""
    fields = {field.wire_name: field for field in named.fields}
    result = dict(before)
    for name, value in delta.items():
        result[name] = _merged(samples, fields.get(name), before.get(name), value)
    return result


def _merged(samples: Samples, field: Field | None, before: Json, value: Json) -> Json:
    if field is None or before is None or value is None:
        return value
    if field.merge == "concatenate" and isinstance(before, str) and isinstance(value, str):
        return before + value
    if field.merge == "members" and isinstance(before, dict) and isinstance(value, dict):
        return _members(samples, field.shape, before, value)
    if field.merge == "by-index" and isinstance(before, list) and isinstance(value, list):
        shape = samples.resolved(field.shape)
        assert isinstance(shape, ListOf), "only the items of a list have an index"
        return _by_index(samples, shape.items, before, value)
    return value


def _members(samples: Samples, shape: Shape, before: Members, delta: Members) -> Members:
    here = samples.resolved(shape)
    if isinstance(here, UnionType):
        told = delta.get(here.tag, before.get(here.tag))
        for variant in here.variants:
            if samples.tag_of(here, variant) == told:
                here = samples.object_type(variant)
                break
    return added(samples, here, before, delta) if isinstance(here, ObjectType) else delta


def _by_index(samples: Samples, items: Shape, before: list[Json], delta: list[Json]) -> list[Json]:
    result = list(before)
    places = {item.get(INDEX): at for at, item in enumerate(before) if isinstance(item, dict)}
    for item in delta:
        assert isinstance(item, dict), "an item with an index is an object"
        at = places.get(item.get(INDEX))
        found = None if at is None else result[at]
        if at is None or not isinstance(found, dict):
            result.append(item)
        else:
            result[at] = _members(samples, items, found, item)
    return result


def body(named: ObjectType, whole: ObjectType, delta: Members) -> Members:
    """What a delta adds to the object itself: members that it has too, or the members of one."""
    known = {field.wire_name: field for field in whole.fields}
    result: Members = {}
    for field in named.fields:
        value = delta.get(field.wire_name)
        if field.wire_name in known:
            if not isinstance(known[field.wire_name].shape, Const) and value is not None:
                result[field.wire_name] = value
        elif isinstance(value, dict):
            result |= value
    return result


def as_whole(samples: Samples, shape: Shape, value: Json, owner: str, member: str) -> Json:
    """What was added up, as the whole object has it: no index, and all that is required."""
    here = samples.resolved(shape)
    if isinstance(here, UnionType) and isinstance(value, dict):
        for variant in here.variants:
            if value.get(here.tag) == samples.tag_of(here, variant):
                return as_whole(samples, Ref(variant), value, owner, member)
        return value
    if isinstance(here, ObjectType) and isinstance(value, dict):
        result = samples.required(here)
        for field in here.fields:
            found = value.get(field.wire_name)
            if found is not None:
                name = field.wire_name
                result[name] = as_whole(samples, field.shape, found, here.name, name)
        return result
    if isinstance(here, ListOf) and isinstance(value, list):
        return [as_whole(samples, here.items, item, owner, member) for item in value]
    return value
