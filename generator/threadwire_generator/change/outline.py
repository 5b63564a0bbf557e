"""An OpenAPI document as an outline: which schemas it has and where; each is parsed when asked for.

A document may have a hundred thousand lines, of which a stream needs a thousand.  So the parser's
events are only counted on the way to the schemas; a schema that is needed is parsed from its own
text, with the place of each node.  YAML is read as JSON would be: `no`, `on` and `2024-01-01` are
strings.

What cannot be read is a finding.  Neither deep nesting nor aliases that multiply cost more than the
document's own length: nesting has a limit, and aliases are not followed.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from threadwire_generator.change.keywords import is_list, is_mapping
from threadwire_generator.findings import Finding, finding_at, show
from threadwire_generator.spec import Mark

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 100

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one where PyYAML has it
_NUMBER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(\.[0-9]*)?([eE][-+]?[0-9]+)?")
_KEY = re.compile(r'"([^"\\]*)"\s*:')  # of a JSON document
_ESCAPE = re.compile(  # in JSON; group 1 is one half of a pair without the other
    r"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)"
)
_MAX_DIGITS = 300  # of a number
_WORDS: Mapping[str, Any] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", "")),
}

Steps: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    """Where a schema's text stands: offsets in characters, line and column from 0."""

    start: int
    end: int
    line: int
    column: int


class UnreadableError(Exception):
    """The document, or a schema of it, cannot be read."""

    def __init__(self, mark: Mark, rule: str, message: str, cure: str) -> None:
        super().__init__(message)
        self.finding = finding_at(mark, f"openapi/{rule}", message, cure)


@dataclass(slots=True)
class Outline:
    """What a document has on top, and its schemas."""

    file: str
    text: str = ""
    top: dict[str, Any] = field(default_factory=dict[str, Any])  # its scalars
    prefix: str = "#/components/schemas/"
    pieces: dict[str, _Piece] = field(default_factory=dict[str, _Piece])
    loaded: dict[str, Any] = field(default_factory=dict[str, Any])
    twice: dict[int, str] = field(default_factory=dict[int, str])  # keys, by the mapping's id
    _keys: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    _marks: dict[tuple[str, Steps], Mark] = field(default_factory=dict[Any, Mark])

    def names(self) -> Iterable[str]:
        """The names of all schemas."""
        return self.pieces.keys() or self.loaded.keys()

    def data(self, name: str) -> tuple[Any, list[Finding]]:
        """The schema of that name as it was written, or why it cannot be read."""
        if name not in self.loaded:
            piece = self.pieces[name]
            text = " " * piece.column + self.text[piece.start : piece.end]
            builder = _Builder(self.file, piece.line)
            try:
                builder.read(text)
                self.loaded[name] = builder.data
            except UnreadableError as error:
                return True, [error.finding]
            self._marks |= {(name, steps): mark for steps, mark in builder.marks.items()}
        key = self._twice_in(self.loaded[name]) if self.twice else None
        if key is not None:
            finding = UnreadableError(self.mark(name), "twice", _twice(key), _TWICE_CURE).finding
            return True, [finding]
        return self.loaded[name], []

    def _twice_in(self, data: Any) -> str | None:
        """A key that a mapping in a schema from JSON has twice."""
        level: list[Any] = [data]
        while level:
            found = next((self.twice[id(each)] for each in level if id(each) in self.twice), None)
            if found is not None:
                return found
            level = [inner for each in level for inner in _inner(each)]
        return None

    def source_text(self, name: str) -> str:
        """The text of a schema, to search in."""
        piece = self.pieces.get(name)
        return (
            json.dumps(self.loaded[name]) if piece is None else self.text[piece.start : piece.end]
        )

    def mark(self, name: str, steps: Steps = ()) -> Mark:
        """Where a part of a schema stands; for what has no place of its own, what is around it."""
        while (name, steps) not in self._marks:
            if not steps:
                return self._first(name)
            steps = steps[:-1]
        return self._marks[name, steps]

    def _first(self, name: str) -> Mark:
        piece = self.pieces.get(name)
        if piece is not None:
            return Mark(self.file, piece.line + 1, piece.column + 1)
        if not self._keys:
            self._keys.update(_keys(self.text))
        return Mark(self.file, *self._keys.get(name, (1, 1)))


def _keys(text: str, *, last: bool = False) -> dict[str, tuple[int, int]]:
    """Line and column of the keys of a JSON document, of each the first, or the last."""
    found: dict[str, tuple[int, int]] = {}
    for line, content in enumerate(text.split("\n"), start=1):
        for key in _KEY.finditer(content):
            if last or key.group(1) not in found:
                found[key.group(1)] = (line, key.start() + 1)
    return found


def read_outline(content: bytes, file: str) -> Outline:
    """The outline of a document; raises `UnreadableError`."""
    if len(content) > MAX_BYTES:
        message = f"the document is larger than {MAX_BYTES // 1024 // 1024} MiB"
        cure = "cut out what the stream does not need: the schemas under components are enough"
        raise UnreadableError(Mark(file, 1, 1), "size", message, cure)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        message = f"the byte 0x{content[error.start]:02x} here is not UTF-8"
        mark = Mark(file, line, column)
        raise UnreadableError(mark, "encoding", message, "save it as UTF-8") from None
    outline = Outline(file, text)
    if text.lstrip()[:1] == "{" and _read_json(outline):
        return outline
    _Scan(outline).read(text)
    return outline


