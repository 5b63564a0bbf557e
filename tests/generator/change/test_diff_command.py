"""`threadwire diff`: what a side may be, what is printed, and how it ends."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from support.documents import document, event, ref
from threadwire_generator.cli import run

ROOT = Path(__file__).parents[3]
PIPELINE = ROOT / "tests" / "protocols" / "pipeline"
ASSISTANTS = ROOT / "schema" / "assistants"

TEXT = {"type": "string"}
NOTE: dict[str, object] = {"type": "object", "properties": {"text": TEXT}, "required": ["text"]}
GROWN: dict[str, object] = {
    "type": "object",
    "properties": {"text": {"type": ["string", "null"]}, "by": TEXT},
    "required": ["text", "by"],
}


def write(path: Path, note: dict[str, object], *more: str) -> Path:
    """A document whose stream has the event `noted`, and more events of the same data."""
    events = [event(name, ref("Note")) for name in ("noted", *more)]
    path.write_bytes(document({"Stream": {"oneOf": events}, "Note": note}))
    return path


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two documents."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "old.json", NOTE)
    write(tmp_path / "new.json", GROWN, "signed")
    return tmp_path


def git(folder: Path, *words: str) -> None:
    names = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.org")
    env = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    env |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(["git", *names, *words], cwd=folder, env=env, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a protocol that was committed, and has an enum value more since."""
    if shutil.which("git") is None:
        pytest.skip("git is not there")
    desk = tmp_path / "desk"
    folder = desk / "schema" / "pipeline"
    shutil.copytree(PIPELINE, folder)
    git(tmp_path, "init", "-q", "-b", "main", "desk")
    git(desk, "add", "-A")
    git(desk, "commit", "-q", "-m", "the protocol")
    text = (folder / "build.yaml").read_text(encoding="utf-8")
    text = text.replace("enum: [planned, passed, failed]", "enum: [planned, passed, failed, cut]")
    (folder / "build.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(desk)
    return desk


def lines(text: str) -> list[str]:
    return text.splitlines()


# --- formats --------------------------------------------------------------------------------------


def test_the_report_is_grouped_by_type_and_ends_with_the_counts(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del desk
    assert run(["diff", "old.json", "new.json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert lines(out) == [
        "--- old.json (OpenAPI 3.1.0)",
        "+++ new.json (OpenAPI 3.1.0)",
        "",
        "decoder   server    python",
        "",
        "Stream",
        "BREAKING  safe      additive         event_added     signed",
        "",
        "Note",
        "BREAKING  safe      source-breaking  nullable_added  text  string -> string|null",
        "lossy     BREAKING  source-breaking  field_added     by  required string",
        "",
        "3 changes: 2 break decoders, 1 breaks servers, 2 break Python source, 1 is lossy",
    ]


def test_no_change_is_one_line(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del desk
    assert run(["diff", "old.json", "old.json"]) == 0
    assert lines(capsys.readouterr().out)[2:] == ["", "no changes"]


def test_json_has_a_row_a_change(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(desk / "new.json", GROWN)
    assert run(["diff", "old.json", "new.json", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["changes"] == [
        {
            "path": "Note.text",
            "kind": "nullable_added",
            "detail": "string -> string|null",
            "decoder": "BREAKING",
            "server": "safe",
            "python": "source-breaking for readers",
        },
        {
            "path": "Note.by",
            "kind": "field_added",
            "detail": "required string",
            "decoder": "lossy",
            "server": "BREAKING",
            "python": "source-breaking for constructors",
        },
    ]
    assert told["renames"] == []
    assert told["old"] == {"name": "old.json", "about": "OpenAPI 3.1.0"}
    assert told["breaks"] == {"decoder": 1, "server": 1, "python": 2}


def test_json_lists_renames(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stream = {"oneOf": [event("noted", ref("Memo"))]}
    (desk / "new.json").write_bytes(document({"Stream": stream, "Memo": NOTE}))
    assert run(["diff", "old.json", "new.json", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["renames"] == [{"old": "Note", "new": "Memo", "kind": "renamed"}]
    assert told["changes"] == []


def test_markdown_is_a_table(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del desk
    assert run(["diff", "old.json", "new.json", "--format", "markdown"]) == 0
    told = lines(capsys.readouterr().out)
    assert told[2] == "| path | change | detail | decoder | server | python |"
    assert (
        "| `Note.text` | nullable_added | string -\\> string\\|null | **BREAKING** | safe |"
        " source-breaking for readers |"
    ).replace("-\\>", "->") in told
    assert told[-1].startswith("3 changes: ")


def test_what_a_document_holds_is_no_markup(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evil = "a|b`c`<b>*d*\n\x1b[31m]("
    note: dict[str, object] = {**NOTE, "properties": {"text": TEXT, evil: {"enum": [evil, "b"]}}}
    write(desk / "new.json", note)
    for form in ("text", "markdown", "github", "changelog"):
        assert run(["diff", "old.json", "new.json", "--format", form]) == 0
        out = capsys.readouterr().out
        assert "\x1b" not in out
        assert "<b>" not in out or form != "markdown"
        assert len([line for line in lines(out) if "x1b" in line]) == 1
    assert run(["diff", "old.json", "new.json", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["changes"][0]["path"] == f"Note.{evil}"


def test_github_gets_annotations(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del desk
    words = ["diff", "old.json", "new.json", "--format", "github", "--fail-on", "server"]
    assert run(words) == 1
    told = lines(capsys.readouterr().out)
    assert [line.partition(" ")[0] for line in told[:3]] == ["::warning", "::warning", "::error"]
    assert re.fullmatch(
        r"::error file=new\.json,line=\d+,title=field_added%3A Note\.by::required string "
        r"\(decoder lossy, server BREAKING, python source-breaking for constructors\)",
        told[2],
    )


def test_a_changelog_entry_is_ready_to_paste(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del desk
    assert run(["diff", "old.json", "new.json", "--format", "changelog"]) == 0
    assert capsys.readouterr().out == (
        "### Added\n"
        "\n"
        "- The event `signed`. **Breaks decoders.**\n"
        "- `Note.by`, required string. **Breaks servers and Python source.**\n"
        "\n"
        "### Changed\n"
        "\n"
        "- `Note.text` may be null. **Breaks decoders and Python source.**\n"
    )


def test_the_report_may_go_into_a_file(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["diff", "old.json", "new.json", "--format", "json", "--output", "out.json"]) == 0
    assert len(json.loads((desk / "out.json").read_text())["changes"]) == 3
    assert lines(capsys.readouterr().out)[-1].startswith("3 changes: ")


def test_colours_are_for_terminals(desk: Path) -> None:
    command = [sys.executable, "-m", "threadwire_generator.cli", "diff", "old.json", "new.json"]
    done = subprocess.run(command, cwd=desk, capture_output=True, check=True)
    assert b"\x1b" not in done.stdout


# --- how it ends ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "code"), [((), 0), (("decoder",), 1), (("server",), 1), (("python", "server"), 1)]
)
def test_only_who_may_not_break_makes_it_fail(
    desk: Path, who: tuple[str, ...], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    del desk
    options = [word for name in who for word in ("--fail-on", name)]
    assert run(["diff", "old.json", "new.json", *options]) == code
    last = lines(capsys.readouterr().out)[-1]
    assert ("may not" in last) == bool(code)


def test_nothing_that_breaks_nobody_makes_it_fail(desk: Path) -> None:
    write(desk / "new.json", {**NOTE, "properties": {"text": TEXT, "by": TEXT}})
    every = ["--fail-on", "decoder", "--fail-on", "server", "--fail-on", "python"]
    assert run(["diff", "old.json", "new.json", *every]) == 0


# --- sides ----------------------------------------------------------------------------------------


def test_a_side_may_be_a_revision(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del repository
    assert run(["diff", "HEAD", "schema/pipeline"]) == 0
    told = lines(capsys.readouterr().out)
    assert told[0] == "--- HEAD (spec, wire profile)"
    assert "BREAKING  safe      additive         enum_value_added  cut" in told


def test_two_revisions_may_be_compared_from_a_folder_inside(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    git(repository, "commit", "-q", "-a", "-m", "cut")
    monkeypatch.chdir(repository / "schema")
    assert run(["diff", "HEAD~1", "main", "--schema", "pipeline"]) == 0
    assert "enum_value_added" in capsys.readouterr().out


def test_a_folder_goes_before_a_revision(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(repository / "schema", repository / "main")
    assert run(["diff", "main", "schema"]) == 0
    assert lines(capsys.readouterr().out)[-1] == "no changes"


def test_a_spec_that_was_not_in_order_then_is_told_with_its_revision(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "schema/pipeline/build.yaml").write_text("Build: {enum: [1]}\n")
    git(repository, "commit", "-q", "-a", "-m", "broken")
    assert run(["diff", "HEAD", "HEAD~1"]) == 2
    assert lines(capsys.readouterr().err)[0].startswith("HEAD:schema/pipeline/build.yaml:1:")


@pytest.mark.parametrize(
    ("side", "message"),
    [
        ("nothing.yaml", "there is no such file or folder"),
        ("./nothing", "there is no such file or folder"),
        ("no-such-tag", "git knows no such revision here"),
        ("HEAD~9", "git knows no such revision here"),
        ("--output=x", None),
        ("empty", "this folder holds no protocol.yaml"),
        ("sdk:no-such-distribution", "is not installed here"),
        ("sdk:", "no distribution is named"),
        ("sdk:pytest", "the spec names no type of sdk:pytest"),
    ],
)
def test_a_side_that_is_nothing_is_told_with_a_cure(
    repository: Path, side: str, message: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "empty").mkdir()
    assert run(["diff", side, "schema/pipeline"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    if message is not None:
        assert message in err
        assert " — " in err
        assert "Traceback" not in err


def test_a_revision_needs_a_repository(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(PIPELINE, desk / "schema" / "pipeline")
    assert run(["diff", "HEAD", "schema/pipeline"]) == 2
    assert "is in no git repository" in capsys.readouterr().err


def test_a_revision_needs_a_schema(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del desk
    assert run(["diff", "HEAD", "old.json"]) == 2
    assert "there is no schema/ here" in capsys.readouterr().err


def test_a_revision_needs_git(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(repository))
    assert run(["diff", "HEAD", "schema/pipeline"]) == 2
    assert "needs git" in capsys.readouterr().err


def test_a_revision_before_the_protocol_is_told(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(repository, "checkout", "-q", "--orphan", "bare")
    git(repository, "rm", "-q", "-r", "-f", "--cached", ".")
    git(repository, "commit", "-q", "--allow-empty", "-m", "nothing")
    assert run(["diff", "bare", "schema/pipeline"]) == 2
    assert "the protocol is new" in capsys.readouterr().err


def test_a_document_that_cannot_be_read_ends_with_2(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / "new.json").write_text("openapi: [\n")
    assert run(["diff", "old.json", "new.json"]) == 2
    assert lines(capsys.readouterr().err)[0].startswith("new.json:2:1 openapi/syntax ")


def test_a_spec_is_compared_with_a_document_as_the_document_has_it(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    types = {
        name: body
        for file in ("build.yaml", "log.yaml")
        for name, body in yaml.safe_load((PIPELINE / file).read_text()).items()
    }
    log = {
        "type": "object",
        "properties": {"kind": {"const": "log"}, "task": TEXT, "text": TEXT},
        "required": ["kind", "task"],
    }
    assert {"Log", "Build"} <= set(types)
    schemas = {"PipelineEvent": {"oneOf": [ref("Log"), ref("End")]}, "Log": log}
    schemas["End"] = {"type": "object", "properties": {"kind": {"const": "end"}}}
    (desk / "new.json").write_bytes(document(schemas))
    words = ["diff", PIPELINE.as_posix(), "new.json", "--root", "PipelineEvent"]
    assert run([*words, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["old"]["about"] == "spec, documented profile"
    kinds = {(c["kind"], c["detail"]) for c in told["changes"] if c["path"] == "PipelineEvent"}
    assert ("event_added", "end") in kinds
    assert ("event_removed", "build") in kinds
    assert run([*words, "--format", "json", "--profile", "wire"]) == 0
    assert json.loads(capsys.readouterr().out)["old"]["about"] == "spec, wire profile"


def test_help_has_an_example_of_each_side(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["diff", "--help"]) == 0
    told = capsys.readouterr().out
    for example in ("schema/weather", "HEAD~3", "openapi.yaml", "sdk:openai"):
        assert example in told


@pytest.mark.parametrize(
    ("side", "said"),
    [
        ("https://example.org/openapi.yaml", "download it first"),
        ("-", "save it into a file first"),
        ("sdk:", "no distribution is named"),
    ],
)
def test_what_is_no_side_yet_is_told(
    desk: Path, capsys: pytest.CaptureFixture[str], side: str, said: str
) -> None:
    del desk
    assert run(["diff", side, "new.json"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
