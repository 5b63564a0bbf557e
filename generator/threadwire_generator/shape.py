"""Is a file put together as its kind of file must be?

The JSON Schemas in `schema/meta/` say how; an editor reads the same ones.  Here each error of the
validator becomes one finding at the very key or value that is wrong, in plain words, with a cure.
The meta-schemas are written for that: they branch by `if`, never by `oneOf`, so that an error is
about the one branch that was meant; and a `$comment` holds the words for what is expected.

What needs more than one place to judge, and what a rule of `lint.py` says better (the table
`LEFT_TO_LINT`), is not reported here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, TypeAlias

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from threadwire_generator import resources
from threadwire_generator.findings import (
    Finding,
    did_you_mean,
    finding_at,
    listed,
    nearest,
    show,
    sorted_findings,
)
from threadwire_generator.load import Document, Steps

# What kind of file a name makes; every other file holds types.
KINDS: Mapping[str, str] = {
    "protocol.yaml": "protocol",
    "lifecycle.yaml": "lifecycle",
    "rules.yaml": "rules",
}

# Validator and keyword of the errors that a lint rule reports in its own words.
LEFT_TO_LINT = frozenset(
    {
        ("required", "description"),
        ("required", "when"),
        ("required", "open"),
        ("required", "evidence"),
        ("minItems", "enum"),
        ("uniqueItems", "enum"),
        ("uniqueItems", "required"),
    }
)

_Problem: TypeAlias = tuple[Steps, bool, str, str]  # steps, at the key?, message, cure


def kind_of(name: str) -> str:
    """The kind of a file by its name: protocol, lifecycle, rules or types."""
    return KINDS.get(name, "types")


def check_shape(document: Document, kind: str | None = None) -> list[Finding]:
    """What is wrong with the shape of a document, one finding a mistake.

    The kind is what the name of the file makes it, where it is not given.
    """
    validator: Any = _validator(kind or kind_of(document.name))  # its types depend on the library
    errors: list[ValidationError] = [
        error for error in validator.iter_errors(document.data) if not _left(error)
    ]
    unknown: dict[Steps, list[str]] = {
        (*error.absolute_path, key): _allowed(error)
        for error in errors
        if error.validator == "additionalProperties"
        for key in _surplus(error)
    }
    wrong = {tuple(error.absolute_path) for error in errors if error.validator in ("enum", "type")}
    findings: dict[tuple[Steps, str], Finding] = {}
    for error in errors:
        rule, problems = _RULES.get(str(error.validator), ("shape/value", _wrong_value))
        for steps, at_key, message, cure in problems(error):
            if rule == "shape/missing" and _misspelt(error, unknown):
                continue
            if rule == "shape/misplaced" and (*steps[:-1], "type") in wrong:
                continue  # whether it is misplaced shows when the type is right
            mark = document.mark(steps, key=at_key)
            findings.setdefault((steps, rule), finding_at(mark, rule, message, cure))
    return sorted_findings(findings.values())


@cache
def _validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator(resources.meta_schema(kind))


def _left(error: ValidationError) -> bool:
    if error.validator == "required":
        keyword = _missing(error)
    else:
        keyword = str(error.absolute_path[-1]) if error.absolute_path else ""
    return (str(error.validator), keyword) in LEFT_TO_LINT


def _misspelt(error: ValidationError, unknown: Mapping[Steps, list[str]]) -> bool:
    """Whether the keyword that is missing is there, misspelt, and reported as unknown."""
    here = tuple(error.absolute_path)
    return any(
        steps[:-1] == here and nearest(str(steps[-1]), allowed) == _missing(error)
        for steps, allowed in unknown.items()
    )


# --- from a validator's error to words ------------------------------------------------------------


def _instance(error: ValidationError) -> Any:
    return error.instance


def _value(error: ValidationError) -> Any:
    """What the keyword that failed says in the meta-schema."""
    return error.validator_value


def _schema(error: ValidationError) -> Mapping[str, Any]:
    return error.schema if isinstance(error.schema, dict) else {}


def _allowed(error: ValidationError) -> list[str]:
    return list(_schema(error).get("properties", {}))


def _surplus(error: ValidationError) -> list[str]:
    allowed = set(_allowed(error))
    return [key for key in _instance(error) if key not in allowed]


def _missing(error: ValidationError) -> str:
    """The one name that an error of `required` is about; the library makes an error for each."""
    names = [name for name in _value(error) if name not in _instance(error)]
    told = (name for name in names if error.message.startswith(repr(name)))
    return str(next(told, names[0]))


def _here(error: ValidationError) -> str:
    """What the error is about, as the file calls it."""
    last = error.absolute_path[-1] if error.absolute_path else None
    if last is None:
        return "the file"
    return f"item {last + 1}" if isinstance(last, int) else show(last)


def _unknown_keyword(error: ValidationError) -> Iterator[_Problem]:
    allowed = _allowed(error)
    where = _schema(error).get("title", "mapping of this kind")
    for key in _surplus(error):
        cure = did_you_mean(key, allowed, f"remove it; there can be {listed(allowed)}")
        message = f"{show(key)} is no keyword of {_article(where)}"
        yield (*error.absolute_path, key), True, message, cure


def _missing_keyword(error: ValidationError) -> Iterator[_Problem]:
    name = _missing(error)
    told = _schema(error).get("properties", {}).get(name, {}).get("description")
    cure = f"add {show(name)}" if told is None else f"add {show(name)}: {_lower(told)}"
    yield tuple(error.absolute_path), True, f"{_here(error)} has no {show(name)}", cure


def _wrong_type(error: ValidationError) -> Iterator[_Problem]:
    wanted = _expected(error) or _TYPES.get(str(_value(error)), "something else")
    cure = "put it in quotes" if _is_unquoted(error) else _write(wanted)
    message = f"{_here(error)} must be {wanted}, not {show(_instance(error))}"
    yield tuple(error.absolute_path), False, message, cure


def _wrong_value(error: ValidationError) -> Iterator[_Problem]:
    wanted = _expected(error) or _value_wanted(error)
    known: list[Any] = _value(error) if error.validator == "enum" else []
    words = [value for value in known if isinstance(value, str)]
    cure = "take one of these" if words else _write(wanted)
    if isinstance(_instance(error), str):
        cure = did_you_mean(_instance(error), words, cure)
    message = f"{_here(error)} must be {wanted}, not {show(_instance(error))}"
    yield tuple(error.absolute_path), False, message, cure


def _misplaced(error: ValidationError) -> Iterator[_Problem]:
    comment = str(_schema(error).get("$comment", "this does not go with what is beside it"))
    yield tuple(
        error.absolute_path
    ), True, comment, "remove one of the two, or give it its own type"


def _too_few(error: ValidationError) -> Iterator[_Problem]:
    what = "members" if error.validator == "minProperties" else "items"
    least = f"{_value(error)} {what if _value(error) != 1 else what[:-1]}"
    message = f"{_here(error)} must have at least {least}, and has {len(_instance(error))}"
    yield tuple(error.absolute_path), True, message, "add what is missing, or remove it whole"


def _too_many(error: ValidationError) -> Iterator[_Problem]:
    message = f"{_here(error)} must have at most {_value(error)} items"
    yield tuple(error.absolute_path), True, message, "give what is meant a type of its own"


def _twice(error: ValidationError) -> Iterator[_Problem]:
    items = _instance(error)
    for index, item in enumerate(items):
        if item in items[:index]:
            message = f"{show(item)} is in {_here(error)} twice"
            yield (*error.absolute_path, index), False, message, "keep one of the two"


def _write(wanted: str) -> str:
    return "write the one or the other" if ", or " in wanted else f"write {wanted}"


def _expected(error: ValidationError) -> str | None:
    comment = _schema(error).get("$comment")
    return comment if isinstance(comment, str) else None


def _value_wanted(error: ValidationError) -> str:
    value = _value(error)
    if error.validator == "enum":
        return f"one of {listed(value)}"
    if error.validator == "minimum":
        return f"{value} or more"
    return show(value)


def _is_unquoted(error: ValidationError) -> bool:
    return _value(error) == "string" and isinstance(_instance(error), (bool, int, float))


def _article(words: str) -> str:
    if words.startswith("`"):
        return words
    return f"an {words}" if words[0] in "aeio" else f"a {words}"


def _lower(sentence: str) -> str:
    """The sentence as the end of another one."""
    first = sentence[0].lower() + sentence[1:]
    return first.removesuffix(".")


_TYPES: Mapping[str, str] = {
    "object": "a mapping",
    "array": "a list",
    "string": "a string",
    "boolean": "true or false",
    "integer": "an integer",
    "number": "a number",
}

_RULES: Mapping[str, tuple[str, Callable[[ValidationError], Iterator[_Problem]]]] = {
    "additionalProperties": ("shape/unknown-keyword", _unknown_keyword),
    "required": ("shape/missing", _missing_keyword),
    "type": ("shape/type", _wrong_type),
    "enum": ("shape/value", _wrong_value),
    "const": ("shape/value", _wrong_value),
    "minimum": ("shape/value", _wrong_value),
    "not": ("shape/misplaced", _misplaced),
    "minItems": ("shape/length", _too_few),
    "minProperties": ("shape/length", _too_few),
    "maxItems": ("shape/length", _too_many),
    "uniqueItems": ("shape/twice", _twice),
}

SHAPE_RULES = tuple(sorted({rule for rule, _ in _RULES.values()}))
