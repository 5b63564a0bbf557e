"""The report as a page of Markdown: one table of topics, one of what is unexpected."""

from __future__ import annotations

from itertools import groupby

from ..kinds import VERDICTS
from ..results import Report, adapter_text


def render(report: Report) -> str:
    """The report as Markdown."""
    lines = [f"# {_cell(report.suite.title)}: {_cell(adapter_text(report.adapter))}", ""]
    if report.fault:
        lines += [f"**The adapter is broken:** {_cell(report.fault.message)}", ""]
        lines += [_cell(report.fault.cure), ""]
    if report.results:
        lines += [*_topics(report), ""]
    lines += _unexpected(report)
    lines += [f"- {_cell(problem)}" for problem in report.problems]
    lines += [""] if report.problems else []
    lines.append(_cell(report.last_line))
    return "\n".join(lines) + "\n"


def _topics(report: Report) -> list[str]:
    verdicts = [verdict for verdict in VERDICTS if report.counts[verdict]]
    lines = [_row(["topic", "cases", *verdicts]), _row(["---", *["--:"] * (len(verdicts) + 1)])]
    by_topic = sorted(report.results, key=lambda result: result.case.topic)
    for topic, group in groupby(by_topic, key=lambda result: result.case.topic):
        found = [result.outcome.verdict for result in group]
        counts = [str(found.count(verdict) or "") for verdict in verdicts]
        lines.append(_row([f"`{topic}`", str(len(found)), *counts]))
    return lines


def _unexpected(report: Report) -> list[str]:
    shown = [r for r in report.results if r.outcome.verdict in ("fail", "warn", "broken")]
    if not shown:
        return []
    lines = [_row(["case", "verdict", "kind", "what"]), _row(["---"] * 4)]
    for result in shown:
        outcome = result.outcome
        what = outcome.detail.message if outcome.detail else ""
        row = [f"`{result.case.id}`", outcome.verdict, outcome.kind or "", what]
        lines.append(_row(row))
    return [*lines, ""]


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
    return " ".join(escaped.split())
