"""What people write of a suite: read as it is meant, and each mistake beside its exact findings.

A folder of `bad_cases` holds the files that differ from `_base`, and in `findings.txt` what is
found.  The protocol is the weather station of `bad_specs`.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from threadwire_generator.build import read_spec
from threadwire_generator.cases import Authored, Expected, Piece, read_cases
from threadwire_generator.findings import Finding, format_finding
from threadwire_generator.rules.cases import CASE_RULES
from threadwire_generator.spec import Spec

HERE = Path(__file__).parent / "bad_cases"
BASE = HERE / "_base"
WEATHER = Path(__file__).parent / "bad_specs" / "_base"
FOLDERS = sorted(path for path in HERE.iterdir() if path.is_dir() and path != BASE)
FINDINGS = "findings.txt"

OPENED = {"id": "report_1", "status": "open", "readings": []}


def lay_out(folder: Path, case: Path | None) -> Spec:
    """The weather station, its rules, and cases with what is wrong about them."""
    shutil.copytree(WEATHER, folder / "spec")
    shutil.copyfile(BASE / "rules.yaml", folder / "spec" / "rules.yaml")
    shutil.copytree(BASE, folder / "cases", ignore=shutil.ignore_patterns("rules.yaml"))
    if case is not None:
        ignored = shutil.ignore_patterns(FINDINGS)
        shutil.copytree(case, folder / "cases", ignore=ignored, dirs_exist_ok=True)
    spec, findings = read_spec(folder / "spec")
    assert findings == []
    assert spec is not None
    return spec


def read(
    folder: Path, monkeypatch: pytest.MonkeyPatch, case: Path | None = None
) -> tuple[Authored | None, list[Finding]]:
    spec = lay_out(folder, case)
    monkeypatch.chdir(folder)
    return read_cases(Path("cases"), spec)


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


@pytest.fixture
def weather(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authored:
    authored, findings = read(tmp_path, monkeypatch)
    assert findings == []
    assert authored is not None
    return authored


# --- what is right --------------------------------------------------------------------------------


def test_a_payload_stands_for_its_json_in_a_stream_and_for_its_value_where_it_is_due(
    weather: Authored,
) -> None:
    case = weather.cases[0]
    assert case.stream[0].data == (
        b'event: report.opened\rdata: {"id":"report_1","status":"open","readings":[]}\r\r'
    )
    assert case.expect.events == (Expected("report.opened", "known", data=OPENED),)


def test_chunks_are_text_bytes_or_repetitions(weather: Authored) -> None:
    first, second = weather.cases
    assert first.stream[1] == Piece(b"ev")
    assert second.stream[1] == Piece(b": still there\n", 3)
    assert second.data.endswith(b": still there\n" * 3)
    assert second.size == len(second.data)


def test_a_case_is_as_it_is_written_and_the_rest_is_the_default(weather: Authored) -> None:
    first, second = weather.cases
    assert (first.id, first.topic, first.origin) == ("lines/carriage-returns", "lines", "authored")
    assert (first.level, first.rules, first.seen) == (
        "must",
        ("lines/ends",),
        ("weather/reader 17",),
    )
    assert (first.compare, first.cuts, first.needs) == ("declared", "structural", ())
    assert (first.expect.end, first.accept) == ("done", ())
    assert second.needs == ("resume",)
    assert second.expect.events[0] == Expected("report.opened", "invalid", path="$.id")
    assert second.expect.end == "truncated"
    assert second.accept[0].reason == "It may stop at the first report."


def test_a_file_is_a_chunk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = lay_out(tmp_path, None)
    (tmp_path / "cases" / "streams").mkdir()
    (tmp_path / "cases" / "streams" / "long.sse").write_bytes(b"event: bye\r\ndata: \xff\r\n\r\n")
    (tmp_path / "cases" / "lines.yaml").write_text(
        "about: Lines.\n"
        "cases:\n"
        "  - {id: lines/long, title: A fact, level: must, rules: [lines/ends], why: It costs.,\n"
        "     stream: [{file: streams/long.sse}], expect: {events: []}}\n"
    )
    monkeypatch.chdir(tmp_path)
    authored, findings = read_cases(Path("cases"), spec)
    assert findings == []
    assert authored is not None
    assert authored.cases[0].data == b"event: bye\r\ndata: \xff\r\n\r\n"


def test_topics_about_bytes_are_cut_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = lay_out(tmp_path, None)
    text = (tmp_path / "cases" / "lines.yaml").read_text(encoding="utf-8")
    (tmp_path / "cases" / "lines.yaml").unlink()
    (tmp_path / "cases" / "framing.yaml").write_text(
        text.replace("id: lines/", "id: framing/"), encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    authored, findings = read_cases(Path("cases"), spec)
    assert findings == []
    assert authored is not None
    assert {case.cuts for case in authored.cases} == {"every"}


def test_no_folder_is_no_cases(tmp_path: Path) -> None:
    spec = lay_out(tmp_path, None)
    authored, findings = read_cases(tmp_path / "nowhere", spec)
    assert (authored, findings) == (Authored(), [])


# --- what is wrong --------------------------------------------------------------------------------


@pytest.mark.parametrize("case", FOLDERS, ids=lambda case: case.name)
def test_bad_cases_give_exactly_their_findings(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authored, findings = read(tmp_path, monkeypatch, case)
    assert [format_finding(finding) for finding in findings] == lines(case / FINDINGS)
    assert (authored is None) == any(finding.is_error for finding in findings)


def test_every_rule_of_cases_is_broken_by_bad_cases() -> None:
    broken = {line.split(" ")[1] for case in FOLDERS for line in lines(case / FINDINGS)}
    of_the_builder = {"chunk-hex", "chunk-file", "payload-unknown", "expected-kind"}
    assert {rule.id for rule in CASE_RULES} | of_the_builder <= broken
