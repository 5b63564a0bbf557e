"""Rules about the cases of a suite, and the table of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from threadwire_generator.cases import FEATURES, Authored, Case
from threadwire_generator.findings import (
    Finding,
    Level,
    did_you_mean,
    finding_at,
    listed,
    show,
    sorted_findings,
)
from threadwire_generator.rules.view import Problem
from threadwire_generator.spec import Mark, Spec
from threadwire_generator.targets.suite.agree import disagreement
from threadwire_generator.targets.suite.reading import Reading

_ID = re.compile(r"[a-z][a-z0-9-]*/[a-z][a-z0-9-]*")
_ORDINAL = re.compile(r"(?:^|-)[0-9]$")


@dataclass(frozen=True)
class CasesView:
    """What these rules look at: a spec, and what people wrote of its suite."""

    spec: Spec
    authored: Authored

    @cached_property
    def events(self) -> frozenset[str]:
        """The names of the events that have data."""
        return frozenset(event.name for event in self.spec.events if event.payload is not None)

    @cached_property
    def retired(self) -> dict[str, str]:
        """The ids of retired cases, with the reasons."""
        return {retired.id: retired.reason for retired in self.authored.retired}

    @cached_property
    def disagreements(self) -> dict[str, str | None]:
        """By id, where the plain reading is not what the author expects."""
        reading = Reading(self.spec)
        return {
            case.id: disagreement(self.spec, case, reading.read(case.data))
            for case in self.authored.cases
        }


def _id_bad(view: CasesView) -> Iterator[Problem]:
    for case in view.authored.cases:
        topic = case.id.partition("/")[0]
        if not _ID.fullmatch(case.id):
            message = f"{show(case.id)} is no id of a case"
            cure = f"write {show(case.topic + '/some-words')}: lower-case words with hyphens"
            yield Problem(case.mark, message, cure)
        elif topic != case.topic:
            message = f"{show(case.id)} stands in the file of {show(case.topic)}"
            cure = f"begin it with {show(case.topic + '/')}, or move it to {show(topic + '.yaml')}"
            yield Problem(case.mark, message, cure)
        elif _ORDINAL.search(case.id):
            message = f"{show(case.id)} ends with a number, which tells nobody anything"
            yield Problem(case.mark, message, "say in words what is particular to the case")


def _id_twice(view: CasesView) -> Iterator[Problem]:
    seen: dict[str, Mark] = {}
    for case in view.authored.cases:
        if case.id in seen:
            message = f"the id {show(case.id)} is taken, in {seen[case.id]}"
            yield Problem(case.mark, message, "give the case an id of its own")
        seen.setdefault(case.id, case.mark)


def _id_retired(view: CasesView) -> Iterator[Problem]:
    for case in view.authored.cases:
        if case.id in view.retired:
            message = f"{show(case.id)} is the id of a retired case"
            yield Problem(case.mark, message, "give the case another id; ids are never used again")


def _rule_unknown(view: CasesView) -> Iterator[Problem]:
    for case in view.authored.cases:
        for rule in case.rules:
            if rule not in view.spec.rules:
                cure = did_you_mean(rule, view.spec.rules, "add it to `rules.yaml`")
                yield Problem(case.mark, f"{show(case.id)}: there is no rule {show(rule)}", cure)


def _rule_excluded(view: CasesView) -> Iterator[Problem]:
    for case in view.authored.cases:
        for rule in case.rules:
            found = view.spec.rules.get(rule)
            if found is not None and found.excluded is not None:
                message = (
                    f"{show(case.id)} tests {show(rule)}, which is said to be beyond all tests"
                )
                yield Problem(
                    case.mark, message, "remove its `excluded`, or the rule from the case"
                )


def _level_misfit(view: CasesView) -> Iterator[Problem]:
    """A case is as strict as the strictest of its rules allows."""
    order = ("observe", "should", "must")
    for case in view.authored.cases:
        levels = [view.spec.rules[rule].level for rule in case.rules if rule in view.spec.rules]
        if levels and order.index(case.level) > max(map(order.index, levels)):
            message = f"{show(case.id)} is a {case.level}, and none of its rules is"
            yield Problem(case.mark, message, "lower its level, or name the rule that demands it")


def _event_unknown(view: CasesView) -> Iterator[Problem]:
    for case, event, kind in _expected(view):
        if kind != "unknown" and event not in view.events:
            if view.spec.end is not None and event == view.spec.end.event:
                message = f"{show(case.id)} lists {show(event)}, which is the end and no event"
                yield Problem(case.mark, message, "state it as `end: done`, which is the default")
                continue
            message = f"{show(case.id)} expects the event {show(event)}, which there is not"
            cure = did_you_mean(event, view.events, "state `unknown: true`")
            yield Problem(case.mark, message, cure)
        if kind == "unknown" and event in view.events:
            message = f"{show(case.id)} calls {show(event)} unknown, which is an event"
            yield Problem(case.mark, message, "state its `data`, or `invalid: true`")


def _expected(view: CasesView) -> Iterator[tuple[Case, str, str]]:
    for case in view.authored.cases:
        for outcome in (case.expect, *case.accept):
            for event in outcome.events:
                yield case, event.event, event.kind


def _end_misfit(view: CasesView) -> Iterator[Problem]:
    missing = "eof" if view.spec.end is not None else "done"
    for case in view.authored.cases:
        if any(outcome.end == missing for outcome in (case.expect, *case.accept)):
            message = f"{show(case.id)} ends as {show(missing)}, and this protocol's streams do not"
            ends = ("truncated", "eof" if missing == "done" else "done")
            yield Problem(case.mark, message, f"write one of {listed(ends)}")


def _needs_misfit(view: CasesView) -> Iterator[Problem]:
    for case in view.authored.cases:
        if case.needs and case.level == "must":
            message = f"{show(case.id)} is a must, and needs {listed(case.needs)}"
            cure = "make it a should, or a case of its own that needs nothing"
            yield Problem(case.mark, message, cure)
        for feature in case.needs:
            if feature not in FEATURES:
                message = f"{show(case.id)} needs {show(feature)}, which is no feature"
                cure = did_you_mean(feature, FEATURES, f"there are {listed(FEATURES)}")
                yield Problem(case.mark, message, cure)


def _plain_differs(view: CasesView) -> Iterator[Problem]:
    for case in view.authored.cases:
        problem = view.disagreements[case.id]
        if problem is not None and case.plain_differs is None:
            message = f"{show(case.id)}: a plain reading does not agree: {problem}"
            cure = "correct the one or the other, or say why: `plain: {differs: …}`"
            yield Problem(case.mark, message, cure)


def _plain_needless(view: CasesView) -> Iterator[Problem]:
    for case in view.authored.cases:
        if case.plain_differs is not None and view.disagreements[case.id] is None:
            message = f"{show(case.id)}: a plain reading agrees"
            yield Problem(case.mark, message, "remove `plain`")


@dataclass(frozen=True, slots=True)
class CaseRule:
    """A rule about cases."""

    id: str
    level: Level
    purpose: str
    check: Callable[[CasesView], Iterator[Problem]]


CASE_RULES: tuple[CaseRule, ...] = (
    CaseRule("case-id-bad", "error", "An id is words, and says where it stands.", _id_bad),
    CaseRule("case-id-twice", "error", "An id means one case.", _id_twice),
    CaseRule("case-id-retired", "error", "An id is never used again.", _id_retired),
    CaseRule("case-rule-unknown", "error", "A case tests a rule.", _rule_unknown),
    CaseRule("case-rule-excluded", "error", "What is beyond tests is not tested.", _rule_excluded),
    CaseRule("case-level-misfit", "error", "A case demands what a rule does.", _level_misfit),
    CaseRule("case-event-unknown", "error", "Events are called what they are.", _event_unknown),
    CaseRule("case-end-misfit", "error", "A stream ends as the protocol has it.", _end_misfit),
    CaseRule("case-needs-misfit", "error", "Nobody must have a feature.", _needs_misfit),
    CaseRule("case-plain-differs", "error", "Two roads lead to an expectation.", _plain_differs),
    CaseRule("case-plain-needless", "warning", "Only differences are noted.", _plain_needless),
)


def lint_cases(spec: Spec, authored: Authored) -> list[Finding]:
    """What breaks a rule in the cases that people wrote."""
    view = CasesView(spec, authored)
    return sorted_findings(
        finding_at(problem.mark, rule.id, problem.message, problem.cure, rule.level)
        for rule in CASE_RULES
        for problem in rule.check(view)
    )
