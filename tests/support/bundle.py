"""The published JSON Schema bundles, by the `jsonschema` library."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

FOLDER = Path(__file__).parents[2] / "generated" / "jsonschema"


@cache
def bundle(profile: str) -> Any:
    """The bundle of a profile, `wire` or `documented`."""
    schema = json.loads((FOLDER / f"{profile}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return schema


@cache
def validator(profile: str, event: str) -> Draft202012Validator:
    """A validator of the data of one event."""
    whole = bundle(profile)
    return Draft202012Validator(
        {"$ref": f"#/$defs/event:{event}", "$schema": whole["$schema"], "$defs": whole["$defs"]}
    )


def is_valid(profile: str, event: str, data: Any) -> bool:
    """Whether the data of an event is valid."""
    return validator(profile, event).is_valid(data)


def deviations(profile: str, event: str, data: Any) -> Iterator[tuple[str, str]]:
    """What is wrong with the data of an event: (path without numbers, what), leaf by leaf."""
    for error in validator(profile, event).iter_errors(data):
        for leaf in _leaves(error):
            path = "".join("[]" if isinstance(s, int) else f".{s}" for s in leaf.absolute_path)
            yield f"${path}", _what(leaf)


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    """The errors that are no choice between branches; of branches, those that were entered."""
    if not error.context:
        yield error
        return
    depth = len(error.absolute_path)
    entered = [
        e for e in error.context if len(e.absolute_path) > depth or e.validator == "required"
    ]
    for inner in entered or [error]:
        if inner is error:
            yield error
        else:
            yield from _leaves(inner)


def _what(error: ValidationError) -> str:
    if error.validator == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        named = [name for name in missing if f"'{name}'" in error.message]
        return f"required: {named[0]}"
    if error.validator in ("enum", "const"):
        return f"{error.validator}: {error.instance!r}"
    if error.validator == "type":
        return f"type: {json.dumps(error.instance)[:20]}" if error.instance is None else "type"
    return str(error.validator)
