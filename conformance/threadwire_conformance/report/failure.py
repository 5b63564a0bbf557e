"""One failure, told so that nobody has to look elsewhere to begin."""

from __future__ import annotations

import json
from textwrap import indent
from typing import Any

from ..compare import ABSENT
from ..judge import Outcome
from ..kinds import KINDS
from ..suite import Case
from ..visible import show_chunks

VALUE_SHOWN = 300  # characters of a JSON value
_MARGIN = 12


def failure_text(case: Case, outcome: Outcome) -> str:
    """What was expected, what came, where, the bytes that show it, and why it matters."""
    kind = outcome.kind or "as expected"
    detail = outcome.detail
    rows = [
        ("why", case.why),
        ("kind", f"{kind}: {KINDS[kind].means}" if kind in KINDS else kind),
    ]
    if outcome.reason:
        rows.append(("reason", outcome.reason))
    if detail:
        rows.append(("what", detail.message))
        if detail.path:
            number = "" if detail.index is None else f" of event {detail.index + 1}"
            rows.append(("at", f"{detail.path}{number}"))
        if detail.expected is not ABSENT or detail.found is not ABSENT:
            rows.append(("expected", value_text(detail.expected)))
            rows.append(("found", value_text(detail.found)))
    if kind in KINDS and outcome.verdict != "observed":
        rows.append(("look at", KINDS[kind].look))
    chunks = outcome.cut.chunks if outcome.cut else case.chunks
    count = "1 chunk" if len(chunks) == 1 else f"{len(chunks)} chunks"
    rows.append(("stream", f"{outcome.cut.name if outcome.cut else 'as written'}, in {count}"))
    rows.append(("", show_chunks(chunks)))
    if case.seen:
        rows.append(("seen", "; ".join(case.seen)))
    rows.append(("more", f"threadwire explain {case.id}"))
    head = f"{outcome.verdict.upper()} {case.id}: {case.title}"
    return "\n".join([head, *(_row(name, text) for name, text in rows)])


def value_text(value: Any) -> str:
    """A JSON value on one line, so much of it as is needed to know it."""
    if value is ABSENT:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    if len(text) <= VALUE_SHOWN:
        return text
    return f"{text[: VALUE_SHOWN - 20]}… ({len(text)} characters)"


def _row(name: str, text: str) -> str:
    first, *rest = text.split("\n")
    lines = [f"  {name:<{_MARGIN - 2}}{first}"]
    return "\n".join([*lines, *(indent(line, " " * _MARGIN) for line in rest)])
