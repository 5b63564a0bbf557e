"""YAML in, data with positions out.

The files of a protocol are a small part of YAML: mappings with string keys, sequences, scalars.
Anchors, aliases, tags, directives, duplicate keys, merge keys and second documents are findings.
A plain scalar is read as JSON would read it: true, false, null and JSON numbers are these,
everything else is a string, so that `on`, `2026-08-21` and `1_000` are what they look like.

Nothing that a file holds makes this module raise: every defect is a finding with its position.  The
parser's events are read one at a time, never composed by recursion, so that neither deep nesting
nor an alias that multiplies costs more than the file's own length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias, TypeGuard

import yaml

from threadwire_generator.findings import Finding, finding_at, show
from threadwire_generator.spec import Mark

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 64
MAX_DIGITS = 300  # characters of a number

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
Steps: TypeAlias = tuple[str | int, ...]

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one where PyYAML has it

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?(?:\.inf|\.Inf|\.INF|\.nan|\.NaN|\.NAN|NaN|Infinity)")
_WORDS: Mapping[str, Json] = {"true": True, "false": False, "null": None}

# Controls, lone surrogates, line separators that editors do not count as lines, a BOM inside the
# text, and the marks that turn the direction of writing, which make a text read as it is not.
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
    "\ud800-\udfff\ufeff\ufffe\uffff]"
)
_CONTROL_IN_VALUE = re.compile(rf"\r|{_CONTROL.pattern}")  # in a file, it may end a line
_SURROGATE = re.compile("[\ud800-\udfff]")  # what no text in UTF-8 can have


def as_list(value: Any) -> list[Any]:
    """The value where it is a list, else a list of it alone."""
    return value if _is_list(value) else [value]


def _is_list(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


@dataclass(frozen=True, slots=True)
class Document:
    """One file: its data, and where each node and each key of it stands."""

    path: Path
    name: str  # of the file, with its suffix
    file: str  # as findings show it
    data: Json
    content: bytes
    marks: Mapping[Steps, tuple[Mark, Mark]] = field(repr=False)  # of the value, and of its key

    @property
    def stem(self) -> str:
        """The name of the file without its suffix."""
        return self.name.removesuffix(".yaml")

    def mark(self, steps: Steps = (), key: bool = False) -> Mark:
        """Where the node at these steps stands, or its key; for no such node, the nearest above."""
        while steps not in self.marks:
            if not steps:
                return Mark(self.file, 1, 1)
            steps = steps[:-1]
        return self.marks[steps][1 if key else 0]


def load_folder(folder: Path) -> tuple[list[Document], list[Finding]]:
    """The documents of a folder that could be read, and what is wrong with the others."""
    files, findings = read_files(folder)
    documents, more = load_files(files, folder)
    return documents, [*findings, *more]


def read_files(folder: Path) -> tuple[dict[str, bytes], list[Finding]]:
    """The bytes of the folder's YAML files by name; the one function here that touches the disk."""
    files: dict[str, bytes] = {}
    findings: list[Finding] = []

    def found(path: Path, rule: str, message: str, cure: str) -> None:
        findings.append(finding_at(Mark(path.as_posix(), 1, 1), rule, message, cure))

    try:
        paths = sorted(folder.iterdir(), key=lambda path: path.name)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        found(folder, "load/folder", f"this folder cannot be read: {reason}", _FOLDER_CURE)
        return {}, findings
    for path in paths:
        if path.name.startswith(".") or path.suffix not in (".yaml", ".yml") or path.is_dir():
            continue
        if path.suffix == ".yml":
            cure = f"rename it to {show(path.stem + '.yaml')}"
            found(path, "load/suffix", "the suffix `.yml` is not read", cure)
            continue
        try:
            with path.open("rb") as stream:
                files[path.name] = stream.read(MAX_BYTES + 1)
        except OSError as error:
            found(path, "load/file", f"this file cannot be read: {error.strerror}", _FILE_CURE)
    return files, findings


def missing_files(files: Mapping[str, bytes], folder: Path) -> list[Finding]:
    """A finding for the one file that every protocol has, where it is not there."""
    if "protocol.yaml" in files:
        return []
    mark = Mark((folder / "protocol.yaml").as_posix(), 1, 1)
    message = "there is no `protocol.yaml`, so this folder holds no protocol"
    return [finding_at(mark, "load/protocol", message, _FOLDER_CURE)]


_FOLDER_CURE = "name a folder that holds a `protocol.yaml` and the files of its types"
_FILE_CURE = "make it a regular file that may be read"


def load_files(
    files: Mapping[str, bytes], folder: Path = Path()
) -> tuple[list[Document], list[Finding]]:
    """The documents in these bytes, by sorted name, and what is wrong with the others."""
    documents: list[Document] = []
    findings: list[Finding] = []
    for name in sorted(files):
        document, more = load_document(files[name], folder / name)
        findings += more
        if document is not None:
            documents.append(document)
    return documents, findings


