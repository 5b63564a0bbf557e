"""The list of known failures: it excuses what it says, nothing else, and is held to the truth."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml
from small import case, run_test, suite
from threadwire_conformance.errors import KitError
from threadwire_conformance.judge import Detail, Outcome
from threadwire_conformance.known import Known, apply_known, known_text, load_known, renewed
from threadwire_conformance.results import Result

AS_IT_IS = "mend it, or list it as what it is"
ANOTHER_DAY = "mend it, or give it another day and say why"
TODAY = date(2026, 11, 1)
CRLF, WIDE, FLAT = "framing/crlf-cut-between-chunks", "framing/wide-characters", "errors/flat"


def result(case_id: str, verdict: str = "fail", kind: str | None = "chunking") -> Result:
    kind = None if verdict in ("pass", "tolerated") else kind
    return Result(case(case_id), Outcome(verdict, kind, Detail("x")), 1)


def judged(
    entries: list[Known], *results: Result, today: date = TODAY
) -> tuple[list[str], list[str]]:
    marked, problems = apply_known(entries, results, suite(), today)
    return [r.outcome.verdict for r in marked], problems


def test_a_failure_of_the_listed_kind_is_known_with_its_reason() -> None:
    marked, problems = apply_known(
        [Known(CRLF, "chunking", "no buffer yet")], [result(CRLF), result(WIDE)], suite(), TODAY
    )
    assert [r.outcome.verdict for r in marked] == ["known", "fail"]
    assert (marked[0].outcome.reason, problems) == ("no buffer yet", [])


def test_a_warning_may_be_known_too() -> None:
    assert judged([Known(CRLF, "chunking", "r")], result(CRLF, "warn")) == (["known"], [])


def test_a_glob_excuses_several() -> None:
    assert judged([Known("framing/*", "chunking", "r")], result(CRLF), result(WIDE)) == (
        ["known", "known"],
        [],
    )


@pytest.mark.parametrize("verdict", ["broken", "observed", "not-applicable"])
def test_what_is_broken_or_not_judged_is_never_excused(verdict: str) -> None:
    assert judged([Known(CRLF, "chunking", "r")], result(CRLF, verdict)) == ([verdict], [])


@pytest.mark.parametrize(
    ("entry", "results", "problem"),
    [
        (
            Known(CRLF, "chunking", "r"),
            [result(CRLF, "pass")],
            f"known failure {CRLF}: it passes now; remove the entry",
        ),
        (
            Known("framing/*", "chunking", "r"),
            [result(CRLF), result(WIDE, "tolerated")],
            f"known failure {WIDE}: it passes now; remove the entry",
        ),
        (
            Known(CRLF, "chunking", "r"),
            [result(CRLF, kind="refused")],
            f"known failure {CRLF}: listed as chunking, and it is refused now; {AS_IT_IS}",
        ),
        (
            Known("framing/crlf", "chunking", "r"),
            [result(CRLF)],
            f"known failure framing/crlf: no such case; did you mean {CRLF}?",
        ),
        (
            Known(CRLF, "chunking", "r", until=date(2026, 10, 31)),
            [result(CRLF)],
            f"known failure {CRLF}: excused until 2026-10-31, which is over; {ANOTHER_DAY}",
        ),
    ],
)
def test_an_entry_that_is_not_true_is_a_problem_with_its_cure(
    entry: Known, results: list[Result], problem: str
) -> None:
    verdicts, problems = judged([entry], *results)
    assert problems == [problem]
    if entry.until or entry.case == "framing/crlf" or results[0].outcome.kind == "refused":
        assert verdicts == ["fail"]


def test_an_entry_holds_through_its_last_day() -> None:
    entry = Known(CRLF, "chunking", "r", until=TODAY)
    assert judged([entry], result(CRLF)) == (["known"], [])


def test_an_entry_of_a_case_that_did_not_run_is_no_problem() -> None:
    assert judged([Known(FLAT, "wrong-data", "r")], result(CRLF, "pass")) == (["pass"], [])


# --- the file -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("case: a", "expected a list of entries"),
        ("- a", "entry 1: expected a mapping"),
        ("- {case: a, kind: refused}", "entry 1: 'reason' is missing"),
        ("- {case: a, kind: refused, reason: ' '}", "entry 1: 'reason' is missing"),
        ("- {case: a, reason: r}", "entry 1: 'kind' is missing"),
        ("- {case: a, kind: crash, reason: r}", "'crash' is no failure that can be known"),
        ("- {case: a, kind: refusd, reason: r}", "'refusd' is no failure that can be known"),
        ("- {case: a, kind: refused, reason: r, why: x}", "entry 1: why: there are only case"),
        ("- {case: a, kind: refused, reason: r, until: soon}", "'until' is no date"),
        ("- {case: a, kind: refused, reason: r, until: 2026-13-01}", "'until' is no date"),
        ("- {case: a, kind: refused, reason: r, link: [3]}", "'link' is no text"),
        ("- {case: [", "no YAML"),
    ],
)
def test_a_list_that_says_too_little_is_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "known.yaml"
    file.write_text(text)
    with pytest.raises(KitError, match=message.replace("'", ".")) as error:
        load_known(file)
    assert str(error.value).startswith(str(file))


def test_a_list_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    entries = [
        Known(CRLF, "chunking", 'Größer: "yes"', "https://example.org/1", date(2027, 1, 31)),
        Known("framing/*", "wrong-data", "no"),
    ]
    file = tmp_path / "known.yaml"
    for rows in (entries, []):
        file.write_text(known_text(rows), encoding="utf-8")
        assert load_known(file) == rows


def test_a_list_is_renewed_and_keeps_its_reasons() -> None:
    before = [
        Known(CRLF, "chunking", "kept, it fails as listed"),
        Known(WIDE, "chunking", "gone, it passes"),
        Known(FLAT, "wrong-data", "kept, it did not run"),
        Known("end/*", "wrong-end", "narrowed to the one that fails"),
    ]
    results = [
        result(CRLF),
        result(WIDE, "pass"),
        result("end/done", kind="wrong-end"),
        result("end/truncated", "pass"),
        result("plain/one-event", kind="refused"),
        result("plain/two-events", "broken", "crash"),
    ]
    rows = renewed(results, before)
    assert [(row.case, row.kind) for row in rows] == [
        (CRLF, "chunking"),
        (FLAT, "wrong-data"),
        ("end/done", "wrong-end"),
        ("plain/one-event", "refused"),
    ]
    assert rows[:2] == [before[0], before[2]]
    assert rows[2] == replace(before[3], case="end/done")
    assert rows[3].reason == "not looked into yet"


def test_the_command_writes_a_list_that_makes_the_run_green_and_turns_red_when_it_is_mended(
    tmp_path: Path,
) -> None:
    file = tmp_path / "known.yaml"
    options = ("--known-failures", str(file))
    wrong = ("--wrong", "loses the text")
    written = run_test(*options, "--write-known-failures", adapter=wrong)
    assert written.returncode == 0
    assert b" known, " in written.stdout
    rows = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert {row["kind"] for row in rows} == {"wrong-data"}
    assert run_test(*options, adapter=wrong).returncode == 0
    mended = run_test(*options)
    assert mended.returncode == 1
    assert b"known failure plain/one-event: it passes now; remove the entry" in mended.stdout
    again = run_test(*options, "--write-known-failures")
    assert again.returncode == 0
    assert load_known(file) == []
