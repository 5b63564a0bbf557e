"""The suite for decoders written in Python, without an adapter: in one's own pytest.

    import pytest
    from threadwire_conformance import cases, judge_decoder

    def decode(chunks):                      # chunks: list[bytes]; gives a reply
        return {"events": […], "end": "done"}

    @pytest.mark.parametrize("case", cases(), ids=str)
    def test_conformance(case):
        judge_decoder(case, decode)          # raises AssertionError with the report of the case

A reply is what an adapter would answer, without `seq`: see `protocol`.  A decoder may also give its
events as plain `{"event": …, "data": …}` objects in a list: that is a stream which was complete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from .cuts import Cut, cuttings, smaller
from .errors import NonsenseError
from .judge import Detail, Outcome, combine, failed, judge, not_applicable
from .kinds import VERDICTS
from .protocol import check_reply
from .suite import Case, Suite, load_suite
from .values import is_array

Decode: TypeAlias = Callable[[list[bytes]], Any]


@dataclass(frozen=True)
class PyCase:
    """A case with its suite, as a parameter of a test; its text is its id."""

    case: Case
    suite: Suite

    def __str__(self) -> str:
        return self.case.id


class ConformanceFailure(AssertionError):  # noqa: N818 - what it is, not what went wrong inside
    """A decoder does not do what a case expects.

    Attributes:
        outcome: what the judge said.
    """

    def __init__(self, text: str, outcome: Outcome) -> None:
        super().__init__(text)
        self.outcome = outcome


@cache
def _suite(path: Path | str | None) -> Suite:
    return load_suite(path)


def cases(
    pattern: str = "*",
    *,
    suite: Path | str | None = None,
    features: Iterable[str] = (),
    levels: Iterable[str] = ("must", "should"),
) -> list[PyCase]:
    """The cases that a decoder with these features is judged by.

    Args:
        pattern: ids, with `*` and `?`: `framing/*`.
        suite: a folder with a `suite.json`; the one that comes with threadwire if left out.
        features: what the decoder can do; cases that need another feature are left out.
        levels: which levels; `observe` cases cannot fail.

    Raises:
        SuiteError: the suite cannot be read.
        ValueError: a feature is not one of the suite's, or nothing matches.
    """
    loaded = _suite(suite)
    able, wanted = frozenset(features), frozenset(levels)
    if unknown := sorted(able - loaded.features.keys()):
        raise ValueError(f"no features of the suite: {', '.join(unknown)}")
    found = [
        PyCase(case, loaded)
        for case in loaded.cases
        if case.level in wanted and case.needs <= able and fnmatchcase(case.id, pattern)
    ]
    if not found:
        raise ValueError(f"no case matches {pattern!r}")
    return found


def judge_decoder(
    case: PyCase, decode: Decode, *, features: Iterable[str] = (), cuts: bool = True
) -> Outcome:
    """Run one case through a decode function, in all its cuttings.

    Args:
        case: one of `cases()`.
        decode: takes the chunks of a stream and gives a reply.
        features: what the decoder can do, as for `cases`.
        cuts: whether to cut the stream in other chunks too.

    Raises:
        ConformanceFailure: it is not as the case expects; the text is for a person.
    """
    outcome = run_case(case.case, decode, case.suite, frozenset(features), cuts=cuts)
    if VERDICTS[outcome.verdict].red or outcome.verdict == "warn":
        from .report.failure import failure_text

        raise ConformanceFailure(failure_text(case.case, outcome), outcome)
    return outcome


def run_case(
    case: Case,
    decode: Decode,
    suite: Suite,
    features: Iterable[str],
    *,
    cuts: bool = True,
) -> Outcome:
    """The outcome of a case, for a function that takes chunks and gives a reply.

    What the function raises is a `crash`, what is no reply is `nonsense`: as with an adapter.
    """
    able = frozenset(features)
    if not case.needs <= able:
        return not_applicable(case, able)
    results: list[tuple[Cut, Outcome]] = []
    for cut in cuttings(case, every=cuts):
        results.append((cut, run_once(case, cut.chunks, decode, suite, able)))
        if results[-1][1].verdict == "broken":
            break
    outcome = combine(case, results)
    if outcome.kind == "chunking" and outcome.cut is not None:
        for cut in smaller(outcome.cut):
            tried = run_once(case, cut.chunks, decode, suite, able)
            if tried.kind is not None:
                return combine(case, [*results, (cut, tried)])
    return outcome


def run_once(
    case: Case, chunks: list[bytes], decode: Decode, suite: Suite, features: frozenset[str]
) -> Outcome:
    """The outcome of one cutting."""
    try:
        reply: Any = decode(list(chunks))
    except Exception as error:  # a decoder under test raises what it likes
        return failed(case, "crash", Detail(f"{type(error).__name__}: {error}"[:500]))
    if is_array(reply):
        reply = {"events": reply, "end": "done"}
    try:
        check_reply(reply)
    except NonsenseError as error:
        return failed(case, "nonsense", Detail(str(error)))
    found: Mapping[str, Any] = reply
    return judge(case, found, suite, features)
