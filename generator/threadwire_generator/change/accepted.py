"""`accepted-breaks.yaml`: breaks that are intended, each with its reason.

The file lies beside the protocol's folder and holds a list:

    - path: Run.status                # what changed and how, as `threadwire diff` prints it
      kind: enum_value_removed
      detail: queued                  # this one, for kinds of which one place can have several
      reason: Nobody ever sent it.

With several protocols beside the list a row says in `protocol` which one it is about.

A row is for a break that it is written with.  So one that is new and matches no break is a finding,
and one that the base of a comparison has already accepts nothing more: its break is in the base,
too.  Whoever means the same break again gives a reason anew.  Reading and matching have no effects.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from threadwire_generator.change.contract import Change
from threadwire_generator.change.kinds import KINDS
from threadwire_generator.change.project import ACCEPTED
from threadwire_generator.findings import Finding, did_you_mean, finding_at, listed, nearest, show
from threadwire_generator.load import Document, load_document
from threadwire_generator.shape import check_shape
from threadwire_generator.spec import Mark

TO_DO = "TODO"  # stands where a person has to write something


@dataclass(frozen=True, slots=True)
class Row:
    """A break that is accepted; with `detail` None whatever its detail is."""

    path: str
    kind: str
    detail: str | None
    reason: str
    mark: Mark
    protocol: str | None = None  # None: of the only one

    @property
    def break_(self) -> tuple[str | None, ...]:
        """What it accepts, whatever the reason."""
        return self.protocol, self.path, self.kind, self.detail

    def accepts(self, change: Change) -> bool:
        """Whether this is the change that is meant."""
        here = (self.path, self.kind) == (change.path, change.kind)
        return here and self.detail in (None, change.detail)


def place_of(schema: Path) -> Path:
    """Where the list for the protocol in this folder lies, as seen from the working folder."""
    place = schema.resolve().parent / ACCEPTED
    try:
        return Path(os.path.relpath(place))
    except ValueError:  # another drive
        return place


def read_accepted(
    content: bytes, path: Path, protocols: Collection[str] = ()
) -> tuple[tuple[Row, ...], list[Finding]]:
    """The rows in these bytes, and what is wrong with the others.

    `protocols` are those that lie beside the list; where there are several, each row names one.
    """
    document, findings = load_document(content, path)
    if document is None:
        empty = [finding.rule for finding in findings] == ["load/empty"]
        return (), [] if empty else findings
    findings = check_shape(document, "accepted")
    if findings:
        return (), findings
    data: Any = document.data
    for number, body in enumerate(data):
        findings += _problems(document, number, body, protocols)
    return tuple(_row(document, number, body) for number, body in enumerate(data)), findings


def _row(document: Document, number: int, body: dict[str, str]) -> Row:
    return Row(
        path=body["path"],
        kind=body["kind"],
        detail=body.get("detail"),
        reason=body["reason"],
        mark=document.mark((number,)),
        protocol=body.get("protocol"),
    )


def _problems(
    document: Document, number: int, body: dict[str, str], protocols: Collection[str]
) -> Iterable[Finding]:
    kind, reason, protocol = body["kind"], body["reason"].strip(), body.get("protocol")
    if kind not in KINDS:
        cure = did_you_mean(kind, KINDS, f"there are {listed(KINDS)}")
        mark = document.mark((number, "kind"))
        yield finding_at(mark, "accepted/kind", f"{show(kind)} is no kind of change", cure)
    elif KINDS[kind].several and "detail" not in body:
        message = f"which {kind} of {show(body['path'])} is accepted is not said"
        cure = "add its `detail`, as `threadwire diff` prints it; each one has a row of its own"
        yield finding_at(document.mark((number,)), "accepted/detail", message, cure)
    if reason.rstrip(".:").upper() in ("", TO_DO):
        mark = document.mark((number, "reason"))
        message = f"no reason is given for {show(body['path'])}"
        cure = "say why this break is intended, and what becomes of those whom it breaks"
        yield finding_at(mark, "accepted/reason", message, cure)
    if protocol is None and len(protocols) > 1:
        message = f"there are several protocols here, and it is not said which {show(body['path'])}"
        cure = f"add `protocol`: one of {listed(protocols)}"
        yield finding_at(document.mark((number,)), "accepted/protocol", f"{message} is of", cure)
    elif protocol is not None and protocols and protocol not in protocols:
        mark = document.mark((number, "protocol"))
        cure = did_you_mean(protocol, protocols, f"there are {listed(protocols)}")
        yield finding_at(mark, "accepted/protocol", f"there is no protocol {show(protocol)}", cure)


def fresh_rows(rows: Iterable[Row], before: bytes) -> tuple[list[Row], list[Row]]:
    """The rows that may accept a break, and of these the ones that have to match one.

    `before` is the list as it was at the base.  What stands in it was for breaks that are in the
    base; with another reason it may be for one of now, or is merely put better.
    """
    settled, _ = read_accepted(before, Path())
    said = {(row.break_, row.reason) for row in settled}
    known = {row.break_ for row in settled}
    fresh = [row for row in rows if (row.break_, row.reason) not in said]
    return fresh, [row for row in fresh if row.break_ not in known]


def stale_rows(rows: Iterable[Row], breaks: Sequence[Change], base: str) -> list[Finding]:
    """A finding for each row that accepts none of the breaks against the base."""
    return [
        finding_at(row.mark, "stale-acceptance", _nothing(row, base), _cure(row, breaks))
        for row in rows
        if not any(row.accepts(change) for change in breaks)
    ]


def _nothing(row: Row, base: str) -> str:
    detail = "" if row.detail is None else f" ({show(row.detail)})"
    return f"accepts {row.kind} of {show(row.path)}{detail}, and nothing breaks so against {base}"


def _cure(row: Row, breaks: Sequence[Change]) -> str:
    for change in breaks:
        if (change.path, change.kind) == (row.path, row.kind):
            return f"did you mean the detail {show(change.detail)}?"
    paths = {change.path for change in breaks if change.kind == row.kind}
    near = nearest(row.path, paths)
    return "remove the row" if near is None else f"did you mean {show(near)}? Else remove the row"


def rows_for(changes: Iterable[Change], protocol: str | None = None) -> str:
    """YAML to paste: a row for each change, whose reason is still to be written."""
    lines: list[str] = []
    for change in changes:
        lines.append(f"- path: {_scalar(change.path)}")
        lines.append(f"  kind: {_scalar(change.kind)}")
        if KINDS[change.kind].several:
            lines.append(f"  detail: {_scalar(change.detail)}")
        if protocol is not None:
            lines.append(f"  protocol: {_scalar(protocol)}")
        lines.append(f"  reason: {TO_DO}")
    return "".join(f"{line}\n" for line in lines)


def _scalar(text: str) -> str:
    """A text as YAML reads it back: bare where that is safe, else as JSON, which YAML is."""
    safe = all(char.isalnum() or char in "._<>()=[]/+ -" for char in text) and text.isascii()
    bare = safe and text[:1].isalpha() and text == text.strip() and text not in _WORDS
    return text if bare and ": " not in text else json.dumps(text, ensure_ascii=False)


_WORDS = ("true", "false", "null")
