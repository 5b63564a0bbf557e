"""That a run is going on, on standard error: a bar on a terminal, elsewhere a line now and then."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from time import monotonic
from typing import Any

from .results import Result

EVERY = 10.0  # seconds between lines


def watched(results: Iterable[Result], planned: int) -> Iterator[Result]:
    """The same results, and on the way how far the run is."""
    if not sys.stderr.isatty():
        yield from _lines(results, planned)
        return
    bar, update = _bar(planned)
    with bar:
        for result in results:
            update(result)
            yield result


def _lines(results: Iterable[Result], planned: int) -> Iterator[Result]:
    last = monotonic()
    bad = 0
    for done, result in enumerate(results, start=1):
        bad += result.outcome.verdict in ("fail", "broken")
        if monotonic() - last > EVERY:
            last = monotonic()
            print(f"{done} of {planned} cases, {bad} failed", file=sys.stderr, flush=True)
        yield result


def _nothing(_: Result) -> None:
    pass


def _bar(planned: int) -> tuple[AbstractContextManager[Any], Callable[[Result], None]]:
    from rich.console import Console  # costs more than a whole --help
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True, no_color=bool(os.environ.get("NO_COLOR")))
    if console.is_dumb_terminal:
        return nullcontext(), _nothing
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    progress = Progress(*columns, console=console, transient=True)
    task = progress.add_task("cases", total=planned)
    bad = 0

    def update(result: Result) -> None:
        nonlocal bad
        bad += result.outcome.verdict in ("fail", "broken")
        progress.update(task, advance=1, description=f"{bad} failed" if bad else "cases")

    return progress, update
