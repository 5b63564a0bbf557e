"""`python -m bench.run`: measures everything, prints the table, writes the results.

Exit code 1 if a gate fails, 0 otherwise.
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import os
import platform
import random
import statistics
import sys
import tempfile
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path
from typing import Any

from .contenders import is_there
from .gates import Results, judged
from .processes import ROOT, Processes, median_ratio
from .report import render
from .timing import Group, Pair

RESULTS = ROOT / "bench" / "results.json"
PACKAGES = ("httpx-sse", "httpx2", "openai", "orjson", "pydantic", "pydantic-core", "threadwire")

AGAINST = ("ours", "ours over httpx2", "openai over httpx2", "naive union", "floor")
_RATIOS = (  # above, below
    ("openai over httpx2", "ours over httpx2"),
    ("openai over httpx2", "ours"),
    ("naive union", "ours"),
    ("ours", "floor"),
    ("ours, retained", "ours"),
    ("ours, fed", "ours"),
)


@dataclass(frozen=True)
class Effort:
    """How much is measured."""

    processes: int
    rounds: int
    import_rounds: int
    command_rounds: int
    stream_bytes: int


FULL = Effort(processes=3, rounds=7, import_rounds=7, command_rounds=3, stream_bytes=10**9)
QUICK = Effort(processes=1, rounds=3, import_rounds=3, command_rounds=1, stream_bytes=64 * 10**6)


def groups(rounds: int) -> list[Group]:
    """What is timed together: all contenders a sample and chunk size, then ours by itself."""
    cells = [("main", c) for c in ("64 KB", "1400 B", "one event", "64 B")]
    cells += [("main, short", "1 B"), ("many", "1400 B"), ("many", "one event"), ("fat", "64 KB")]
    table = [
        Group(
            f"{sample}, {chunk}",
            tuple(Pair(name, chunk, sample) for name in AGAINST if is_there(name)),
            rounds,
        )
        for sample, chunk in cells
    ]
    table.append(
        Group(
            "chunks",
            tuple(Pair("ours", c, "main") for c in ("64 KB", "1400 B", "one event", "64 B")),
            rounds * 2,
        )
    )
    table.append(
        Group(
            "ways",
            tuple(Pair(n, "64 KB", "main") for n in ("ours", "ours, fed", "ours, retained")),
            rounds * 2,
        )
    )
    linear = ("main, short", "main, short, four times")
    table.append(Group("more events", tuple(Pair("ours", "1 B", s) for s in linear), rounds))
    sizes = ("128 KB in one event", "512 KB in one event")
    table.append(Group("larger event", tuple(Pair("ours", "1 B", s) for s in sizes), rounds))
    return table


def ratios(times: dict[str, dict[str, list[float]]]) -> dict[str, float]:
    """Of one process: medians of the ratios that were taken round by round."""
    found: dict[str, float] = {}
    for group, pairs in times.items():
        by_contender = {name.split(" | ")[0]: rounds for name, rounds in pairs.items()}
        for above, below in _RATIOS:
            if above in by_contender and below in by_contender:
                found[f"{above} / {below}, {group}"] = median_ratio(by_contender, above, below)
    chunks = {name.split(" | ")[1]: rounds for name, rounds in times["chunks"].items()}
    for chunk in chunks:
        if chunk != "64 KB":
            found[f"{chunk} / 64 KB"] = median_ratio(chunks, chunk, "64 KB")
    for group in ("more events", "larger event"):
        small, large = times[group]
        growth = median_ratio(times[group], large, small)
        if group == "larger event":  # both are one event, so these are whole times
            found[f"exponent, {group}"] = math.log(growth, 4)
        else:  # four times the events
            found[f"exponent, {group}"] = math.log(growth * 4, 4)
    return found


def measure(effort: Effort, seed: int) -> Results:
    """Everything, one after the other."""
    order = random.Random(seed)
    with tempfile.TemporaryDirectory() as scratch:
        processes = Processes(Path(scratch))
        table = groups(effort.rounds)
        plan = {
            "seed": seed,
            "groups": [
                {
                    "name": group.name,
                    "rounds": group.rounds,
                    "pairs": [(pair.contender, pair.chunk, pair.sample) for pair in group.pairs],
                }
                for group in table
            ],
        }
        runs = []
        for number in range(effort.processes):
            _say(f"timing, process {number + 1} of {effort.processes}")
            runs.append(processes.timing({**plan, "order": seed + number}))
        _say("imports")
        names = ["ours", "ours, all validators built", "pydantic"]
        if util.find_spec("openai") is not None:
            names += ["openai", "openai's stream type"]
        imports = processes.imports(names, effort.import_rounds, order)
        _say("commands")
        commands = processes.commands(effort.command_rounds, order)
        _say(f"memory, a stream of {effort.stream_bytes // 10**6} MB")
        memory = processes.memory(seed, effort.stream_bytes)
    per_process = [ratios(times) for times in runs]
    results: Results = {
        "commands": commands,
        "imports": {
            "seconds": imports,
            **{
                f"{above} / {below}": median_ratio(imports, above, below)
                for above in names
                for below in ("openai", "openai's stream type")
                if below in names and above != below
            },
        },
        "machine": machine(),
        "memory": memory,
        "method": {
            "events": "dropped, unless a row says retained; the end of a stream is not counted",
            "garbage_collector": "on, default thresholds; collected before each round",
            "order": "random in each round",
            "processes": effort.processes,
            "ratio": "median over processes of the median over rounds",
            "rounds": effort.rounds,
            "seed": seed,
        },
        "microseconds_an_event": {
            group.name: {
                pair.name: [statistics.median(run[group.name][pair.name]) for run in runs]
                for pair in group.pairs
            }
            for group in table
        },
        "ratios": {name: [found[name] for found in per_process] for name in per_process[0]},
    }
    results["gates"] = judged(results)
    return results


def machine() -> dict[str, Any]:
    """What the figures were taken on."""
    return {
        "cpus": os.cpu_count(),
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "packages": {name: _version(name) for name in PACKAGES},
        "processor": _processor(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.machine()}",
    }


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor()


def _rounded(value: Any) -> Any:
    """Four digits that count are more than can be told apart."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return value


def _say(what: str) -> None:
    print(f"bench: {what}", file=sys.stderr, flush=True)


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=__doc__)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="a minute's run, with a stream of 64 MB; writes no results",
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help=f"where to write; default {RESULTS.name}")
    options = parser.parse_args()
    results = _rounded(measure(QUICK if options.quick else FULL, options.seed))
    print(render(results))
    target = options.json or (None if options.quick else RESULTS)
    if target is not None:
        target.write_text(
            json.dumps(results, indent=1, sort_keys=True, ensure_ascii=False) + "\n",
            encoding="utf-8",
        )
    return int(any(row["verdict"] == "FAIL" for row in results["gates"]))


if __name__ == "__main__":
    sys.exit(main())
