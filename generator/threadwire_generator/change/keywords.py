"""The keywords of JSON Schema: which limit what, and small readings of a schema as it stands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeGuard

from threadwire_generator.change.contract import Limits

# The keywords that limit values of one JSON type.  What has no form of its own in a contract is
# carried as its text.
LIMITS: Mapping[str, frozenset[str]] = {
    "number": frozenset(
        {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
    ),
    "string": frozenset({"minLength", "maxLength", "pattern"}),
    "array": frozenset(
        {"minItems", "maxItems", "uniqueItems", "prefixItems", "contains", "minContains"}
        | {"maxContains", "unevaluatedItems"}
    ),
    "object": frozenset(
        {"minProperties", "maxProperties", "patternProperties", "propertyNames"}
        | {"dependentRequired", "dependentSchemas", "unevaluatedProperties"}
    ),
}
# Those that limit values of any type.
OF_ALL = frozenset({"not", "if", "then", "else", "$dynamicRef", "$recursiveRef"})

# The types that a schema without `type` is of: those that its keywords speak of.
SPEAKS_OF: Mapping[str, frozenset[str]] = {
    "number": LIMITS["number"],
    "string": LIMITS["string"],
    "array": LIMITS["array"] | {"items"},
    "object": LIMITS["object"] | {"properties", "required", "additionalProperties"},
}

# What the value of a keyword has to be, or else nothing can be made of it.
_NUMBER = ((int, float), "a number")
_LENGTH = ((int,), "a whole number")
_TEXT = ((str,), "a text")
FORMS: Mapping[str, tuple[tuple[type, ...], str]] = {
    "properties": ((dict,), "a mapping of schemas"),
    "required": ((list,), "a list of names"),
    "enum": ((list,), "a list of values, at least one"),
    "minimum": _NUMBER,
    "maximum": _NUMBER,
    "exclusiveMinimum": ((int, float, bool), "a number"),
    "exclusiveMaximum": ((int, float, bool), "a number"),
    "multipleOf": _NUMBER,
    "minLength": _LENGTH,
    "maxLength": _LENGTH,
    "minItems": _LENGTH,
    "maxItems": _LENGTH,
    "minProperties": _LENGTH,
    "maxProperties": _LENGTH,
    "pattern": _TEXT,
}

_SAYS_NOTHING = (("minItems", 0), ("minLength", 0), ("minProperties", 0), ("uniqueItems", False))
_ANNOTATIONS = frozenset({"description", "title", "example", "examples", "deprecated"})


def is_mapping(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether a value is a mapping."""
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Whether a value is a list."""
    return isinstance(value, list)


def has_form(keyword: str, value: Any) -> bool:
    """Whether the value of a keyword is what it has to be."""
    if keyword == "required" and is_list(value):
        return all(isinstance(name, str) for name in value)
    if keyword == "enum" and not value:
        return False
    types = FORMS[keyword][0]
    return isinstance(value, types) and (bool in types or not isinstance(value, bool))


def json_type_of(value: Any) -> str:
    """The JSON type of a value; integers are numbers."""
    return next((name for types, name in _JSON_TYPES if isinstance(value, types)), "null")


_JSON_TYPES: tuple[tuple[tuple[type, ...], str], ...] = (
    ((bool,), "boolean"),
    ((int, float), "number"),
    ((str,), "string"),
    ((list,), "array"),
    ((dict,), "object"),
)


def listed_values(name: str, listed: list[Any] | None) -> tuple[Any, ...]:
    """The listed values of one JSON type, each once."""
    return tuple(dict.fromkeys(value for value in listed or () if json_type_of(value) == name))


def is_integral(value: float) -> bool:
    """Whether a number is a whole one, however it is written."""
    return isinstance(value, int) or value.is_integer()


def number(value: float) -> str:
    """A number as a person writes it: 1 for 1.0."""
    return str(int(value)) if is_integral(value) else repr(value)


def limits_of(data: Mapping[str, Any], name: str, listed: list[Any] | None = None) -> Limits:
    """The limits that a schema sets to values of one JSON type; listed arrays and objects too."""
    keywords = LIMITS["number" if name == "integer" else name] | OF_ALL
    limits: dict[str, Any] = {key: data[key] for key in keywords & data.keys()}
    for bound in ("Minimum", "Maximum"):
        exclusive, plain = f"exclusive{bound}", bound.lower()
        stated = limits.get(exclusive)
        if isinstance(stated, bool):  # as OpenAPI 3.0 has it
            del limits[exclusive]
            if stated and plain in limits:
                stated = limits[exclusive] = limits.pop(plain)
        if name == "integer" and isinstance(stated, int) and not isinstance(stated, bool):
            tighter, step = (max, 1) if bound == "Minimum" else (min, -1)
            limits[plain] = tighter(limits.get(plain, stated + step), stated + step)
            del limits[exclusive]
    texts = {as_text(value) for value in listed or () if json_type_of(value) == name}
    if texts and name in ("array", "object"):
        limits["enum"] = sorted(texts)
    return tuple(
        (key, value if isinstance(value, int | float | str) else as_text(value))
        for key, value in sorted(limits.items())
        if (key, value) not in _SAYS_NOTHING
    )


def format_of(data: Mapping[str, Any]) -> str | None:
    """The format of a schema, if it has one."""
    stated = data.get("format")
    return stated if isinstance(stated, str) else None


def bare(branch: Any) -> Any:
    """A schema without what says nothing of values."""
    if not is_mapping(branch):
        return branch
    return {key: value for key, value in branch.items() if key not in _ANNOTATIONS}


ONLY_NULLABLE = {"nullable": True}


def allows_null(data: Mapping[str, Any]) -> bool:
    """Whether a schema says `nullable`, itself or in a branch of its `allOf` that says no more."""
    branches = data.get("allOf")
    inside = is_list(branches) and ONLY_NULLABLE in [bare(each) for each in branches]
    return inside or data.get("nullable") is True


def pointer_step(text: str) -> str:
    """A step of a JSON pointer, as it was before it was escaped."""
    return text.replace("~1", "/").replace("~0", "~")


def inside(data: Any, step: str) -> Any:
    """One step into a value as a pointer takes it; None where it leads nowhere."""
    if is_list(data):
        return data[int(step)] if step in inner_steps(data) else None
    return data.get(step) if is_mapping(data) else None


def inner_steps(data: Any) -> list[str]:
    """The steps that lead into a value."""
    if is_list(data):
        return [str(at) for at in range(len(data))]
    return list(data) if is_mapping(data) else []


def as_text(value: Any) -> str:
    """A value as JSON, the same for equal values."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
