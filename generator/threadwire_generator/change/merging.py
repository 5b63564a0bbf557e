"""How what is new in a delta merges, as far as its shape tells: see `merge` in a spec.

A list whose items have an index is matched by it, objects merge member by member, anything else is
replaced.  Whether a text is continued or replaced no shape can tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from threadwire_generator.change.model import TODO, Body, ordered

INDEX = "index"  # the member by which the pieces of a list are matched


def merged(types: Mapping[str, Body], deltas: Iterable[str]) -> list[str]:
    """Say in every property of these types how it merges; gives those of which it is a guess."""
    unsure: list[str] = []
    for name in deltas:
        for member, body in types[name].get("properties", {}).items():
            rule = merge_rule(body, types)
            merge(body, member, rule)
            if rule == "replace" and could_continue(body):
                unsure.append(f"{name}.{member}")
    return unsure


def merge(body: Body, member: str, rule: str) -> None:
    """Let a property merge by a rule; an index counts positions, in the list that it is for."""
    if member == INDEX and body.get("unit") == TODO:
        body["unit"] = "position"
    whole = ordered({**body, "merge": rule})
    body.clear()
    body.update(whole)


def merge_fits(body: Body, types: Mapping[str, Any]) -> bool:
    """Whether the values of a property can merge as it says."""
    rule = body.get("merge")
    if rule == "concatenate":
        return body.get("type") in ("string", ["string", "null"], ["null", "string"])
    return rule in (None, "replace", merge_rule(body, types))


def merge_rule(body: Body, types: Mapping[str, Any]) -> str:
    """How a property merges, as far as its shape says it: a text may be continued, or replaced."""
    if "items" in body:
        return "by-index" if _is_indexed(body["items"], types) else "replace"
    target = types.get(_target(body), {})
    return "members" if "properties" in target or "oneOf" in target else "replace"


def could_continue(body: Body) -> bool:
    """Whether a property is a text, of which a delta may carry the next piece."""
    return body.get("type") == "string" and "format" not in body


def _is_indexed(items: Body, types: Mapping[str, Any]) -> bool:
    variants = [types.get(name, {}) for name in _variants(items, types)]
    return bool(variants) and all(
        INDEX in variant.get("required", ())
        and variant.get("properties", {}).get(INDEX, {}).get("type") == "integer"
        for variant in variants
    )


def _variants(items: Body, types: Mapping[str, Any]) -> list[str]:
    """The object types that the items of a list may be of."""
    name = items.get("$ref")
    if not isinstance(name, str):
        return []
    return [each["$ref"] for each in types.get(name, {}).get("oneOf", ())] or [name]


def _target(body: Body) -> str:
    return str(body["anyOf"][0].get("$ref", "") if "anyOf" in body else body.get("$ref", ""))
