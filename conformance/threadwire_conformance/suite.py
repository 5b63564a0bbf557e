"""The suite, as frozen values: `suite.json` in, cases with their bytes and expectations out.

`load_suite` reads the file that `threadwire generate` wrote; nothing in it is guessed, and what is
missing or of another type is a `SuiteError` that names the file and the JSON path.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast

from .kinds import LEVELS
from .resources import suite_folder
from .values import is_array, is_object

FORMAT = 1
Shape: TypeAlias = Any  # true | "Name" | ["shape"] | {"map": shape} | {"any": [shape, …]}


class SuiteError(Exception):
    """A suite that cannot be used; the message says which file, where in it, and what is wrong."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A sentence that implementations are held to; `excluded` says why no case tests it."""

    id: str
    level: str
    text: str
    source: str
    excluded: str | None


@dataclass(frozen=True, slots=True)
class Expected:
    """An event that a reply has in this place.

    Attributes:
        kind: `known` with `data`; `unknown` with `raw`, which may be left out; `invalid`: refused.
        error_class: of the refusal, for implementations that tell their errors apart.
    """

    event: str
    kind: Literal["known", "unknown", "invalid"] = "known"
    data: Any = None
    raw: str | None = None
    path: str | None = None
    error_class: str | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a reply is: its events, its end (`done`, `truncated`, `eof`), and why it is allowed."""

    events: tuple[Expected, ...]
    end: str
    reason: str | None = None
    error_class: str | None = None
    last_event_id: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a stream, so many times over; one chunk as written."""

    data: bytes
    times: int = 1


@dataclass(frozen=True)
class Case:
    """One stream, and what an implementation makes of it."""

    id: str
    title: str
    level: str
    rules: tuple[str, ...]
    why: str
    seen: tuple[str, ...]
    origin: str
    topic: str
    needs: frozenset[str]
    compare: str
    cuts: str
    stream: tuple[Piece, ...]
    expect: Expectation
    accept: tuple[Expectation, ...]
    covers: tuple[str, ...]
    transcript: str | None

    @property
    def chunks(self) -> list[bytes]:
        """The stream as it is written."""
        return [piece.data * piece.times for piece in self.stream]

    @property
    def data(self) -> bytes:
        """The whole stream."""
        return b"".join(self.chunks)

    def __hash__(self) -> int:
        return hash(self.id)


@dataclass(frozen=True)
class Suite:
    """The cases of a protocol, and what is needed to judge by them.

    Attributes:
        end_event: the event that ends a stream, None if a stream ends with its bytes.
        error_event: the event by which a server reports an error.
        selector: the member of the data that names the event, None if the event field does.
        events: name to payload type, None for the end event.
        types: what `declared` means, by type name.
        features: what an adapter may state that it can do, each with its meaning.
        folder: where it was read from.
    """

    protocol: str
    title: str
    revision: int
    digest: str
    end_event: str | None
    error_event: str | None
    selector: str | None
    events: Mapping[str, str | None]
    types: Mapping[str, Any]
    rules: Mapping[str, Rule]
    features: Mapping[str, str]
    cases: tuple[Case, ...]
    folder: Path

    @cached_property
    def by_id(self) -> Mapping[str, Case]:
        """The cases by their ids."""
        return {case.id: case for case in self.cases}

    def frozen(self, revision: int) -> frozenset[str]:
        """The ids of the cases that a revision had.

        Raises:
            SuiteError: there is no such revision.
        """
        path = self.folder / "revisions" / f"{revision}.txt"
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except OSError:
            there = sorted(int(p.stem) for p in path.parent.glob("*.txt") if p.stem.isdigit())
            known = ", ".join(map(str, there)) or "none"
            raise SuiteError(f"no revision {revision} of this suite; there are: {known}") from None
        return frozenset(line.strip() for line in lines if line.strip() and line[:1] != "#")


def load_suite(path: Path | str | None = None) -> Suite:
    """Read a suite: the one that comes with threadwire, or that of a folder or a `suite.json`.

    Raises:
        SuiteError: it cannot be read, or is of another format.
    """
    place = suite_folder() if path is None else Path(path)
    file = place / "suite.json" if place.is_dir() else place
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SuiteError(f"{file}: {error.strerror or error}") from error
    except ValueError as error:
        raise SuiteError(f"{file}: no JSON: {error}") from error
    try:
        return _suite(_At("$", content), file.parent)
    except _WrongError as error:
        raise SuiteError(f"{file}: {error}") from None


# --- reading --------------------------------------------------------------------------------------


class _WrongError(Exception):
    pass


