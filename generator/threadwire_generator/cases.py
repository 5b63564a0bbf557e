"""Cases of a conformance suite: the values, and how those that a person wrote are read.

`read_cases` reads a folder: one YAML file a topic, `_payloads.yaml` with values that all topics
share, `retired.yaml` with cases that are no more, and the frozen lists `revisions/N.txt`.  It goes
the way of a spec: load, shape, build, lint, each stage only when the one before found nothing.

`«name»` stands for a payload: in the text of a stream and in `raw` for its compact JSON, alone in
expected data for its value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from threadwire_generator import shape
from threadwire_generator.findings import Finding, finding_at, nearest, show, sorted_findings
from threadwire_generator.load import Document, Json, Steps, load_document
from threadwire_generator.spec import Level, Mark, Spec

RETIRED = "retired.yaml"
SHARED = "_payloads.yaml"
REVISIONS = "revisions"

# Topics that are about bytes: cut at every single place.
CUT_EVERYWHERE = ("framing", "encoding")

# What an implementation may be able to do, beyond what every one must.
FEATURES: Mapping[str, str] = {
    "done-event": "delivers the end of the stream as an event",
    "resume": "reads on after an event that it refused",
    "unknown-events": "hands on events that it does not know, with their data as text",
    "unknown-members": "keeps members that it does not know",
    "presence": "tells a member that is absent from one that is null",
    "big-integers": "keeps every digit of integers beyond 2^53",
    "error-classes": "its errors tell server, payload, truncated and too-large apart",
    "last-event-id": "reports the last event id",
    "limits": "bounds the size of an event, at 16 MiB unless told otherwise",
}

Origin: TypeAlias = Literal["authored", "derived", "run"]
Cuts: TypeAlias = Literal["every", "structural", "none"]
Compare: TypeAlias = Literal["declared", "exact"]
End: TypeAlias = Literal["done", "truncated", "eof"]

_NO_MARK = Mark("", 1, 1)
_PLACEHOLDER = re.compile("«([^«»]*)»")


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a stream, so many times over; one chunk as it is written."""

    data: bytes
    times: int = 1


@dataclass(frozen=True, slots=True)
class Expected:
    """An event that is due: known with its data, unknown with its text, or invalid: refused."""

    event: str
    kind: Literal["known", "unknown", "invalid"] = "known"
    data: Json = None
    raw: str | None = None
    path: str | None = None
    error_class: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a stream comes to: its events, the end left out, and how it ends."""

    events: tuple[Expected, ...]
    end: End
    reason: str | None = None  # why it is accepted beside what is expected
    error_class: str | None = None
    last_event_id: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One stream, and what an implementation makes of it."""

    id: str
    title: str
    level: Level
    rules: tuple[str, ...]
    why: str
    topic: str
    stream: tuple[Piece, ...]
    expect: Outcome
    origin: Origin
    seen: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    compare: Compare = "declared"
    cuts: Cuts = "structural"
    accept: tuple[Outcome, ...] = ()
    covers: tuple[str, ...] = ()
    plain_differs: str | None = None  # why a plain reading is not what the author expects
    mark: Mark = _NO_MARK

    @property
    def size(self) -> int:
        """How many bytes the stream has."""
        return sum(len(piece.data) * piece.times for piece in self.stream)

    @property
    def data(self) -> bytes:
        """The bytes of the stream."""
        return b"".join(piece.data * piece.times for piece in self.stream)


@dataclass(frozen=True, slots=True)
class Retired:
    """A case that is no more, and why."""

    id: str
    reason: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Revision:
    """The ids of the cases that a revision had, each with its place."""

    number: int
    ids: Mapping[str, Mark]


@dataclass(frozen=True, slots=True)
class Authored:
    """What people wrote of a suite; nothing, where there is no folder."""

    cases: tuple[Case, ...] = ()
    retired: tuple[Retired, ...] = ()
    revisions: tuple[Revision, ...] = ()
    abouts: Mapping[str, str] = field(default_factory=dict[str, str])  # by topic


def read_cases(folder: Path, spec: Spec) -> tuple[Authored | None, list[Finding]]:
    """The cases in a folder, and all findings; None when one of these is an error."""
    from threadwire_generator.rules import cases as rules  # brings the plain reading

    documents, findings = _load(folder)
    for document in documents:
        findings += shape.check_shape(document, kind=_kind(document.name))
    revisions, more = _revisions(folder / REVISIONS)
    findings += more
    if findings:
        return None, sorted_findings(findings)
    builder = _Builder(folder, spec, documents)
    authored = Authored(
        cases=tuple(builder.cases()),
        retired=tuple(builder.retired()),
        revisions=revisions,
        abouts=builder.abouts,
    )
    findings = builder.findings
    if not findings:
        findings = rules.lint_cases(spec, authored)
    return (None if any(f.is_error for f in findings) else authored), sorted_findings(findings)


