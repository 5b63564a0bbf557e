"""The gate: which changes of a protocol break somebody, and were not accepted.

A pure judgement of values: what the protocol was at a base revision, what it is, the rows of
`accepted-breaks.yaml`.  Each break that no row accepts is a finding at the place of the spec that
it is about, and `Judgement.rows` is the YAML that would accept it, but for the reason.

Only rows that were written since the base accept, and must match: those that it has already are
for breaks that it has, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from threadwire_generator.build import read_spec_files
from threadwire_generator.change.accepted import Row, fresh_rows, rows_for, stale_rows
from threadwire_generator.change.base import Base, BaseError
from threadwire_generator.change.compare import compare
from threadwire_generator.change.contract import Change, Contract
from threadwire_generator.change.kinds import BREAKS
from threadwire_generator.change.of_spec import contract_of_spec
from threadwire_generator.findings import Finding, finding_at, format_finding, show
from threadwire_generator.spec import Mark, ObjectType, Spec

# Who can be broken, as a finding calls them.
BROKEN: Mapping[str, str] = {
    "decoder": "old decoders",
    "server": "old servers",
    "python": "code that uses the package",
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the gate found: findings, the rows that would accept the breaks, and a summary."""

    list: Path  # of what is accepted
    findings: tuple[Finding, ...]
    rows: str = ""  # YAML; empty if all is accepted
    summary: str = ""


def judge(
    spec: Spec, base: Base, rows: Sequence[Row], path: Path, fail_on: Collection[str], *, own: bool
) -> Judgement:
    """Compare a protocol with what it was, and hold what breaks to the rows of the list at `path`.

    `own` says that the list is of this protocol alone.  Raises `BaseError` if the base cannot be
    understood.
    """
    if base.note:
        return Judgement(path, (), "", f"nothing to break: {base.note}")
    ours = [row for row in rows if row.protocol in (None, spec.protocol)]
    accepting, binding = fresh_rows(ours, base.accepted)
    changes = compare(_was(base), contract_of_spec(spec, "wire")).changes
    breaking = [change for change in changes if _breaks(change, BROKEN)]
    refused = [change for change in breaking if _breaks(change, fail_on)]
    open_ones = [c for c in refused if not any(row.accepts(c) for row in accepting)]
    used_up = [change for change in open_ones if any(row.accepts(change) for row in ours)]
    findings = [_finding(c, spec, path, fail_on, base if c in used_up else None) for c in open_ones]
    findings += stale_rows(binding, breaking, base.revision)
    accepts = len(refused) - len(open_ones)
    note = f" ({accepts} accepted)" if accepts else ""
    summary = f"no unaccepted break against {base.revision}{note}"
    to_paste = rows_for(open_ones, None if own else spec.protocol)
    return Judgement(path, tuple(findings), to_paste, summary)


def _was(base: Base) -> Contract:
    old, findings = read_spec_files(base.files)
    if old is None:
        first = next(finding for finding in findings if finding.is_error)
        raise BaseError(
            f"the schema was not in order then — take a revision in "
            f"which it is. {format_finding(first)}"
        )
    return contract_of_spec(replace(old, package=base.package or old.package), "wire")


def _breaks(change: Change, whom: Iterable[str]) -> list[str]:
    """Who of these is broken by a change."""
    return [name for name in whom if getattr(change, name) in BREAKS[name]]


def _finding(
    change: Change, spec: Spec, path: Path, fail_on: Collection[str], used_up_in: Base | None
) -> Finding:
    whom = _breaks(change, [name for name in BROKEN if name in fail_on])
    broken = " and ".join(BROKEN[name] for name in whom)
    detail = f" ({show(change.detail)})" if change.detail else ""
    message = f"{show(change.path)} {change.kind}{detail} breaks {broken}"
    cure = f"take it back, or accept it in {path.as_posix()}"
    if used_up_in is not None:
        cure += f" (the row there is for a break before {used_up_in.revision}: give a reason anew)"
    return finding_at(mark_of(change, spec), "unaccepted-break", message, cure)


def mark_of(change: Change, spec: Spec) -> Mark:
    """Where the spec says what a change is about, or what is left of it."""
    place = change.place
    for event in spec.events:
        if any(step.kind == "event" and step.name == event.name for step in place.steps):
            return event.mark
    found = spec.types.get(place.new_type) or spec.types.get(place.old_type)
    if found is None:
        return spec.events[0].mark
    for step in place.steps[:1]:
        if isinstance(found, ObjectType):
            fields = {field.wire_name: field.mark for field in found.fields}
            return fields.get(step.name, found.mark)
    return found.mark
