"""`threadwire test`: options, the last line, and exit codes."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from small import ADAPTER, FOLDER, case, last_line, run_test, suite, threadwire

CASES = len(suite().cases)


def lists(*options: str) -> list[str]:
    result = threadwire("test", "--suite", str(FOLDER), "--list", *options)
    assert result.returncode == 0
    return [line.split()[1] for line in result.stdout.decode().splitlines()]


def test_the_last_line_accounts_for_every_case() -> None:
    result = run_test()
    line = last_line(result.stdout)
    assert result.returncode == 0
    assert line == (
        f"{CASES} cases: 15 pass, 2 observed, 0 unaccounted; revision 2; notes 1.0 (python)"
    )
    counts = [int(n) for n in re.findall(r"(\d+) [a-z-]+", line.partition(";")[0])]
    assert sum(counts[1:]) == counts[0]


def test_a_wrong_decoder_is_exit_code_one_and_told_with_its_bytes() -> None:
    result = run_test(adapter=("--wrong", "a CR ends a line at once"))
    text = result.stdout.decode()
    assert result.returncode == 1
    for part in (
        "FAIL framing/crlf-cut-between-chunks: A CR at the end of a chunk",
        "why       Readers lose an event.",
        "chunking: ",
        "event: note.made␍\n            ┄┄┄┄ cut ┄┄┄┄\n            ␊\n",
        "seen      some/reader #17",
        "threadwire explain framing/crlf-cut-between-chunks",
    ):
        assert part in text
    assert "14 pass, 1 fail, 2 observed, 0 unaccounted" in last_line(result.stdout)


def test_the_smallest_cut_is_shown() -> None:
    """The stream is cut byte by byte and by kinds of places; one cut in two is what shows it."""
    result = run_test("--format", "json", adapter=("--wrong", "decodes each chunk"))
    failed = [r for r in json.loads(result.stdout)["results"] if r["verdict"] == "fail"]
    assert [r["case"] for r in failed] == ["framing/wide-characters", "framing/comments"]
    for row in failed:
        assert re.fullmatch(r"cut at byte \d+", row["cut"])
        before = case(row["case"]).data[: int(row["cut"].split()[-1])]
        with pytest.raises(UnicodeDecodeError):
            before.decode()


def test_without_other_cuts_a_chunking_fault_is_not_seen() -> None:
    adapter = ("--wrong", "decodes each chunk")
    assert run_test("--cuts", "none", adapter=adapter).returncode == 0
    assert run_test("--cuts", "all", adapter=adapter).returncode == 1


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["plain/one-event"], ["plain/one-event"]),
        (
            ["end"],
            ["end/done", "end/truncated", "end/done-event", "end/after-done", "end/half-a-block"],
        ),
        (
            ["end/"],
            ["end/done", "end/truncated", "end/done-event", "end/after-done", "end/half-a-block"],
        ),
        (["*/unknown*"], ["dispatch/unknown", "dispatch/unknown-raw"]),
        (["ids/last", "plain/t*"], ["plain/two-events", "ids/last"]),
    ],
)
def test_cases_are_chosen_by_id_folder_or_glob(patterns: list[str], expected: list[str]) -> None:
    assert lists(*(part for p in patterns for part in ("--case", p))) == expected


def test_all_cases_are_listed_and_nothing_is_run() -> None:
    assert lists() == [found.id for found in suite().cases]


@pytest.mark.parametrize(
    ("pattern", "near"),
    [
        ("plain/one-evnt", "did you mean plain/one-event"),
        ("framng", "did you mean framing"),
        ("other/crlf-cut", "did you mean framing/crlf-cut-between-chunks"),
        ("zzzzzz", "no case matches 'zzzzzz'\n"),
    ],
)
def test_a_pattern_that_matches_nothing_is_exit_code_four(pattern: str, near: str) -> None:
    result = run_test("--case", "plain", "--case", pattern)
    assert result.returncode == 4
    assert near in result.stderr.decode()


def test_a_run_in_which_nothing_applies_is_exit_code_four() -> None:
    result = run_test("--case", "payload/resume", adapter=("--features", ""))
    assert result.returncode == 4
    assert "1 not-applicable" in last_line(result.stdout)


def test_a_part_of_the_suite_says_of_how_many() -> None:
    assert last_line(run_test("--case", "plain").stdout).startswith(f"2 cases of {CASES}: 2 pass")


def test_the_smoke_check_alone() -> None:
    result = run_test("--smoke")
    assert result.returncode == 0
    assert f"4 cases of {CASES}: 4 pass" in last_line(result.stdout)
    assert "smoke check only" in last_line(result.stdout)
    assert run_test("--smoke", adapter=("--wrong", "loses the text")).returncode == 1


def test_a_wrong_decoder_is_no_wrong_adapter() -> None:
    """Every plain stream fails, and still it is a report of failures: exit code 1, not 3."""
    result = run_test(adapter=("--wrong", "loses the text"))
    assert result.returncode == 1
    assert b"the adapter is broken" not in result.stdout


def test_warnings_are_red_with_strict_only() -> None:
    adapter = ("--wrong", "reads on after done")
    strict = run_test("--strict", adapter=adapter)
    assert "1 warn" not in last_line(run_test(adapter=adapter).stdout)  # tolerated
    assert b"1 tolerated" in strict.stdout
    options = ("--case", "payload/resume", "--case", "dispatch/unknown-raw")
    adapter = ("--wrong", "checks nothing")
    assert run_test(*options, adapter=adapter).returncode == 0
    assert run_test(*options, "--strict", adapter=adapter).returncode == 1


def test_it_stops_at_the_first_failure_if_asked_to() -> None:
    result = run_test("-x", "-j", "1", adapter=("--wrong", "loses the text"))
    assert result.returncode == 1
    line = last_line(result.stdout)
    assert "not run (stopped at the first failure)" in line
    assert "0 unaccounted" in line
    assert result.stdout.count(b"\nFAIL ") + result.stdout.startswith(b"FAIL ") <= 3


def test_a_revision_judges_by_its_own_cases_and_observes_newer_ones() -> None:
    adapter = ("--wrong", "checks nothing")
    assert run_test(adapter=adapter).returncode == 1
    result = run_test("--revision", "1", adapter=adapter)
    assert result.returncode == 0
    assert "revision 1;" in last_line(result.stdout)
    missing = run_test("--revision", "3")
    assert missing.returncode == 2
    assert b"no revision 3 of this suite; there are: 1, 2" in missing.stderr


def test_the_verdicts_do_not_depend_on_the_number_of_workers() -> None:
    def verdicts(jobs: str) -> list[tuple[str, str]]:
        adapter = ("--wrong", "decodes each chunk")
        report = json.loads(run_test("-j", jobs, "--format", "json", adapter=adapter).stdout)
        return [(r["case"], r["verdict"]) for r in report["results"]]

    assert verdicts("1") == verdicts("4") == verdicts("40")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "there is no adapter: threadwire test -- CMD"),
        (("--write-known-failures", "--", "x"), "--write-known-failures needs --known-failures"),
        (("--timeout", "0", "--", "x"), "Invalid value for '--timeout'"),
        (("--suite", "/no/such", "--", "x"), "does not exist"),
        (("--known-failures", "/no/such.yaml", "--", "x"), "/no/such.yaml: No such file"),
    ],
)
def test_wrong_usage_is_exit_code_two(args: tuple[str, ...], message: str) -> None:
    suite_option = () if "--suite" in args else ("--suite", str(FOLDER))
    result = threadwire("test", *suite_option, *args)
    assert result.returncode == 2
    assert message in result.stderr.decode()
    assert b"Traceback" not in result.stderr


def test_a_suite_that_cannot_be_read_is_exit_code_two(tmp_path: Path) -> None:
    (tmp_path / "suite.json").write_text("{}")
    result = threadwire("test", "--suite", str(tmp_path), "--", *ADAPTER)
    assert result.returncode == 2
    assert b"$: 'format' is missing" in result.stderr


def test_the_report_goes_to_a_file_without_colours(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "report.txt"
    result = run_test("--output", str(file), adapter=("--wrong", "loses the text"))
    text = file.read_text(encoding="utf-8")
    assert result.stdout == b""
    assert last_line(result.stderr) == text.splitlines()[-1]
    assert "\x1b" not in text


def test_expectations_ids_and_levels_are_never_sent_to_an_adapter(tmp_path: Path) -> None:
    """An adapter that writes down all that it is sent."""
    file = tmp_path / "requests"
    code = f"import sys,subprocess\np=subprocess.Popen({list(ADAPTER)!r},stdin=subprocess.PIPE)\n"
    code += f"f=open({str(file)!r},'ab')\nfor l in sys.stdin.buffer:\n f.write(l); f.flush()\n"
    code += " p.stdin.write(l); p.stdin.flush()\np.stdin.close(); sys.exit(p.wait())"
    command = ["--suite", str(FOLDER), "-j", "1", "--", sys.executable, "-c", code]
    assert threadwire("test", *command).returncode == 0
    requests = [json.loads(line) for line in file.read_bytes().splitlines()]
    assert {tuple(sorted(request)) for request in requests} == {
        ("cmd", "protocol"),
        ("chunks", "cmd", "seq"),
        ("cmd",),
    }
    assert [r["seq"] for r in requests if r["cmd"] == "run"] == list(range(1, len(requests) - 1))