# --- files ----------------------------------------------------------------------------------------


def _kind(name: str) -> str:
    return "retired" if name == RETIRED else "cases"


def _load(folder: Path) -> tuple[list[Document], list[Finding]]:
    documents: list[Document] = []
    findings: list[Finding] = []
    for path in sorted(folder.glob("*.yaml"), key=lambda path: path.name):
        try:
            content = path.read_bytes()
        except OSError as error:
            message = f"this file cannot be read: {error.strerror}"
            mark = Mark(path.as_posix(), 1, 1)
            cure = "make it a regular file that may be read"
            findings.append(finding_at(mark, "load/file", message, cure))
            continue
        document, more = load_document(content, path, escapes=True)
        findings += more
        if document is not None:
            documents.append(document)
    return documents, findings


def _revisions(folder: Path) -> tuple[tuple[Revision, ...], list[Finding]]:
    revisions: list[Revision] = []
    findings: list[Finding] = []
    for path in sorted(folder.glob("*.txt")):
        name = path.as_posix()
        if not re.fullmatch("[1-9][0-9]*", path.stem):
            message = f"{show(path.name)} is no number of a revision"
            cure = "call it 1.txt, 2.txt and so on"
            findings.append(finding_at(Mark(name, 1, 1), "revision-name", message, cure))
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        ids = {
            line.strip(): Mark(name, number, 1)
            for number, line in enumerate(lines, 1)
            if line.strip() and not line.startswith("#")
        }
        revisions.append(Revision(int(path.stem), ids))
    revisions.sort(key=lambda revision: revision.number)
    return tuple(revisions), findings


# --- from documents to values ---------------------------------------------------------------------


class _Builder:
    """Makes cases of documents without findings; what is wrong gathers in `findings`."""

    def __init__(self, folder: Path, spec: Spec, documents: list[Document]) -> None:
        self.findings: list[Finding] = []
        self._folder = folder
        self._end: End = "eof" if spec.end is None else "done"
        self._documents = [d for d in documents if d.name not in (RETIRED, SHARED)]
        self._retired = [d for d in documents if d.name == RETIRED]
        self._shared: dict[str, Json] = {}
        for document in documents:
            if document.name == SHARED:
                self._shared = _mapping(document.data).get("payloads", {})
        self.abouts = {d.stem: _mapping(d.data).get("about", "").strip() for d in self._documents}

    def retired(self) -> Iterator[Retired]:
        for document in self._retired:
            for case_id, reason in _mapping(document.data)["retired"].items():
                mark = document.mark(("retired", case_id), key=True)
                yield Retired(case_id, reason, mark)

    def cases(self) -> Iterator[Case]:
        for document in self._documents:
            data = _mapping(document.data)
            topic = _Topic(self, document, {**self._shared, **data.get("payloads", {})})
            if "cases" not in data:
                self.found(document.mark(), "topic-without-cases", *_WITHOUT_CASES)
            for index in range(len(data.get("cases", ()))):
                yield topic.case(index)

    def found(self, mark: Mark, rule: str, message: str, cure: str) -> None:
        self.findings.append(finding_at(mark, rule, message, cure))

    @property
    def end(self) -> End:
        return self._end

    def file(self, name: str, mark: Mark) -> bytes:
        """The bytes of a file in the folder of the cases."""
        path = self._folder / name
        if not path.resolve().is_relative_to(self._folder.resolve()):
            self.found(mark, "chunk-file", f"{show(name)} leads out of the folder", _FILE_CURE)
            return b""
        try:
            return path.read_bytes()
        except OSError as error:
            message = f"{show(name)} cannot be read: {error.strerror}"
            self.found(mark, "chunk-file", message, _FILE_CURE)
            return b""


_WITHOUT_CASES = ("a topic without cases", f"write its `cases`, or move it to {show(SHARED)}")
_KIND_CURE = "state one of `data`, `unknown: true` and `invalid: true`"
_FILE_CURE = "name a file by its path from the folder of the cases"