# --- JSON -----------------------------------------------------------------------------------------


def _read_json(outline: Outline) -> bool:
    """Read a JSON document; False if it is none."""
    twice: dict[int, tuple[Any, str]] = (
        {}
    )  # by the mapping's id, which is kept and so stays its own

    def mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            keys = Counter(key for key, _ in pairs)
            twice[id(made)] = made, next(key for key in keys if keys[key] > 1)
        return made

    try:
        data = json.loads(outline.text, parse_constant=_no_number, object_pairs_hook=mapping)
    except RecursionError:
        raise UnreadableError(Mark(outline.file, 1, 1), "depth", _TOO_DEEP, _DEPTH_CURE) from None
    except ValueError as error:
        if not isinstance(error, json.JSONDecodeError) or '"' not in outline.text[:200]:
            return False  # perhaps it is YAML in braces
        mark = Mark(outline.file, error.lineno, error.colno)
        raise UnreadableError(mark, "syntax", f"no JSON: {error.msg}", _JSON_CURE) from None
    level: list[Any] = [data]
    for _ in range(MAX_DEPTH):
        level = [inner for value in level for inner in _inner(value)]
    if level:
        raise UnreadableError(Mark(outline.file, 1, 1), "depth", _TOO_DEEP, _DEPTH_CURE)
    outline.top |= {key: data[key] for key in data if not isinstance(data[key], dict | list)}
    components = data.get("components")
    schemas = components.get("schemas") if is_mapping(components) else None
    outline.loaded |= schemas if is_mapping(schemas) else {}
    outline.twice |= {at: key for at, (_, key) in twice.items()}
    for each in (data, components, schemas):
        if id(each) in twice:
            key = twice[id(each)][1]
            mark = Mark(outline.file, *_keys(outline.text, last=True).get(key, (1, 1)))
            raise UnreadableError(mark, "twice", _twice(key), _TWICE_CURE)
    _check_escapes(outline)
    return True


def _check_escapes(outline: Outline) -> None:
    """See to it that the escapes in the text are characters, which can be written elsewhere."""
    for escape in _ESCAPE.finditer(outline.text):
        if escape.group(1):
            before = outline.text[: escape.start()]
            mark = Mark(outline.file, before.count("\n") + 1, len(before) - before.rfind("\n"))
            message = f"{escape.group(0)} is half a character"
            raise UnreadableError(mark, "encoding", message, "write both halves, or neither")


def _no_number(word: str) -> Any:
    raise json.JSONDecodeError(f"{word} is no number", word, 0)


def _inner(value: Any) -> Iterable[Any]:
    if is_mapping(value):
        return value.values()
    return value if is_list(value) else ()


# --- YAML -----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Level:
    """A mapping or sequence that is being read: its data, and the key whose value comes next."""

    data: dict[str, Any] | list[Any]
    steps: Steps
    begin: Any  # the event with which it began
    key: str | None = None

    def put(self, value: Any) -> None:
        if isinstance(self.data, list):
            self.data.append(value)
        elif self.key is not None:
            self.data[self.key] = value
            self.key = None

    @property
    def inner(self) -> Steps:
        """The steps to what comes next."""
        return (*self.steps, len(self.data) if isinstance(self.data, list) else self.key or "")


