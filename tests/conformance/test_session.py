"""Adapters that misbehave: a run ends with a report, the right exit code, and nothing left behind.

The adapter is `notes_adapter.py`; what it does wrong is named in the first column of each table.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import pytest
from small import ADAPTER, FOLDER, last_line, run_here, run_test, suite, threadwire
from threadwire_conformance import child, runner
from threadwire_conformance.child import Child
from threadwire_conformance.errors import AdapterError, BreakageError
from threadwire_conformance.results import Report

CASES = len(suite().cases)
ONE_CASE, ONE_STREAM = "framing/wide-characters", "größer"  # text that only its stream has

# misbehaviour: kind of failure, part of the message
BREAKS: dict[str, tuple[str, str]] = {
    "hang": ("timeout", "nothing came within 1 s"),
    "crash": ("crash", "ended with status 3; standard error ends: something is wrong inside"),
    "killed": ("crash", "ended by SIGSEGV"),
    "leave": ("crash", "ended with status 0"),
    "half-a-line": ("crash", "after half a line"),
    "wrong-number": ("nonsense", "was answered before its turn"),
    "noise": ("nonsense", "a line is no JSON: loading the decoder …"),
    "other-json": ("nonsense", "$.seq: expected the number of the run"),
    "no-events": ("nonsense", "$.events: expected an array"),
    "not-a-number": ("nonsense", "NaN is no JSON"),
    "deep": ("nonsense", "nested too deeply"),
    "no-text": ("nonsense", "a line is no JSON"),
    "endless-line": ("nonsense", "a line is longer than 64 MiB"),
    "blank-lines": ("nonsense", "a line is no JSON"),
    "echo": ("nonsense", "a request came back as it was sent"),
    "leaves-a-child": ("timeout", "nothing came within 1 s"),
    "closes-stdout": ("crash", "closed its standard output"),
}


OFTEN = ("hang", "crash", "half-a-line", "noise", "endless-line", "twice", "flood-stdout")


def verdicts(report: Report) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for result in report.results:
        found.setdefault(result.outcome.verdict, []).append(result.case.id)
    return found


def test_an_adapter_that_is_right_passes_everything() -> None:
    report = run_here()
    assert report.exit_code == 0
    assert report.counts["pass"] + report.counts["observed"] == CASES
    assert report.runs > 10 * CASES
    assert report.notes == ()


@pytest.mark.parametrize("name", BREAKS)
def test_one_run_that_breaks_is_one_broken_case_and_the_others_are_judged(name: str) -> None:
    """The text of one case's stream starts the misbehaviour, in each of its runs."""
    report = run_here("--misbehave", name, "--stream-with", ONE_STREAM)
    assert (report.exit_code, verdicts(report)["broken"]) == (3, [ONE_CASE])
    outcome = next(r.outcome for r in report.results if r.case.id == ONE_CASE)
    kind, message = BREAKS[name]
    assert outcome.kind == kind
    assert outcome.detail is not None
    assert message in outcome.detail.message
    assert report.counts["pass"] + report.counts["observed"] == CASES - 1


@pytest.mark.parametrize("name", OFTEN)
def test_one_that_always_breaks_fails_the_smoke_check_with_what_to_do(name: str) -> None:
    report = run_here("--misbehave", name)
    assert report.exit_code == 3
    assert report.fault is not None
    assert report.fault.message.startswith("smoke check, ")
    assert report.fault.cure
    assert report.last_line.startswith(f"{CASES} cases: none judged, the adapter is broken")


@pytest.mark.parametrize("name", OFTEN)
def test_one_that_breaks_from_some_run_on_ends_in_a_report(name: str) -> None:
    report = run_here("--misbehave", name, "--at", "9", timeout=0.5, jobs=1)
    assert report.exit_code == 3
    assert sum(report.counts.values()) == CASES
    assert report.counts["broken"] > 0
    assert report.left == 0


def test_a_misbehaving_adapter_ends_in_no_traceback_at_the_command_line() -> None:
    result = run_test("--timeout", "1", adapter=("--misbehave", "crash"))
    assert result.returncode == 3
    assert b"Traceback" not in result.stdout + result.stderr
    assert b"something is wrong inside" in result.stdout
    assert b"what to do: " in result.stdout
    assert last_line(result.stdout).startswith(f"{CASES} cases: none judged")


