"""`threadwire import`: what is printed, what is written, and how it ends."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from support.documents import contract, document, event, ref
from threadwire_generator.change import import_command
from threadwire_generator.change.document_texts import facts_of
from threadwire_generator.change.draft import draft
from threadwire_generator.change.walk import Facts
from threadwire_generator.change.writing import JOURNAL, replace_all
from threadwire_generator.cli import run
from threadwire_generator.effects import Effects
from threadwire_generator.spec import Source

ASSISTANTS = Path(__file__).parents[3] / "schema" / "assistants"
TEXT: dict[str, Any] = {"type": "string"}
SOURCE = Source("somebody/notes", "openapi.yaml", "Stream", "0000000", "2026-01-01")


def schemas(**properties: Any) -> dict[str, Any]:
    note = {"type": "object", "properties": properties, "required": ["text"]}
    return {"Stream": {"oneOf": [event("noted", ref("Note"))]}, "Note": note}


NOTE = {"type": "object", "properties": {"text": TEXT}}
OLD = schemas(text=TEXT, by=TEXT)
NEW = schemas(text=TEXT, mood={"enum": ["good", "bad"]})


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a spec, with comments in it, and a document that is newer."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "schema" / "notes"
    folder.mkdir(parents=True)
    for name, text in draft(contract(OLD), source=SOURCE).items():
        (folder / name).write_text(text.replace("text:", "text:  # all of it\n     "))
    (folder / "note.yaml").write_text(
        (folder / "note.yaml")
        .read_text()
        .replace("text:  # all of it\n      {", "text: {")
        .replace("Note:", "Note:  # what is noted")
    )
    (tmp_path / "new.json").write_bytes(document(NEW))
    return tmp_path


def texts(desk: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (desk / "schema" / "notes").iterdir()}


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def test_without_write_it_says_what_it_would_do_and_writes_nothing(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = texts(desk)
    assert run(["import", "new.json", "--date", "2026-08-21", "--commit", "0123abc"]) == 0
    assert texts(desk) == before
    out = capsys.readouterr().out
    assert lines(out) == [
        "--- a/schema/notes/note.yaml",
        "+++ b/schema/notes/note.yaml",
        "@@ -5,4 +5,14 @@",
        "   required: [text]",
        "   properties:",
        "     text: {type: string, description: TODO}",
        "-    by: {type: string, description: TODO}",
        "+    mood: {$ref: NoteMood, description: TODO}",
        "+    by:",
        "+      type: string",
        "+      description: TODO",
        "+      documented: false",
        "+      evidence: [in the official document until 2026-08-21]",
        "+",
        "+NoteMood:",
        "+  description: TODO",
        "+  enum: [good, bad]",
        "+  open: true",
        "--- a/schema/notes/protocol.yaml",
        "+++ b/schema/notes/protocol.yaml",
        "@@ -9,8 +9,8 @@",
        "   repository: somebody/notes",
        "   document: openapi.yaml",
        "   root: Stream",
        '-  commit: "0000000"',
        "-  date: 2026-01-01",
        '+  commit: "0123abc"',
        "+  date: 2026-08-21",
        " selector: {in: event}",
        " end: eof",
        "edits:",
        "  Note.mood: a new field",
        "  Note.by: no longer in the document",
        "  source: commit 0123abc, date 2026-08-21",
        "import: 2 files would change (3 edits); nothing written",
    ]


def test_it_edits_in_place_and_then_has_nothing_to_do(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["import", "new.json", "--write", "--date", "2026-08-21"]) == 0
    out = capsys.readouterr().out
    assert lines(out)[-1] == (
        "import: 2 files in schema/notes written (3 edits); next: threadwire generate"
    )
    note = texts(desk)["note.yaml"]
    assert "Note:  # what is noted\n" in note
    assert "    mood: {$ref: NoteMood, description: TODO}\n" in note
    assert "  date: 2026-08-21\n" in texts(desk)["protocol.yaml"]
    assert not list(desk.rglob("*new*.yaml*"))
    before = texts(desk)
    assert run(["import", "new.json", "--write", "--date", "2026-08-21"]) == 0
    assert lines(capsys.readouterr().out) == [
        "known differences, with their reasons in the spec:",
        "  Note.by: not in the document",
        "import: schema/notes is in step with new.json (1 known difference); nothing written",
    ]
    assert texts(desk) == before
    assert run(["generate", "--target", "jsonschema"]) == 0
    findings = capsys.readouterr().err
    assert "todo `description` of `mood` is still to be written" in findings
    assert "note.yaml:8:" in findings


def test_a_question_is_listed_and_nothing_is_decided(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    two = {"oneOf": [{"type": "object", "properties": {key: TEXT}} for key in ("a", "b")]}
    (desk / "new.json").write_bytes(document(schemas(text=TEXT, by=two)))
    before = texts(desk)
    assert run(["import", "new.json", "--write"]) == 0
    out = lines(capsys.readouterr().out)
    assert out[:2] == [
        "to decide:",
        "  Note.by: a spec cannot say what the document has now; it stays as it was",
    ]
    assert texts(desk) == before


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("argument", [["--date", "yesterday"], ["--commit", "main"]])
def test_a_revision_that_is_none_is_refused(
    argument: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["import", "new.json", *argument]) == 2
    assert f"{argument[0]} {argument[1]}: write" in capsys.readouterr().err


def test_a_spec_that_would_not_be_in_order_is_refused(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A value that nobody can have: the document's fault, found before anything is written."""
    new = schemas(text=TEXT, inner=ref("Note"))
    new["Note"]["required"] = ["text", "inner"]
    new["Stream"]["oneOf"].append(event("new", ref("Endless")))
    new["Endless"] = {"type": "object", "properties": {"of": ref("Endless")}, "required": ["of"]}
    (desk / "new.json").write_bytes(document(new))
    before = texts(desk)
    assert run(["import", "new.json", "--write"]) == 1
    captured = capsys.readouterr()
    assert "reference-loop" in captured.err
    assert lines(captured.out)[-1] == "import: the spec would have 1 error, nothing written"
    assert texts(desk) == before


