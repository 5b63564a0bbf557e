"""Known failures: a list in the implementer's own repository, held to the truth.

    - case: framing/bom-at-the-start      # an id, a folder of ids, or a glob
      kind: missing-event                 # a failure kind: another failure is not this one
      reason: The library strips no BOM.
      link: https://…                     # optional
      until: 2027-01-31                   # optional: the last day on which it is excused

An entry is wrong, and the run red, if it matches no case, if one of its cases passes or fails in
another way, or if its day is over.  What is broken is never excused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from .errors import KitError
from .kinds import KINDS
from .plan import did_you_mean, matches
from .results import Result
from .suite import Suite
from .values import is_array, is_object

_MEMBERS = ("case", "kind", "reason", "link", "until")
_NO_REASON = "not looked into yet"
HEADER = """\
# Failures that are known: `threadwire test --known-failures FILE` excuses them, and turns red when
# one of them passes, fails in another way, or is no case.  Say why, and where it is worked on.
"""


@dataclass(frozen=True, slots=True)
class Known:
    """One entry of the list."""

    case: str
    kind: str
    reason: str
    link: str | None = None
    until: date | None = None


def load_known(path: Path) -> list[Known]:
    """Read a list.

    Raises:
        KitError: it cannot be read, or an entry is none; the message says which and what is wrong.
    """
    try:
        content: Any = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    except OSError as error:
        raise KitError(f"{path}: {error.strerror or error}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise KitError(f"{path}: no YAML: {error}") from error
    if content in (None, ""):
        return []
    if not is_array(content):
        raise KitError(f"{path}: expected a list of entries, each with {', '.join(_MEMBERS[:3])}")
    return [_entry(row, f"{path}: entry {number}") for number, row in enumerate(content, start=1)]


def _entry(members: Any, place: str) -> Known:
    if not is_object(members):
        raise KitError(f"{place}: expected a mapping with {', '.join(_MEMBERS[:3])}")
    if extra := [str(name) for name in members if name not in _MEMBERS]:
        raise KitError(f"{place}: {', '.join(extra)}: there are only {', '.join(_MEMBERS)}")
    for name in _MEMBERS[:3]:
        if not isinstance(members.get(name), str) or not members[name].strip():
            raise KitError(f"{place}: {name!r} is missing; say it as text")
    kind = members["kind"]
    if kind not in KINDS or KINDS[kind].broken:
        excusable = ", ".join(name for name, row in KINDS.items() if not row.broken)
        raise KitError(f"{place}: {kind!r} is no failure that can be known; there are: {excusable}")
    link, until = members.get("link"), members.get("until")
    if not isinstance(link, (str, type(None))):
        raise KitError(f"{place}: 'link' is no text")
    try:
        day = None if until is None else date.fromisoformat(until)
    except (ValueError, TypeError):
        raise KitError(f"{place}: 'until' is no date like 2027-01-31") from None
    return Known(members["case"], kind, members["reason"].strip(), link, day)


def apply_known(
    known: Sequence[Known], results: Iterable[Result], suite: Suite, today: date
) -> tuple[list[Result], list[str]]:
    """Excuse listed failures; gives the results, and what is wrong with the list."""
    judged = list(results)
    problems: list[str] = []
    excused: dict[str, Known] = {}
    for entry in known:
        problems += _problems(entry, judged, suite, today)
        if entry.until is None or today <= entry.until:
            for result in _matched(entry, judged):
                if _fails(result) and result.outcome.kind == entry.kind:
                    excused.setdefault(result.case.id, entry)
    marked = [_mark(result, excused) for result in judged]
    return marked, problems


def _mark(result: Result, excused: Mapping[str, Known]) -> Result:
    entry = excused.get(result.case.id)
    if entry is None:
        return result
    outcome = replace(result.outcome, verdict="known", reason=entry.reason)
    return replace(result, outcome=outcome)


def _problems(entry: Known, results: list[Result], suite: Suite, today: date) -> list[str]:
    """What is wrong with an entry, each with its cure."""
    if not any(matches(entry.case, case.id) for case in suite.cases):
        near = did_you_mean(suite, entry.case)
        return [f"known failure {entry.case}: no such case{near or '; remove the entry'}"]
    if entry.until is not None and today > entry.until:
        over = f"known failure {entry.case}: excused until {entry.until}, which is over"
        return [f"{over}; mend it, or give it another day and say why"]
    problems: list[str] = []
    for result in _matched(entry, results):
        outcome = result.outcome
        if outcome.verdict in ("pass", "tolerated"):
            problems.append(f"known failure {result.case.id}: it passes now; remove the entry")
        elif _fails(result) and outcome.kind != entry.kind:
            problems.append(
                f"known failure {result.case.id}: listed as {entry.kind}, and it is {outcome.kind} "
                "now; mend it, or list it as what it is"
            )
    return problems


def _matched(entry: Known, results: Iterable[Result]) -> list[Result]:
    return [result for result in results if matches(entry.case, result.case.id)]


def _fails(result: Result) -> bool:
    return result.outcome.verdict in ("fail", "warn")


def renewed(results: Iterable[Result], before: Sequence[Known]) -> list[Known]:
    """The entries that excuse the failures of a run; reasons that were given before are kept.

    Entries of cases that did not run are kept as they are; those that are not true are left out.
    """
    judged = list(results)
    failing = [result for result in judged if _fails(result)]
    rows: list[Known] = []
    taken: set[str] = set()
    for entry in before:
        ran = _matched(entry, judged)
        true = [r for r in _matched(entry, failing) if r.outcome.kind == entry.kind]
        ids = [result.case.id for result in true if result.case.id not in taken]
        if not ran or len(true) == len(ran):
            rows.append(entry)
        else:
            rows.extend(replace(entry, case=case_id) for case_id in ids)
        taken.update(ids)
    for result in failing:
        if result.case.id not in taken and result.outcome.kind is not None:
            rows.append(Known(result.case.id, result.outcome.kind, _NO_REASON))
    return rows


def known_text(rows: Iterable[Known]) -> str:
    """Entries as a file."""
    entries = [
        {name: value for name in _MEMBERS if (value := getattr(row, name)) is not None}
        for row in rows
    ]
    listed = yaml.safe_dump(entries, sort_keys=False, allow_unicode=True, width=100)
    return HEADER + (listed if entries else "[]\n")
