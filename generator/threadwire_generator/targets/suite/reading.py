"""A plain reading: what a whole stream comes to, in one pass over all of its bytes.

It is written to be compared with the standard line by line, not to be fast, and shares nothing with
a decoder: the WHATWG HTML standard, section 9.2.6, frames the bytes; the spec names the events; the
`json` module and `jsonschema`, with the bundle of the wire profile, judge the data.  What the
standards leave open follows the policy of this project:

* an unknown name is no error, and its data is not looked at;
* data that is no payload is refused, and what comes after is read on;
* an error of the server counts whatever its data is, and the input may then end at any point;
* the end event ends the stream whatever its data is, and lacks nothing without its last blank line;
* what a decoder may limit is limited: nesting, digits, the size of a block.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NoReturn, cast
from urllib.parse import unquote

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from threadwire_generator.cases import End, Expected, Outcome
from threadwire_generator.load import Json, as_list
from threadwire_generator.spec import Spec
from threadwire_generator.targets.jsonschema.bundle import bundle
from threadwire_generator.targets.jsonschema.profiles import WIRE

MAX_BLOCK = 16 * 1024 * 1024  # bytes of the lines of a block, comments and line ends left out
MAX_DEPTH = 200  # of arrays and objects in each other
MAX_DIGITS = 4300  # of an integer
MAX_WRITTEN_OUT = 2000  # references that a validator holds written out, …
DEEPEST = 40  # … and how many of them within each other
NO_NAME = "message"  # the type of an event without a name

_LINE_END = re.compile("\r\n|\n|\r")
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|([\[{])|([\]}])', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")


class RefusedError(Exception):
    """Text that is no JSON, or JSON beyond the limits."""


@dataclass(slots=True)
class _Block:
    """The fields of a block, as they have come so far."""

    name: str = ""
    data: list[str] = field(default_factory=list[str])
    size: int = 0

    @property
    def too_large(self) -> bool:
        return self.size > MAX_BLOCK


class Reading:
    """Reads streams of one protocol."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._payloads = {event.name: event.payload for event in spec.events}
        self._validators = Validators(spec)
        self._known: dict[tuple[str, str], Expected] = {}  # many streams hold the same events

    def read(self, stream: bytes) -> Outcome:
        """What the whole stream comes to."""
        events: list[Expected] = []
        lines = _LINE_END.split(_decoded(stream))
        rest = lines.pop()  # what no line end follows
        block = _Block()
        last_id, next_id = "", ""
        for line in lines:
            if line:
                next_id = _field(block, line, next_id)
                continue
            last_id = next_id
            if block.data or block.too_large:
                event = self._event(block)
                if event is None:
                    return Outcome(tuple(events), "done", last_event_id=last_id)
                events.append(event)
            block = _Block()
        if rest:
            _field(block, rest, next_id)
        return Outcome(tuple(events), self._end(events, block), last_event_id=last_id)

    def _end(self, events: list[Expected], block: _Block) -> End:
        """How the input ends; `block` is the one that no blank line has ended."""
        if self._spec.end is not None and block.data and self._event(block) is None:
            return "done"
        error = self._spec.error
        whole: End = "eof" if self._spec.end is None else "done"
        if error is not None and any(event.event == error.event for event in events):
            return whole  # anything is right
        return "truncated" if self._spec.end is not None or block.size else whole

    # --- events -----------------------------------------------------------------------------------

    def _event(self, block: _Block) -> Expected | None:
        """The event of a block; None for the one that ends the stream."""
        data = "\n".join(block.data)
        name = self._name(block, data)
        end = self._spec.end
        if end is not None and (name == end.event or (name == NO_NAME and data == end.data)):
            return None
        if block.too_large:
            return Expected(name, "invalid", error_class="too-large")
        if self._payloads.get(name) is None:
            return Expected(name, "unknown", raw=data)
        if self._spec.error is not None and name == self._spec.error.event:
            return Expected(name, "known", data=self._error(data))
        if (name, data) not in self._known:
            self._known[name, data] = self._payload(name, data)
        return self._known[name, data]

    def _payload(self, name: str, data: str) -> Expected:
        try:
            value = parsed(data)
        except RefusedError:
            return Expected(name, "invalid", path="$")
        path = self._validators.refusal(f"event:{name}", value)
        if path is not None:
            return Expected(name, "invalid", path=path)
        return Expected(name, "known", data=value)

    def _name(self, block: _Block, data: str) -> str:
        if self._spec.selector is not None:
            value = _parsed_or_none(data)
            name = value.get(self._spec.selector) if isinstance(value, dict) else None
            if isinstance(name, str):
                return name
        return block.name or NO_NAME

    def _error(self, data: str) -> Json:
        """What a report of an error says: flat, wrapped, a string, or plain text."""
        shape = self._spec.error
        assert shape is not None, "only asked where a protocol has errors"
        value = _parsed_or_none(data)
        if value is None:
            value = data
        if isinstance(value, dict) and shape.wrapped_in is not None:
            inner = value.get(shape.wrapped_in)
            value = inner if isinstance(inner, (dict, str)) else value
        if isinstance(value, str):
            return {shape.text_as: value} if value else {}
        if not isinstance(value, dict):
            return {}
        payload = self._payloads[shape.event] or ""
        return {
            name: member
            for name, member in value.items()
            if self._validators.refusal(payload, {name: member}) is None
        }


# --- framing --------------------------------------------------------------------------------------