def test_a_flood_of_standard_error_is_no_fault() -> None:
    report = run_here("--misbehave", "flood-stderr", "--stream-with", ONE_STREAM, timeout=10.0)
    assert (report.exit_code, report.counts["broken"]) == (0, 0)


def test_a_crash_that_took_answers_with_it_is_blamed_on_the_run_that_crashes_alone() -> None:
    """The adapter is one that writes its answers late: when it dies, some have not left it."""
    report = run_here("--late", "0.02", "--misbehave", "crash", "--stream-with", ONE_STREAM, jobs=1)
    assert verdicts(report)["broken"] == [ONE_CASE]


@pytest.mark.parametrize(
    ("how", "note"),
    [
        ("stay", 'after "stop" it did not end and was killed, where status 0 is due'),
        ("status", 'after "stop" it ended with status 5, where status 0 is due'),
        ("talk", 'it said more than it was asked: {"bye": true}'),
    ],
)
def test_how_it_stops_is_a_note(how: str, note: str) -> None:
    report = run_here("--stop", how, jobs=1)
    assert (report.exit_code, report.notes) == (0, (note,))


@pytest.mark.parametrize(
    ("hello", "message"),
    [
        ("hi", "its answer to start is none: a line is no JSON: hi"),
        ('{"name": "x"}', "$.version: expected a string"),
        (
            '{"name": "x", "version": "1", "language": "c", "features": ["fast"]}',
            "states features that there are not: fast",
        ),
        (
            '{"name": "x", "version": "1", "language": "c", "features": [], "transport": "pigeon"}',
            "$.transport: expected bytes or http",
        ),
    ],
)
def test_a_wrong_answer_to_start_is_said(hello: str, message: str) -> None:
    report = run_here("--hello", hello)
    assert report.exit_code == 3
    assert report.fault is not None
    assert message in report.fault.message
    assert report.fault.cure


def test_an_adapter_without_events_is_wrong_rather_than_its_decoder() -> None:
    empty = (
        "import json, sys\n"
        "hello = {'name': 'x', 'version': '', 'language': '', 'features': []}\n"
        "for line in sys.stdin:\n"
        "    r = json.loads(line)\n"
        "    if r['cmd'] == 'stop': break\n"
        "    empty = {'seq': r.get('seq'), 'events': [], 'end': 'eof'}\n"
        "    print(json.dumps(hello if r['cmd'] == 'start' else empty), flush=True)\n"
    )
    result = threadwire("test", "--suite", str(FOLDER), "--", sys.executable, "-c", empty)
    assert result.returncode == 3
    assert "no event came out of any of" in result.stdout.decode()
    assert "base64" in result.stdout.decode()


@pytest.mark.parametrize("command", ["/no/such/program", str(FOLDER)])
def test_a_program_that_cannot_be_started_is_said(command: str) -> None:
    for options in ([], ["--filter"]):
        result = threadwire("test", "--suite", str(FOLDER), *options, "--", command)
        assert result.returncode == 3
        assert "cannot be started" in result.stdout.decode()


def test_time_outs_are_bounded() -> None:
    began = time.monotonic()
    report = run_here("--misbehave", "hang", "--at", "6", timeout=0.2, jobs=1)
    assert report.exit_code == 3
    assert report.notes == (f"given up after {runner.MAX_TIMEOUTS} time-outs",)
    assert time.monotonic() - began < 20


# --- filters --------------------------------------------------------------------------------------


def test_a_filter_that_is_right_passes_what_it_can() -> None:
    report = run_here("--filter", filter=True)
    assert report.exit_code == 0
    assert report.last_line.endswith("whole streams only, not cut (filter)")
    assert report.counts["not-applicable"] == 4


@pytest.mark.parametrize("name", ["hang", "killed", "noise", "endless-line", "blank-lines"])
def test_a_filter_that_breaks_on_one_stream_is_one_broken_case(name: str) -> None:
    report = run_here("--filter", "--misbehave", name, "--stream-with", ONE_STREAM, filter=True)
    assert (report.exit_code, verdicts(report)["broken"]) == (3, [ONE_CASE])


