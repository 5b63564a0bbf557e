"""What can go wrong with a stream, told by names and paths, never by a value of the payload.

The life of an error: the decoder meets a block that it cannot read and puts an `InvalidEvent` in
its place, with one of these in `error`; who asked for exceptions gets that error raised when they
reach it.  Only a stream that ends too early has no place of its own.

    StreamError             anything below
      PayloadError          a known event whose data is no JSON, or not its payload
      EventTooLargeError    a block above the limit, whose data was skipped
      TruncatedStreamError  the input ended before the stream did
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from .values import BRANCH, KNOWN_TAG_ERROR, KNOWN_TAGS, UNKNOWN_TAG

if TYPE_CHECKING:
    from .events import StreamEvent


class StreamError(Exception):
    """A stream could not be read as it should be.

    Attributes:
        event: the name of the event, None if it is about the stream.
        offset: where the block began, or the input ended, in bytes from the start of the stream;
            None if there was no stream.
        events: what `decode` had read before it.
    """

    def __init__(
        self, message: str, *, event: str | None = None, offset: int | None = None
    ) -> None:
        super().__init__(message)
        self.event = event
        self.offset = offset
        self.events: list[StreamEvent] = []


class Problem(NamedTuple):
    """One thing that is wrong with a payload.

    Attributes:
        path: the JSON path of the member: `$.delta.content[0].index`.
        expected: what belongs there: `an integer`.
        found: the JSON type of what is there, or `nothing`.
    """

    path: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.path}: expected {self.expected}, found {self.found}"


class PayloadError(StreamError):
    """The data of a known event is no JSON, or not the payload of that event.

    Attributes:
        path: the JSON path of the first problem.
        expected: what was expected there.
        problems: all of them.
        data: the text of the data.  It is not part of the message: payloads are people's text.
    """

    def __init__(
        self, event: str, data: str, problems: Iterable[Problem], *, offset: int | None = None
    ) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        self.data = data
        first = self.problems[0]
        self.path, self.expected = first.path, first.expected
        where = "" if offset is None else f" at byte {offset}"
        more = f" (and {len(self.problems) - 1} more)" if len(self.problems) > 1 else ""
        super().__init__(f"{printable(event)}{where}: {first}{more}", event=event, offset=offset)

    def __reduce__(self) -> tuple[Any, ...]:
        return _payload_error, (self.event, self.data, self.problems, self.offset), self.__dict__


def _payload_error(
    event: str, data: str, problems: tuple[Problem, ...], offset: int | None
) -> PayloadError:
    return PayloadError(event, data, problems, offset=offset)


class EventTooLargeError(StreamError):
    """A block is larger than allowed; its data was skipped.

    Attributes:
        limit: how many bytes a block may have.
    """

    def __init__(self, event: str, limit: int, *, offset: int | None = None) -> None:
        self.limit = limit
        super().__init__(
            f"{printable(event)} at byte {offset}: larger than {limit} bytes; "
            "allow more with max_event_bytes",
            event=event,
            offset=offset,
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return _event_too_large, (self.event, self.limit, self.offset), self.__dict__


def _event_too_large(event: str, limit: int, offset: int | None) -> EventTooLargeError:
    return EventTooLargeError(event, limit, offset=offset)


class TruncatedStreamError(StreamError):
    """The input ended before the stream did: the connection was cut, or the server gave up."""


def printable(name: str) -> str:
    """A name of someone else's, safe to print on one line."""
    return name if name.isprintable() and len(name) <= 200 else json.dumps(name[:200])


# --- from pydantic's words to ours ----------------------------------------------------------------

