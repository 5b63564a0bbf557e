"""`threadwire init`: what it puts into a repository, and what it leaves alone."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import yaml
from threadwire_generator import resources
from threadwire_generator.build import read_spec
from threadwire_generator.change import writing
from threadwire_generator.change.project import read_project
from threadwire_generator.change.writing import write_all
from threadwire_generator.cli import run

WRITTEN = [
    ".github/workflows/threadwire.yaml",
    ".pre-commit-config.yaml",
    "schema/accepted-breaks.yaml",
    "threadwire.toml",
]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def bundled() -> Path:
    (folder,) = resources.protocols()
    return folder


def files(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def last_line(text: str) -> str:
    return text.rstrip("\n").rpartition("\n")[2]


# --- what it writes -------------------------------------------------------------------------------


def test_a_bundled_protocol_is_copied_as_it_is_with_all_around_it(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", "--package", "acme_events"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert last_line(out).startswith(f"init: {bundled().name} (")
    assert "\nNext:\n  threadwire generate " in out
    written = files(desk)
    copied = {path.name for path in bundled().glob("*.yaml")}
    assert {f"schema/{bundled().name}/{name}" for name in copied} <= written.keys()
    for name in copied:
        path = f"schema/{bundled().name}/{name}"
        assert written[path] == (bundled() / name).read_bytes()
    assert [path for path in sorted(written) if not path.startswith("schema/")] == [
        path for path in WRITTEN if not path.startswith("schema/")
    ]
    assert read_spec(desk / "schema" / bundled().name)[1] == read_spec(bundled())[1]


def test_the_settings_are_in_order_and_name_the_package(desk: Path) -> None:
    assert run(["init", "--package", "acme_events"]) == 0
    project, findings = read_project(desk / "threadwire.toml", desk)
    assert findings == []
    assert project is not None
    assert project.schema == Path("schema") / bundled().name
    assert project.package == "acme_events"
    assert project.adapter is not None
    assert "acme_events" in project.adapter.command


def test_after_it_the_commands_need_no_options(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", "--package", "acme_events"]) == 0
    assert run(["generate"]) == 0
    capsys.readouterr()
    assert run(["check"]) == 0
    assert last_line(capsys.readouterr().out).startswith("check: in order, ")
    assert run(["test", "--case", "framing", "-j", "1"]) == 0
    assert last_line(capsys.readouterr().out).endswith("; acme_events 0.1.0 (python)")
    generated = {path: text for path, text in files(desk).items() if path.startswith("generated/")}
    bundled_package = read_spec(bundled())[0]
    assert bundled_package is not None
    named = bundled_package.package.encode()
    assert [
        path for path, text in generated.items() if named in text or named in path.encode()
    ] == []
    pages = (text for path, text in generated.items() if path.startswith("generated/docs/"))
    assert any(b"acme_events" in text for text in pages)


def test_targets_can_be_chosen(desk: Path) -> None:
    assert run(["init", "--target", "python", "--target", "suite"]) == 0
    project, _ = read_project(desk / "threadwire.toml", desk)
    assert project is not None
    assert project.targets == ("python", "suite")


def test_a_folder_is_made_and_the_first_step_leads_into_it(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / ".git").rmdir()
    assert run(["init", "new/place"]) == 0
    assert "Next:\n  cd new/place\n" in capsys.readouterr().out
    assert (desk / "new" / "place" / "threadwire.toml").is_file()
    assert (desk / "new" / "place" / ".pre-commit-config.yaml").is_file()


def test_what_belongs_to_the_root_of_a_repository_is_told_elsewhere(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", "inner"]) == 0
    out = capsys.readouterr().out
    for path in (".pre-commit-config.yaml", ".github/workflows/threadwire.yaml"):
        assert not (desk / "inner" / path).exists()
        assert f"{path} belongs at the root of the repository, {desk.as_posix()}" in out
    assert "    entry: threadwire check --against HEAD\n" in out.replace("            ", "    ")


def test_the_files_are_yaml_that_says_what_it_should(desk: Path) -> None:
    assert run(["init"]) == 0
    (repo,) = yaml.safe_load((desk / ".pre-commit-config.yaml").read_text())["repos"]
    (hook,) = repo["hooks"]
    assert hook["entry"] == "threadwire check --against HEAD"
    assert hook["pass_filenames"] is False
    workflow = yaml.load((desk / WRITTEN[0]).read_text(), yaml.BaseLoader)
    assert workflow["on"] == ["push", "pull_request"]
    (job,) = workflow["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step] == [
        'python -m pip install "$THREADWIRE"',
        'threadwire check ${BASE:+--against "origin/$BASE"}',
        "threadwire test",
    ]
    assert job["env"] == {"BASE": "${{ github.base_ref }}"}
    assert workflow["permissions"] == {"contents": "read"}


# --- what it leaves alone -------------------------------------------------------------------------


def test_a_second_time_changes_nothing(desk: Path) -> None:
    assert run(["init"]) == 0
    before = files(desk)
    assert run(["init"]) == 0
    assert files(desk) == before


def test_files_in_the_way_are_named_and_nothing_is_written(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / "schema").mkdir()
    (desk / "schema" / "accepted-breaks.yaml").write_text("mine\n")
    (desk / "threadwire.toml").write_text("mine\n")
    before = files(desk)
    assert run(["init"]) == 1
    out, err = capsys.readouterr()
    assert files(desk) == before
    assert [line.split()[0] for line in err.splitlines()] == [
        "schema/accepted-breaks.yaml:1:1",
        "threadwire.toml:1:1",
    ]
    assert last_line(out) == "init: 2 files are in the way, nothing was written"
    assert run(["init", "--force"]) == 0
    assert files(desk)["threadwire.toml"] != b"mine\n"


def test_a_file_that_others_use_is_never_touched(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / ".pre-commit-config.yaml").write_text("repos: []\n")
    for options in ([], ["--force"]):
        assert run(["init", *options]) == 0
        out = capsys.readouterr().out
        assert (desk / ".pre-commit-config.yaml").read_text() == "repos: []\n"
        assert ".pre-commit-config.yaml is there already, and was left as it is" in out
        assert "entry: threadwire check --against HEAD" in out


@pytest.mark.parametrize("options", [[], ["--force"]])
def test_what_stands_in_the_place_of_a_folder_or_a_file_is_named(
    desk: Path, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / "schema").write_text("a file where a folder belongs\n")
    (desk / "threadwire.toml").mkdir()
    before = files(desk)
    assert run(["init", *options]) == 1
    out, err = capsys.readouterr()
    assert err.splitlines() == [
        "schema:1:1 file-in-the-way is there already — move it away",
        "threadwire.toml:1:1 file-in-the-way is there already — move it away",
    ]
    assert last_line(out) == "init: 2 files are in the way, nothing was written"
    assert files(desk) == before


@pytest.mark.parametrize("broken", range(1, 5))
def test_writing_is_all_or_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: int
) -> None:
    (tmp_path / "old").write_text("old\n")
    calls = iter(range(1, 10))
    real = Path.write_text

    def write_text(path: Path, *args: str, **more: str) -> int:
        if next(calls) == broken:
            raise OSError(28, "No space left on device", str(path))
        return real(path, *args, **more)

    monkeypatch.setattr(writing.Path, "write_text", write_text)
    plan = {"a/b/c": "1\n", "old": "2\n", "a/d": "3\n"}
    if broken > len(plan):
        write_all(tmp_path, plan)
        assert files(tmp_path) == {path: text.encode() for path, text in plan.items()}
    else:
        with pytest.raises(OSError, match="No space"):
            write_all(tmp_path, plan)
        assert files(tmp_path) == {"old": b"old\n"}
        assert [path.name for path in tmp_path.iterdir()] == ["old"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--package", "my-events"], "--package my-events: it is no lower-case identifier"),
        (["--package", "json"], "--package json: it is the name of another package"),
        (["--protocol", "weather"], "no protocol weather comes with threadwire; there are: "),
        (["--root", "Event"], "--root is a schema of a document: --from DOCUMENT"),
        (["--from", "missing.yaml"], "missing.yaml"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(
    desk: Path, options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", *options]) == 2
    assert said in capsys.readouterr().err
    assert files(desk) == {}


# --- from a document ------------------------------------------------------------------------------

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Weather", "version": "1"},
    "paths": {},
    "components": {
        "schemas": {
            "WeatherStreamEvent": {"oneOf": [{"$ref": "#/components/schemas/ReportEvent"}]},
            "ReportEvent": {
                "type": "object",
                "required": ["event", "data"],
                "properties": {
                    "event": {"type": "string", "enum": ["report.made"]},
                    "data": {"$ref": "#/components/schemas/Report"},
                },
            },
            "Report": {
                "type": "object",
                "required": ["id", "sky"],
                "properties": {
                    "id": {"type": "string"},
                    "sky": {"type": "string", "enum": ["clear", "grey"]},
                    "degrees": {"type": "integer"},
                },
            },
        }
    },
}


def test_a_protocol_is_drafted_from_a_document(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / "api.json").write_text(json.dumps(DOCUMENT))
    assert run(["init", "--from", "api.json", "--package", "acme_weather"]) == 0
    out = capsys.readouterr().out
    assert "\nTo decide:\n" in out
    assert last_line(out) == "init: weather (1 event, 2 types) is set up"
    assert run(["generate"]) == 0
    assert run(["check"]) == 0
    models = (desk / "generated" / "python" / "acme_weather" / "models" / "report.py").read_text()
    assert "class Report(" in models
    capsys.readouterr()
    assert run(["test", "-j", "1"]) == 0
    assert last_line(capsys.readouterr().out).endswith("acme_weather 0.1.0 (python)")


@pytest.mark.parametrize(
    "text", ["", "{", "- a list\n", '{"openapi": "3.1.0"}', "swagger: '2.0'\n"]
)
def test_a_document_that_cannot_be_used_is_a_finding_and_nothing_is_written(
    desk: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / "api.yaml").write_text(text)
    assert run(["init", "--from", "api.yaml"]) == 2
    out, err = capsys.readouterr()
    assert err.startswith("api.yaml:")
    assert last_line(out) == "init: nothing was written"
    assert list(files(desk)) == ["api.yaml"]


# --- from where it is installed -------------------------------------------------------------------


def test_the_hook_that_others_refer_to_calls_the_gate() -> None:
    root = Path(__file__).parents[3]
    (hook,) = yaml.safe_load((root / ".pre-commit-hooks.yaml").read_text())
    assert hook["id"] == "threadwire-check"
    assert hook["entry"] == "threadwire check --against HEAD"
    assert hook["language"] == "python"
    assert hook["pass_filenames"] is False
    listed = subprocess.run(["git", "check-ignore", ".pre-commit-hooks.yaml"], cwd=root)
    assert listed.returncode != 0
