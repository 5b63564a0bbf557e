"""`accepted-breaks.yaml`: breaks that are intended, each with its reason.

The file lies beside the protocol's folder and holds a list:

    - path: Run.status                # what changed and how, as `threadwire diff` prints it
      kind: enum_value_removed
      detail: queued                  # this one of several at one place; all of them if not said
      reason: Nobody ever sent it.

A row is true as long as there is such a break; one that matches none is a finding, so that the
list stays short and says what is.  Reading and matching have no effects.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from threadwire_generator.change.contract import Change
from threadwire_generator.change.kinds import KINDS
from threadwire_generator.findings import Finding, did_you_mean, finding_at, listed, nearest, show
from threadwire_generator.load import Document, load_document
from threadwire_generator.shape import check_shape
from threadwire_generator.spec import Mark

FILE = "accepted-breaks.yaml"
TO_DO = "TODO"  # stands where a person has to write something


@dataclass(frozen=True, slots=True)
class Row:
    """A break that is accepted; with `detail` None whatever its detail is."""

    path: str
    kind: str
    detail: str | None
    reason: str
    mark: Mark

    def accepts(self, change: Change) -> bool:
        """Whether this is the change that is meant."""
        here = (self.path, self.kind) == (change.path, change.kind)
        return here and self.detail in (None, change.detail)


def place_of(schema: Path) -> Path:
    """Where the list for the protocol in this folder lies."""
    return schema.parent / FILE


def read_accepted(content: bytes, path: Path) -> tuple[tuple[Row, ...], list[Finding]]:
    """The rows in these bytes, and what is wrong with the others."""
    document, findings = load_document(content, path)
    if document is None:
        empty = [finding.rule for finding in findings] == ["load/empty"]
        return (), [] if empty else findings
    findings = check_shape(document, "accepted")
    if findings:
        return (), findings
    data: Any = document.data
    rows: list[Row] = []
    for number, body in enumerate(data):
        wrong = list(_problems(document, number, body))
        findings += wrong
        if not wrong:
            detail, reason = body.get("detail"), body["reason"]
            row = Row(body["path"], body["kind"], detail, reason, document.mark((number,)))
            rows.append(row)
    return tuple(rows), findings


def _problems(document: Document, number: int, body: dict[str, str]) -> Iterable[Finding]:
    kind, reason = body["kind"], body["reason"].strip()
    if kind not in KINDS:
        cure = did_you_mean(kind, KINDS, f"there are {listed(KINDS)}")
        mark = document.mark((number, "kind"))
        yield finding_at(mark, "accepted/kind", f"{show(kind)} is no kind of change", cure)
    if reason.rstrip(".:").upper() in ("", TO_DO):
        mark = document.mark((number, "reason"))
        message = f"no reason is given for {show(body['path'])}"
        cure = "say why this break is intended, and what becomes of those whom it breaks"
        yield finding_at(mark, "accepted/reason", message, cure)


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


def rows_for(changes: Iterable[Change]) -> str:
    """YAML to paste: a row for each change, whose reason is still to be written."""
    lines: list[str] = []
    for change in changes:
        lines.append(f"- path: {_scalar(change.path)}")
        lines.append(f"  kind: {_scalar(change.kind)}")
        if change.kind.startswith(_SEVERAL):
            lines.append(f"  detail: {_scalar(change.detail)}")
        lines.append(f"  reason: {TO_DO}")
    return "".join(f"{line}\n" for line in lines)


# Kinds of which there can be several at one place; the detail is the value that came or went.
_SEVERAL = ("enum_value_", "event_", "variant_")


def _scalar(text: str) -> str:
    """A text as YAML reads it back: bare where that is safe, else as JSON, which YAML is."""
    safe = all(char.isalnum() or char in "._<>()=[]/+ -" for char in text) and text.isascii()
    bare = safe and text[:1].isalpha() and text == text.strip() and text not in _WORDS
    return text if bare and ": " not in text else json.dumps(text, ensure_ascii=False)


_WORDS = ("true", "false", "null")
