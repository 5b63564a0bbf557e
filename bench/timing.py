"""Times contenders against one another in this process: `python -m bench.timing`, plan on stdin.

A group is a sample and the pairs of contender and chunk size that read it.  Each round runs every
pair once, in random order, so that a ratio of two times of one round sees the same machine.  The
garbage collector is on, as in every program, and runs once before each round.  Times are those of
the processor, not of the clock: nothing here waits, and other programs may be at work.
"""

from __future__ import annotations

import gc
import json
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from time import process_time
from typing import Any

from .contenders import CONTENDERS
from .corpora import CHUNK_SIZES, SAMPLES, Stream, cut

_LEAST_SECONDS = 0.03  # a time that is shorter is that of several runs


@dataclass(frozen=True)
class Pair:
    """A contender, how it gets the bytes, and of which sample."""

    contender: str
    chunk: str
    sample: str

    @property
    def name(self) -> str:
        """As it stands in the results."""
        return f"{self.contender} | {self.chunk} | {self.sample}"


@dataclass(frozen=True)
class Group:
    """Pairs that are timed in the same rounds."""

    name: str
    pairs: tuple[Pair, ...]
    rounds: int


Rounds = dict[str, list[float]]
"""Microseconds an event, by pair, in the order of the rounds."""


def run(group: Group, seed: int, order: random.Random) -> Rounds:
    """Time one group."""
    jobs = {pair.name: _job(pair, seed) for pair in group.pairs}
    repeats = {name: _repeats(job) for name, job in jobs.items()}
    times: Rounds = {name: [] for name in jobs}
    for _ in range(group.rounds):
        gc.collect()
        for name in order.sample(list(jobs), len(jobs)):
            times[name].append(jobs[name](repeats[name]))
    return times


def _job(pair: Pair, seed: int) -> Callable[[int], float]:
    read = CONTENDERS[pair.contender]()
    streams: list[Stream] = SAMPLES[pair.sample](seed)
    chunked = [cut(stream, CHUNK_SIZES[pair.chunk]) for stream in streams]
    events = sum(map(len, streams)) - len(streams)  # the ends are not counted
    if sum(map(read, chunked)) != events:
        raise AssertionError(f"{pair.name} does not see {events} events")

    def job(times: int) -> float:
        start = process_time()
        for _ in range(times):
            for chunks in chunked:
                read(chunks)
        return (process_time() - start) / (times * events) * 1e6

    return job


def _repeats(job: Callable[[int], float]) -> int:
    start = process_time()
    job(1)
    return max(1, round(_LEAST_SECONDS / (process_time() - start)))


def main() -> None:
    """Read the plan, print the times."""
    plan: dict[str, Any] = json.load(sys.stdin)
    order = random.Random(plan["order"])
    groups = [
        Group(row["name"], tuple(Pair(*pair) for pair in row["pairs"]), row["rounds"])
        for row in plan["groups"]
    ]
    order.shuffle(groups)
    json.dump({group.name: run(group, plan["seed"], order) for group in groups}, sys.stdout)


if __name__ == "__main__":
    main()