class _At:
    """A JSON value and the path to it."""

    def __init__(self, path: str, value: Any) -> None:
        self.path = path
        self.value = value

    def wrong(self, expected: str) -> _WrongError:
        found = json.dumps(self.value, ensure_ascii=False)
        return _WrongError(f"{self.path}: expected {expected}, found {found[:60]}")

    def get(self, name: str) -> _At:
        value = self._object()
        if name not in value:
            raise _WrongError(f"{self.path}: {name!r} is missing")
        return _At(f"{self.path}.{name}", value[name])

    def find(self, name: str) -> _At | None:
        """A member that may be left out, or null."""
        found = self._object().get(name)
        return None if found is None else _At(f"{self.path}.{name}", found)

    def members(self) -> dict[str, _At]:
        return {name: _At(f"{self.path}.{name}", item) for name, item in self._object().items()}

    def _object(self) -> dict[str, Any]:
        if not is_object(self.value):
            raise self.wrong("an object")
        return self.value

    def items(self) -> list[_At]:
        if not is_array(self.value):
            raise self.wrong("an array")
        return [_At(f"{self.path}[{index}]", item) for index, item in enumerate(self.value)]

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self.wrong("a string")
        return self.value

    def number(self) -> int:
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise self.wrong("an integer")
        return self.value

    def one_of(self, words: Sequence[str]) -> str:
        if self.value not in words:
            raise self.wrong(" or ".join(words))
        return cast(str, self.value)

    def texts(self) -> tuple[str, ...]:
        return tuple(item.text() for item in self.items())


def _optional(at: _At | None) -> str | None:
    return None if at is None else at.text()


def _suite(at: _At, folder: Path) -> Suite:
    if at.get("format").value != FORMAT:
        raise at.get("format").wrong(f"{FORMAT}, the format that this version reads")
    selector = at.find("selector")
    member = selector.find("member") if selector and is_object(selector.value) else None
    cases = tuple(_case(item) for item in at.get("cases").items())
    _unique(at.get("cases").items(), cases)
    return Suite(
        protocol=at.get("protocol").text(),
        title=at.get("title").text(),
        revision=at.get("revision").number(),
        digest=at.get("digest").text(),
        end_event=_optional(at.find("end_event")),
        error_event=_optional(at.find("error_event")),
        selector=_optional(member),
        events={
            name: None if item.value is None else item.text()
            for name, item in at.get("events").members().items()
        },
        types={name: item.value for name, item in at.get("types").members().items()},
        rules={name: _rule(name, item) for name, item in at.get("rules").members().items()},
        features={name: item.text() for name, item in at.get("features").members().items()},
        cases=cases,
        folder=folder,
    )


def _unique(places: Sequence[_At], cases: Sequence[Case]) -> None:
    seen: set[str] = set()
    for place, case in zip(places, cases, strict=True):
        if case.id in seen:
            raise _WrongError(f"{place.path}.id: {case.id!r} is there twice")
        seen.add(case.id)


def _rule(name: str, at: _At) -> Rule:
    return Rule(
        id=name,
        level=at.get("level").one_of(list(LEVELS)),
        text=at.get("text").text(),
        source=at.get("source").text(),
        excluded=_optional(at.find("excluded")),
    )


def _case(at: _At) -> Case:
    accept = at.find("accept")
    seen = at.find("seen")
    needs = at.find("needs")
    covers = at.find("covers")
    case_id = at.get("id").text()
    topic = at.find("topic")
    return Case(
        id=case_id,
        title=at.get("title").text(),
        level=at.get("level").one_of(list(LEVELS)),
        rules=at.get("rules").texts(),
        why=at.get("why").text(),
        seen=seen.texts() if seen else (),
        origin=at.get("origin").text(),
        topic=topic.text() if topic else case_id.partition("/")[0],
        needs=frozenset(needs.texts() if needs else ()),
        compare=at.get("compare").one_of(["declared", "exact"]),
        cuts=at.get("cuts").one_of(["every", "structural", "none"]),
        stream=tuple(_piece(item) for item in at.get("stream").items()),
        expect=_expectation(at.get("expect")),
        accept=tuple(_expectation(item) for item in accept.items()) if accept else (),
        covers=covers.texts() if covers else (),
        transcript=_optional(at.find("transcript")),
    )


def _piece(at: _At) -> Piece:
    repeat = at.find("repeat")
    if repeat is not None:
        return Piece(_bytes(repeat), repeat.get("times").number())
    return Piece(_bytes(at))


def _bytes(at: _At) -> bytes:
    text = at.find("text")
    if text is not None:
        try:
            return text.text().encode()
        except UnicodeEncodeError:
            raise text.wrong("text that is Unicode") from None
    encoded = at.get("base64")
    try:
        return base64.b64decode(encoded.text(), validate=True)
    except binascii.Error:
        raise encoded.wrong("base64") from None


def _expectation(at: _At) -> Expectation:
    return Expectation(
        events=tuple(_expected(item) for item in at.get("events").items()),
        end=at.get("end").one_of(["done", "truncated", "eof"]),
        reason=_optional(at.find("reason")),
        error_class=_optional(at.find("class")),
        last_event_id=_optional(at.find("last_event_id")),
    )


def _expected(at: _At) -> Expected:
    mark: Any = next((word for word in ("unknown", "invalid") if at.find(word)), None)
    return Expected(
        event=at.get("event").text(),
        kind=mark or "known",
        data=None if mark else at.get("data").value,
        raw=_optional(at.find("raw")),
        path=_optional(at.find("path")),
        error_class=_optional(at.find("class")),
    )
