"""Whatever an adapter does, `threadwire test` ends: with a report, and with nothing left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import pytest
from faults.fault import HERE
from threadwire_conformance.suite import load_suite

ADAPTERS = HERE / "adapters"
# An adapter goes wrong at its ninth run.  Four runs are the smoke check; then four cases pass, one
# breaks, and the program is started anew for the rest.  A crash costs a case only if it comes again
# with nothing else in flight: at the ninth run of the second program.
CASES = 13
AT_ONCE = 4  # runs; most of them wait
LONGEST = 90  # seconds for a run, on a machine with much else to do
COMMAND = """
import sys
from threadwire_conformance import session
session.START_TIMEOUT = 12.0  # as for a language that need not be compiled first
from threadwire_generator.cli import main
sys.exit(main())
"""

# What is wrong before the first verdict: nothing is judged.  The words stand in the report.
NEVER_RUNS = {
    "hangs_at_start": "no answer to start: nothing came within",
    "crashes_at_start": "the decoder is not installed",
    "ends_at_once": "the adapter ended with status 0",
    "echoes": "its answer to start is none",
    "has_no_name": "$.name: expected a string",
    "knows_no_such_feature": "features that there are not: everything",
    "does_not_read": "smoke check",
    "prints_noise": "a line is no JSON: decoding run 1",
    "speaks_first": "run 2 is due, and run 1 was answered a second time",
    "delivers_nothing": "no event came out of any",
}
# What goes wrong later: one case is broken, the others are judged.
BREAKS = {
    "hangs_later": "timeout",
    "is_slow": "timeout",
    "forgets_line_ends": "timeout",
    "keeps_it_to_itself": "timeout",
    "crashes_later": "crash",
    "dies_by_signal": "crash",
    "exits_early": "crash",
    "ends_in_half_a_line": "after half a line",
    "closes_its_output": "closed its standard output",
    "leaves_a_child": "timeout",
    "floods_stdout": "was answered a second time",
    "counts_wrongly": "was answered before its turn",
    "answers_twice": "was answered a second time",
    "answers_out_of_order": "was answered before its turn",
    "says_no_json": "a line is no JSON",
    "says_other_json": "expected an object",
    "says_nan": "NaN is no JSON",
    "says_no_utf8": "a line is no JSON",
    "says_one_giant_line": "a line is longer than",
    "nests_deeply": "nested too deeply",
}
# What is no failure of the decoder, and at most worth a note.
NOTED = {
    "floods_stderr": "",
    "fails_at_stop": 'after "stop" it ended with status 7',
    "ignores_stop": 'after "stop" it did not end and was killed',
}


@cache
def some_cases() -> tuple[str, ...]:
    cases = [c.id for c in load_suite().cases if c.topic == "framing" and not c.needs]
    return tuple(cases[:CASES])


class Ended(NamedTuple):
    code: int
    output: str
    left: list[str]  # processes


@cache
def all_runs() -> dict[str, Future[Ended]]:
    pool = ThreadPoolExecutor(AT_ONCE)
    return {name: pool.submit(run, name) for name in (*NEVER_RUNS, *BREAKS, *NOTED)}


def ended(name: str) -> Ended:
    """How the run of an adapter ended; no process of it is left."""
    found = all_runs()[name].result()
    assert found.left == []
    return found


def run(name: str) -> Ended:
    mark = f"threadwire-{uuid4()}"
    chosen = [option for case in some_cases() for option in ("--case", case)]
    options = ["--cuts", "none", "--timeout", "4", "-j", "1", *chosen]
    adapter = [sys.executable, "-m", f"faults.adapters.{name}"]
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, "test", *options, "--", *adapter],
        capture_output=True,
        timeout=LONGEST,
        env={**os.environ, "MARK": mark},
        check=False,
    )
    output = done.stdout.decode("utf-8") + done.stderr.decode("utf-8")
    return Ended(done.returncode, output, left_behind(mark))


def left_behind(mark: str) -> list[str]:
    """The processes that were started with this mark, where the system tells."""
    deadline = time.monotonic() + 5
    while (found := list(marked(mark))) and time.monotonic() < deadline:
        time.sleep(0.05)  # one that was killed may take a moment to be gone
    return found


def marked(mark: str) -> Iterator[str]:
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (place / "environ").read_bytes():
                yield (place / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue


def last_line(output: str) -> str:
    return output.rstrip().splitlines()[-1]


def test_every_adapter_is_run() -> None:
    written = {path.stem for path in ADAPTERS.glob("[a-z]*.py")}
    assert written == {*NEVER_RUNS, *BREAKS, *NOTED}


@pytest.mark.parametrize("name", [*NEVER_RUNS, *BREAKS, *NOTED])
def test_an_adapter_says_what_it_does_wrong(name: str) -> None:
    first = (ADAPTERS / f"{name}.py").read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith('"""')
    assert first.endswith('."""')


@pytest.mark.parametrize("name", NEVER_RUNS)
def test_one_that_cannot_be_judged_ends_in_a_report_and_exit_code_three(name: str) -> None:
    code, output, _ = ended(name)
    assert code == 3, output
    assert NEVER_RUNS[name] in output
    assert f"{CASES} cases: none judged, the adapter is broken" in last_line(output)
    assert "Traceback" not in output


@pytest.mark.parametrize("name", BREAKS)
def test_one_that_breaks_costs_one_case_and_exit_code_three(name: str) -> None:
    code, output, _ = ended(name)
    assert code == 3, output
    assert BREAKS[name] in output
    assert f"{CASES - 1} pass, 1 broken, 0 unaccounted" in last_line(output)
    own = output.replace("standard error ends: Traceback", "")  # the adapter's, which is shown
    assert "Traceback" not in own


@pytest.mark.parametrize("name", NOTED)
def test_one_that_is_only_rude_passes(name: str) -> None:
    code, output, _ = ended(name)
    assert code == 0, output
    assert NOTED[name] in output
    assert f"{CASES} pass, 0 unaccounted" in last_line(output)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="this system does not tell")
def test_the_finder_of_processes_finds_them() -> None:
    mark = f"threadwire-{uuid4()}"
    sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
    with subprocess.Popen(sleeper, env={**os.environ, "MARK": mark}) as process:
        deadline = time.monotonic() + 10
        while not list(marked(mark)) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert list(marked(mark)) != []
        process.kill()
    assert list(marked(mark)) == []