def _decoded(stream: bytes) -> str:
    """UTF-8 decode of the Encoding standard: one BOM dropped, what is no UTF-8 as U+FFFD."""
    return stream.decode("utf-8", "replace").removeprefix("\ufeff")


def _field(block: _Block, line: str, last_id: str) -> str:
    """Take one line that is not blank; gives the last event id after it."""
    if line.startswith(":"):
        return last_id
    name, _, value = line.partition(":")
    block.size += len(line) if line.isascii() else len(line.encode())
    value = value.removeprefix(" ")
    if name == "event":
        block.name = value
    elif name == "data":
        block.data.append(value)
    elif name == "id" and "\0" not in value:
        return value
    return last_id


# --- JSON -----------------------------------------------------------------------------------------


def parsed(text: str) -> Json:
    """The value of a JSON text; raises `RefusedError`."""
    if _depth(text) > MAX_DEPTH:
        raise RefusedError("nested too deep")
    try:
        value: Json = json.loads(
            text, parse_int=_integer, parse_float=_finite, parse_constant=_no_number
        )
    except ValueError as error:
        raise RefusedError(str(error)) from None
    if any(_SURROGATE.search(string) for string in _strings(value)):
        raise RefusedError("half a surrogate pair")
    return value


def _parsed_or_none(text: str) -> Json:
    try:
        return parsed(text)
    except RefusedError:
        return None


def _depth(text: str) -> int:
    depth = deepest = 0
    for match in _BRACKETS.finditer(text):
        if match[1]:
            depth += 1
            deepest = max(deepest, depth)
        elif match[2]:
            depth -= 1
    return deepest


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise RefusedError("too many digits")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _no_number(digits)


def _no_number(word: str) -> NoReturn:
    raise RefusedError(f"{word} is no number")


def _strings(value: Json) -> Iterator[str]:
    todo: list[Json] = [value]
    while todo:
        here = todo.pop()
        if isinstance(here, str):
            yield here
        elif isinstance(here, list):
            todo += here
        elif isinstance(here, dict):
            todo += here
            todo += here.values()


# --- payloads -------------------------------------------------------------------------------------


class Validators:
    """The validators of a bundle's definitions, each compiled once, references written out.

    `jsonschema` resolves a reference anew each time that it meets one, which costs more than all
    the rest; so each is replaced by what it leads to, but for those that lead back to themselves.
    """

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._compiled: dict[str, Any] = {}
        self._count = 0  # of the references that the validator being made has written out

    def refusal(self, name: str, value: Json) -> str | None:
        """The path of what makes a value not that of the definition; None if nothing does."""
        if name not in self._compiled:
            self._compiled[name] = self._compile(name)
        validator = self._compiled[name]
        error: ValidationError | None = next(validator.iter_errors(value), None)
        return None if error is None else _path(_deepest(error))

    @cached_property
    def _definitions(self) -> dict[str, Any]:
        return cast("dict[str, Any]", bundle(self._spec, WIRE)["$defs"])

    def _compile(self, name: str) -> Any:
        self._count = 0
        left: list[str] = []
        schema = self._written_out(self._definitions[name], (name,), left)
        definitions: dict[str, Any] = {}
        for target in left:  # grows while it is gone through
            if target not in definitions:
                definitions[target] = None
                definition = self._definitions[target]
                definitions[target] = self._written_out(definition, (target,), left)
        return Draft202012Validator({**schema, "$defs": definitions} if left else schema)

    def _written_out(self, schema: Any, way: tuple[str, ...], left: list[str]) -> Any:
        """A schema with what its references lead to in their places; `left` are those that stay."""
        if isinstance(schema, list):
            return [self._written_out(item, way, left) for item in as_list(schema)]
        if not isinstance(schema, dict):
            return schema
        body = cast("dict[str, Any]", schema)
        if "$ref" in body:
            target = _target(body["$ref"])
            self._count += 1
            if target in way or len(way) > DEEPEST or self._count > MAX_WRITTEN_OUT:
                left.append(target)
                return {"$ref": body["$ref"]}
            return self._written_out(self._definitions[target], (*way, target), left)
        return {
            keyword: (
                {name: self._written_out(part, way, left) for name, part in value.items()}
                if keyword == "properties"
                else value if keyword in _LITERAL else self._written_out(value, way, left)
            )
            for keyword, value in body.items()
            if keyword not in _ANNOTATIONS
        }


_ANNOTATIONS = frozenset({"description", "examples", "format"})
_LITERAL = frozenset({"const", "enum", "required", "type"})


def _target(reference: str) -> str:
    """The name of the definition that a reference leads to."""
    return unquote(reference.removeprefix("#/$defs/")).replace("~1", "/").replace("~0", "~")


def _deepest(error: ValidationError) -> ValidationError:
    """The error that says most: of the branches of a union, one that is not the null's."""
    while error.context:
        told = [inner for inner in error.context if inner.validator_value != "null"]
        error = max(told or error.context, key=lambda inner: len(inner.absolute_path))
    return error


def _path(error: ValidationError) -> str:
    """Where an error is, as in `$.delta.content[0].index`."""
    steps: list[str | int] = list(error.absolute_path)
    if error.validator == "required":
        missing = [name for name in cast("list[str]", error.validator_value) if _told(error, name)]
        steps.append(missing[0])
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)


def _told(error: ValidationError, name: str) -> bool:
    return error.message.startswith(repr(name))
