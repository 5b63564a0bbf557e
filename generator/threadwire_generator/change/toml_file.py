"""TOML in, data with positions out: what `load` does for YAML.

The library says what a text means, and nothing of where it stands; so a second, lax reading of the
text, which is known to be TOML by then, notes where each key and each value begins.
"""

from __future__ import annotations

import datetime
import re
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, TypeGuard

from threadwire_generator.findings import Finding, finding_at
from threadwire_generator.load import Document, Steps
from threadwire_generator.spec import Mark

# By name, since the one is no module for a checker of one version, and the other is not installed.
tomllib: Any = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")

MAX_BYTES = 64 * 1024

_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)$")
_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_STRING = re.compile(
    r"'''.*?'''+|\"\"\"(?:\\.|[^\\])*?\"\"\"+|'[^'\n]*'|\"(?:\\.|[^\"\\\n])*\"", re.S
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN = re.compile(r"[^,\]}#\n]+")
_SYNTAX_CURE = "put text in quotes, lists in brackets, and one `key = value` on a line"


def load_toml(content: bytes, path: Path) -> tuple[Document | None, list[Finding]]:
    """The document in these bytes; None when there is any finding."""
    file = path.as_posix()
    if len(content) > MAX_BYTES:
        message = f"the file is larger than {MAX_BYTES // 1024} KiB"
        return None, [_finding(file, 1, 1, "load/size", message, "keep settings in it alone")]
    try:
        text = content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"the byte 0x{content[error.start]:02x} here is not UTF-8"
        return None, [_finding(file, line, 1, "load/encoding", message, "save the file as UTF-8")]
    try:
        document = _read(text, content, path)
    except tomllib.TOMLDecodeError as error:
        return None, [_syntax(file, text, str(error))]
    except RecursionError:
        return None, [_finding(file, 1, 1, "load/depth", "nested too deeply", "settings are flat")]
    dates = [
        finding_at(document.mark(steps), "load/date", "a date is no setting", "put it in quotes")
        for steps in _dates(document.data)
    ]
    return (None, dates) if dates else (document, [])


def lax_toml(content: bytes) -> dict[str, Any]:
    """What these bytes say, wherever it stands; nothing if they are no TOML."""
    document, _ = load_toml(content, Path())
    return document.data if document is not None and _is_table(document.data) else {}


def _read(text: str, content: bytes, path: Path) -> Document:
    data = tomllib.loads(text)
    file = path.as_posix()
    top = Mark(file, 1, 1)
    marks = {(): (top, top), **_Reader(file, text.replace("\r\n", "\n")).marks()}
    return Document(path, path.name, file, data, content, marks)


def _finding(file: str, line: int, column: int, rule: str, message: str, cure: str) -> Finding:
    return finding_at(Mark(file, line, column), rule, message, cure)


def _syntax(file: str, text: str, message: str) -> Finding:
    place = _PLACE.search(message)
    if place:
        line, column = int(place[1]), int(place[2])
    else:  # at the end of the text
        line, column = text.count("\n") + 1, len(text.rpartition("\n")[2]) + 1
    what = message.partition(" (at ")[0]
    return _finding(file, line, column, "load/syntax", f"no TOML: {what}", _SYNTAX_CURE)


def _dates(value: Any, steps: Steps = ()) -> Iterator[Steps]:
    if isinstance(value, (datetime.date, datetime.time)):
        yield steps
    for key, inner in _items(value):
        yield from _dates(inner, (*steps, key))


def _items(value: Any) -> Iterable[tuple[str | int, Any]]:
    if _is_table(value):
        return value.items()
    return enumerate(value) if _is_list(value) else ()


def _is_table(value: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def _is_list(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def _inside(steps: Steps, step: str | int) -> Steps:
    return (*steps, step)


class _Reader:
    """Walks a text that is TOML, and notes where things stand."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._text = text
        self._at = 0
        self._marks: dict[Steps, tuple[Mark, Mark]] = {}
        self._tables: dict[Steps, int] = {}  # how many of each array of tables there were

    def marks(self) -> dict[Steps, tuple[Mark, Mark]]:
        table: Steps = ()
        self._blank()
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._blank()
        return self._marks

    def _mark(self) -> Mark:
        before = self._text[: self._at]
        return Mark(self._file, before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1)

    def _blank(self) -> None:
        match = _BLANK.match(self._text, self._at)
        self._at = match.end() if match else self._at

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if match is None:  # not met in TOML; the end of the text ends every loop
            self._at = len(self._text)
            return ""
        self._at = match.end()
        return match.group()

    def _key(self) -> list[str]:
        """The parts of a key, dotted or not."""
        parts: list[str] = []
        while True:
            self._blank()
            quoted = self._text[self._at : self._at + 1] in ("'", '"')
            part = self._take(_STRING if quoted else _BARE_KEY)
            parts.append(str(tomllib.loads(f"x={part}")["x"]) if quoted else part)
            self._blank()
            if self._text[self._at : self._at + 1] != ".":
                return parts
            self._at += 1

    def _header(self) -> Steps:
        mark = self._mark()
        many = self._text.startswith("[[", self._at)
        self._at += 2 if many else 1
        steps: Steps = ()
        parts = self._key()
        for number, part in enumerate(parts, 1):
            steps = _inside(steps, part)
            self._marks.setdefault(steps, (mark, mark))
            if many and number == len(parts):
                self._tables[steps] = self._tables.get(steps, -1) + 1
            if steps in self._tables:
                steps = _inside(steps, self._tables[steps])
                self._marks.setdefault(steps, (mark, mark))
        self._at += 2 if many else 1
        return steps

    def _pair(self, table: Steps) -> None:
        key = self._mark()
        steps = table
        for part in self._key():
            steps = _inside(steps, part)
            self._marks.setdefault(steps, (key, key))
        self._at += 1  # the `=`
        self._blank()
        self._marks[steps] = (self._mark(), key)
        self._value(steps)

    def _value(self, steps: Steps) -> None:
        first = self._text[self._at : self._at + 1]
        if first in ("'", '"'):
            self._take(_STRING)
        elif first == "[":
            self._between("]", steps)
        elif first == "{":
            self._between("}", steps)
        else:
            self._take(_PLAIN)

    def _between(self, close: str, steps: Steps) -> None:
        self._at += 1
        index = 0
        while True:
            self._blank()
            here = self._text[self._at : self._at + 1]
            if here in (close, ""):
                self._at += 1
                return
            if here == ",":
                self._at += 1
            elif close == "}":
                self._pair(steps)
            else:
                item = _inside(steps, index)
                self._marks[item] = (self._mark(), self._mark())
                self._value(item)
                index += 1
