"""Measurements that need processes of their own: imports, memory, commands, and the timing itself.

All of them run with byte code compiled beforehand into a folder of ours, so that nothing is
compiled while it is timed and nobody else's folder is written to.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from .corpora import endless

ROOT = Path(__file__).resolve().parent.parent

IMPORTS = {
    "ours": "import assistant_events",
    "pydantic": "import pydantic",
    "openai": "import openai",
    "openai's stream type": "from openai.types.beta import AssistantStreamEvent",
    "ours, all validators built": (
        "import assistant_events\n"
        "for row in assistant_events.EVENT_TYPES.values():\n"
        "    row.payload and row.payload.model_rebuild()"
    ),
}
"""What is imported, by name."""

_TIMED = "from time import process_time\nstart = process_time()\n{}\nprint(process_time() - start)"
_ADAPTER = "conformance/adapters/reference/adapter.py"
_BLOCKS = 1024 * 1024  # bytes of the blocks that make up a long stream


class Processes:
    """Starts Python as the measurements want it."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        dropped = ("PYTHONDONTWRITEBYTECODE", "PYTHONPROFILEIMPORTTIME", "PYTHONWARNINGS")
        self._environment = {k: v for k, v in os.environ.items() if k not in dropped}
        self._environment["PYTHONPYCACHEPREFIX"] = str(scratch / "pycache")

    def python(self, *arguments: str, stdin: str = "") -> str:
        """Run Python from the root of the repository; its output."""
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self._environment,
            input=stdin,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout

    def timing(self, plan: dict[str, Any]) -> dict[str, dict[str, list[float]]]:
        """The times of one process; see `bench.timing`."""
        times: dict[str, dict[str, list[float]]] = json.loads(
            self.python("-m", "bench.timing", stdin=json.dumps(plan))
        )
        return times

    def imports(self, names: Sequence[str], rounds: int, order: random.Random) -> dict[str, Any]:
        """Seconds of the processor that each import takes, by name; the rounds are interleaved."""

        def once(name: str) -> float:
            return float(self.python("-c", _TIMED.format(IMPORTS[name])))

        return _interleaved({name: partial(once, name) for name in names}, rounds, order)

    def memory(self, seed: int, total: int) -> dict[str, Any]:
        """What a stream of so many bytes takes; see `bench.memory`."""
        file = self._scratch / "blocks"
        file.write_bytes(endless(seed, _BLOCKS))
        figures: dict[str, Any] = json.loads(
            self.python("-m", "bench.memory", str(file), str(total))
        )
        return {**figures, "bytes": total}

    def commands(self, rounds: int, order: random.Random) -> dict[str, Any]:
        """Seconds by the clock of `generate`, `check` and the suite; without what does not run."""
        program = ["-c", "from threadwire_generator.cli import main; main()"]
        fresh = iter(range(10**6))
        commands: dict[str, Callable[[], list[str]]] = {
            "generate": lambda: ["generate", "--out", str(self._scratch / f"out{next(fresh)}")],
            "check": lambda: ["check"],
            "suite": lambda: ["test", "--", sys.executable, _ADAPTER],
        }

        def once(name: str) -> float:
            arguments = commands[name]()
            start = perf_counter()
            done = subprocess.run(
                [sys.executable, *program, *arguments],
                cwd=ROOT,
                env=self._environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
            )
            seconds = perf_counter() - start
            if done.returncode > 1:  # 1: something is not in order, which takes as long
                raise NotBuiltError(name)
            return seconds

        built = [name for name in commands if _runs(once, name)]
        return _interleaved({name: partial(once, name) for name in built}, rounds, order)


def _runs(once: Callable[[str], float], name: str) -> bool:
    try:
        once(name)
    except NotBuiltError:
        return False
    return True


class NotBuiltError(Exception):
    """A command does not run."""


def _interleaved(
    jobs: dict[str, Callable[[], float]], rounds: int, order: random.Random
) -> dict[str, Any]:
    """Each job once to warm up, then in random order, so many rounds; all figures, by name."""
    for job in jobs.values():
        job()
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name in order.sample(list(jobs), len(jobs)):
            times[name].append(jobs[name]())
    return times


def median_ratio(times: dict[str, list[float]], above: str, below: str) -> float:
    """The median of the ratios of two jobs, round by round."""
    return statistics.median(a / b for a, b in zip(times[above], times[below], strict=True))
