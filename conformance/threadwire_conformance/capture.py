"""Captured streams, in the forms that people have them, as chunks of an SSE body.

* an SSE body, as it was on the wire;
* what `curl -i` prints: status line and headers, a blank line, the body;
* JSON lines as `threadwire decode` prints them, put back into frames.

Which form it is shows in the first bytes.  Reading is as lazy as the source: an event is there as
soon as its bytes are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from .values import is_object

_BOM = b"\xef\xbb\xbf"
_MAX_LINE = 64 * 1024 * 1024  # bytes of a JSON line
_MAX_HEAD = 64 * 1024  # bytes of status line and headers
_STATUS_LINE = re.compile(rb"HTTP/[\d.]+ (\d{3})\b")


class CaptureError(Exception):
    """The input has none of the forms of a capture; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Capture:
    """A captured stream.

    Attributes:
        form: `sse`, `http` or `jsonl`.
        chunks: the SSE body.
        status: the HTTP status, if it was captured.
        headers: the HTTP headers by lower-case name, if they were captured.
    """

    form: str
    chunks: Iterable[bytes]
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


def read_capture(chunks: Iterable[bytes]) -> Capture:
    """Look at the first bytes and tell the form.

    Raises:
        CaptureError: it begins like HTTP, and its headers do not end.
    """
    source = iter(chunks)
    start = b""
    while len(start) < 8 and (chunk := next(source, b"")):
        start += chunk
    if start.startswith(b"HTTP/"):
        return _http(start, source)
    if start.removeprefix(_BOM).lstrip()[:1] == b"{":
        return Capture("jsonl", _frames(chain([start], source)))
    return Capture("sse", chain([start], source))


def _http(start: bytes, source: Iterator[bytes]) -> Capture:
    """Take off status lines and headers; of several responses (100, 3xx) the last counts."""
    while True:
        while (end := _head_end(start)) is None:
            chunk = next(source, b"")
            if not chunk or len(start) > _MAX_HEAD:
                raise CaptureError("the capture begins like HTTP, but its headers do not end")
            start += chunk
        head, body = start[: end[0]], start[end[1] :]
        while len(body) < 5 and (chunk := next(source, b"")):
            body += chunk
        if not body.startswith(b"HTTP/"):
            break
        start = body
    first, *lines = re.split(rb"\r?\n", head)
    match = _STATUS_LINE.match(first)
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    status = int(match[1]) if match else None
    return Capture("http", chain([body], source), status, headers)


def _head_end(data: bytes) -> tuple[int, int] | None:
    match = re.search(rb"\r?\n\r?\n", data)
    return match.span() if match else None


def _frames(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """JSON lines as frames; text stays text, any other value is written as JSON."""
    for number, line in enumerate(_lines(chunks), start=1):
        if line.strip():
            yield _frame(line, number)


def _frame(line: bytes, number: int) -> bytes:
    try:
        row: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise CaptureError(f"line {number} is no JSON: {error}") from error
    members = row if is_object(row) else {}
    event = members.get("event")
    if not isinstance(event, str) or "data" not in members:
        raise CaptureError(f'line {number} is no {{"event": …, "data": …}} as decode prints it')
    data = members.get("raw", members["data"])
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    if set("\r\n") & set(event) or "\r" in text:
        raise CaptureError(f"line {number} has a line end that no frame could hold")
    lines = [f"event: {event}", *(f"data: {part}" for part in text.split("\n"))]
    return ("\n".join(lines) + "\n\n").encode("utf-8", "replace")


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    pieces: list[bytes] = []
    size = 0
    for number, chunk in enumerate(chunks):
        first, *others = (chunk if number else chunk.removeprefix(_BOM)).split(b"\n")
        for line in others:
            yield b"".join([*pieces, first])
            pieces, size, first = [], 0, line
        pieces.append(first)
        size += len(first)
        if size > _MAX_LINE:
            raise CaptureError(f"a line is longer than {_MAX_LINE} bytes")
    if size:
        yield b"".join(pieces)
