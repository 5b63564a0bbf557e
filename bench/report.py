"""The figures for people: tables in the terminal, and the short one in the README.

`python -m bench.report` prints the tables of the committed results;
`python -m bench.report --readme README.md` rewrites what stands there between the two markers.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .gates import Results

BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"
_BLOCK = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
_COLUMNS = ("ours", "ours over httpx2", "openai over httpx2", "naive union", "floor")


def render(results: Results) -> str:
    """Everything, as plain text."""
    machine = results["machine"]
    versions = ", ".join(f"{k} {v or 'missing'}" for k, v in sorted(machine["packages"].items()))
    parts = [
        f"{machine['python']}, {machine['cpus']} CPUs, load {machine['load']}\n{versions}",
        _text(_times(results)),
        _text(_ways(results)),
        _text(_rest(results)),
        _text(_gates(results)),
    ]
    return "\n\n".join(parts)


def block(results: Results) -> str:
    """The short table of the README, with its markers."""
    machine = results["machine"]
    packages = machine["packages"]
    note = (
        f"{machine['python']}, {machine['cpus']} cores of {machine['processor']}, pydantic "
        f"{packages['pydantic']}, openai {packages['openai']}, orjson {packages['orjson']}; "
        f"{results['method']['processes']} processes, medians of ratios taken in the same round. "
        "All figures: `bench/results.json`; again: `make bench`."
    )
    rows = [["", "measured", "gate", "aim", ""], *_gates(results)[1:]]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    lines.insert(1, "| --- | --- | --- | --- | --- |")
    return "\n".join([BEGIN, *lines, "", note, END])


def rewritten(text: str, results: Results) -> str:
    """A text with the block brought up to date.

    Raises:
        ValueError: the markers are not there.
    """
    if not _BLOCK.search(text):
        raise ValueError(f"no lines {BEGIN} and {END}; put them where the table belongs")
    return _BLOCK.sub(lambda _: block(results), text, count=1)


def _gates(results: Results) -> list[list[str]]:
    table = [["gate", "measured", "gate", "aim", "verdict"]]
    for row in results["gates"]:
        sign = "≤" if row["sense"] == "at most" else "≥"
        unit = row["unit"].replace("x", "×")
        measured = "" if row["measured"] is None else f"{row['measured']:.3g}{unit}"
        aim = "" if row["aim"] is None else f"{sign} {row['aim']:g}{unit}"
        table.append([row["what"], measured, f"{sign} {row['gate']:g}{unit}", aim, row["verdict"]])
    return table


def _times(results: Results) -> list[list[str]]:
    """Microseconds an event and the ratios, by sample and chunk size."""
    table = [
        ["µs an event", *_COLUMNS, "openai / ours", "same transport", "naive / ours", "/ floor"]
    ]
    for group, pairs in results["microseconds_an_event"].items():
        times = {name.split(" | ")[0]: statistics.median(v) for name, v in pairs.items()}
        if len(times) < 2 or "ours, fed" in times:
            continue
        names = (
            f"openai over httpx2 / ours, {group}",
            f"openai over httpx2 / ours over httpx2, {group}",
            f"naive union / ours, {group}",
            f"ours / floor, {group}",
        )
        cells = [f"{times[name]:.1f}" if name in times else "missing" for name in _COLUMNS]
        table.append([group, *cells, *(_spread(results["ratios"].get(name)) for name in names)])
    return table


def _ways(results: Results) -> list[list[str]]:
    """Ours by itself: chunk sizes, and what becomes of the events."""
    table = [["ours by itself", "µs an event", "ratio"]]
    for group in ("chunks", "ways", "more events", "larger event"):
        for name, times in results["microseconds_an_event"][group].items():
            contender, chunk, sample = name.split(" | ")
            ratio = results["ratios"].get(
                f"{contender} / ours, {group}", results["ratios"].get(f"{chunk} / 64 KB")
            )
            if group.endswith(("events", "event")):
                ratio = None
            table.append(
                [
                    f"{contender}, {chunk}, {sample}",
                    f"{statistics.median(times):.1f}",
                    _spread(ratio),
                ]
            )
    for group in ("more events", "larger event"):
        ratio = results["ratios"][f"exponent, {group}"]
        table.append([f"exponent of time over bytes, 1 B, {group}", "", _spread(ratio)])
    return table


def _rest(results: Results) -> list[list[str]]:
    table = [["imports, commands, memory", "median", "least"]]
    for name, seconds in results["imports"]["seconds"].items():
        median, least = statistics.median(seconds), min(seconds)
        table.append([f"import: {name}", f"{median * 1000:.0f} ms", f"{least * 1000:.0f} ms"])
    for name, seconds in results["commands"].items():
        table.append(
            [f"threadwire, {name}", f"{statistics.median(seconds):.2f} s", f"{min(seconds):.2f} s"]
        )
    memory = results["memory"]
    megabytes = 1024 * 1024
    stream = f"{memory['bytes'] // 10**6} MB in {memory['events']} events"
    for what, key in (
        ("memory that the import takes, Python included", "imported"),
        ("memory that all validators take, built when first needed", "validators"),
        (f"peak memory above both, {stream}", "above_import"),
    ):
        table.append([what, f"{memory[key] / megabytes:.1f} MB", ""])
    return table


def _spread(figures: Sequence[float] | None) -> str:
    """The median, and the least and most of the processes."""
    if not figures:
        return ""
    median = f"{statistics.median(figures):.2f}"
    return f"{median} ({min(figures):.2f}-{max(figures):.2f})" if len(figures) > 1 else median


def _text(table: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    lines = [
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def main() -> int:
    """Print, or rewrite the README."""
    parser = argparse.ArgumentParser(prog="python -m bench.report", description=__doc__)
    parser.add_argument("--results", type=Path, default=Path(__file__).with_name("results.json"))
    parser.add_argument("--readme", type=Path, help="the file whose block is rewritten")
    options = parser.parse_args()
    results: dict[str, Any] = json.loads(options.results.read_text(encoding="utf-8"))
    if options.readme is None:
        print(render(results))
        return 0
    text = options.readme.read_text(encoding="utf-8")
    try:
        options.readme.write_text(rewritten(text, results), encoding="utf-8")
    except ValueError as error:
        print(f"{options.readme}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
