"""The judge: a case and a reply in, an outcome out.  Pure: no process, no clock, no file.

How a reply is read:

1.  The event that ends the stream is not compared: `end` says whether the stream was complete.
    Only a case that needs `done-event` looks for it.
2.  An error of the class `server` counts as the protocol's error event, in its place: some
    implementations yield it, some raise it.
3.  Expected events are walked in order.  One that the protocol does not know may be left out, and
    must not come as one that it knows.  One that is invalid has to be refused: by the error that
    the reply ends with, or by a mark; what comes after it counts only if the case needs `resume`.
    After an error event nothing more is compared.
4.  Then the end: a stream that was cut off may end with `eof` or an error, never with `done`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from .compare import ABSENT, Difference, difference, exact_difference
from .cuts import Cut
from .kinds import KINDS
from .suite import Case, Expectation, Expected, Suite

_NO_NAME = ("message", "")  # what the standard calls an event without a name, and what some do


@dataclass(frozen=True, slots=True)
class Detail:
    """What was wrong with a reply.

    Attributes:
        message: a sentence for a person.
        path: the JSON path in the data of the event, None if it is not about data.
        expected: the value that is expected there; `ABSENT` if nothing is.
        found: the value that came; `ABSENT` if nothing did.
        index: the number of the event in the reply, from 0; None if it is about the end.
    """

    message: str
    path: str | None = None
    expected: Any = ABSENT
    found: Any = ABSENT
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the judge says of a reply, or of all replies to a case.

    Attributes:
        verdict: one of `kinds.VERDICTS`.
        kind: one of `kinds.KINDS`; None if the reply is as expected.
        detail: what was wrong with it.
        reason: why an outcome is tolerated, or a failure known.
        cut: the cutting that shows it; None if it is as written.
        reply: what came.
    """

    verdict: str
    kind: str | None = None
    detail: Detail | None = None
    reason: str | None = None
    cut: Cut | None = None
    reply: Mapping[str, Any] | None = None


class _Mismatch(NamedTuple):
    kind: str
    detail: Detail


def judge(
    case: Case, reply: Mapping[str, Any], suite: Suite, features: Sequence[str] | frozenset[str]
) -> Outcome:
    """What a reply that has the shape of the adapter protocol is worth."""
    able = frozenset(features)
    if not case.needs <= able:
        return not_applicable(case, able)
    mismatch = _Comparison(case, suite, able, reply).run(case.expect)
    if mismatch is None:
        verdict = "observed" if case.level == "observe" else "pass"
        return Outcome(verdict, reply=reply)
    for allowed in case.accept:
        if _Comparison(case, suite, able, reply).run(allowed) is None:
            verdict = "observed" if case.level == "observe" else "tolerated"
            return Outcome(verdict, reason=allowed.reason, reply=reply)
    return failed(case, mismatch.kind, mismatch.detail, reply)


def failed(
    case: Case, kind: str, detail: Detail, reply: Mapping[str, Any] | None = None
) -> Outcome:
    """The outcome of a failure: its verdict goes by the level of the case, unless it is broken."""
    verdicts = {"must": "fail", "should": "warn", "observe": "observed"}
    verdict = "broken" if KINDS[kind].broken else verdicts[case.level]
    return Outcome(verdict, kind, detail, reply=reply)


def not_applicable(case: Case, features: frozenset[str]) -> Outcome:
    """The outcome of a case that needs a feature which the adapter does not state."""
    missing = ", ".join(sorted(case.needs - features))
    return Outcome("not-applicable", reason=f"needs {missing}")


def combine(case: Case, results: Sequence[tuple[Cut, Outcome]]) -> Outcome:
    """The outcome of a case out of those of its cuttings; the first is the case as written.

    Broken beats all.  If some cuttings are as expected and others are not, or others are another
    outcome that is allowed, the failure is `chunking`, at the cutting of fewest chunks.
    """
    for cut, outcome in results:
        if outcome.verdict == "broken":
            return replace(outcome, cut=cut)
    bad = [(cut, outcome) for cut, outcome in results if outcome.kind is not None]
    good = [outcome for _, outcome in results if outcome.kind is None]
    if bad and good:
        return _chunking(case, *_smallest(bad))
    if bad:
        return bad[0][1]
    reasons = {outcome.reason for outcome in good}
    if len(reasons) > 1:
        other = [(cut, o) for cut, o in results if o.reason != good[0].reason]
        return _chunking(case, *_smallest(other))
    return good[0]


def _smallest(results: Sequence[tuple[Cut, Outcome]]) -> tuple[Cut, Outcome]:
    return min(results, key=lambda pair: len(pair[0].chunks))


