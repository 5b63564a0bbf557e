"""`threadwire explain` and `threadwire export`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small import FOLDER, suite, threadwire
from threadwire_conformance.captures import FINDINGS
from threadwire_conformance.explain import explain
from threadwire_conformance.kinds import KINDS, VERDICTS


def explained(word: str) -> str:
    text = explain(suite(), word)
    assert text is not None
    return text


def test_a_case_is_told_with_its_bytes_and_how_to_run_it() -> None:
    text = explained("framing/crlf-cut-between-chunks")
    for part in (
        "case framing/crlf-cut-between-chunks (must, authored)",
        "why: Readers lose an event.",
        "seen: some/reader #17",
        "rule framing/blocks: A blank line ends a block.",
        "  event: note.made␍\n  ┄┄┄┄ cut ┄┄┄┄\n  ␊\n",
        '1. note.made: {"id": "n1", "text": "hello", "size": 5}',
        "end: complete",
        "threadwire test --case framing/crlf-cut-between-chunks -- CMD",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("end/after-done", ["no events", "allowed too, since the stream is over"]),
        ("payload/invalid", ["note.made: refused, for what is at $.id"]),
        ("dispatch/unknown", ["note.sung: not known; may be left out"]),
        ("payload/resume", ["needs resume: reads on after an invalid event"]),
        ("framing/blocks", ["rule framing/blocks (must)", "source: WHATWG", "17 cases:"]),
        ("framing/retry", ["not tested: nothing in a reply shows it", "no case"]),
        ("note.made", ["payload: Note", "    parts: list of Part", "cases:"]),
        ("done", ["ends the stream"]),
        ("error", ["an error of the server"]),
        ("Part", ["told apart by 'type'", "    text: TextPart"]),
        ("resume", ["feature resume", "payload/resume"]),
        ("must", ["level must"]),
        ("truncated", ["class of error truncated"]),
    ],
)
def test_an_id_is_told_whatever_it_is_the_id_of(word: str, parts: list[str]) -> None:
    for part in parts:
        assert part in explained(word)


@pytest.mark.parametrize("word", [*KINDS, *VERDICTS, *FINDINGS, *(c.id for c in suite().cases)])
def test_everything_that_a_report_names_can_be_explained(word: str) -> None:
    assert word in explained(word)


@pytest.mark.parametrize(
    ("word", "near"),
    [("chunkng", "chunking"), ("note.mad", "note.made"), ("payload/shema", "payload/schema")],
)
def test_what_nothing_is_called_is_exit_code_two_with_what_is_near(word: str, near: str) -> None:
    result = threadwire("explain", "--suite", str(FOLDER), word)
    assert result.returncode == 2
    assert f"nothing is called '{word}'; did you mean {near}" in result.stderr.decode()


def test_the_command_prints_it() -> None:
    result = threadwire("explain", "--suite", str(FOLDER), "chunking")
    assert (result.returncode, result.stdout.decode().rstrip()) == (0, explained("chunking"))


def test_an_export_is_the_suite_its_schemas_and_a_page(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    result = threadwire("export", "--suite", str(FOLDER), str(tmp_path))
    assert result.returncode == 0
    files = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert files == {
        "suite.json",
        "revisions/1.txt",
        "revisions/2.txt",
        "adapter-protocol.schema.json",
        "report.schema.json",
        "README.md",
        "mine.txt",
    }
    assert (tmp_path / "suite.json").read_bytes() == (FOLDER / "suite.json").read_bytes()
    assert json.loads((tmp_path / "report.schema.json").read_text())["title"]
    assert threadwire("test", "--suite", str(tmp_path), "--list").returncode == 0