class _Reader:
    """Reads a text event by event; what becomes of a value is up to `value`."""

    def __init__(self, file: str, line: int = 0) -> None:
        self.file = file
        self.line = line  # of the text's first line in the file, from 0
        self.levels: list[_Level] = []

    def read(self, text: str) -> None:
        documents = 0
        try:
            for event in yaml.parse(text, Loader=_LOADER):
                handle = _HANDLERS.get(type(event))
                if handle is not None:
                    handle(self, event)
                elif isinstance(event, yaml.DocumentStartEvent):
                    documents += 1
                    if documents > 1:
                        self.fail(event, "syntax", "a second document begins here", _ONE_CURE)
        except yaml.MarkedYAMLError as error:
            place = error.problem_mark or error.context_mark
            mark = Mark(self.file, 1, 1) if place is None else self.mark(place)
            what = ", ".join(part for part in (error.context, error.problem) if part)
            raise UnreadableError(mark, "syntax", f"no YAML: {what}", _YAML_CURE) from None
        except yaml.YAMLError as error:  # of the reader, which knows no line
            message = f"no YAML: {' '.join(str(error).split())}"
            raise UnreadableError(Mark(self.file, 1, 1), "syntax", message, _YAML_CURE) from None

    def value(self, steps: Steps, value: Any, begin: Any, end: Any) -> Any:
        """Take a value that was read; what comes back is kept in the value around it."""
        raise NotImplementedError

    def reads(self, steps: Steps) -> bool:
        """Whether what stands in a mapping counts, so that nothing may stand there twice."""
        del steps
        return True

    def mark(self, place: Any) -> Mark:
        return Mark(self.file, self.line + place.line + 1, place.column + 1)

    def fail(self, event: Any, rule: str, message: str, cure: str) -> None:
        raise UnreadableError(self.mark(event.start_mark), rule, message, cure)

    def on_start(self, event: Any) -> None:
        steps: Steps = ()
        if self.levels:
            level = self.levels[-1]
            if isinstance(level.data, dict) and level.key is None:
                self.fail(event, "syntax", "a key is no string", _YAML_CURE)
            steps = level.inner
        if len(self.levels) >= MAX_DEPTH:
            self.fail(event, "depth", _TOO_DEEP, _DEPTH_CURE)
        data: dict[str, Any] | list[Any] = {} if type(event) is yaml.MappingStartEvent else []
        self.levels.append(_Level(data, steps, event))

    def on_end(self, event: Any) -> None:
        level = self.levels.pop()
        self.take(level.steps, level.data, level.begin, event)

    def on_scalar(self, event: Any) -> None:
        level = self.levels[-1] if self.levels else None
        if level is not None and isinstance(level.data, dict) and level.key is None:
            if event.value in level.data and self.reads(level.steps):
                self.fail(event, "twice", _twice(event.value), _TWICE_CURE)
            level.key = event.value
        else:
            self.take(() if level is None else level.inner, _scalar(event), event, event)

    def on_alias(self, event: Any) -> None:
        message = f"the alias {show('*' + str(event.anchor))} is not followed"
        self.fail(event, "alias", message, "write out what it stands for, or refer to it: $ref")

    def take(self, steps: Steps, value: Any, begin: Any, end: Any) -> None:
        kept = self.value(steps, value, begin, end)
        if self.levels:
            self.levels[-1].put(kept)


class _Scan(_Reader):
    """Finds the schemas of a document, and keeps no value but the scalars on top."""

    def __init__(self, outline: Outline) -> None:
        super().__init__(outline.file)
        self.outline = outline

    def value(self, steps: Steps, value: Any, begin: Any, end: Any) -> Any:
        if len(steps) == 3 and steps[:2] == ("components", "schemas"):
            first, last = begin.start_mark, end.end_mark
            piece = _Piece(first.index, last.index, first.line, first.column)
            self.outline.pieces[str(steps[2])] = piece
        elif len(steps) == 1 and not isinstance(value, dict | list):
            self.outline.top[str(steps[0])] = value
        elif not steps and not isinstance(value, dict):
            self.fail(begin, "document", "this is no OpenAPI document", _DOCUMENT_CURE)
        return None

    def reads(self, steps: Steps) -> bool:
        return steps in _READ

    def on_alias(self, event: Any) -> None:
        """Go on: a schema that is needed and holds an alias says so when it is read."""
        self.on_scalar(
            yaml.ScalarEvent(None, None, (True, False), "", event.start_mark, event.end_mark)
        )


class _Builder(_Reader):
    """Builds the data of one schema, with the place of each node."""

    def __init__(self, file: str, line: int) -> None:
        super().__init__(file, line)
        self.marks: dict[Steps, Mark] = {}
        self.data: Any = None

    def value(self, steps: Steps, value: Any, begin: Any, end: Any) -> Any:
        del end
        self.marks[steps] = self.mark(begin.start_mark)
        self.data = value
        return value


def _twice(key: str) -> str:
    return f"the key {show(key)} stands here twice"


def _scalar(event: Any) -> Any:
    """A scalar as JSON would read it."""
    text: str = event.value
    if not event.implicit[0] or event.tag is not None:
        return text
    if text in _WORDS:
        return _WORDS[text]
    number = _NUMBER.fullmatch(text)
    if number is None or len(text) > _MAX_DIGITS:
        return text
    if not (number.group(1) or number.group(2)):
        return int(text)
    value = float(text)
    return value if math.isfinite(value) else text


_HANDLERS: Mapping[type, Callable[[Any, Any], None]] = {
    yaml.MappingStartEvent: lambda reader, event: reader.on_start(event),
    yaml.SequenceStartEvent: lambda reader, event: reader.on_start(event),
    yaml.MappingEndEvent: lambda reader, event: reader.on_end(event),
    yaml.SequenceEndEvent: lambda reader, event: reader.on_end(event),
    yaml.ScalarEvent: lambda reader, event: reader.on_scalar(event),
    yaml.AliasEvent: lambda reader, event: reader.on_alias(event),
}

_READ: tuple[Steps, ...] = ((), ("components",), ("components", "schemas"))  # but for schemas

_TWICE_CURE = "keep one of them"
_TOO_DEEP = f"nested more than {MAX_DEPTH} deep"
_DEPTH_CURE = "give the inner parts names of their own"
_YAML_CURE = "look at the indentation, and put text with `: ` or ` #` in it in quotes"
_JSON_CURE = "write JSON, or YAML"
_ONE_CURE = "keep one document a file"
_DOCUMENT_CURE = "name a document that has `openapi` on top, in YAML or JSON"
