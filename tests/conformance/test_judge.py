"""The judge: a case and a reply in, a verdict and a kind out."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from small import NOTE, event, known, made, reply, suite
from threadwire_conformance.cuts import Cut
from threadwire_conformance.judge import Outcome, combine, judge
from threadwire_conformance.kinds import KINDS
from threadwire_conformance.suite import Case, Expectation, Expected

ALL = frozenset(suite().features)
UNKNOWN = Expected("note.sung", "unknown", raw='{"a":1}')
INVALID = Expected("note.made", "invalid", path="$.id")
FAULT = known({"message": "boom"}, "error")
OTHER = {**NOTE, "text": "other"}


def refusal(error_class: str = "payload") -> dict[str, Any]:
    return {"class": error_class, "message": "no"}


def boom(**members: Any) -> dict[str, Any]:
    return {"class": "server", "message": "boom", **members}


class Row(NamedTuple):
    case: Case
    reply: dict[str, Any]
    kind: str | None  # None: as expected
    features: frozenset[str] = frozenset()


ONE = made(known())
TWO = made(known(), known(event="note.closed"))
CLOSED = event(name="note.closed")
BAD = {"event": "note.made", "invalid": True, "path": "$.id"}
RESUME = made(INVALID, known(), needs=frozenset({"resume"}))
RAW = made(UNKNOWN, needs=frozenset({"unknown-events"}))
END_EVENT = made(known(), needs=frozenset({"done-event"}))
DONE_EVENT = event("[DONE]", "done")
LAST_ID = made(known(), last_event_id="7")

ROWS: dict[str, Row] = {
    # events and data
    "the same": Row(ONE, reply(event()), None),
    "no event": Row(ONE, reply(), "missing-event"),
    "one too many": Row(ONE, reply(event(), event()), "extra-event"),
    "an event before it": Row(ONE, reply(CLOSED, event()), "extra-event"),
    "the first of two is missing": Row(TWO, reply(CLOSED), "missing-event"),
    "another name": Row(ONE, reply(CLOSED), "wrong-event"),
    "two the other way round": Row(TWO, reply(CLOSED, event()), "wrong-event"),
    "other data": Row(ONE, reply(event(OTHER)), "wrong-data"),
    "no data": Row(ONE, reply({"event": "note.made", "unknown": False}), "wrong-data"),
    "known as unknown": Row(
        ONE, reply({"event": "note.made", "unknown": True, "raw": "{}"}), "wrong-event"
    ),
    "a valid event is marked": Row(ONE, reply(BAD), "refused"),
    "a valid event is an error": Row(ONE, reply(end="error", error=refusal("payload")), "refused"),
    # unknown events
    "unknown, with its mark": Row(
        made(UNKNOWN, known()),
        reply({"event": "note.sung", "unknown": True, "raw": '{"a":1}'}, event()),
        None,
    ),
    "unknown, without a mark": Row(
        made(UNKNOWN, known()), reply(event({"a": 1}, "note.sung"), event()), None
    ),
    "unknown, left out": Row(made(UNKNOWN, known()), reply(event()), None),
    "unknown, left out at the end": Row(made(known(), UNKNOWN), reply(event()), None),
    "unknown, as a known one": Row(
        made(UNKNOWN, known()), reply(event({"a": 1}), event()), "wrong-data"
    ),
    "unknown, as a known one, alone": Row(made(UNKNOWN), reply(event({"a": 1})), "extra-event"),
    "unknown, as an error": Row(
        made(UNKNOWN, known()), reply(end="error", error=refusal("other")), "refused"
    ),
    "unknown, under another name": Row(
        made(UNKNOWN), reply({"event": "note.hummed", "unknown": True}), "extra-event"
    ),
    "unknown, other raw data": Row(
        made(UNKNOWN), reply({"event": "note.sung", "unknown": True, "raw": "{}"}), "wrong-data"
    ),
    "unknown without a name": Row(
        made(Expected("message", "unknown", raw="x")),
        reply({"event": "", "unknown": True, "raw": "x"}),
        None,
    ),
    "unknown is needed and there": Row(
        RAW, reply({"event": "note.sung", "unknown": True, "raw": '{"a":1}'}), None, ALL
    ),
    "unknown is needed and left out": Row(RAW, reply(), "missing-event", ALL),
    "unknown is needed with its raw data": Row(
        RAW, reply({"event": "note.sung", "unknown": True}), "wrong-data", ALL
    ),
    # invalid events
    "refused by an error": Row(made(INVALID), reply(end="error", error=refusal()), None),
    "refused by an error of no class": Row(made(INVALID), reply(end="error"), None),
    "refused by a mark": Row(made(INVALID), reply(BAD), None),
    "after a refused event nothing counts": Row(
        made(INVALID, known()), reply(BAD, event(OTHER), end="eof"), None
    ),
    "refused, and none of the rest": Row(
        made(INVALID, known()), reply(end="error", error=refusal()), None
    ),
    "passed over": Row(made(known(), INVALID), reply(event()), "missing-event"),
    "passed over, and read on": Row(
        made(INVALID, known(event="note.closed")), reply(CLOSED), "missing-event"
    ),
    "delivered": Row(made(INVALID), reply(event({"id": 7})), "delivered-invalid"),
    "delivered, then an error": Row(
        made(INVALID), reply(event({"id": 7}), end="error", error=refusal()), "delivered-invalid"
    ),
    "an earlier event is refused": Row(
        made(known(), INVALID), reply(end="error", error=refusal()), "refused"
    ),
    "read on": Row(RESUME, reply(BAD, event()), None, ALL),
    "not read on": Row(RESUME, reply(end="error", error=refusal()), "missing-event", ALL),
    "read on, and lost something": Row(RESUME, reply(BAD), "missing-event", ALL),
    # errors of the server
    "an error event": Row(made(FAULT), reply(event({"message": "boom"}, "error")), None),
    "an error raised": Row(made(FAULT), reply(end="error", error=boom()), None),
    "an error raised with a payload": Row(
        made(FAULT),
        reply(end="error", error={"class": "server", "data": {"message": "boom"}}),
        None,
    ),
    "an error swallowed": Row(made(FAULT), reply(), "missing-event"),
    "an error with another message": Row(
        made(FAULT), reply(end="error", error=boom(message="")), "wrong-data"
    ),
    "an error raised as something else": Row(
        made(FAULT), reply(end="error", error=refusal("payload")), "refused"
    ),
    "after an error any end is right": Row(
        made(FAULT), reply(event({"message": "boom"}, "error"), end="eof"), None
    ),
    "after an error nothing counts": Row(
        made(FAULT, known()), reply(event({"message": "boom"}, "error"), CLOSED), None
    ),
    "an error that the stream does not have": Row(
        ONE, reply(event(), end="error", error=boom()), "wrong-end"
    ),
    # the end
    "not complete": Row(ONE, reply(event(), end="eof"), "wrong-end"),
    "complete, and an error": Row(ONE, reply(event(), end="error"), "wrong-end"),
    "cut off, and told": Row(made(known(), end="truncated"), reply(event(), end="eof"), None),
    "cut off, and raised": Row(made(known(), end="truncated"), reply(event(), end="error"), None),
    "cut off, and complete": Row(made(known(), end="truncated"), reply(event()), "wrong-end"),
    "no end event, and done": Row(made(known(), end="eof"), reply(event()), None),
    "no end event, and eof": Row(made(known(), end="eof"), reply(event(), end="eof"), None),
    "no end event, and an error": Row(
        made(known(), end="eof"), reply(event(), end="error"), "wrong-end"
    ),
    "the end event is not compared": Row(ONE, reply(event(), DONE_EVENT), None),
    "the end event is needed and there": Row(END_EVENT, reply(event(), DONE_EVENT), None, ALL),
    "the end event is needed and missing": Row(END_EVENT, reply(event()), "missing-event", ALL),
    "the end event is needed once": Row(
        END_EVENT, reply(event(), DONE_EVENT, DONE_EVENT), "extra-event", ALL
    ),
    "the end event is needed last": Row(END_EVENT, reply(DONE_EVENT, event()), "wrong-event", ALL),
    # classes and ids
    "another class": Row(
        made(INVALID), reply(end="error", error=refusal("truncated")), "wrong-class", ALL
    ),
    "another class of a mark": Row(
        made(INVALID), reply({**BAD, "class": "too-large"}), "wrong-class", ALL
    ),
    "another class, by one that cannot tell": Row(
        made(INVALID), reply(end="error", error=refusal("truncated")), None
    ),
    "too large": Row(
        made(Expected("note.made", "invalid", error_class="too-large")),
        reply(end="error", error=refusal("too-large")),
        None,
        ALL,
    ),
    "too large, as a payload": Row(
        made(Expected("note.made", "invalid", error_class="too-large")),
        reply(end="error", error=refusal()),
        "wrong-class",
        ALL,
    ),
    "cut off, as a payload": Row(
        made(end="truncated"), reply(end="error", error=refusal()), "wrong-class", ALL
    ),
    "the last id": Row(LAST_ID, reply(event(), last_event_id="7"), None, ALL),
    "another last id": Row(LAST_ID, reply(event(), last_event_id="8"), "wrong-data", ALL),
    "another last id, by one that has none": Row(LAST_ID, reply(event()), None),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_reply_is_judged_by_its_row(name: str) -> None:
    row = ROWS[name]
    outcome = judge(row.case, row.reply, suite(), row.features)
    assert (outcome.verdict, outcome.kind) == ("fail" if row.kind else "pass", row.kind)
    assert (outcome.detail is None) == (row.kind is None)


def test_every_kind_of_failure_that_is_not_of_the_run_is_judged_here() -> None:
    judged = {row.kind for row in ROWS.values() if row.kind}
    assert judged == {kind for kind, row in KINDS.items() if not row.broken} - {"chunking"}


def test_the_level_decides_what_a_failure_is() -> None:
    verdicts = {
        level: judge(made(known(), level=level), reply(), suite(), ()).verdict
        for level in ("must", "should", "observe")
    }
    assert verdicts == {"must": "fail", "should": "warn", "observe": "observed"}
    observed = judge(made(known(), level="observe"), reply(), suite(), ())
    assert (observed.kind, observed.reply) == ("missing-event", reply())


def test_another_allowed_outcome_is_tolerated_with_its_reason() -> None:
    allowed = (Expectation((), "done", "some keep nothing"),)
    outcome = judge(made(known(), accept=allowed), reply(), suite(), ())
    assert (outcome.verdict, outcome.reason) == ("tolerated", "some keep nothing")
    assert judge(made(known(), accept=allowed), reply(CLOSED), suite(), ()).verdict == "fail"


def test_a_case_that_needs_a_feature_is_not_applicable_without_it() -> None:
    outcome = judge(RESUME, reply(), suite(), frozenset({"limits"}))
    assert (outcome.verdict, outcome.reason) == ("not-applicable", "needs resume")


def test_the_detail_says_where_and_what() -> None:
    detail = judge(TWO, reply(event(), event(OTHER, "note.closed")), suite(), ()).detail
    assert detail is not None
    found = (detail.index, detail.path, detail.expected, detail.found)
    assert found == (1, "$.text", "hello", "other")


# --- several cuttings -----------------------------------------------------------------------------

WRITTEN, WHOLE = Cut("as written", [b"a", b"b", b"c"]), Cut("whole", [b"abc"])
HALF = Cut("cut at byte 1", [b"a", b"bc"])
PASS, LOST = Outcome("pass"), Outcome("fail", "missing-event")
OTHER_KIND, CRASH = Outcome("fail", "refused"), Outcome("broken", "crash")


@pytest.mark.parametrize(
    ("results", "verdict", "kind", "cut"),
    [
        ([(WRITTEN, PASS), (WHOLE, PASS)], "pass", None, None),
        ([(WRITTEN, LOST), (WHOLE, LOST)], "fail", "missing-event", None),
        ([(WRITTEN, LOST), (WHOLE, OTHER_KIND)], "fail", "missing-event", None),
        ([(WRITTEN, PASS), (WHOLE, LOST)], "fail", "chunking", WHOLE),
        ([(WRITTEN, LOST), (WHOLE, PASS)], "fail", "chunking", WRITTEN),
        ([(WHOLE, PASS), (WRITTEN, LOST), (HALF, OTHER_KIND)], "fail", "chunking", HALF),
        ([(WRITTEN, PASS), (WHOLE, Outcome("tolerated", reason="r"))], "fail", "chunking", WHOLE),
        ([(WRITTEN, PASS), (WHOLE, LOST), (HALF, CRASH)], "broken", "crash", HALF),
    ],
)
def test_the_cuttings_of_a_case_have_one_outcome(
    results: list[tuple[Cut, Outcome]], verdict: str, kind: str | None, cut: Cut | None
) -> None:
    outcome = combine(ONE, results)
    assert (outcome.verdict, outcome.kind, outcome.cut) == (verdict, kind, cut)
