"""Builds an adapter and runs the suite on it, whatever goes wrong; the log has the rest.

Adapters are built and run one after the other.  What is wrong with one is said and stops no other.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from .adapters import Adapter
from .record import Record, record

_OWN_GROUP = sys.platform != "win32"
_IN_ORDER = (0, 1, 3, 4)  # exit codes after which there may be a report


@dataclass(frozen=True)
class Bench:
    """How adapters are built and run.

    Attributes:
        logs: the folder where the output of builds and runs goes, a file an adapter.
        suite: the folder of another suite than the one that comes with threadwire.
        building: seconds for a build.
        running: seconds for the suite.
        once: seconds for one run of one case.
        as_built: build nothing.
    """

    logs: Path
    suite: Path | None = None
    building: float = 1800.0
    running: float = 1800.0
    once: float = 30.0
    as_built: bool = False


@dataclass(frozen=True)
class Tried:
    """What came of an adapter.

    Attributes:
        found: its results, None if there are none.
        left_out: why it was not tried, which is no fault of anybody.
        wrong: what is wrong, each in a sentence.
    """

    adapter: Adapter
    found: Record | None = None
    left_out: str | None = None
    wrong: list[str] = field(default_factory=list[str])


def try_adapter(adapter: Adapter, bench: Bench) -> Tried:
    """Build an adapter, and run the suite on it."""
    lacking = [name for name in adapter.toolchain if shutil.which(name, path=_path()) is None]
    if lacking:
        return Tried(adapter, left_out=f"no {' and no '.join(lacking)} on the path")
    bench.logs.mkdir(parents=True, exist_ok=True)
    log = bench.logs / f"{adapter.name}.log"
    with log.open("w", encoding="utf-8") as out:
        if adapter.build and not bench.as_built:
            wrong = _command(adapter.build, adapter.folder, out, bench.building)
            if wrong:
                return Tried(adapter, wrong=[f"its build {wrong}; see {log}"])
        return _run(adapter, bench, out, log)


def _run(adapter: Adapter, bench: Bench, out: IO[str], log: Path) -> Tried:
    file = log.with_suffix(".report.json").resolve()
    # Which failures get their smallest cut looked for goes by who comes first, so that only one
    # process at a time gives the same results twice; over HTTP nothing is cut.
    jobs = "2" if adapter.transport == "http" else "1"
    options = ["--format", "json", "-j", jobs, "--timeout", f"{bench.once:g}"]
    if bench.suite:
        options += ["--suite", str(bench.suite.resolve())]
    command = [sys.executable, "-m", "threadwire_generator.cli", "test", *options, "--"]
    with file.open("wb") as answer:
        run = [*command, *adapter.run]
        wrong = _command(run, adapter.folder, out, bench.running, good=_IN_ORDER, answer=answer)
    if wrong:
        return Tried(adapter, wrong=[f"its run {wrong}; see {log}"])
    try:
        report: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return Tried(adapter, wrong=[f"there is no report of its run ({error}); see {log}"])
    if report["fault"]:
        return Tried(adapter, wrong=[report["fault"]["message"]])
    return Tried(adapter, record(adapter, report), wrong=_unlike(adapter, report))


def _unlike(adapter: Adapter, report: dict[str, Any]) -> list[str]:
    """Where the adapter says another thing of itself than its file does."""
    wrong = [
        f"{note}; its results are incomplete" for note in report["notes"] if "given up" in note
    ]
    says: dict[str, Any] = report["adapter"]
    said = {
        "version": (adapter.version, str(says["version"])),
        "language": (adapter.language, str(says["language"])),
        "features": (", ".join(sorted(adapter.features)), ", ".join(says["features"])),
    }
    for name, (stated, told) in said.items():
        if told != stated:
            wrong.append(f"adapter.yaml has {name} {stated!r}, and the adapter says {told!r}")
    return wrong


def _command(
    command: Sequence[str],
    folder: Path,
    out: IO[str],
    seconds: float,
    *,
    good: Sequence[int] = (0,),
    answer: IO[bytes] | None = None,
) -> str | None:
    """Run a command to its end; gives what went wrong.

    Args:
        command: what is run.
        folder: where.
        out: takes all that it prints.
        seconds: after so many it is ended.
        good: the exit codes that it may have.
        answer: takes its standard output instead.
    """
    out.write(f"$ {' '.join(command)}\n")
    out.flush()
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=answer or out,
            stderr=out,
            env={**os.environ, "PATH": _path()},
            start_new_session=_OWN_GROUP,
        )
    except OSError as error:
        return f"did not start ({error.strerror})"
    try:
        status = process.wait(seconds)
    except subprocess.TimeoutExpired:
        return f"was not over after {seconds:g} s"
    finally:
        _end(process)
    return None if status in good else f"failed with status {status}"


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process that still runs, and what it started."""
    if process.poll() is not None:
        return
    if _OWN_GROUP:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _path() -> str:
    """The path with this Python first, so that `python` has threadwire."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