def _chunking(case: Case, cut: Cut, outcome: Outcome) -> Outcome:
    if outcome.kind is None:
        said = f"tolerated ({outcome.reason})" if outcome.reason else "as expected"
        detail = Detail(f"{cut.name}, the outcome is another one: {said}")
    else:
        found = outcome.detail or Detail(outcome.kind)
        detail = replace(found, message=f"{cut.name}: {outcome.kind}: {found.message}")
    return replace(failed(case, "chunking", detail, outcome.reply), cut=cut)


class _Comparison:
    """One expectation against one reply."""

    def __init__(
        self, case: Case, suite: Suite, features: frozenset[str], reply: Mapping[str, Any]
    ) -> None:
        self.case = case
        self.suite = suite
        self.features = features
        self.error: Mapping[str, Any] = reply.get("error") or {}
        self.end: str = reply["end"]
        self.last_event_id = reply.get("last_event_id", ABSENT)
        events: list[Mapping[str, Any]] = list(reply["events"])
        self.ends = [n for n, event in enumerate(events) if event["event"] == suite.end_event]
        self.events = [event for event in events if event["event"] != suite.end_event]
        self.count = len(events)
        self.raised = self.end == "error" and self.error.get("class") == "server"
        if self.raised and suite.error_event is not None:
            members = {k: v for k, v in self.error.items() if k not in ("class", "path")}
            data = self.error.get("data", members)
            self.events.append({"event": suite.error_event, "data": data})

    def run(self, expectation: Expectation) -> _Mismatch | None:
        """The first thing that is not as expected."""
        at = 0
        for number, expected in enumerate(expectation.events):
            event = self.events[at] if at < len(self.events) else None
            if expected.kind == "unknown":
                if event is None or not self._is_same_unknown(expected, event):
                    if "unknown-events" in self.case.needs:
                        return self._missing(expected, at, expectation.events[number:])
                    continue
                mismatch = self._unknown(expected, event, at)
            elif expected.kind == "invalid":
                mismatch = self._invalid(expected, event, at)
                if mismatch is None and "resume" not in self.case.needs:
                    return None
            else:
                mismatch = self._known(expected, event, at, expectation.events[number:])
                if mismatch is None and expected.event == self.suite.error_event:
                    return None
            if mismatch is not None:
                return mismatch
            at += 1
        if at < len(self.events) and not (self.raised and at == len(self.events) - 1):
            name = _named(self.events[at])
            message = f"{name} came, and no more events are in the stream"
            return _Mismatch("extra-event", Detail(message, found=self.events[at], index=at))
        return self._ending(expectation)

    # --- events -----------------------------------------------------------------------------------

    def _is_same_unknown(self, expected: Expected, event: Mapping[str, Any]) -> bool:
        name = event["event"]
        same = name == expected.event or {name, expected.event} <= set(_NO_NAME)
        return same and not event.get("invalid")

    def _unknown(self, expected: Expected, event: Mapping[str, Any], at: int) -> _Mismatch | None:
        raw = event.get("raw", ABSENT)
        stated = raw is not ABSENT or "unknown-events" in self.case.needs
        if expected.raw is None or not stated or raw == expected.raw:
            return None
        message = f"the raw data of {_named(event)} is not that of the stream"
        return _Mismatch("wrong-data", Detail(message, "raw", expected.raw, raw, at))

    def _invalid(
        self, expected: Expected, event: Mapping[str, Any] | None, at: int
    ) -> _Mismatch | None:
        due = f"{expected.event!r} cannot be read and has to be refused"
        if expected.path:
            due += f", for what is at {expected.path}"
        resume = "resume" in self.case.needs
        if event is not None and event.get("invalid"):
            if event["event"] not in (expected.event, *_NO_NAME):
                detail = Detail(f"{due}; refused was {_named(event)}", index=at)
                return _Mismatch("wrong-event", detail)
            return self._class_of(event.get("class"), expected.error_class or "payload", at)
        at_end = event is None or (self.raised and at == len(self.events) - 1)
        if at_end and self.end == "error" and not resume:
            return self._class(expected.error_class or "payload", at)
        if event is None:
            detail = Detail(f"{due}; it was passed over in silence", index=at)
            return _Mismatch("missing-event", detail)
        if event["event"] == expected.event:
            detail = Detail(f"{due}; it came as if it were valid", found=event, index=at)
            return _Mismatch("delivered-invalid", detail)
        detail = Detail(f"{due}; in its place came {_named(event)}", found=event, index=at)
        return _Mismatch("missing-event", detail)

    def _known(
        self,
        expected: Expected,
        event: Mapping[str, Any] | None,
        at: int,
        rest: Sequence[Expected],
    ) -> _Mismatch | None:
        if event is None:
            return self._missing(expected, at, rest)
        if event.get("invalid"):
            where = f" at {event['path']}" if event.get("path") else ""
            message = f"{expected.event!r} is valid, and was refused{where}"
            return _Mismatch("refused", Detail(message, found=event, index=at))
        if event["event"] != expected.event:
            return self._other(expected, event, at, rest)
        if event.get("unknown"):
            message = f"{expected.event!r} came as an event that is not known"
            return _Mismatch("wrong-event", Detail(message, found=event, index=at))
        found = event.get("data", ABSENT)
        different = self._difference(expected, found)
        if different is None:
            return None
        message = f"the data of {expected.event!r} is another"
        return _Mismatch(
            "wrong-data",
            Detail(message, different.path, different.expected, different.found, at),
        )

    def _difference(self, expected: Expected, found: Any) -> Difference | None:
        if found is ABSENT:
            return Difference("$", expected.data, ABSENT)
        if self.case.compare == "exact":
            return exact_difference(expected.data, found)
        shape = self.suite.events.get(expected.event) or True
        return difference(expected.data, found, shape, self.suite.types)

    def _missing(self, expected: Expected, at: int, rest: Sequence[Expected]) -> _Mismatch:
        if at < len(self.events):
            return self._other(expected, self.events[at], at, rest)
        if self.end == "error" and not self.raised:
            said = _said(self.error)
            message = f"{expected.event!r} is due, and the reply ends with an error: {said}"
            detail = Detail(message, self.error.get("path"), index=at)
            return _Mismatch("refused", detail)
        message = f"{expected.event!r} did not come"
        return _Mismatch("missing-event", Detail(message, expected=_plain(expected), index=at))

    def _other(
        self, expected: Expected, event: Mapping[str, Any], at: int, rest: Sequence[Expected]
    ) -> _Mismatch:
        """Another event than the one that is due: missing, one too many, or under a wrong name?"""
        due = sum(item.kind != "unknown" for item in rest)
        left = len(self.events) - at
        kind = "wrong-event"
        if left != due:
            kind = "extra-event" if left > due else "missing-event"
        message = f"{expected.event!r} is due, and {_named(event)} came"
        return _Mismatch(kind, Detail(message, None, _plain(expected), event, at))

    # --- the end ----------------------------------------------------------------------------------

    def _ending(self, expectation: Expectation) -> _Mismatch | None:
        allowed = {"done": ("done",), "truncated": ("eof", "error"), "eof": ("done", "eof")}
        if self.end not in allowed[expectation.end]:
            message = f"the end is {_END_IS[expectation.end]}, and the reply says {self._says()}"
            detail = Detail(message, None, expectation.end, self.end)
            return _Mismatch("wrong-end", detail)
        if self.end == "error":
            mismatch = self._class(expectation.error_class or "truncated", None)
            if mismatch is not None:
                return mismatch
        if "done-event" in self.case.needs and self.ends != [self.count - 1]:
            times = len(self.ends)
            message = f"{self.suite.end_event!r} is the last event, once; it came {times} times"
            kind = "extra-event" if times > 1 else "missing-event" if times == 0 else "wrong-event"
            return _Mismatch(kind, Detail(message, index=self.ends[0] if self.ends else None))
        wanted = expectation.last_event_id
        if wanted is not None and "last-event-id" in self.features and wanted != self.last_event_id:
            message = "the last event id is another"
            detail = Detail(message, "last_event_id", wanted, self.last_event_id)
            return _Mismatch("wrong-data", detail)
        return None

    def _says(self) -> str:
        return f"error: {_said(self.error)}" if self.end == "error" else f"{self.end!r}"

    def _class(self, expected: str, at: int | None) -> _Mismatch | None:
        return self._class_of(self.error.get("class"), expected, at)

    def _class_of(self, found: str | None, expected: str, at: int | None) -> _Mismatch | None:
        if "error-classes" not in self.features or found is None or found == expected:
            return None
        message = f"the error is of the class {expected!r}, and the reply says {found!r}"
        return _Mismatch("wrong-class", Detail(message, None, expected, found, at))


_END_IS = {"done": "complete", "truncated": "missing", "eof": "that of the input"}


def _named(event: Mapping[str, Any]) -> str:
    marks = [word for word in ("unknown", "invalid") if event.get(word)]
    return f"{event['event']!r}" + (f" ({', '.join(marks)})" if marks else "")


def _said(error: Mapping[str, Any]) -> str:
    text = str(error.get("message") or error.get("class") or "nothing about it")
    return text if len(text) <= 200 else text[:199] + "…"


def _plain(expected: Expected) -> dict[str, Any]:
    """An expected event as it stands in the suite."""
    members: dict[str, Any] = {"event": expected.event}
    if expected.kind == "known":
        members["data"] = expected.data
    else:
        members[expected.kind] = True
    for name, value in (("raw", expected.raw), ("path", expected.path)):
        if value is not None:
            members[name] = value
    return members
