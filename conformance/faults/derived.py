"""Do derived cases kill what they are there for?

They are held by two questions: is every mutant of the spec killed by one of them, and does every
rule of derivation kill something of what it is there for?
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from threadwire_conformance.judge import judge
from threadwire_conformance.replies import FEATURES
from threadwire_conformance.suite import Case, Suite
from threadwire_generator.spec import Spec

from .fault import BASES, Fault
from .matrix import fails
from .mutants import Mutant, all_closed, closed, mutants

CLOSED = frozenset(FEATURES) - {"unknown-events", "unknown-members"}
ROW = "derivation:"
PLAIN = ("minimal", "full")  # the rules that make one payload for each event


class Derived:
    """The derived cases of a suite, and mutants of the spec that it is derived from."""

    def __init__(self, suite: Suite, spec: Spec) -> None:
        self._suite = suite
        self._spec = spec
        self.cases = [case for case in suite.cases if case.origin != "authored"]
        self._by_item: dict[str, list[Case]] = defaultdict(list)
        for case in self.cases:
            for item in case.covers:
                self._by_item[item].append(case)

    @cached_property
    def mutants(self) -> Sequence[Mutant]:
        """All mutants."""
        return list(mutants(self._spec))

    @cached_property
    def rows(self) -> Mapping[str, Sequence[Case]]:
        """The rules of derivation that have cases, by name."""
        return {
            item.removeprefix(ROW): cases
            for item, cases in self._by_item.items()
            if item.startswith(ROW)
        }

    def survivors(self, some: Iterable[Mutant] | None = None) -> Iterator[Mutant]:
        """The mutants that no case kills."""
        for mutant in self.mutants if some is None else some:
            if not any(self.kills(case, mutant) for case in self._likely_first(mutant)):
                yield mutant

    def kills(self, case: Case, mutant: Mutant) -> bool:
        """Whether the decoder without the fault passes a case, and the one with it fails."""
        return self._passes(case, mutant.base) and (
            judge(case, mutant.decode(case.chunks), self._suite, CLOSED).kind is not None
        )

    def killed_by_row(self, row: str, faults: Iterable[Fault] = ()) -> str | None:
        """What a rule of derivation kills of what it is there for; None if nothing.

        It does not count if the plainest payloads of the events kill it too.
        """
        plain = [case for name in PLAIN if name != row for case in self.rows.get(name, ())]
        for mutant in self.mutants:
            if (
                row in mutant.rows
                and any(self.kills(case, mutant) for case in self.rows[row])
                and not any(self.kills(case, mutant) for case in plain)
            ):
                return mutant.name
        for fault in faults:
            if (
                row in fault.rows
                and any(self._is_killed(fault, case) for case in self.rows[row])
                and not any(self._is_killed(fault, case) for case in plain)
            ):
                return fault.name
        return None

    def _is_killed(self, fault: Fault, case: Case) -> bool:
        is_failed = fails(self._suite, case, fault.decode)
        return is_failed and not fails(self._suite, case, BASES[fault.base])

    def _likely_first(self, mutant: Mutant) -> Iterator[Case]:
        rows = [self.rows.get(row, ()) for row in mutant.rows]
        item = self._by_item.get(mutant.item, [])
        in_rows = {case.id for cases in rows for case in cases}
        both = [case for case in item if case.id in in_rows]
        seen: set[str] = set()
        for case in (c for cases in (both, *rows, item, self.cases) for c in cases):
            if case.id not in seen:
                seen.add(case.id)
                yield case

    def _passes(self, case: Case, base: Spec) -> bool:
        return case.id in (self._passing_plain if base is self._spec else self._passing_closed)

    @cached_property
    def _passing_plain(self) -> frozenset[str]:
        return self._passed_by(self._spec)

    @cached_property
    def _passing_closed(self) -> frozenset[str]:
        return self._passed_by(all_closed(self._spec))

    def _passed_by(self, spec: Spec) -> frozenset[str]:
        return frozenset(
            case.id
            for case in self.cases
            if case.needs <= CLOSED
            and judge(case, closed(spec, case.chunks), self._suite, CLOSED).kind is None
        )
