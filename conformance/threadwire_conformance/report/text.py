"""The report for a person: what is unexpected first, with all it takes to begin; one last line.

Colours are marks of click's; they go where there is no terminal.
"""

from __future__ import annotations

from collections.abc import Iterable

import click

from ..results import Report, Result
from .failure import failure_text

COLOURS = {"fail": "red", "broken": "red", "warn": "yellow"}
SHOWN = 30  # failures that are told in full


def render(report: Report) -> str:
    """The report as text."""
    parts: list[str] = []
    if report.fault:
        parts.append(_fault(report))
    unexpected = [r for r in report.results if r.outcome.verdict in COLOURS]
    order = list(COLOURS)
    unexpected.sort(key=lambda result: order.index(result.outcome.verdict))
    parts += [_failure(result) for result in unexpected[:SHOWN]]
    parts += list(_rest(unexpected[SHOWN:]))
    parts += list(_known(report))
    parts += [click.style(problem, fg="red") for problem in report.problems]
    parts += [f"note: {note}" for note in report.notes]
    good = report.exit_code == 0
    parts.append(click.style(report.last_line, fg="green" if good else "red", bold=True))
    return "\n\n".join(parts) + "\n"


def _failure(result: Result) -> str:
    head, _, body = failure_text(result.case, result.outcome).partition("\n")
    return click.style(head, fg=COLOURS[result.outcome.verdict], bold=True) + "\n" + body


def _rest(results: list[Result]) -> Iterable[str]:
    if results:
        lines = [f"and {len(results)} more:"]
        lines += [f"  {r.outcome.verdict:<7}{r.outcome.kind}  {r.case.id}" for r in results]
        yield "\n".join(lines)


def _known(report: Report) -> Iterable[str]:
    known = [result for result in report.results if result.outcome.verdict == "known"]
    if known:
        lines = [f"{len(known)} known:"]
        lines += [f"  {r.case.id}: {r.outcome.kind}: {r.outcome.reason}" for r in known]
        yield "\n".join(lines)


def _fault(report: Report) -> str:
    assert report.fault is not None
    lines = [click.style(f"the adapter is broken: {report.fault.message}", fg="red", bold=True)]
    lines.append(f"  what to do: {report.fault.cure}")
    if report.fault.stderr:
        lines.append("  its standard error ends:")
        lines += [f"    {line}" for line in report.fault.stderr.splitlines()[-15:]]
    return "\n".join(lines)
