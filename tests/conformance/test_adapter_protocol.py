"""The messages: what the code takes for a reply, and what the JSON Schema says, are the same."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from threadwire_conformance.errors import NonsenseError
from threadwire_conformance.kinds import ERROR_CLASSES
from threadwire_conformance.protocol import (
    PROTOCOL,
    START,
    STOP,
    check_reply,
    read_hello,
    read_line,
    read_reply,
    run_line,
)
from threadwire_conformance.resources import schema

SCHEMA: dict[str, Any] = schema("adapter-protocol")
HELLO = {
    "name": "n",
    "version": "1",
    "language": "go",
    "features": ["resume"],
    "transport": "bytes",
    "more": 1,
}
REPLIES: dict[str, dict[str, Any]] = {
    "events": {
        "seq": 1,
        "events": [
            {"event": "a", "data": None},
            {"event": "b", "unknown": True, "raw": "x"},
            {"event": "c", "invalid": True, "path": "$.x", "class": "payload"},
            {"event": "d", "data": {}, "unknown": False, "invalid": False, "raw": None},
        ],
        "end": "done",
        "error": None,
        "last_event_id": "7",
    },
    "error": {
        "seq": 2,
        "events": [],
        "end": "error",
        "error": {"class": "server", "message": "boom"},
        "last_event_id": None,
    },
    "eof": {"seq": 3, "events": [], "end": "eof"},
}
VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1.5,
    "",
    "done",
    "error",
    [],
    {},
    [None],
    {"class": 1},
)


def valid(name: str, value: Any) -> bool:
    validator = Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]})
    return bool(validator.is_valid(value))


def mutations(value: Any) -> Iterator[Any]:
    """Each member and item taken away, and turned into each of some values."""
    places: list[tuple[Any, ...]] = [()]
    while places:
        place = places.pop()
        inner: Any = value
        for step in place:
            inner = inner[step]
        steps = (
            list(inner)
            if isinstance(inner, dict)
            else range(len(inner)) if isinstance(inner, list) else []
        )
        for step in steps:
            places.append((*place, step))
            for new in (..., *VALUES):
                changed = copy.deepcopy(value)
                parent: Any = changed
                for part in place:
                    parent = parent[part]
                if new is ...:
                    del parent[step]
                else:
                    parent[step] = new
                yield changed


def accepted(reply: Any) -> bool:
    try:
        check_reply(reply)
        return isinstance(reply.get("seq"), int) and not isinstance(reply["seq"], bool)
    except NonsenseError:
        return False


@pytest.mark.parametrize("name", REPLIES)
def test_code_and_schema_agree_on_every_one_point_mutation_of_a_reply(name: str) -> None:
    assert accepted(REPLIES[name])
    assert valid("reply", REPLIES[name])
    verdicts = {True: 0, False: 0}
    for mutation in mutations(REPLIES[name]):
        if isinstance(mutation.get("seq"), float):
            continue  # 1.0 is an integer to JSON Schema
        verdicts[accepted(mutation)] += 1
        assert accepted(mutation) == valid("reply", mutation), mutation
    assert min(verdicts.values()) > 1


def test_code_and_schema_agree_on_every_one_point_mutation_of_a_hello() -> None:
    for mutation in mutations(HELLO):
        try:
            read_hello(json.dumps(mutation).encode())
            taken = True
        except NonsenseError:
            taken = False
        assert taken == valid("hello", mutation), mutation


@pytest.mark.parametrize(
    "line", [START, STOP, run_line(1, []), run_line(17, [b"", b"\xff\x00", b"data: x\n" * 100])]
)
def test_every_request_is_valid_and_one_line(line: bytes) -> None:
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert valid("request", json.loads(line))


def test_the_requests_are_those_of_the_version() -> None:
    assert json.loads(START) == {"cmd": "start", "protocol": PROTOCOL}
    assert SCHEMA["$defs"]["start"]["properties"]["protocol"]["const"] == PROTOCOL
    assert SCHEMA["$defs"]["error"]["properties"]["class"]["enum"] == list(ERROR_CLASSES)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"hello", "a line is no JSON: hello"),
        (b"", "a line is no JSON"),
        (b"\xff\xfe{\x00}\x00", "a line is no JSON"),
        (b'{"a": NaN}', "NaN is no JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b"x" * 1000 + b"\x1b[31m", r"x{79}…"),
        (b"\x1b[31mred", r"\\x1b\[31mred"),
    ],
)
def test_what_is_no_json_is_said_on_one_short_line(line: bytes, message: str) -> None:
    with pytest.raises(NonsenseError, match=message) as error:
        read_line(line)
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 300


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ({"seq": 4}, "run 5 is due, and run 4 was answered a second time, or late"),
        ({"seq": 6}, "run 5 is due, and run 6 was answered before its turn"),
        ({"seq": "5"}, r'\$\.seq: expected the number of the run, found "5"'),
        ({"cmd": "run", "chunks": []}, "a request came back as it was sent"),
        ({"seq": 5, "end": "done"}, r"\$\.events: expected an array, found None"),
        ({"seq": 5, "events": [{"event": "a"}], "end": "done"}, r'\$\.events\[0\]: "data" is'),
        (
            {"seq": 5, "events": [], "end": "over"},
            r'\$\.end: expected done or eof or error, found "o',
        ),
        ([], r"\$: expected an object"),
    ],
)
def test_what_is_no_reply_is_said_with_its_path(reply: Any, message: str) -> None:
    with pytest.raises(NonsenseError, match=message):
        read_reply(json.dumps(reply).encode(), 5)


def test_an_integer_of_thousands_of_digits_is_what_came_and_no_nonsense() -> None:
    digits = "9" * 5000
    assert read_line(b'{"a": %s, "b": -7}' % digits.encode()) == {"a": digits, "b": -7}