_EXPECTED: Mapping[str, str] = {
    "missing": "a required member",
    "string_type": "a string",
    "bool_type": "a boolean",
    "integer": "an integer",
    "number": "a number",
    "finite": "a finite number",
    "list_type": "an array",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "union_tag_not_found": "a tag",
}
_JSON_TYPES: tuple[tuple[type, str], ...] = (
    (dict, "an object"),
    (list, "an array"),
    (str, "a string"),
    (bool, "a boolean"),  # before int, which it is too
    (int, "an integer"),
    (float, "a fraction"),
    (type(None), "null"),
)
_FOUND: Mapping[str, str] = {"missing": "nothing", "finite": "none"}
_MOST_PROBLEMS = 1000  # each takes a kilobyte to tell
_PLAIN_MEMBER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def problems_of(error: ValidationError) -> list[Problem]:
    """What is wrong with a payload, by members of the payload and not by branches of our unions."""
    if error.error_count() > _MOST_PROBLEMS:
        return [Problem("$", "the payload of this event", f"{error.error_count()} mistakes")]
    return [_problem(line) for line in _without_hopeless_branches(_lines(error))]


class _Line(NamedTuple):
    """A line of pydantic's error: where in the JSON, by way of which branches, and what."""

    path: tuple[str | int, ...]
    branches: tuple[tuple[tuple[str | int, ...], str], ...]  # (where it branched, label)
    type: str
    expected: str
    found: str


def _lines(error: ValidationError) -> list[_Line]:
    lines: list[_Line] = []
    for raw in error.errors(include_url=False):
        path: list[str | int] = []
        branches: list[tuple[tuple[str | int, ...], str]] = []
        steps = iter(raw["loc"])
        for step in steps:
            if step in (KNOWN_TAGS, UNKNOWN_TAG, BRANCH):
                branches.append((tuple(path), str(step)))
                if step == KNOWN_TAGS:
                    next(steps, None)  # the tag itself
            else:
                path.append(step)
        kind = raw["type"]
        context = raw.get("ctx", {})
        path.extend(context.get("path", ()))  # of a member within one that is not declared
        if kind == "json_invalid":
            expected, found = "JSON", str(context.get("error", "something else"))
        else:
            found = _FOUND.get(kind) or _json_type(raw["input"])
            if kind in ("union_tag_invalid", "literal_error"):
                expected = str(context.get("expected") or context.get("expected_tags"))
                found = "another string" if found == "a string" else found
            else:
                expected = _EXPECTED.get(kind, "a valid value")
        lines.append(_Line(tuple(path), tuple(branches), kind, expected, found))
    return lines


def _json_type(value: object) -> str:
    return next((word for kind, word in _JSON_TYPES if isinstance(value, kind)), "something else")


def _without_hopeless_branches(lines: list[_Line]) -> list[_Line]:
    """Only what concerns the branch that was meant.

    A known tag was meant if it stood there, else the variant for unknown tags.  Of values of
    different types, that one was meant which was entered; if none was, all were possible.
    """
    unknown_refused = {
        where
        for line in lines
        for where, label in line.branches
        if label == UNKNOWN_TAG and line.type != KNOWN_TAG_ERROR
    }
    entered = {
        where
        for line in lines
        for where, label in line.branches
        if label == BRANCH and len(line.path) > len(where)
    }
    kept: dict[tuple[tuple[str | int, ...], str], _Line] = {}
    for line in lines:
        if line.type == KNOWN_TAG_ERROR:
            continue
        if any(label == KNOWN_TAGS and where in unknown_refused for where, label in line.branches):
            continue
        if any(where in entered and len(line.path) == len(where) for where, _ in line.branches):
            continue
        at_branch = any(label == BRANCH and where == line.path for where, label in line.branches)
        key = (line.path, "" if at_branch else line.expected)
        if key in kept and line.expected != kept[key].expected:
            line = line._replace(expected=f"{kept[key].expected} or {line.expected}")
        kept[key] = line
    return list(kept.values())


def _problem(line: _Line) -> Problem:
    path = "$"
    for step in line.path:
        if isinstance(step, int):
            path += f"[{step}]"
        elif _PLAIN_MEMBER.fullmatch(step):
            path += f".{step}"
        else:
            path += f"[{json.dumps(step[:80])}]"
    return Problem(path, line.expected, line.found)
