"""The matrix as a page that people read: MATRIX.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from threadwire_conformance.suite import Suite

from .derived import Derived
from .fault import HERE, Fault
from .matrix import Matrix, authored
from .table import FAULTS

PAGE = HERE / "MATRIX.md"
COMMAND = "python -m faults"
_SHOWN = 3  # cases of a fault, faults of a case


def page(found: Matrix, suite: Suite, derived: Derived) -> str:
    """The text of the page."""
    parts = (_head(), _faults(found, FAULTS), _cases(found, suite), _derived(derived))
    return "\n".join(line for part in parts for line in part)


def _head() -> Iterator[str]:
    yield f"<!-- Written by {COMMAND}; do not edit. -->"
    yield "# Which case kills which fault"
    yield ""
    yield "A kill: the decoder without the fault passes the case, the one with it fails."
    yield "Each fault is killed, and each case kills one that few others do."
    yield ""


def _faults(found: Matrix, faults: Sequence[Fault]) -> Iterator[str]:
    yield f"## {len(faults)} faults"
    yield ""
    yield "| fault | what is wrong | seen in | killed by | such as |"
    yield "| --- | --- | --- | ---: | --- |"
    for fault in faults:
        cases = found.kills[fault.name]
        shown = ", ".join(f"`{case}`" for case in cases[:_SHOWN])
        seen = ", ".join(fault.seen)
        yield f"| `{fault.name}` | {fault.wrong} | {seen} | {len(cases)} | {shown} |"
    yield ""


def _cases(found: Matrix, suite: Suite) -> Iterator[str]:
    cases = authored(suite)
    yield f"## {len(cases)} cases that people wrote"
    yield ""
    yield "Of the faults that a case kills, first those that the fewest others do."
    yield ""
    yield "| case | level | kills | such as |"
    yield "| --- | --- | ---: | --- |"
    for case in cases:
        faults = sorted(found.killers[case.id], key=lambda fault: len(found.kills[fault]))
        shown = ", ".join(f"`{fault}`" for fault in faults[:_SHOWN])
        yield f"| `{case.id}` | {case.level} | {len(faults)} | {shown} |"
    yield ""


def _derived(derived: Derived) -> Iterator[str]:
    yield f"## {len(derived.mutants)} mutants of the spec"
    yield ""
    yield f"All of them are killed by the {len(derived.cases)} cases that are derived from it."
    yield ""
    yield "| change | mutants |"
    yield "| --- | ---: |"
    for kind, count in Counter(m.name.partition(": ")[0] for m in derived.mutants).items():
        yield f"| {kind} | {count} |"
    yield ""
    yield "## Rules of derivation"
    yield ""
    yield "| rule | cases | kills, such as |"
    yield "| --- | ---: | --- |"
    for row, cases in derived.rows.items():
        yield f"| {row} | {len(cases)} | {derived.killed_by_row(row, FAULTS)} |"
    yield ""