def load_document(
    content: bytes, path: Path, *, escapes: bool = False
) -> tuple[Document | None, list[Finding]]:
    """The document in these bytes; None when there is any finding.

    With `escapes`, quoted text may hold controls as escapes, as the bytes of a stream need them.
    """
    reader = _Reader(path.as_posix(), _SURROGATE if escapes else _CONTROL_IN_VALUE)
    text = reader.text(content)
    data = None if text is None else reader.read(text)
    if reader.findings:
        return None, reader.findings
    return Document(path, path.name, reader.file, data, content, reader.marks), []


@dataclass(slots=True)
class _Frame:
    """A mapping or a sequence that is being read; `key` is None where a key comes next."""

    value: dict[str, Json] | list[Json]
    steps: Steps
    mark: Mark
    key: str | None = None
    key_mark: Mark | None = None

    def next_steps(self) -> Steps:
        if isinstance(self.value, list):
            return (*self.steps, len(self.value))
        return (*self.steps, self.key if self.key is not None else "")


class _StopError(Exception):
    """The rest of the file cannot be read; the finding is written already."""


class _Reader:
    """Reads one file; what is wrong gathers in `findings`, where things stand in `marks`."""

    def __init__(self, file: str, refused: re.Pattern[str] = _CONTROL_IN_VALUE) -> None:
        self.file = file
        self._refused = refused  # characters that no scalar may have
        self.findings: list[Finding] = []
        self.marks: dict[Steps, tuple[Mark, Mark]] = {}
        self._stack: list[_Frame] = []
        self._root: Json = None
        self._documents = 0

    def found(self, mark: Mark, rule: str, message: str, cure: str) -> None:
        self.findings.append(finding_at(mark, rule, message, cure))

    # --- text -------------------------------------------------------------------------------------

    def text(self, content: bytes) -> str | None:
        """The characters of the file; None, with a finding, when they are not to be parsed."""
        if len(content) > MAX_BYTES:
            message = f"the file is larger than {MAX_BYTES // 1024 // 1024} MiB"
            self.found(Mark(self.file, 1, 1), "load/size", message, "split it into several files")
            return None
        try:
            text = content.decode("utf-8").removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            mark = self._mark_after(content[: error.start].decode("utf-8", "replace"))
            message = f"the byte 0x{content[error.start]:02x} here is not UTF-8"
            self.found(mark, "load/encoding", message, "save the file as UTF-8")
            return None
        control = _CONTROL.search(text)
        if control is not None:
            self._control(control, self._mark_after(text[: control.start()]))
            return None
        return text

    def _control(self, match: re.Match[str], mark: Mark) -> None:
        message = f"the character U+{ord(match.group()):04X} does not show in an editor"
        self.found(mark, "load/control-character", message, "remove it")

    def _mark_after(self, text: str) -> Mark:
        lines = re.split("\r\n|\r|\n", text)
        return Mark(self.file, len(lines), len(lines[-1]) + 1)

    # --- nodes ------------------------------------------------------------------------------------

    def read(self, text: str) -> Json:
        try:
            for event in yaml.parse(text, Loader=_LOADER):
                handler = _HANDLERS.get(type(event))
                if handler is not None:
                    handler(self, event)
        except yaml.MarkedYAMLError as error:
            self._syntax(error)
        except yaml.YAMLError as error:  # of the reader, which knows no line
            self.found(Mark(self.file, 1, 1), "load/syntax", f"no YAML: {error}", _SYNTAX_CURE)
        except _StopError:
            pass
        else:
            if not self._documents:
                message = "the file holds nothing but comments"
                self.found(Mark(self.file, 1, 1), "load/empty", message, "write it, or delete it")
        return self._root

    def _syntax(self, error: yaml.MarkedYAMLError) -> None:
        place = error.problem_mark or error.context_mark
        mark = Mark(self.file, place.line + 1, place.column + 1) if place else Mark(self.file, 1, 1)
        what = ", ".join(part for part in (error.context, error.problem) if part)
        self.found(mark, "load/syntax", f"no YAML: {what}", _SYNTAX_CURE)

    def _mark(self, event: Any) -> Mark:
        return Mark(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def on_document(self, event: Any) -> None:
        self._documents += 1
        mark = self._mark(event)
        if self._documents > 1:
            cure = "keep one document a file, and no `---` after the first line"
            self.found(mark, "load/documents", "a second document begins here", cure)
            raise _StopError
        if event.version or event.tags:
            message = "directives are no part of this dialect"
            self.found(mark, "load/directive", message, "remove the lines that begin with `%`")

    def on_start(self, event: Any) -> None:
        mark = self._mark(event)
        self._properties(event, mark)
        if len(self._stack) >= MAX_DEPTH:
            message = f"nested more than {MAX_DEPTH} deep"
            self.found(mark, "load/depth", message, "give the inner parts names of their own")
            raise _StopError
        value: dict[str, Json] | list[Json] = (
            {} if isinstance(event, yaml.MappingStartEvent) else []
        )
        steps = self._stack[-1].next_steps() if self._stack else ()
        self._stack.append(_Frame(value, steps, mark))

    def on_end(self, _: Any) -> None:
        frame = self._stack.pop()
        self._put(frame.value, frame.mark)

    def on_scalar(self, event: Any) -> None:
        mark = self._mark(event)
        self._properties(event, mark)
        control = self._refused.search(event.value)
        if control is not None:
            self._control(control, mark)
        plain = event.style is None or event.style == ""
        at_key = bool(self._stack) and self._expects_key(self._stack[-1])
        if plain and at_key and event.value == "<<":
            self.found(mark, "load/merge-key", "merge keys are no part of this dialect", _COPY_CURE)
        self._put(self._scalar(event.value, mark) if plain else event.value, mark)

    def on_alias(self, event: Any) -> None:
        mark = self._mark(event)
        message = f"the alias {show('*' + str(event.anchor))} is no part of this dialect"
        self.found(mark, "load/anchor", message, _COPY_CURE)
        self._put("", mark)

    def _properties(self, event: Any, mark: Mark) -> None:
        """What may stand before a node: an anchor, a tag."""
        if event.anchor is not None:
            message = f"the anchor {show('&' + str(event.anchor))} is no part of this dialect"
            self.found(mark, "load/anchor", message, _COPY_CURE)
        if event.tag is not None:
            message = f"the tag {show(str(event.tag))} is no part of this dialect"
            self.found(mark, "load/tag", message, "remove it; quotes make a string")

    def _scalar(self, text: str, mark: Mark) -> Json:
        if text in _WORDS:
            return _WORDS[text]
        if text == "":
            cure = 'write the value: null, "" or what it shall be'
            self.found(mark, "load/no-value", "there is no value here", cure)
            return ""
        number = _NUMBER.fullmatch(text)
        if number is None:
            if _NOT_FINITE.fullmatch(text):
                self.found(mark, "load/number", f"{show(text)} is no JSON number", _NUMBER_CURE)
            return text
        if len(text) > MAX_DIGITS:
            message = f"a number of {len(text)} characters"
            self.found(mark, "load/number", message, _NUMBER_CURE)
            return 0
        if not (number.group(1) or number.group(2)):
            return int(text)
        value = float(text)
        if value in (float("inf"), float("-inf")):
            self.found(mark, "load/number", f"{show(text)} is too large a number", _NUMBER_CURE)
            return 0
        return value

    @staticmethod
    def _expects_key(frame: _Frame) -> bool:
        return isinstance(frame.value, dict) and frame.key is None

    def _put(self, value: Json, mark: Mark) -> None:
        """Puts a finished node where it belongs: the root, an item, a key or a key's value."""
        if not self._stack:
            self._root = value
            self.marks[()] = (mark, mark)
            return
        frame = self._stack[-1]
        if self._expects_key(frame):
            self._put_key(frame, value, mark)
            return
        self.marks[frame.next_steps()] = (mark, frame.key_mark or mark)
        if isinstance(frame.value, list):
            frame.value.append(value)
        elif frame.key is not None:
            frame.value[frame.key] = value
            frame.key = frame.key_mark = None

    def _put_key(self, frame: _Frame, value: Json, mark: Mark) -> None:
        if not isinstance(value, str):
            self.found(mark, "load/key", f"{show(value)} is no string", "put the key in quotes")
        elif isinstance(frame.value, dict) and value in frame.value:
            steps = (*frame.steps, value)
            first = self.marks[steps][1].line
            message = f"the key {show(value)} is here twice, first in line {first}"
            self.found(mark, "load/duplicate-key", message, "keep one of the two")
        frame.key = value if isinstance(value, str) else ""
        frame.key_mark = mark


_SYNTAX_CURE = "look at the indentation, and put text with `: ` or ` #` in it in quotes"
_COPY_CURE = "write out what it stands for, or give it a name as a type"
_NUMBER_CURE = "put it in quotes to make it a string"

LOAD_RULES = (
    "load/anchor",
    "load/control-character",
    "load/depth",
    "load/directive",
    "load/documents",
    "load/duplicate-key",
    "load/empty",
    "load/encoding",
    "load/file",
    "load/folder",
    "load/key",
    "load/merge-key",
    "load/no-value",
    "load/number",
    "load/protocol",
    "load/size",
    "load/suffix",
    "load/syntax",
    "load/tag",
)

_HANDLERS: Mapping[type[Any], Callable[[_Reader, Any], None]] = {
    yaml.DocumentStartEvent: _Reader.on_document,
    yaml.MappingStartEvent: _Reader.on_start,
    yaml.SequenceStartEvent: _Reader.on_start,
    yaml.MappingEndEvent: _Reader.on_end,
    yaml.SequenceEndEvent: _Reader.on_end,
    yaml.ScalarEvent: _Reader.on_scalar,
    yaml.AliasEvent: _Reader.on_alias,
}
