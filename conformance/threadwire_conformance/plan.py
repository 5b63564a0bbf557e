"""What is run, known before the first run: which cases, at which level, and which are the smoke.

Pure: a suite and the wishes of a person in, cases out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import get_close_matches
from fnmatch import fnmatchcase

from .suite import Case, Suite

SMOKE = 4  # cases: enough to tell a wrong adapter from a wrong decoder


class NothingMatchesError(Exception):
    """A pattern matches no case; the message says which do nearly."""


def select(suite: Suite, patterns: Iterable[str]) -> list[Case]:
    """The cases that match one of the patterns, in the order of the suite; all if there are none.

    Raises:
        NothingMatchesError: one of the patterns matches nothing.
    """
    wanted = list(patterns)
    for pattern in wanted:
        if not any(matches(pattern, case.id) for case in suite.cases):
            raise NothingMatchesError(f"no case matches {pattern!r}{did_you_mean(suite, pattern)}")
    if not wanted:
        return list(suite.cases)
    return [case for case in suite.cases if any(matches(p, case.id) for p in wanted)]


def matches(pattern: str, case_id: str) -> bool:
    """Whether a pattern means a case: its id, a folder of ids, or a glob."""
    return (
        case_id == pattern
        or case_id.startswith(pattern.rstrip("/") + "/")
        or fnmatchcase(case_id, pattern)
    )


def did_you_mean(suite: Suite, word: str) -> str:
    """`; did you mean …?`, or nothing."""
    ids = [case.id for case in suite.cases]
    folders = {"/".join(i.split("/")[:n]) for i in ids for n in range(1, i.count("/") + 1)}
    near = [i for i in ids if i.startswith(word.strip("*"))][:3] if word.strip("*") else []
    near = near or get_close_matches(word, [*ids, *sorted(folders)], n=3, cutoff=0.6)
    if not near:  # the words of an id, in another topic
        tail = word.rstrip("/").rpartition("/")[2].strip("*")
        near = [i for i in ids if tail and tail in i][:3]
    return f"; did you mean {' or '.join(near)}?" if near else ""


def at_revision(suite: Suite, cases: Sequence[Case], revision: int | None) -> list[Case]:
    """The cases as a revision judges them: newer ones are observed.

    Raises:
        SuiteError: there is no such revision.
    """
    if revision is None:
        return list(cases)
    frozen = suite.frozen(revision)
    return [case if case.id in frozen else replace(case, level="observe") for case in cases]


def smoke_cases(suite: Suite) -> list[Case]:
    """The plainest cases: valid events, whole, one line end, nothing that needs care.

    One of each topic as far as possible, so that they are not the same stream in other words.
    """
    plain = sorted(filter(_is_plain, suite.cases), key=lambda case: (len(case.data), case.id))
    firsts: dict[str, Case] = {}
    for case in plain:
        firsts.setdefault(case.topic, case)
    chosen = list(dict.fromkeys([*firsts.values(), *plain]))[:SMOKE]
    return sorted(chosen, key=lambda case: len(case.data))


def _is_plain(case: Case) -> bool:
    data = case.data if sum(len(p.data) * p.times for p in case.stream) < 1 << 14 else b"\r"
    return (
        case.level == "must"
        and not case.needs
        and not case.accept
        and bool(case.expect.events)
        and case.expect.end != "truncated"
        and all(event.kind == "known" for event in case.expect.events)
        and b"\r" not in data
        and data.isascii()
    )
