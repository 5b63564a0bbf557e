"""The suite in one's own pytest: `cases()` and `judge_decoder`."""

from __future__ import annotations

from typing import Any

import pytest
from notes_decoder import FEATURES, decode
from small import FOLDER, NOTE, case, suite
from threadwire_conformance import ConformanceFailure, cases, judge_decoder
from threadwire_conformance.inprocess import run_case


@pytest.mark.parametrize("found", cases(suite=FOLDER, features=FEATURES), ids=str)
def test_a_decoder_that_is_right_passes_its_cases(found: Any) -> None:
    """As a user of the kit writes it."""
    assert judge_decoder(found, decode, features=FEATURES).verdict == "pass"


def test_cases_are_those_that_can_fail_and_that_apply() -> None:
    every = {str(found) for found in cases(suite=FOLDER, features=suite().features)}
    assert every == {found.id for found in suite().cases if found.level != "observe"}
    few = {str(found) for found in cases(suite=FOLDER)}
    assert every - few == {found.id for found in suite().cases if found.needs} - {"ids/last"}
    assert [str(found) for found in cases("plain/*", suite=FOLDER)] == [
        "plain/one-event",
        "plain/two-events",
    ]


def test_what_matches_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no case matches 'plan/\\*'"):
        cases("plan/*", suite=FOLDER)
    with pytest.raises(ValueError, match="no features of the suite: fast"):
        cases(suite=FOLDER, features=["fast"])


def test_a_wrong_decoder_fails_with_the_report_of_the_case() -> None:
    (found,) = cases("framing/crlf*", suite=FOLDER)
    with pytest.raises(ConformanceFailure) as error:
        judge_decoder(found, lambda chunks: decode(chunks, "a CR ends a line at once"))
    assert error.value.outcome.kind == "chunking"
    assert "event: note.made␍" in str(error.value)
    assert isinstance(error.value, AssertionError)


def test_a_warning_fails_too() -> None:
    (found,) = cases("payload/resume", suite=FOLDER, features=FEATURES)
    with pytest.raises(ConformanceFailure, match=r"^WARN payload/resume"):
        judge_decoder(found, lambda c: decode(c, "checks nothing"), features=FEATURES)


def test_the_smallest_cut_is_looked_for() -> None:
    """Of a stream with so many places that it is cut by their kinds."""
    outcome = run_case(
        case("framing/comments"), lambda c: decode(c, "decodes each chunk"), suite(), ()
    )
    assert outcome.kind == "chunking"
    assert outcome.cut is not None
    assert len(outcome.cut.chunks) == 2


def test_other_cuts_may_be_left_out() -> None:
    wrong = run_case(
        case("framing/wide-characters"),
        lambda c: decode(c, "decodes each chunk"),
        suite(),
        (),
        cuts=False,
    )
    assert wrong.verdict == "pass"


def test_what_a_decoder_raises_is_a_crash_and_what_is_no_reply_is_nonsense() -> None:
    def raises(_: list[bytes]) -> Any:
        raise ZeroDivisionError("inside")

    plain = case("plain/one-event")
    crash = run_case(plain, raises, suite(), ())
    assert (crash.verdict, crash.kind) == ("broken", "crash")
    assert crash.detail is not None
    assert crash.detail.message == "ZeroDivisionError: inside"
    assert run_case(plain, lambda _: None, suite(), ()).kind == "nonsense"
    assert run_case(plain, lambda _: {"events": [1], "end": "done"}, suite(), ()).kind == "nonsense"


def test_a_list_of_events_is_a_complete_stream() -> None:
    found = run_case(
        case("plain/one-event"), lambda _: [{"event": "note.made", "data": NOTE}], suite(), ()
    )
    assert found.verdict == "pass"


def test_a_decoder_cannot_change_the_case() -> None:
    def greedy(chunks: list[bytes]) -> Any:
        reply = decode(chunks, "decodes each chunk")
        chunks.clear()
        return reply

    outcome = run_case(case("framing/wide-characters"), greedy, suite(), ())
    assert outcome.cut is not None
    assert b"".join(outcome.cut.chunks) == case("framing/wide-characters").data
