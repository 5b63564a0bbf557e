"""`threadwire init`: what it puts into a repository, and what it leaves alone."""

from __future__ import annotations

import itertools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.documents import document, event, ref
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
    text = (desk / "threadwire.toml").read_text()
    assert text.count("acme_events") == 1  # the command says `{package}`
    (desk / "threadwire.toml").write_text(text.replace("acme_events", "our_events"))
    project, _ = read_project(desk / "threadwire.toml", desk)
    assert project is not None
    assert project.adapter is not None
    assert "our_events" in project.adapter.command


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


def printed_below(out: str, path: str) -> Any:
    """The YAML of a file that was printed instead of written."""
    _, _, rest = out.partition(f"\n{path} belongs at the root")
    lines = rest.partition("\n\n")[2].splitlines()
    inside = itertools.takewhile(lambda line: not line or line.startswith("    "), lines)
    return yaml.load("\n".join(inside), yaml.BaseLoader)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not there")
@pytest.mark.parametrize("place", ["inner", "a b/it's"])
def test_what_is_printed_for_the_root_works_from_there(
    tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "-q"], check=True)
    assert run(["init", place, "--target", "python"]) == 0
    out = capsys.readouterr().out
    (step,) = [line[2:] for line in out.splitlines() if line.startswith("  cd ")]
    assert shlex.split(step) == ["cd", place]
    monkeypatch.chdir(place)
    assert run(["generate"]) == 0
    monkeypatch.chdir(tmp_path)
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    env["BASE"] = ""
    (repo,) = printed_below(out, ".pre-commit-config.yaml")["repos"]
    words = shlex.split(repo["hooks"][0]["entry"])
    (job,) = printed_below(out, ".github/workflows/threadwire.yaml")["jobs"].values()
    folder = tmp_path / job["defaults"]["run"]["working-directory"]
    assert folder == tmp_path / place
    checks = [step["run"] for step in job["steps"] if "threadwire check" in step.get("run", "")]
    for command, where in ((words, tmp_path), (["sh", "-c", *checks], folder)):
        done = subprocess.run(command, cwd=where, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert "check: in order" in done.stdout


def test_at_the_root_nothing_says_where_to_go(desk: Path) -> None:
    assert run(["init"]) == 0
    for path in (".pre-commit-config.yaml", WRITTEN[0]):
        text = (desk / path).read_text()
        assert "cd " not in text
        assert "working-directory" not in text


@pytest.mark.parametrize(
    ("options", "command", "step"),
    [
        (["--target", "python"], True, True),  # the suite is the one that threadwire brings
        (["--target", "docs"], False, False),
        (["--from", "api.json"], True, True),
        (["--from", "api.json", "--target", "python"], False, False),
        (["--from", "api.json", "--target", "suite"], False, False),
        (["--from", "api.json", "--target", "python", "--target", "suite"], True, True),
    ],
)
def test_a_test_is_set_up_where_there_is_something_to_run(
    desk: Path,
    options: list[str],
    command: bool,
    step: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (desk / "api.json").write_text(json.dumps(DOCUMENT))
    assert run(["init", *options]) == 0
    assert ("  threadwire test " in capsys.readouterr().out) == step
    project, findings = read_project(desk / "threadwire.toml", desk)
    assert findings == []
    assert project is not None
    assert (project.adapter is not None) == command
    workflow = (desk / WRITTEN[0]).read_text()
    assert workflow.count("threadwire test\n") == 2 * step
    assert run(["generate"]) == 0
    assert run(["test", "--smoke"]) == (0 if command else 2)


def test_the_bundled_suite_is_never_run_for_a_protocol_that_was_drafted(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / "api.json").write_text(json.dumps(DOCUMENT))
    assert run(["init", "--from", "api.json", "--target", "python"]) == 0
    assert run(["generate"]) == 0
    for words in ([], ["--", "cat"]):
        capsys.readouterr()
        assert run(["test", *words]) == 2
        said = "the suite generated/suite does not exist: threadwire generate writes it, with"
        assert said in capsys.readouterr().err


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


@pytest.mark.parametrize("options", [[], ["--force"]])
def test_a_second_protocol_does_not_take_the_place_of_the_first(
    desk: Path, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / "api.json").write_text(json.dumps(DOCUMENT))
    assert run(["init"]) == 0
    before = files(desk)
    capsys.readouterr()
    assert run(["init", "--from", "api.json", *options]) == 1
    out, err = capsys.readouterr()
    assert err == (
        f"threadwire.toml:1:1 other-protocol is about schema/{bundled().name}, and would be about"
        " schema/weather alone — set the second protocol up in a folder of its own: threadwire init"
        " DIR; or move threadwire.toml away, if it is to take the first one's place\n"
    )
    assert last_line(out) == "init: there is a protocol here already, nothing was written"
    assert files(desk) == before
    assert run(["init", "--from", "api.json", "second"]) == 0


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
        (
            ["--from", "../api.json", "--protocol", "meta"],
            "--protocol meta: schema/meta holds the JSON Schemas for editors; name it otherwise",
        ),
        (
            ["--from", "../api.json", "--protocol", bundled().name],
            "a protocol that comes with threadwire is called so; name it otherwise",
        ),
    ],
)
def test_options_that_cannot_be_meant_are_refused(
    desk: Path,
    options: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (desk / "api.json").write_text(json.dumps(DOCUMENT))
    (desk / "empty").mkdir()
    monkeypatch.chdir(desk / "empty")
    assert run(["init", *options]) == 2
    assert said in capsys.readouterr().err
    assert files(desk / "empty") == {}


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
                    "degrees": {"type": "integer", "description": "How warm it is."},
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
    assert "How warm it is." in models, "what the document says is taken over"
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


@pytest.mark.parametrize("options", [[], ["--root", "Stream"]])
def test_a_stream_whose_events_are_named_in_their_data_cannot_be_drafted(
    desk: Path, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    event = {
        "type": "object",
        "required": ["type"],
        "properties": {"type": {"const": "made"}, "text": {"type": "string"}},
    }
    schemas = {"Stream": {"oneOf": [{"$ref": "#/components/schemas/Made"}]}, "Made": event}
    (desk / "api.json").write_text(json.dumps({**DOCUMENT, "components": {"schemas": schemas}}))
    assert run(["init", "--from", "api.json", *options]) == 2
    err = capsys.readouterr().err
    assert "drafted" in err
    assert "name the schema of the whole stream" not in err
    assert list(files(desk)) == ["api.json"]


def test_types_are_in_no_file_that_a_spec_has_for_something_else(desk: Path) -> None:
    taken = ["Lifecycle", "Meta", "Protocol", "Rules"]
    body = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
    schemas: dict[str, object] = dict.fromkeys(taken, body)
    schemas["Stream"] = {
        "oneOf": [
            {
                "type": "object",
                "required": ["event", "data"],
                "properties": {
                    "event": {"const": f"one.{name}"},
                    "data": {"$ref": f"#/components/schemas/{name}"},
                },
            }
            for name in taken
        ]
    }
    (desk / "api.json").write_text(json.dumps({**DOCUMENT, "components": {"schemas": schemas}}))
    assert run(["init", "--from", "api.json"]) == 0
    names = {path.stem for path in (desk / "schema" / "stream").glob("*.yaml")}
    assert names == {"protocol", *(f"{name.lower()}_types" for name in taken)}
    assert run(["generate"]) == 0


@pytest.mark.parametrize("name", ["no", "123", "a: b #c.json", "[x].json"])
def test_the_name_of_a_document_is_a_text(desk: Path, name: str) -> None:
    (desk / name).write_text(json.dumps(DOCUMENT))
    assert run(["init", "--from", name]) == 0
    text = (desk / "schema" / "weather" / "protocol.yaml").read_text()
    assert yaml.safe_load(text)["source"]["document"] == name


def test_a_closed_output_is_no_reason_to_fail(desk: Path) -> None:
    command = f"{shlex.quote(sys.executable)} -m threadwire_generator.cli init >&-"
    done = subprocess.run(["sh", "-c", command], cwd=desk, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert (desk / "threadwire.toml").is_file()


def test_what_the_system_refuses_is_told_with_the_file(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def write_text(path: Path, *args: str, **more: str) -> int:
        del path, args, more
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing.Path, "write_text", write_text)
    assert run(["init"]) == 2
    assert re.match(r"threadwire: schema/\S+: No space left on device\n", capsys.readouterr().err)
    assert files(desk) == {}


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


NO_DATA: list[dict[str, Any]] = [
    {"type": "object"},
    {"type": "object", "additionalProperties": {"type": "string"}},
    {"anyOf": [{"type": "object", "properties": {name: {"type": "string"}}} for name in "xy"]},
]


@pytest.mark.parametrize("data", NO_DATA)
def test_events_without_data_that_a_spec_can_have_are_told_at_the_document(
    desk: Path, data: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / "open.json").write_bytes(document({"Stream": {"oneOf": [event("noted", data)]}}))
    assert run(["init", "--from", "open.json", "--root", "Stream"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("open.json:")
    assert " init/data `noted`: its data is no object: no spec can have it — " in err
    assert ".yaml" not in err
    assert not (desk / "schema").exists()


@pytest.mark.parametrize("name", ["CON", "Nul", "COM1"])
def test_no_file_is_called_as_a_device_is(desk: Path, name: str) -> None:
    data = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
    schemas = {"Stream": {"oneOf": [event("noted", ref(name))]}, name: data}
    (desk / "open.json").write_bytes(document(schemas))
    assert run(["init", "--from", "open.json", "--root", "Stream"]) == 0
    assert (desk / "schema" / "stream" / f"{name.lower()}_types.yaml").exists()
    assert run(["generate"]) == 0


def test_what_keeps_the_suite_from_being_generated_is_told(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = {"type": "object", "properties": {"x": {"enum": ["a-", "a_", "a "]}}, "required": ["x"]}
    (desk / "open.json").write_bytes(document({"Stream": {"oneOf": [event("noted", data)]}}))
    assert run(["init", "--from", "open.json", "--root", "Stream"]) == 0
    text = (
        "no suite can be generated as it is, leave it out or mend this: the id `noted/x/value-a_`"
    )
    assert text in capsys.readouterr().out