def test_a_spec_with_errors_is_refused(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = desk / "schema" / "notes" / "note.yaml"
    path.write_text(path.read_text().replace("type: string", "type: strange", 1))
    assert run(["import", "new.json"]) == 1
    captured = capsys.readouterr()
    assert "shape/value" in captured.err
    assert lines(captured.out) == ["import: schema/notes is not in order, nothing written"]


DEEP = "[" * 5000 + "]" * 5000
BROKEN: dict[str, bytes] = {
    "no document": b"just text\n",
    "nothing": b"",
    "broken YAML": b"openapi: 3.1.0\ncomponents: {\n",
    "broken JSON": b'{"openapi": "3.1.0", ',
    "not UTF-8": b"openapi: 3.1.0\ntitle: \xff\n",
    "another kind of document": b"swagger: '2.0'\npaths: {}\n",
    "no such root": document({"Other": {"type": "string"}}),
    "a remote reference": document(
        {"Stream": {"oneOf": [event("noted", {"$ref": "https://example.org/a.yaml#/A"})]}}
    ),
    "composed of itself": document(
        {"Stream": {"oneOf": [event("noted", ref("A"))]}, "A": {"allOf": [ref("A"), NOTE]}}
    ),
    "deeper than anyone writes": f'{{"openapi": "3.1.0", "x": {DEEP}}}'.encode(),
    "an alias that multiplies": b"openapi: 3.1.0\n"
    + b"".join(
        b"a%d: &a%d [%s]\n" % (n, n, b",".join([b"*a%d" % (n - 1)] * 9) if n else b"x")
        for n in range(12)
    )
    + b"components: {schemas: {Stream: *a11}}\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_document_that_cannot_be_read_is_a_finding_and_nothing_is_written(
    desk: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / "broken.yaml").write_bytes(BROKEN[name])
    before = texts(desk)
    assert run(["import", "broken.yaml", "--write"]) == 2
    captured = capsys.readouterr()
    assert re.search(r"^broken\.yaml:\d+:\d+ openapi/[a-z-]+ .+ — .+$", captured.err, re.MULTILINE)
    assert lines(captured.out) == ["import: broken.yaml cannot be used, nothing written"]
    assert texts(desk) == before


def test_a_document_whose_events_are_named_in_their_data_is_another_stream(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kinds = [
        {
            "type": "object",
            "properties": {"type": {"const": kind}, "text": TEXT},
            "required": ["type"],
        }
        for kind in ("noted", "lost")
    ]
    (desk / "new.json").write_bytes(document({"Stream": {"oneOf": kinds}}))
    assert run(["import", "new.json", "--write", "--root", "Stream"]) == 2
    captured = capsys.readouterr()
    assert "new.json:1:1 import/selector its events are named elsewhere" in captured.err
    assert lines(captured.out) == ["import: new.json cannot be used, nothing written"]


def test_a_huge_document_is_read_in_seconds(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only what the root leads to is looked at."""
    many = {f"Other{n}": {"type": "object", "properties": {"a": TEXT}} for n in range(20_000)}
    (desk / "new.json").write_bytes(document(NEW | many))
    assert run(["import", "new.json"]) == 0
    assert lines(capsys.readouterr().out)[-1].endswith("nothing written")


def test_the_root_can_be_named(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    renamed = json.loads(document(NEW).replace(b'"Stream"', b'"NoteEvents"'))
    (desk / "new.json").write_text(json.dumps(renamed))
    assert run(["import", "new.json", "--root", "NoteEvents"]) == 0
    assert "Note.mood: a new field" in capsys.readouterr().out
    assert run(["import", "new.json", "--root", "NoteEvent"]) == 2
    assert "did you mean `NoteEvents`?" in capsys.readouterr().err


def test_which_spec_must_be_clear(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(desk / "schema" / "notes", desk / "schema" / "others")
    assert run(["import", "new.json"]) == 2
    assert "--schema DIR" in capsys.readouterr().err
    assert run(["import", "new.json", "--schema", "schema/others"]) == 0
    assert "schema/others/note.yaml" in capsys.readouterr().out


def test_all_files_are_written_or_none(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = texts(desk)
    real = Effects.write

    def refuse(self: Effects, path: Path, content: bytes) -> None:
        if path.name.startswith("protocol.yaml"):
            raise OSError(28, "No space left on device", os.fspath(path))
        real(self, path, content)

    monkeypatch.setattr(Effects, "write", refuse)
    assert run(["import", "new.json", "--write", "--date", "2026-08-21"]) == 2
    monkeypatch.undo()
    assert "No space left on device" in capsys.readouterr().err
    assert texts(desk) == before


@pytest.mark.usefixtures("desk")
def test_a_file_that_cannot_be_edited_is_said_to_be(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise import_command.EditError("there are comments in `enum`, which would be lost")

    monkeypatch.setattr(import_command, "plan_import", fail)
    assert run(["import", "new.json", "--write"]) == 1
    captured = capsys.readouterr()
    assert "import/layout there are comments in `enum`" in captured.err
    assert lines(captured.out) == ["import: the spec cannot be edited, nothing written"]


@pytest.mark.parametrize(
    ("content", "facts"),
    [
        (
            (
                b"openapi: 3.1.0\ninfo:\n  title: a\n  x-source:\n    commit: 0123abc4\n"
                b"    date: '2026-08-21'\npaths: {}\n"
            ),
            Facts("0123abc4", "2026-08-21"),
        ),
        (b'{"info": {"x-from": {"commit": "0123abc4"}}}', Facts("0123abc4", None)),
        (b"info:\n  version: 1.2.3\n", Facts()),
        (b"info:\n  x-source: {commit: 'rm -rf', date: soon}\n", Facts()),
        (b"info: &a\n  x: *a\n", Facts()),
        (b"info:\n  x: !!python/object:os.system {}\n", Facts()),
        (b"{", Facts()),
        (b"", Facts()),
    ],
)
def test_the_revision_is_read_where_a_document_names_it(content: bytes, facts: Facts) -> None:
    assert facts_of(content) == facts


# --- imports that are cut off, and files that are not like others ---------------------------------


class Cut(BaseException):
    """The end of a process."""


class Scissors(Effects):
    """Effects of which one is the last."""

    def __init__(self, left: int) -> None:
        self.left = left

    def _one(self) -> None:
        if self.left == 0:
            raise Cut
        self.left -= 1

    def write(self, path: Path, content: bytes) -> None:
        self._one()
        super().write(path, content)

    def replace(self, source: Path, target: Path) -> None:
        self._one()
        super().replace(source, target)

    def remove(self, path: Path) -> None:
        self._one()
        super().remove(path)


WRITE = ["import", "new.json", "--write", "--date", "2026-08-21"]


def cut_off(desk: Path, after: int) -> tuple[dict[str, str], dict[str, str]]:
    """Cut an import off after so many effects: the spec as it was, and as it should be."""
    folder = desk / "schema" / "notes"
    before = texts(desk)
    kept = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert run(WRITE) == 0
    whole = texts(desk)
    for name, content in kept.items():
        (folder / name).write_bytes(content)
    changed = {name: text for name, text in whole.items() if text != before[name]}
    assert len(changed) == 2
    with pytest.raises(Cut):
        replace_all(folder, changed, kept, Scissors(after))
    return before, whole


@pytest.mark.parametrize("after", range(7))
def test_an_import_that_is_cut_off_is_finished_or_was_never_begun(
    desk: Path, after: int, capsys: pytest.CaptureFixture[str]
) -> None:
    _, whole = cut_off(desk, after)
    capsys.readouterr()
    assert run(WRITE) == 0
    assert texts(desk) == whole
    finished = "finished an import of 2 files that was cut off\n"
    assert (finished in capsys.readouterr().out) == (after >= 4)


def test_the_spec_of_an_import_that_was_cut_off_is_not_in_order(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut_off(desk, 5)
    half = texts(desk)
    capsys.readouterr()
    for command in ("generate", "check", "import"):
        more = ["new.json"] if command == "import" else ["--schema", "schema/notes"]
        assert run([command, *more]) == 1
        err = capsys.readouterr().err
        assert f"schema/notes/{JOURNAL}:" in err
        assert "threadwire import DOCUMENT --write" in err
    assert texts(desk) == half


def test_what_was_changed_since_an_import_was_cut_off_is_not_replaced(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut_off(desk, 5)
    file = desk / "schema" / "notes" / "protocol.yaml"
    file.write_text(file.read_text() + "# mine\n")
    half = texts(desk)
    assert run(WRITE) == 1
    assert "protocol.yaml:1:1 import/disturbed was changed since" in capsys.readouterr().err
    assert texts(desk) == half


@pytest.mark.parametrize("content", ["", "# a\n[", "[1, {}]", '["", {"../a.yaml": {}}]', "[1, 2]"])
def test_a_journal_that_is_none_is_refused(
    desk: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / "schema" / "notes" / JOURNAL).write_text(content)
    before = texts(desk)
    assert run(WRITE) == 1
    assert f"{JOURNAL}:1:1 import/journal " in capsys.readouterr().err
    assert texts(desk) == before


def test_modes_stay_and_links_go_on_leading_to_their_files(desk: Path) -> None:
    folder = desk / "schema" / "notes"
    (desk / "elsewhere").mkdir()
    real = (folder / "note.yaml").rename(desk / "elsewhere" / "note.yaml")
    (folder / "note.yaml").symlink_to(real)
    real.chmod(0o640)
    (folder / "protocol.yaml").chmod(0o604)
    assert run(WRITE) == 0
    assert (folder / "note.yaml").is_symlink()
    assert "NoteMood" in real.read_text()
    assert real.stat().st_mode & 0o777 == 0o640
    assert (folder / "protocol.yaml").stat().st_mode & 0o777 == 0o604
    assert [path.name for path in (desk / "elsewhere").iterdir()] == ["note.yaml"]


def test_a_read_only_file_is_refused_before_anything_is_written(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = texts(desk)
    (desk / "schema" / "notes" / "protocol.yaml").chmod(0o444)
    assert run(WRITE) == 1
    out, err = capsys.readouterr()
    assert "protocol.yaml:1:1 import/read-only is read-only — make it writable: chmod u+w" in err
    assert lines(out)[-1] == "import: 1 file cannot be replaced, nothing written"
    assert texts(desk) == before
