"""The small suite, cases made by hand, and how `threadwire test` is run on them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from threadwire_conformance.protocol import Hello
from threadwire_conformance.results import Report, Result
from threadwire_conformance.runner import Settings
from threadwire_conformance.suite import Case, Expectation, Expected, Piece, Suite, load_suite
from threadwire_conformance.test import Wishes, run

HERE = Path(__file__).parent
FOLDER = HERE / "small_suite"
ADAPTER = (sys.executable, str(HERE / "notes_adapter.py"))
NOTE = {"id": "n1", "text": "hello", "size": 5}
DONE = b"event: done\ndata: [DONE]\n\n"
HELLO = Hello("notes", "1.0", "python", frozenset())


@cache
def suite() -> Suite:
    return load_suite(FOLDER)


def case(case_id: str) -> Case:
    return suite().by_id[case_id]


def made(*events: Expected, end: str = "done", **changes: Any) -> Case:
    """A case with these expectations; its bytes do not matter."""
    outcome = {key: changes.pop(key) for key in ("error_class", "last_event_id") if key in changes}
    base = replace(
        case("plain/one-event"),
        id="made/case",
        expect=Expectation(events, end, **outcome),
        stream=(Piece(DONE),),
    )
    return replace(base, **changes)


def known(data: Any = NOTE, event: str = "note.made") -> Expected:
    return Expected(event, "known", data)


def reply(*events: dict[str, Any], end: str = "done", **members: Any) -> dict[str, Any]:
    if end == "error":
        members.setdefault("error", {"class": "other", "message": "no"})
    return {"seq": 1, "events": list(events), "end": end, **members}


def event(data: Any = NOTE, name: str = "note.made") -> dict[str, Any]:
    return {"event": name, "data": data}


def report(*results: Result, **changes: Any) -> Report:
    members = {"suite": suite(), "adapter": HELLO, "mode": "stdio", "planned": len(results)}
    return Report(**{**members, "results": tuple(results), **changes})


def threadwire(*args: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "threadwire_generator.cli", *args]
    return subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=120)


def run_test(*options: str, adapter: tuple[str, ...] = ()) -> subprocess.CompletedProcess[bytes]:
    """`threadwire test` on the small suite; `adapter` are arguments of the notes adapter."""
    return threadwire("test", "--suite", str(FOLDER), *options, "--", *ADAPTER, *adapter)


def run_here(*adapter: str, options: tuple[str, ...] = (), **settings: Any) -> Report:
    """The same without a process for `threadwire`: what is tested is what the kit makes of it."""
    wishes = Wishes("smoke" in options, False, "exitfirst" in options, None, None, False)
    chosen = Settings((*ADAPTER, *adapter), **{"timeout": 1.0, "jobs": 2, **settings})
    return run(suite(), list(suite().cases), chosen, wishes, [])


def last_line(output: bytes) -> str:
    return output.decode().splitlines()[-1]
