"""Which case kills which fault.

A kill: the decoder without the fault passes the case, the one with it fails.  Both go through the
judge, in one process.  A stream is run as it is written, so that a case shows by itself what it is
about; a fault that may show in other chunks only is tried in all cuttings if no case kills it as it
is written.  Streams of a mebibyte are for faults about sizes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from multiprocessing import get_context
from pathlib import Path

from threadwire_conformance.cuts import cuttings
from threadwire_conformance.judge import judge
from threadwire_conformance.protocol import check_reply
from threadwire_conformance.replies import FEATURES
from threadwire_conformance.suite import Case, Suite, load_suite

from .fault import BASES, Decode, Fault
from .table import FAULTS

ABLE = frozenset(FEATURES)
SIZES = {"huge": 4 << 20, "large": 64 << 10, "small": 0}  # of streams, from so many bytes on
BLUNT = 0.1  # of the cases: a fault that more of them kill says nothing about one of them
PLAINEST: Mapping[str, str] = {
    "framing/lf": "It is the plainest stream; what fails it fails nearly every other.",
    "dispatch/thread-created": "Its event stands in many streams, as the plainest there is.",
    "deltas/list-without-a-role": "Nearly every stream has a piece of a message without a role.",
}
"""Cases that are killed by blunt faults only, and why that is right."""


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

    def idle(self, cases: Sequence[Case]) -> list[str]:
        """Cases that kill no fault but blunt ones."""
        most = BLUNT * len(cases)
        sharp = {case for ids in self.kills.values() if len(ids) <= most for case in ids}
        return [
            case.id
            for case in cases
            if case.id not in (self.killers if case.id in PLAINEST else sharp)
        ]


def authored(suite: Suite) -> list[Case]:
    """The cases that people wrote and that can be failed."""
    return [c for c in suite.cases if c.origin == "authored" and c.level != "observe"]


def matrix(suite: Suite, cases: Iterable[Case], faults: Iterable[Fault] = FAULTS) -> Matrix:
    """The kills among these cases."""
    rows = _Rows(suite, list(cases))
    return Matrix({fault.name: rows.kills(fault) for fault in faults})


class _Rows:
    def __init__(self, suite: Suite, cases: Sequence[Case]) -> None:
        self._suite = suite
        self._cases = {size: [c for c in cases if _size(c) == size] for size in SIZES}
        self._passed: dict[tuple[str, str], list[tuple[Case, str]]] = {}

    def kills(self, fault: Fault) -> tuple[str, ...]:
        """The cases that kill a fault."""
        wanted = {"small": ("small",), "large": ("small", "large"), "huge": ("huge",)}
        cases = [row for size in wanted[fault.streams] for row in self._passing(fault.base, size)]
        found = [
            case.id for case, reply in cases if fails(self._suite, case, fault.decode, like=reply)
        ]
        if fault.cut and not found:
            found = [
                case.id for case, _ in cases if fails(self._suite, case, fault.decode, cut=True)
            ]
        return tuple(found)

    def _passing(self, base: str, size: str) -> list[tuple[Case, str]]:
        """The cases of a size that the decoder without a fault passes, each with its reply."""
        if (base, size) not in self._passed:
            decode = BASES[base]
            self._passed[base, size] = [
                (case, repr(decode(case.chunks)))
                for case in self._cases[size]
                if not fails(self._suite, case, decode)
            ]
        return self._passed[base, size]


def fails(
    suite: Suite, case: Case, decode: Decode, *, cut: bool = False, like: str | None = None
) -> bool:
    """Whether a decoder fails a case.

    Args:
        suite: that of the case.
        case: what is judged; a decoder that raises, or answers nonsense, is a bug of its own.
        decode: the decoder.
        cut: whether to run it in all its cuttings, and not only as it is written.
        like: a reply in its printed form that passes.
    """
    for cutting in cuttings(case, every=cut):
        reply = decode(cutting.chunks)
        if repr(reply) != like:
            check_reply(reply)
            if judge(case, reply, suite, ABLE).kind is not None:
                return True
    return False


def _size(case: Case) -> str:
    size = sum(len(piece.data) * piece.times for piece in case.stream)
    return next(name for name, least in SIZES.items() if size >= least)


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
