"""Whether the data of events is their payload, by the published JSON Schemas.

The schemas come from the spec by another road than the decoder does, and a message never repeats a
value: payloads are people's text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn, cast

from jsonschema import Draft202012Validator, exceptions
from jsonschema.exceptions import ValidationError

from ..compare import step
from ..errors import KitError
from ..values import is_array
from . import Finding

_TYPES: tuple[tuple[type, str], ...] = (
    (dict, "an object"),
    (list, "an array"),
    (str, "a string"),
    (bool, "a boolean"),  # before int, which it is too
    (int, "an integer"),
    (float, "a fraction"),
    (type(None), "null"),
)


class Payloads:
    """The payloads of one profile.

    Raises:
        KitError: there is no such profile, or its file is no JSON Schema bundle.
    """

    def __init__(self, folder: Path, profile: str) -> None:
        file = folder / f"{profile}.schema.json"
        try:
            self._bundle: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            self._types: Mapping[str, Any] = self._bundle["$defs"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise KitError(f"{file}: no bundle of payload schemas: {error}") from error
        self._validators: dict[str, Any] = {}

    def knows(self, event: str) -> bool:
        """Whether the bundle has the payload of this event."""
        return f"event:{event}" in self._types

    def examples(self, event: str) -> list[Any]:
        """What the data of this event looks like, if the bundle says so."""
        found: list[Any] = self._types.get(f"event:{event}", {}).get("examples", [])
        return found

    def check(self, event: str, data: str) -> tuple[Any, list[Finding]]:
        """The JSON value of the data, None if it has none, and what is wrong with it."""
        twice: list[str] = []
        try:
            value = json.loads(
                data, parse_constant=_no_constant, object_pairs_hook=lambda p: _object(p, twice)
            )
        except (ValueError, RecursionError) as error:
            where = f" at character {error.pos}" if isinstance(error, json.JSONDecodeError) else ""
            return None, [Finding("payload/no-json", f"the data of {event} is no JSON{where}")]
        findings = [
            Finding("payload/duplicate-key", f"the member {name[:40]!a} is there twice")
            for name in twice
        ]
        return value, [*findings, *self._errors(event, value)]

    def _errors(self, event: str, value: Any) -> Iterator[Finding]:
        if event not in self._validators:
            reference = "#/$defs/event:" + event.replace("~", "~0").replace("/", "~1")
            schema = {"$ref": reference.replace("%", "%25"), "$defs": self._types}
            self._validators[event] = Draft202012Validator(schema)
        try:
            errors = sorted(
                cast("Iterable[ValidationError]", self._validators[event].iter_errors(value)),
                key=lambda error: [str(part) for part in error.absolute_path],
            )
            nearest = map(_nearest, errors)
            # Each missing member is an error of its own, and one message tells of them all.
            yield from dict.fromkeys(
                Finding("payload/schema", _message(near), path=_path(near)) for near in nearest
            )
        except RecursionError:
            yield Finding("payload/no-json", f"the data of {event} is nested too deeply")


def _object(pairs: list[tuple[str, Any]], twice: list[str]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        names = [name for name, _ in pairs]
        twice.extend(sorted({name for name in names if names.count(name) > 1}))
    return value


def _nearest(error: ValidationError) -> ValidationError:
    """Of the branches of a union, the mistake in the one that was meant."""
    found: Any = cast(Any, exceptions).best_match([error])
    return cast(ValidationError, found or error)


def _path(error: ValidationError) -> str:
    path = "$"
    for part in error.absolute_path:
        path = f"{path}[{part}]" if isinstance(part, int) else step(path, str(part))
    return path


def _message(error: ValidationError) -> str:
    """What is wrong, by keyword; values stay out of it, but for what the schema says."""
    keyword = str(error.validator)
    wanted = cast(Any, error.validator_value)
    found = type_name(cast(Any, error.instance))
    if keyword == "type":
        types = wanted if is_array(wanted) else [wanted]
        return f"expected {' or '.join(map(str, types))}, found {found}"
    if keyword == "required":
        instance = cast(Any, error.instance)
        missing = [name for name in cast("list[str]", wanted) if name not in instance]
        return f"missing: {', '.join(missing)}"
    if keyword in ("const", "enum"):
        values = wanted if keyword == "enum" else [wanted]
        listed = " or ".join(json.dumps(value) for value in cast("list[Any]", values))
        return f"expected {listed}, found another value ({found})"
    if keyword in ("minimum", "maximum", "maxItems", "minItems", "maxLength", "minLength"):
        return f"{keyword} is {wanted}"
    return f"{found} is not valid here ({keyword})"


def type_name(value: Any) -> str:
    """The JSON type of a value."""
    return next((word for kind, word in _TYPES if isinstance(value, kind)), "something else")


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")