class _Topic:
    """One file of cases."""

    def __init__(self, builder: _Builder, document: Document, payloads: Mapping[str, Json]) -> None:
        self._builder = builder
        self._document = document
        self._payloads = payloads

    def case(self, index: int) -> Case:
        steps: Steps = ("cases", index)
        body = _mapping(self._document.data)["cases"][index]
        topic = self._document.stem
        return Case(
            id=body["id"],
            title=body["title"],
            level=body["level"],
            rules=tuple(body["rules"]),
            why=" ".join(body["why"].split()),
            topic=topic,
            stream=tuple(
                self._piece(chunk, (*steps, "stream", number))
                for number, chunk in enumerate(body["stream"])
            ),
            expect=self._outcome(body["expect"], (*steps, "expect")),
            origin="authored",
            seen=tuple(body.get("seen", ())),
            needs=tuple(body.get("needs", ())),
            compare=body.get("compare", "declared"),
            cuts=body.get("cuts", "every" if topic in CUT_EVERYWHERE else "structural"),
            accept=tuple(
                self._outcome(other, (*steps, "accept", number))
                for number, other in enumerate(body.get("accept", ()))
            ),
            plain_differs=body.get("plain", {}).get("differs"),
            mark=self._document.mark((*steps, "id")),
        )

    # --- streams ----------------------------------------------------------------------------------

    def _piece(self, chunk: Any, steps: Steps) -> Piece:
        if isinstance(chunk, str):
            return Piece(self._text(chunk, steps).encode())
        if "repeat" in chunk:
            repeat = chunk["repeat"]
            return Piece(self._bytes(repeat, (*steps, "repeat")), repeat["times"])
        return Piece(self._bytes(chunk, steps))

    def _bytes(self, chunk: Mapping[str, Any], steps: Steps) -> bytes:
        if "text" in chunk:
            return self._text(chunk["text"], (*steps, "text")).encode()
        if "file" in chunk:
            return self._builder.file(chunk["file"], self._document.mark((*steps, "file")))
        try:
            return bytes.fromhex(chunk["hex"])
        except ValueError:
            message = f"{show(chunk['hex'])} is not hexadecimal"
            cure = "write two digits a byte, with blanks between the bytes"
            self._builder.found(self._document.mark((*steps, "hex")), "chunk-hex", message, cure)
            return b""

    def _text(self, text: str, steps: Steps) -> str:
        return _PLACEHOLDER.sub(lambda match: compact(self._payload(match[1], steps)), text)

    def _payload(self, name: str, steps: Steps) -> Json:
        if name in self._payloads:
            return self._payloads[name]
        near = nearest(name, self._payloads)
        cure = f"define it under `payloads`, here or in {show(SHARED)}"
        cure = cure if near is None else f"did you mean {show(near)}?"
        message = f"there is no payload {show(name)}"
        self._builder.found(self._document.mark(steps), "payload-unknown", message, cure)
        return None

    # --- outcomes ---------------------------------------------------------------------------------

    def _outcome(self, body: Mapping[str, Any], steps: Steps) -> Outcome:
        return Outcome(
            events=tuple(
                self._expected(event, (*steps, "events", number))
                for number, event in enumerate(body["events"])
            ),
            end=body.get("end", self._builder.end),
            reason=body.get("reason"),
            error_class=body.get("class"),
            last_event_id=body.get("last_event_id"),
        )

    def _expected(self, body: Mapping[str, Any], steps: Steps) -> Expected:
        stated = [word for word in ("data", "unknown", "invalid") if word in body]
        if len(stated) != 1:
            states = " and ".join(map(show, stated)) or "nothing"
            message = f"{show(body['event'])} states {states}"
            mark = self._document.mark(steps)
            self._builder.found(mark, "expected-kind", message, _KIND_CURE)
        raw = body.get("raw")
        return Expected(
            event=body["event"],
            kind="known" if "data" in body else "unknown" if "unknown" in body else "invalid",
            data=self._value(body.get("data"), (*steps, "data")),
            raw=None if raw is None else self._text(raw, (*steps, "raw")),
            path=body.get("path"),
            error_class=body.get("class"),
        )

    def _value(self, value: Json, steps: Steps) -> Json:
        if isinstance(value, str):
            match = _PLACEHOLDER.fullmatch(value)
            return value if match is None else self._payload(match[1], steps)
        if isinstance(value, list):
            return [self._value(item, (*steps, index)) for index, item in enumerate(value)]
        if isinstance(value, dict):
            return {name: self._value(item, (*steps, name)) for name, item in value.items()}
        return value


def _mapping(value: Json) -> dict[str, Any]:
    assert isinstance(value, dict), "a document that is no mapping passed the check of its shape"
    return value


def compact(value: Json) -> str:
    """JSON on one line without blanks, as a stream has it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
