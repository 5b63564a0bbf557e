"""The result of a run, as one value that every report is made of, and its exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from .judge import Outcome
from .kinds import VERDICTS
from .protocol import Hello
from .suite import Case, Suite

IN_ORDER, FAILURES, USAGE, BROKEN, NOTHING_RAN = range(5)


@dataclass(frozen=True, slots=True)
class Result:
    """A case, what the judge said of it, and in how many runs."""

    case: Case
    outcome: Outcome
    runs: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the adapter itself, and what its author can do."""

    message: str
    cure: str
    stderr: str = ""


@dataclass(frozen=True)
class Report:
    """One run.

    Attributes:
        adapter: who answered; None if nobody did.
        mode: `stdio`, `http` or `filter`.
        planned: how many cases there were to run.
        results: by case, in the order of the suite.
        strict: whether warnings are red.
        revision: the revision that was judged by.
        problems: what is wrong with the list of known failures.
        notes: what else is worth knowing.
        fault: why nothing was run.
        only: what the run was, if it was not all of it: `smoke`.
    """

    suite: Suite
    adapter: Hello | None
    mode: str
    planned: int
    results: tuple[Result, ...]
    strict: bool = False
    revision: int = 0
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    fault: Fault | None = None
    only: str | None = None
    seconds: float = 0.0
    stopped: bool = False
    counts: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        found = Counter(result.outcome.verdict for result in self.results)
        object.__setattr__(self, "counts", {verdict: found[verdict] for verdict in VERDICTS})

    @property
    def runs(self) -> int:
        """How many streams were decoded."""
        return sum(result.runs for result in self.results)

    @property
    def left(self) -> int:
        """How many planned cases have no result."""
        return self.planned - len(self.results)

    def is_red(self, result: Result) -> bool:
        """Whether a result makes the run fail."""
        verdict = result.outcome.verdict
        return VERDICTS[verdict].red or (verdict == "warn" and self.strict)

    @property
    def exit_code(self) -> int:
        """0 in order, 1 failures, 3 adapter broken, 4 nothing ran."""
        if self.fault or self.counts["broken"]:
            return BROKEN
        if self.problems or any(map(self.is_red, self.results)):
            return FAILURES
        if self.left and not self.stopped:
            return BROKEN
        if len(self.results) == self.counts["not-applicable"]:
            return NOTHING_RAN
        return IN_ORDER

    @property
    def last_line(self) -> str:
        """The verdict, with counts that add up to the number of cases."""
        name = "1 case" if self.planned == 1 else f"{self.planned} cases"
        if self.fault:
            return f"{name}: none judged, the adapter is broken: {self.fault.message}"
        parts = [f"{self.counts['pass']} pass"]
        parts += [f"{n} {v}" for v, n in self.counts.items() if n and v != "pass"]
        if self.stopped and self.left:
            parts.append(f"{self.left} not run (stopped at the first failure)")
        parts.append(f"{0 if self.stopped else self.left} unaccounted")
        if self.planned < len(self.suite.cases):
            name += f" of {len(self.suite.cases)}"
        rest = [f"revision {self.revision or self.suite.revision}", adapter_text(self.adapter)]
        if self.only:
            rest.insert(0, f"{self.only} only")
        if self.mode == "filter":
            rest.append("whole streams only, not cut (filter)")
        if self.mode == "http":
            rest.append("as written and whole, not cut elsewhere (http)")
        return f"{name}: {', '.join(parts)}; {'; '.join(rest)}"


def adapter_text(adapter: Hello | None) -> str:
    """An adapter in a few words: `reference 0.1.0 (python)`."""
    if adapter is None:
        return "no adapter"
    version = f" {adapter.version}" if adapter.version else ""
    language = f" ({adapter.language})" if adapter.language else ""
    return f"{adapter.name}{version}{language}"
