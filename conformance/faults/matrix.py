"""Which case kills which fault.

A kill: the decoder without the fault passes the case, the one with it fails.  Both go through the
judge, in one process.  A stream is run as it is written and whole; faults that may show in other
chunks only are run byte by byte too, and streams of a mebibyte are for faults about sizes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from multiprocessing import get_context
from pathlib import Path

from threadwire_conformance.cuts import AS_WRITTEN, BYTE_BY_BYTE, WHOLE, Cut, cuttings
from threadwire_conformance.inprocess import run_once
from threadwire_conformance.replies import FEATURES
from threadwire_conformance.suite import Case, Suite, load_suite

from .fault import BASES, Decode, Fault
from .table import FAULTS

ABLE = frozenset(FEATURES)
LARGE = 64 * 1024  # bytes from which on a stream is for faults about sizes


@dataclass(frozen=True)
class Matrix:
    """What was found: by fault, the ids of the cases that kill it, in the order of the suite."""

    kills: Mapping[str, tuple[str, ...]]

    @cached_property
    def killers(self) -> Mapping[str, tuple[str, ...]]:
        """By case, the faults that it kills."""
        found: dict[str, list[str]] = {}
        for fault, cases in self.kills.items():
            for case in cases:
                found.setdefault(case, []).append(fault)
        return {case: tuple(faults) for case, faults in found.items()}

    def survivors(self) -> list[str]:
        """Faults that no case kills."""
        return [fault for fault, cases in self.kills.items() if not cases]

    def idle(self, cases: Iterable[Case]) -> list[str]:
        """Cases that kill no fault."""
        return [case.id for case in cases if case.id not in self.killers]


def authored(suite: Suite) -> list[Case]:
    """The cases that people wrote and that can be failed."""
    return [c for c in suite.cases if c.origin == "authored" and c.level != "observe"]


def matrix(suite: Suite, cases: Iterable[Case], faults: Iterable[Fault] = FAULTS) -> Matrix:
    """The kills among these cases."""
    cuts = [(case, _cuts(case)) for case in cases]
    passed = {
        base: [(case, cut) for case, cut in cuts if not is_failed(suite, case, cut, decode)]
        for base, decode in BASES.items()
    }
    kills: dict[str, tuple[str, ...]] = {}
    for fault in faults:
        found: list[str] = []
        for case, all_cuts in passed[fault.base]:
            if fault.large or not _is_large(case):
                some = [cut for cut in all_cuts if fault.cut or cut.name != BYTE_BY_BYTE]
                if is_failed(suite, case, some, fault.decode):
                    found.append(case.id)
        kills[fault.name] = tuple(found)
    return Matrix(kills)


def is_failed(suite: Suite, case: Case, cuts: Iterable[Cut], decode: Decode) -> bool:
    """Whether a decoder fails a case in one of these cuttings."""
    return any(run_once(case, cut.chunks, decode, suite, ABLE).kind is not None for cut in cuts)


def matrix_of_all(folder: Path | None = None, faults: Sequence[Fault] = FAULTS) -> Matrix:
    """The kills among all authored cases, found by as many processes as there are processors.

    Args:
        folder: of the suite; the one that comes with threadwire if left out.
        faults: rows of the table.
    """
    count = os.cpu_count() or 1
    shares = [[fault.name for fault in faults[at::count]] for at in range(count)]
    found: dict[str, tuple[str, ...]] = {}
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        for kills in pool.map(_share, [folder] * count, shares):
            found.update(kills)
    return Matrix({fault.name: found[fault.name] for fault in faults})


def _share(folder: Path | None, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    suite = load_suite(folder)
    faults = [fault for fault in FAULTS if fault.name in names]
    return dict(matrix(suite, authored(suite), faults).kills)


def _cuts(case: Case) -> list[Cut]:
    return [c for c in cuttings(case) if c.name in (AS_WRITTEN, WHOLE, BYTE_BY_BYTE)]


def _is_large(case: Case) -> bool:
    return sum(len(piece.data) * piece.times for piece in case.stream) > LARGE
