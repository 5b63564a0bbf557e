"""The messages between the kit and an adapter: one JSON object a line, UTF-8, LF.

    → {"cmd": "start", "protocol": 1}
    ← {"name": …, "version": …, "language": …, "features": […], "transport": "bytes"}
    → {"cmd": "run", "seq": 17, "chunks": ["base64", …]}       (for http: "url" and "thread_id")
    ← {"seq": 17, "events": […], "end": "done"|"eof"|"error", "error": {…}, "last_event_id": …}
    → {"cmd": "stop"}          and the adapter exits with status 0

`data/adapter-protocol.schema.json` says the same for other languages.  Members that are not listed
there are let through: an adapter may say more than it is asked.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

from .errors import NonsenseError
from .kinds import ERROR_CLASSES
from .values import is_array, is_object

PROTOCOL = 1
TRANSPORTS = ("bytes", "http")
ENDS = ("done", "eof", "error")
_SHOWN = 80  # characters of somebody's line in a message
_MOST_DIGITS = 4300  # of an integer: what Python converts without being told to


@dataclass(frozen=True, slots=True)
class Hello:
    """Who the adapter is, and what the implementation behind it can do."""

    name: str
    version: str
    language: str
    features: frozenset[str]
    transport: str = "bytes"


START = b'{"cmd": "start", "protocol": %d}\n' % PROTOCOL
STOP = b'{"cmd": "stop"}\n'


def run_line(seq: int, chunks: Iterable[bytes]) -> bytes:
    """The request to decode a stream in these chunks."""
    encoded = b'", "'.join(map(base64.b64encode, chunks))
    listed = b'"%s"' % encoded if encoded else b'""'
    return b'{"cmd": "run", "seq": %d, "chunks": [%s]}\n' % (seq, listed)


def visit_line(seq: int, url: str, thread_id: str) -> bytes:
    """The request to decode the stream that a server has for this id."""
    request = {"cmd": "run", "seq": seq, "url": url, "thread_id": thread_id}
    return json.dumps(request).encode() + b"\n"


def read_line(line: bytes) -> Any:
    """The JSON value of a line.

    Raises:
        NonsenseError: it is none.
    """
    try:
        return json.loads(line.decode("utf-8"), parse_constant=_no_constant, parse_int=_integer)
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise NonsenseError(f"a line is no JSON: {shown(line)} ({reason})") from None


def read_hello(line: bytes) -> Hello:
    """The answer to `start`.

    Raises:
        NonsenseError: it is none.
    """
    value = _object(read_line(line), "$")
    for name in ("name", "version", "language"):
        _string(value.get(name), f"$.{name}")
    features = value.get("features")
    if not is_array(features):
        _wrong("$.features", "an array of strings", features)
    for index, feature in enumerate(features):
        _string(feature, f"$.features[{index}]")
    transport = value.get("transport", "bytes")
    if transport not in TRANSPORTS:
        _wrong("$.transport", " or ".join(TRANSPORTS), transport)
    return Hello(
        value["name"], value["version"], value["language"], frozenset(features), str(transport)
    )


def read_reply(line: bytes, seq: int) -> dict[str, Any]:
    """The reply to the run with this number.

    Raises:
        NonsenseError: it is none, or that to another run.
    """
    value = read_line(line)
    if is_object(value) and "seq" not in value and "cmd" in value:
        raise NonsenseError(f"a request came back as it was sent: {shown(line)}")
    reply = _object(value, "$")
    found = reply.get("seq")
    if not isinstance(found, int) or isinstance(found, bool):
        _wrong("$.seq", "the number of the run", found)
    if found != seq:
        what = "a second time, or late" if found < seq else "before its turn"
        raise NonsenseError(f"run {seq} is due, and run {found} was answered {what}")
    check_reply(reply)
    return reply


def check_reply(value: object) -> None:
    """Raise `NonsenseError` if this is not a reply, whatever its number."""
    reply = _object(value, "$")
    events = reply.get("events")
    if not is_array(events):
        _wrong("$.events", "an array", events)
    for index, event in enumerate(events):
        check_event(event, f"$.events[{index}]")
    end = reply.get("end")
    if end not in ENDS:
        _wrong("$.end", " or ".join(ENDS), end)
    error = reply.get("error")
    if end == "error":
        check_error(error, "$.error")
    elif error is not None:
        _wrong("$.error", f"nothing, since the end is {end!r}", error)
    if reply.get("last_event_id") is not None:
        _string(reply["last_event_id"], "$.last_event_id")


def check_event(value: object, path: str) -> None:
    """Raise `NonsenseError` if this is not an event of a reply."""
    event = _object(value, path)
    _string(event.get("event"), f"{path}.event")
    for mark in ("unknown", "invalid"):
        if not isinstance(event.get(mark, False), bool):
            _wrong(f"{path}.{mark}", "true or false", event[mark])
    if "data" not in event and not event.get("unknown") and not event.get("invalid"):
        raise NonsenseError(f'{path}: "data" is missing, or "unknown": true, or "invalid": true')
    for name in ("raw", "path", "class"):
        if event.get(name) is not None:
            _string(event[name], f"{path}.{name}")


def check_error(value: object, path: str) -> None:
    """Raise `NonsenseError` if this is not the error of a reply."""
    error = _object(value, path)
    if error.get("class") not in list(ERROR_CLASSES):  # a list: whatever came may have no hash
        _wrong(f"{path}.class", " or ".join(ERROR_CLASSES), error.get("class"))


def shown(line: bytes) -> str:
    """Somebody's line, so much of it as fits in a message, on one line."""
    text = line[: 4 * _SHOWN].decode("utf-8", "backslashreplace").strip()
    escaped = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return escaped if len(escaped) <= _SHOWN else f"{escaped[: _SHOWN - 1]}…"


def _object(value: object, path: str) -> dict[str, Any]:
    if not is_object(value):
        _wrong(path, "an object", value)
    return value


def _string(value: object, path: str) -> None:
    if not isinstance(value, str):
        _wrong(path, "a string", value)


def _wrong(path: str, expected: str, found: object) -> NoReturn:
    text = shown(json.dumps(found, ensure_ascii=False).encode("utf-8", "replace"))
    raise NonsenseError(f"{path}: expected {expected}, found {text if found is not None else None}")


def _integer(digits: str) -> int | str:
    """An integer; one that Python would not convert stays text: what came, and not nonsense."""
    return int(digits) if len(digits) <= _MOST_DIGITS else digits


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")
