"""What the figures have to reach: one table, and the verdict on each row.

Each row names what is measured, reads it out of the results, and says from which value on it
passes (the gate) and from which it is as good as was hoped for (the aim).  "Mixed" is the main
sample in chunks of 64 KB; what smaller chunks cost has rows of its own.  What is not there yet is
"not built", and what could not be measured here, for want of another package, is "not run": neither
is a pass.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Results = dict[str, Any]
Verdict = Literal["aim", "pass", "FAIL", "not built", "not run"]

_MB = 1024 * 1024


@dataclass(frozen=True)
class Gate:
    """A row.

    Attributes:
        id: short, to refer to.
        what: in words.
        measured: reads the value; None if it is not there.
        gate: the worst value that passes.
        aim: the worst value that is as good as hoped for; None if there is no aim.
        most: whether values have to be at most that; at least, if not.
        unit: stands after a value.
        missing: what it means if the value is not there.
    """

    id: str
    what: str
    measured: Callable[[Results], float | None]
    gate: float
    aim: float | None
    most: bool = True
    unit: str = ""
    missing: Verdict = "not run"

    def verdict(self, results: Results) -> Verdict:
        """How these results stand."""
        value = self.measured(results)
        if value is None:
            return self.missing
        if self.aim is not None and self._reaches(value, self.aim):
            return "aim"
        return "pass" if self._reaches(value, self.gate) else "FAIL"

    def _reaches(self, value: float, bound: float) -> bool:
        return value <= bound if self.most else value >= bound


def ratio(name: str) -> Callable[[Results], float | None]:
    """One of the ratios of times: the median over the processes."""

    def measured(results: Results) -> float | None:
        figures = results["ratios"].get(name)
        return statistics.median(figures) if figures else None

    return measured


def _larger(*names: str) -> Callable[[Results], float | None]:
    def measured(results: Results) -> float | None:
        values = [value for name in names if (value := ratio(name)(results)) is not None]
        return max(values) if len(values) == len(names) else None

    return measured


def _import(results: Results) -> float | None:
    value: float | None = results["imports"].get("ours / openai")
    return value


def _memory(results: Results) -> float | None:
    value: float | None = results["memory"].get("above_import")
    return None if value is None else value / _MB


def _command(name: str) -> Callable[[Results], float | None]:
    def measured(results: Results) -> float | None:
        seconds = results["commands"].get(name)
        return statistics.median(seconds) if seconds else None

    return measured


def _not_built(_: Results) -> None:
    return None


GATES = (
    Gate(
        "openai",
        "typed decode, times as fast as the official SDK, same transport, mixed",
        ratio("openai over httpx2 / ours over httpx2, main, 64 KB"),
        gate=15,
        aim=25,
        most=False,
        unit="x",
    ),
    Gate(
        "naive",
        "typed decode, times as fast as a naive discriminated union, mixed",
        ratio("naive union / ours, main, 64 KB"),
        gate=1.8,
        aim=2.5,
        most=False,
        unit="x",
    ),
    Gate(
        "floor",
        "time against the floor, one regular expression and orjson, mixed",
        ratio("ours / floor, main, 64 KB"),
        gate=4.0,
        aim=3.0,
        unit="x",
    ),
    Gate("import", "import against `import openai`", _import, gate=0.40, aim=0.25, unit="x"),
    Gate(
        "accumulation",
        "exponent of accumulation, 10k to 100k deltas",
        _not_built,
        gate=1.15,
        aim=1.05,
        missing="not built",
    ),
    Gate(
        "chunk-1400",
        "chunks of 1400 bytes against 64 KB",
        ratio("1400 B / 64 KB"),
        gate=1.25,
        aim=1.1,
        unit="x",
    ),
    Gate(
        "chunk-event",
        "one event a chunk against 64 KB",
        ratio("one event / 64 KB"),
        gate=1.25,
        aim=1.1,
        unit="x",
    ),
    Gate(
        "chunk-1",
        "exponent of time over bytes in chunks of 1 byte, more events or a larger one",
        _larger("exponent, more events", "exponent, larger event"),
        gate=1.1,
        aim=None,
    ),
    Gate(
        "memory",
        "peak memory above import and validators, stream of 1 GB, events dropped",
        _memory,
        gate=5,
        aim=None,
        unit=" MB",
    ),
    Gate(
        "generate",
        "`generate` of everything",
        _command("generate"),
        gate=5,
        aim=2,
        unit=" s",
        missing="not built",
    ),
    Gate(
        "check",
        "`check` of everything",
        _command("check"),
        gate=5,
        aim=2,
        unit=" s",
        missing="not built",
    ),
    Gate(
        "suite",
        "the whole suite, one adapter over stdio",
        _command("suite"),
        gate=60,
        aim=20,
        unit=" s",
        missing="not built",
    ),
)


def judged(results: Results) -> list[dict[str, Any]]:
    """The table, as it stands in the results."""
    rows = []
    for gate in GATES:
        value = gate.measured(results)
        rows.append(
            {
                "aim": gate.aim,
                "gate": gate.gate,
                "id": gate.id,
                "measured": None if value is None else round(value, 3),
                "sense": "at most" if gate.most else "at least",
                "unit": gate.unit,
                "verdict": gate.verdict(results),
                "what": gate.what,
            }
        )
    return rows
