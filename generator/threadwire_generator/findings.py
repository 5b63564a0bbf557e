"""Findings: what is wrong in a file that a person wrote, where, and what cures it.

A finding is a value.  Nothing here raises for what a file holds, and a finding always fits on one
line, whatever characters its file name, its message or its cure were made of.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from threadwire_generator.spec import Mark

Level: TypeAlias = Literal["error", "warning"]

LONGEST_SHOWN = 60  # characters of a foreign text that a message repeats


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One mistake: its place (counted from 1), the rule it breaks, what is wrong, what cures it."""

    file: str
    line: int
    column: int
    rule: str
    level: Level
    message: str
    cure: str

    @property
    def is_error(self) -> bool:
        """Whether nothing may be generated before it is cured."""
        return self.level == "error"


def finding_at(mark: Mark, rule: str, message: str, cure: str, level: Level = "error") -> Finding:
    """A finding at a mark."""
    return Finding(mark.file, mark.line, mark.column, rule, level, message, cure)


def format_finding(finding: Finding) -> str:
    """`FILE:LINE:COLUMN RULE MESSAGE — CURE`, on one line."""
    place = f"{finding.file}:{finding.line}:{finding.column}"
    return one_line(f"{place} {finding.rule} {finding.message} — {finding.cure}")


def sorted_findings(findings: Iterable[Finding]) -> list[Finding]:
    """Each finding once, by file, line, column and rule."""
    return sorted(set(findings))


def one_line(text: str) -> str:
    """The text with everything that does not print, line ends included, as an escape."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in text
    )


def show(value: Any) -> str:
    """A foreign value between backticks: one line, and no longer than is needed to find it."""
    text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
    if len(text) > LONGEST_SHOWN:
        text = text[: LONGEST_SHOWN - 1] + "…"
    return f"`{one_line(text)}`"


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """A cure: the known word that looks most like this one, or else the other cure."""
    near = nearest(word, known)
    return otherwise if near is None else f"did you mean {show(near)}?"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that looks most like this one, if any does."""
    if len(word) > LONGEST_SHOWN:  # matching is quadratic, and no name is that long
        return None
    near = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return near[0] if near else None


def listed(words: Iterable[str]) -> str:
    """`a`, `b`, `c`: words as a message lists them."""
    return ", ".join(show(word) for word in words)
