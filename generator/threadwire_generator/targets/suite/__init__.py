"""The target `suite`: the conformance suite of a protocol.

`suite.json` holds all cases: those that people wrote, those that follow from the spec (`derive`),
and whole runs (`runs`).  What a derived case expects comes from a plain reading of the standards
(`reading`), never from a decoder.  Beside it lie the JSON Schema of that file, the streams as
transcripts, the frozen lists of earlier revisions, what the cases cover, and how to write a runner.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from string import Template

from threadwire_generator.cases import Authored, Case
from threadwire_generator.findings import Finding, finding_at, show
from threadwire_generator.resources import target_texts
from threadwire_generator.spec import Mark, Spec
from threadwire_generator.targets.suite.coverage import (
    Coverage,
    as_json,
    as_markdown,
    coverage,
    items_in,
)
from threadwire_generator.targets.suite.derive import derived
from threadwire_generator.targets.suite.document import document
from threadwire_generator.targets.suite.reading import Reading
from threadwire_generator.targets.suite.runs import runs
from threadwire_generator.targets.suite.samples import Samples
from threadwire_generator.targets.suite.transcripts import transcripts

__all__ = ["Suite", "compile_suite", "plan"]


@dataclass(frozen=True, slots=True)
class Suite:
    """All cases of a protocol, and what they cover; `findings` are about people's part of it."""

    spec: Spec
    authored: Authored
    cases: tuple[Case, ...]
    coverage: Coverage
    findings: tuple[Finding, ...]

    @property
    def revision(self) -> int:
        """The number of the latest frozen list, 0 before the first."""
        return max((revision.number for revision in self.authored.revisions), default=0)

    @property
    def ids(self) -> str:
        """The ids of all cases, one a line: the content of a frozen list."""
        return "".join(f"{case_id}\n" for case_id in sorted(case.id for case in self.cases))

    def files(self) -> dict[str, str | bytes]:
        """The files of the suite, by path."""
        paths = transcripts(self.cases)
        files: dict[str, str | bytes] = {
            ".gitattributes": "* text eol=lf\ntranscripts/** -text\n",
            "README.md": _readme(self),
            "suite.json": document(self.spec, self.cases, self.revision, paths),
            "suite.schema.json": target_texts("suite", "static", ".json")["suite.schema.json"],
            "coverage.json": as_json(self.coverage),
            "COVERAGE.md": as_markdown(self.spec.title, self.coverage),
        }
        for revision in self.authored.revisions:
            lines = "".join(f"{case_id}\n" for case_id in revision.ids)
            files[f"revisions/{revision.number}.txt"] = lines
        return files | {paths[case.id]: case.data for case in self.cases if case.id in paths}


def compile_suite(spec: Spec, authored: Authored | None = None) -> Suite:
    """The suite of a spec; without what people wrote, of derived cases alone.

    Raises `DerivationError` for a spec whose payloads cannot be written down: nested deeper than a
    decoder has to read.
    """
    authored = authored or Authored()
    reading = Reading(spec)
    written = (_with_covers(spec, case) for case in authored.cases)
    cases = (*written, *derived(spec, reading), *runs(spec, reading))
    found = coverage(spec, cases)
    findings = (*_identities(authored, cases), *_gaps(spec, authored, found))
    return Suite(spec, authored, cases, found, findings)


def _with_covers(spec: Spec, case: Case) -> Case:
    """A case of a person, with what it has of the spec."""
    samples = Samples(spec)
    payloads = {event.name: event.payload for event in spec.events}
    covers: dict[str, None] = {}
    for event in case.expect.events:
        payload = payloads.get(event.event)
        if event.kind == "known" and payload is not None:
            covers[f"event:{event.event}"] = None
            covers |= dict.fromkeys(items_in(samples, payload, event.data))
    if spec.end is not None and case.expect.end == "done":
        covers[f"event:{spec.end.event}"] = None
    return replace(case, covers=tuple(covers))


def plan(spec: Spec, authored: Authored | None = None) -> dict[str, str | bytes]:
    """The content of each file by its path under the suite's folder."""
    return compile_suite(spec, authored).files()


def _readme(suite: Suite) -> str:
    text = target_texts("suite", "static", ".md")["README.md"]
    end = suite.spec.end
    return Template(text).substitute(
        title=suite.spec.title,
        revision=suite.revision,
        cases=len(suite.cases),
        rules=len(suite.spec.rules),
        end="the end of the bytes" if end is None else f"the event `{end.event}`",
    )


# --- findings that need all cases -----------------------------------------------------------------


def _identities(authored: Authored, cases: Iterable[Case]) -> Iterable[Finding]:
    """Ids that mean two cases, that are used again, or that are gone without a word."""
    here: dict[str, Case] = {}
    for case in cases:
        if case.id in here:
            mark = case.mark if case.origin == "authored" else here[case.id].mark
            message = f"the id {show(case.id)} means a derived case too"
            yield finding_at(mark, "case-id-twice", message, "give the case an id of its own")
        here.setdefault(case.id, case)
    retired = {retired.id for retired in authored.retired}
    for row in authored.retired:
        if row.id in here:
            message = f"{show(row.id)} is retired, and there is a case with this id"
            yield finding_at(row.mark, "case-not-retired", message, "remove the one or the other")
    for revision in authored.revisions:
        for case_id, mark in revision.ids.items():
            if case_id not in here and case_id not in retired:
                message = f"{show(case_id)} of revision {revision.number} is no case any more"
                cure = "bring it back, or say in `retired.yaml` why it is gone"
                yield finding_at(mark, "case-gone", message, cure)


def _gaps(spec: Spec, authored: Authored, found: Coverage) -> Iterable[Finding]:
    """What no case covers; rules are left alone where nobody has written cases yet."""
    places = {f"rule:{rule.id}": rule.mark for rule in spec.rules.values()}
    for item in found.uncovered:
        if item in places and not authored.cases:
            continue
        cure = "write a case that has it" + (", or say why none can" if item in places else "")
        mark = places.get(item, _place(spec, item))
        yield finding_at(mark, "uncovered", f"no case covers {show(item)}", cure, "warning")


def _place(spec: Spec, item: str) -> Mark:
    """Where an item stands, or else the first event, whose file is that of the protocol."""
    kind, _, name = item.partition(":")
    marks = {f"event:{event.name}": event.mark for event in spec.events}
    if kind in ("field", "absent", "null", "value", "variant"):
        named = spec.types.get(name.replace("=", ".").partition(".")[0])
        if named is not None:
            return named.mark
    return marks.get(item, spec.events[0].mark)