def test_a_filter_that_says_nothing_is_wrong_rather_than_its_decoder() -> None:
    result = threadwire("test", "--suite", str(FOLDER), "--filter", "--", sys.executable, "-c", "")
    assert result.returncode == 3
    assert "no event came out of any of" in result.stdout.decode()


def test_the_status_of_a_filter_is_the_end_of_the_stream() -> None:
    script = 'import sys; print(\'{"event": "note.made", "data": %s}\'); sys.exit(%d)'
    note = '{\\"id\\":\\"n1\\",\\"text\\":\\"hello\\",\\"size\\":5}'
    for status, verdict in ((0, "pass"), (1, "fail")):
        program = script % (note, status)
        command = ["--filter", "--case", "plain/one-event", "--", sys.executable, "-c", program]
        result = threadwire("test", "--suite", str(FOLDER), "--format", "json", *command)
        assert json.loads(result.stdout)["results"][0]["verdict"] == verdict


# --- processes and pipes --------------------------------------------------------------------------


def python(code: str) -> Child:
    return Child([sys.executable, "-c", code])


def test_nothing_that_an_adapter_started_outlives_it(tmp_path: Path) -> None:
    """A child of the child holds the pipe open, and writes its number into a file."""
    file = tmp_path / "pid"
    code = (
        "import subprocess,sys,time\n"
        f"p=subprocess.Popen([sys.executable,'-c','import time; time.sleep(600)'])\n"
        f"open({str(file)!r},'w').write(str(p.pid)); print(flush=True); time.sleep(600)"
    )
    started = python(code)
    assert started.receive(20) == b""
    started.kill()
    if sys.platform.startswith("linux"):
        assert not _is_running(int(file.read_text()))


def _is_running(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return False
        if state == "Z":  # ended, and nobody has asked yet
            return False
        time.sleep(0.05)
    return True


def test_what_is_read_ahead_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "MAX_AHEAD", 1 << 20)
    flooding = python("import sys\nwhile True: sys.stdout.buffer.write(b'x' * 999 + b'\\n')")
    assert flooding.receive(20) == b"x" * 999
    time.sleep(0.5)
    reader = flooding._output  # pyright: ignore[reportPrivateUsage]
    held = sum(map(len, reader._lines)) + sum(map(len, reader._ready))
    flooding.kill()
    assert held < 4 << 20


def test_a_writer_that_nobody_reads_does_not_hold_up_the_kit() -> None:
    deaf = python("import time; time.sleep(600)")
    deaf.send(b"x" * (8 << 20))
    with pytest.raises(BreakageError, match="nothing came within"):
        deaf.receive(0.2)
    began = time.monotonic()
    deaf.kill()
    assert time.monotonic() - began < 5


def test_only_the_last_of_standard_error_is_kept() -> None:
    loud = python("import sys\nsys.stderr.write('a' * 100_000 + 'the end')")
    assert loud.receive(20) is None
    loud.finish()
    assert loud.stderr.endswith("the end")
    assert len(loud.stderr) <= child.STDERR_KEPT


def test_a_line_is_cut_at_lf_alone_and_any_byte_may_be_in_it() -> None:
    odd = python("import sys; sys.stdout.buffer.write(b'a\\rb\\x00\\x85\\nc\\r\\nrest')")
    assert [odd.receive(20), odd.receive(20), odd.receive(20)] == [b"a\rb\x00\x85", b"c\r", None]
    assert odd.unfinished == b"rest"
    odd.kill()


def test_a_program_that_is_not_there_is_an_adapter_error() -> None:
    with pytest.raises(AdapterError, match="cannot be started"):
        Child(["/no/such/program"])


def test_no_kit_process_is_left_after_a_run() -> None:
    run_here("--misbehave", "hang", "--stream-with", ONE_STREAM, timeout=0.5)
    if Path("/proc").is_dir():
        mark = str(ADAPTER[1]).encode()
        mine = [p for p in Path("/proc").glob("[0-9]*/cmdline") if mark in _read(p)]
        parents = [p for p in mine if int(p.parent.name) != os.getpid()]
        assert parents == []


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_the_bounds_of_a_run_are_as_they_are_told() -> None:
    assert (runner.MAX_RESTARTS, runner.MAX_TIMEOUTS, child.MAX_LINE) == (100, 8, 64 << 20)
