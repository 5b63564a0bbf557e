"""The report as JUnit XML: a test suite a topic, a test case a case.

A failure that is red is a `failure`, what is broken an `error`; known failures, warnings and what
is not applicable are `skipped` with their reason, so that no reader counts them as passed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from xml.etree import ElementTree

from ..results import Report, Result
from .failure import failure_text

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SKIPPED = ("known", "warn", "not-applicable")


def render(report: Report) -> str:
    """The report as XML."""
    root = ElementTree.Element("testsuites", name=_text(report.suite.title))
    totals = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    by_topic = sorted(report.results, key=lambda result: result.case.topic)
    for topic, results in groupby(by_topic, key=lambda result: result.case.topic):
        _add(totals, _suite(root, topic, report, list(results)))
    extra = [("known failures", problem) for problem in report.problems]
    if report.fault:
        extra.append(("adapter", f"{report.fault.message}\n{report.fault.cure}"))
    if extra:
        _add(totals, _faults(root, extra))
    for name, count in totals.items():
        root.set(name, str(count))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + (
        ElementTree.tostring(root, encoding="unicode") + "\n"
    )


def _suite(
    root: ElementTree.Element, topic: str, report: Report, results: list[Result]
) -> dict[str, int]:
    element = ElementTree.SubElement(root, "testsuite", name=_text(topic))
    counts = {"tests": len(results), "failures": 0, "errors": 0, "skipped": 0}
    for result in results:
        outcome = result.outcome
        case = ElementTree.SubElement(
            element, "testcase", classname=_text(topic), name=_text(result.case.id), time="0"
        )
        message = outcome.detail.message if outcome.detail else outcome.reason or ""
        if report.is_red(result):
            broken = outcome.verdict == "broken"
            counts["errors" if broken else "failures"] += 1
            tag = "error" if broken else "failure"
            child = ElementTree.SubElement(
                case, tag, type=outcome.kind or "", message=_text(message)
            )
            child.text = _text(failure_text(result.case, outcome))
        elif outcome.verdict in _SKIPPED:
            counts["skipped"] += 1
            said = f"{outcome.verdict}: {outcome.reason or message}"
            ElementTree.SubElement(case, "skipped", message=_text(said))
    for name, count in counts.items():
        element.set(name, str(count))
    return counts


def _faults(root: ElementTree.Element, faults: Iterable[tuple[str, str]]) -> dict[str, int]:
    element = ElementTree.SubElement(root, "testsuite", name="run")
    count = 0
    for name, text in faults:
        count += 1
        case = ElementTree.SubElement(element, "testcase", classname="run", name=name, time="0")
        ElementTree.SubElement(case, "error", type=name, message=_text(text)).text = _text(text)
    counts = {"tests": count, "failures": 0, "errors": count, "skipped": 0}
    for name, number in counts.items():
        element.set(name, str(number))
    return counts


def _add(totals: dict[str, int], counts: dict[str, int]) -> None:
    for name, count in counts.items():
        totals[name] += count


def _text(text: str) -> str:
    """Text without what XML has no place for."""
    return _NOT_XML.sub("\ufffd", text)
