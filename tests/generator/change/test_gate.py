"""`threadwire check --against REV`: the gate, against real repositories."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from threadwire_generator.build import read_spec
from threadwire_generator.change.accepted import read_accepted, rows_for
from threadwire_generator.change.contract import Change, Place, Step
from threadwire_generator.change.gate import mark_of
from threadwire_generator.cli import run
from threadwire_generator.findings import format_finding

ROOT = Path(__file__).parents[3]
PIPELINE = ROOT / "tests" / "protocols" / "pipeline"
LIST = "schema/accepted-breaks.yaml"
SETTINGS = "schema = 'schema/pipeline'\ntargets = ['python']\n"

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not there")


def git(folder: Path, *words: str) -> str:
    names = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.org")
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    env |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env.get('PATH', '')}"
    done = subprocess.run(
        ["git", *names, *words], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a protocol, its settings, and what is generated, in one commit."""
    desk = tmp_path / "desk"
    shutil.copytree(PIPELINE, desk / "schema" / "pipeline")
    (desk / "threadwire.toml").write_text(SETTINGS)
    monkeypatch.chdir(desk)
    git(desk, "init", "-q", "-b", "main")
    assert run(["generate"]) == 0
    commit(desk, "the protocol")
    return desk


def commit(desk: Path, message: str) -> None:
    git(desk, "add", "-A")
    git(desk, "commit", "-q", "--no-verify", "-m", message)


def edit(desk: Path, old: str, new: str, name: str = "build.yaml") -> None:
    path = desk / "schema" / "pipeline" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def break_it(desk: Path) -> None:
    """Break who was made for the protocol as it was: decoders and code, in two ways."""
    edit(desk, "[kind, id, state, trigger, class, plan]", "[kind, id, state, trigger, plan]")
    edit(desk, "enum: [planned, passed, failed]", "enum: [planned, passed, failed, stopped]")
    assert run(["generate"]) == 0


def accept(desk: Path, text: str) -> None:
    (desk / LIST).write_text(text, encoding="utf-8")


def check(*options: str) -> int:
    return run(["check", *options])


def last_line(text: str) -> str:
    return text.rstrip("\n").rpartition("\n")[2]


# --- breaks ---------------------------------------------------------------------------------------


def test_nothing_that_changed_breaks_nobody(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check("--against", "HEAD") == 0
    assert last_line(capsys.readouterr().out).endswith("; no unaccepted break against HEAD")
    edit(desk, "description: A build.", "description: One build.")
    edit(desk, "  required: [name]\n", "  required: [name]\n", "build.yaml")
    assert run(["generate"]) == 0
    assert check("--against", "HEAD") == 0


def test_a_break_is_told_with_its_place_and_the_row_that_would_accept_it(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    break_it(desk)
    capsys.readouterr()
    assert check() == 0
    assert check("--against", "HEAD") == 1
    out, err = capsys.readouterr()
    findings = [line for line in err.splitlines() if " unaccepted-break " in line]
    assert findings[0] == (
        "schema/pipeline/build.yaml:13:5 unaccepted-break `Build.class` nullable_added"
        " (`string -> string|null`) breaks old decoders and code that uses the package"
        f" — take it back, or accept it in {LIST}"
    )
    assert "BuildState` enum_value_added (`stopped`) breaks old decoders" in findings[-1]
    assert last_line(out).endswith(
        f"findings against HEAD; cure: take back, or accept in {LIST}, what breaks"
    )
    rows = yaml.safe_load(
        out.partition(f"# to accept, each with its reason: {LIST}\n")[2].rpartition("\ncheck: ")[0]
    )
    assert {
        "path": "BuildState",
        "kind": "enum_value_added",
        "detail": "stopped",
        "reason": "TODO",
    } in rows
    assert len(rows) == len(findings)


def rows_from(out: str) -> str:
    """The rows that a check printed."""
    return re.search(r"^# to accept, .*\n((?:[- ] .*\n)+)", out, re.M)[1]  # type: ignore[index]


def test_a_row_that_is_pasted_needs_a_reason_and_then_accepts(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    break_it(desk)
    capsys.readouterr()
    assert check("--against", "HEAD") == 1
    rows = rows_from(capsys.readouterr().out)
    accept(desk, rows)
    assert check("--against", "HEAD") == 1
    err = capsys.readouterr().err
    assert err.count("accepted/reason no reason is given for `Bu") == rows.count("- path")
    assert f"{LIST}:3:11 accepted/reason" in err or f"{LIST}:4:11 accepted/reason" in err
    accept(desk, rows.replace("TODO", "Nobody reads it."))
    assert check("--against", "HEAD") == 0
    number = rows.count("- path")
    end = f"no unaccepted break against HEAD ({number} accepted)"
    assert last_line(capsys.readouterr().out).endswith(end)


def test_out_of_step_and_a_break_are_told_at_once(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(desk, "enum: [planned, passed, failed]", "enum: [planned, passed, failed, stopped]")
    capsys.readouterr()
    assert check("--against", "HEAD") == 1
    out, err = capsys.readouterr()
    assert "stale-file" in err
    assert "unaccepted-break" in err
    assert re.fullmatch(
        r"check: out of step, \d+ findings?; cure: threadwire generate;"
        r" 1 finding against HEAD; cure: take back, .*",
        last_line(out),
    )


def test_only_those_count_whom_the_settings_or_the_options_name(desk: Path) -> None:
    edit(desk, "state, trigger, class, plan]", "state, trigger, class, plan, load]")
    assert run(["generate"]) == 0  # old servers, and code that constructs
    assert check("--against", "HEAD") == 1
    assert check("--against", "HEAD", "--fail-on", "decoder") == 0
    assert check("--against", "HEAD", "--fail-on", "decoder", "--fail-on", "server") == 1
    (desk / "threadwire.toml").write_text(f"{SETTINGS}fail_on = ['decoder']\n")
    assert check("--against", "HEAD") == 0
    assert check("--against", "HEAD", "--fail-on", "server") == 1
    (desk / "threadwire.toml").write_text(f"{SETTINGS}fail_on = []\n")
    assert check("--against", "HEAD") == 0


def test_a_break_among_events_is_at_the_protocol(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    event = "  note: {class: NoteWritten, payload: Note, when: Somebody wrote a note.}\n"
    edit(desk, "  fault:\n", f"{event}  fault:\n", "protocol.yaml")
    edit(desk, "task.over, {event: log,", "task.over, note, {event: log,", "lifecycle.yaml")
    kind = "kind: {const: note, description: Names the event.}"
    note = f"Note:\n  description: A note.\n  required: [kind]\n  properties:\n    {kind}\n"
    edit(desk, "Labels:\n", f"{note}\nLabels:\n")
    assert run(["generate"]) == 0
    capsys.readouterr()
    assert check("--against", "HEAD", "--fail-on", "decoder") == 0  # of unknown names, all are kept
    commit(desk, "an event")
    git(desk, "checkout", "-q", "HEAD~1", "--", "schema")
    assert run(["generate"]) == 0
    capsys.readouterr()
    assert check("--against", "HEAD") == 1
    assert re.search(
        r"^schema/pipeline/protocol.yaml:\d+:3 unaccepted-break .* event_removed \(`note`\)",
        capsys.readouterr().err,
        re.M,
    )


# --- the list -------------------------------------------------------------------------------------


STALE = "- path: BuildState\n  kind: enum_value_added\n  detail: stoped\n  reason: It is so.\n"


def test_a_row_that_matches_nothing_is_a_finding(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    accept(desk, STALE)
    assert check("--against", "HEAD") == 1
    assert capsys.readouterr().err == (
        f"{LIST}:1:3 stale-acceptance accepts enum_value_added of `BuildState` (`stoped`), and"
        " nothing breaks so against HEAD — remove the row\n"
    )
    break_it(desk)
    capsys.readouterr()
    assert check("--against", "HEAD") == 1
    assert "against HEAD — did you mean the detail `stopped`?" in capsys.readouterr().err


def test_a_row_without_detail_accepts_all_of_its_kind_and_place() -> None:
    rows, findings = read_accepted(
        b"- {path: A.b, kind: enum_value_added, reason: so}\n", Path(LIST)
    )
    assert findings == []
    (row,) = rows
    assert row.accepts(change("A.b", "enum_value_added", "x"))
    assert row.accepts(change("A.b", "enum_value_added", "y"))
    assert not row.accepts(change("A.b", "enum_value_removed", "x"))
    assert not row.accepts(change("A.c", "enum_value_added", "x"))


def test_against_the_last_commit_rows_of_earlier_ones_are_left_alone(desk: Path) -> None:
    """So that a hook does not refuse the second commit of a branch that a gate lets through."""
    break_it(desk)
    accept(
        desk,
        "- {path: Build.class, kind: required_to_optional, reason: so}\n"
        "- {path: Build.class, kind: nullable_added, reason: so}\n"
        "- {path: BuildState, kind: enum_value_added, reason: so}\n",
    )
    assert check("--against", "HEAD") == 0
    commit(desk, "break it")
    assert check("--against", "HEAD") == 0
    assert check("--against", "HEAD~1") == 0
    accept(desk, (desk / LIST).read_text() + STALE)
    assert check("--against", "HEAD") == 1
    commit(desk, "a row that never matched")
    commit_and_go_on = git(desk, "commit", "--allow-empty", "-m", "more")
    assert "more" in commit_and_go_on
    assert check("--against", "HEAD") == 0
    assert check("--against", "HEAD~1") == 1
    assert check("--against", "HEAD~3") == 1  # the gate sees that it matches nothing


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        (
            "- {path: A, kind: enum_value_addd, reason: so}\n",
            (
                "1:19 accepted/kind `enum_value_addd` is no kind of change"
                " — did you mean `enum_value_added`?"
            ),
        ),
        (
            "- {path: A, kind: enum_value_added}\n",
            (
                "1:3 shape/missing item 1 has no `reason` — add `reason`: why the break is"
                " intended, and what becomes of those whom it breaks"
            ),
        ),
        (
            "- {path: A, kind: enum_value_added, reason: '  '}\n",
            (
                "1:45 accepted/reason no reason is given for `A` — say why this break is intended,"
                " and what becomes of those whom it breaks"
            ),
        ),
        (
            "- {path: A, kind: enum_value_added, reason: so, until: 2030}\n",
            (
                "1:49 shape/unknown-keyword `until` is no keyword of an accepted break"
                " — remove it; there can be `path`, `kind`, `detail`, `reason`"
            ),
        ),
        (
            "path: A\n",
            (
                "1:1 shape/type the file must be a list of accepted breaks, not"
                ' `{"path": "A"}` — write a list of accepted breaks'
            ),
        ),
        ("- path: [\n", None),
    ],
)
def test_a_list_that_is_not_in_order_is_told_with_place_and_cure(
    desk: Path, text: str, finding: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    accept(desk, text)
    assert check("--against", "HEAD") == 1
    err = capsys.readouterr().err
    if finding is None:
        assert err.startswith(f"{LIST}:2:1 load/syntax ")
    else:
        assert err == f"{LIST}:{finding}\n"
    assert check() == 0  # without a base nothing is accepted


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "[]\n"])
def test_a_list_may_be_empty(text: str) -> None:
    assert read_accepted(text.encode(), Path(LIST)) == ((), [])


def change(path: str, kind: str, detail: str) -> Change:
    place = Place(path, path)
    return Change(kind, place, detail, "BREAKING", "safe", "additive")


@pytest.mark.parametrize(
    "path", ["A.b", "A=>B.c[]", "A<enum>", 'A."odd: name"#', "true", "- x", "Ä.ö{}", "A.b # c", ""]
)
def test_a_row_to_paste_is_yaml_that_accepts_its_change(path: str) -> None:
    meant = change(path, "enum_value_added", "no: value # of 1")
    text = rows_for([meant]).replace("TODO", "so")
    rows, findings = read_accepted(text.encode(), Path(LIST))
    assert [format_finding(finding) for finding in findings] == []
    assert [row.accepts(meant) for row in rows] == [True]


# --- the base -------------------------------------------------------------------------------------


def test_a_protocol_that_is_new_breaks_nobody(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(desk, "mv", "schema/pipeline", "schema/line")
    (desk / "threadwire.toml").write_text(SETTINGS.replace("/pipeline", "/line"))
    assert run(["generate"]) == 0
    assert check("--against", "HEAD") == 0
    end = "nothing to break: HEAD has no schema/line: the protocol is new"
    assert last_line(capsys.readouterr().out).endswith(end)


def test_before_the_first_commit_there_is_nothing_to_break(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(desk / ".git")
    git(desk, "init", "-q")
    assert check("--against", "HEAD") == 0
    end = "nothing to break: nothing is committed yet"
    assert last_line(capsys.readouterr().out).endswith(end)
    assert check("--against", "main") == 2


def test_outside_of_a_repository_there_is_nothing_to_compare_with(
    desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(desk / ".git")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(desk.parent))
    capsys.readouterr()
    assert check("--against", "HEAD") == 2
    assert capsys.readouterr().err == (
        "threadwire: --against HEAD: schema/pipeline is in no git repository, so there is nothing"
        " to compare it with — call git init, or compare with a file or a folder\n"
    )


@pytest.mark.parametrize("revision", ["nowhere", "--help", "HEAD~9", "origin/main", "HEAD:schema"])
def test_a_revision_that_git_does_not_know_is_told(
    desk: Path, revision: str, capsys: pytest.CaptureFixture[str]
) -> None:
    del desk
    capsys.readouterr()
    assert check(f"--against={revision}") == 2
    err = capsys.readouterr().err
    assert err.startswith(f"threadwire: --against {revision}: git knows no such revision here — ")
    assert ("git fetch origin main" in err) == (revision == "origin/main")


def test_a_shallow_clone_says_what_to_fetch(
    desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    git(desk, "commit", "-q", "--allow-empty", "-m", "second")
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth", "1", desk.as_uri(), str(shallow))
    monkeypatch.chdir(shallow)
    assert check("--against", "HEAD") == 0
    capsys.readouterr()
    assert check("--against", "HEAD~1") == 2
    err = capsys.readouterr().err
    assert "this clone is shallow — fetch the rest: git fetch --unshallow" in err
    git(shallow, "fetch", "-q", "--unshallow")
    assert check("--against", "HEAD~1") == 0


def test_a_base_that_was_not_in_order_is_told(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = (desk / "schema" / "pipeline" / "build.yaml").read_text()
    edit(desk, "type: integer", "type: intger")
    commit(desk, "a mistake")
    (desk / "schema" / "pipeline" / "build.yaml").write_text(good)
    capsys.readouterr()
    assert check("--against", "HEAD") == 2
    err = capsys.readouterr().err
    assert "--against HEAD: the schema was not in order then — take a revision in which" in err
    assert "build.yaml:15:13 shape/" in err


def test_it_works_from_a_folder_below_and_on_a_tag(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(desk, "tag", "v1")
    break_it(desk)
    commit(desk, "break it")
    monkeypatch.chdir(desk / "schema" / "pipeline")
    assert check("--against", "HEAD") == 0
    assert check("--against", "v1") == 1


# --- as a hook, and in a workflow -----------------------------------------------------------------

HOOK = "#!/bin/sh\nexec threadwire check --against HEAD\n"


def refused(desk: Path) -> str:
    """Try to commit what is staged; what the hook said against it."""
    with pytest.raises(AssertionError) as caught:
        git(desk, "commit", "-m", "never")
    return str(caught.value)


def test_as_a_hook_of_git_it_refuses_and_lets_through(desk: Path) -> None:
    hook = desk / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(HOOK)
    hook.chmod(0o755)
    break_it(desk)
    git(desk, "add", "-A")
    assert "unaccepted-break `BuildState` enum_value_added" in refused(desk)
    accept(
        desk,
        "- {path: Build.class, kind: required_to_optional, reason: so}\n"
        "- {path: Build.class, kind: nullable_added, reason: so}\n"
        "- {path: BuildState, kind: enum_value_added, reason: so}\n",
    )
    git(desk, "add", "-A")
    git(desk, "commit", "-q", "-m", "break it, and say why")
    edit(desk, "description: A build.", "description: One build.")
    git(desk, "add", "-A")
    assert "stale-file" in refused(desk)
    assert run(["generate"]) == 0
    git(desk, "add", "-A")
    git(desk, "commit", "-q", "-m", "other words")
    assert git(desk, "log", "--format=%s").split("\n")[:2] == [
        "other words",
        "break it, and say why",
    ]


def test_as_a_hook_it_works_in_a_second_worktree(desk: Path, tmp_path: Path) -> None:
    """There git tells its hooks in variables where they are, which must not mislead."""
    hook = desk / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(HOOK)
    hook.chmod(0o755)
    other = tmp_path / "other"
    git(desk, "worktree", "add", "-q", "-b", "side", str(other))
    edit(other, "enum: [planned, passed, failed]", "enum: [planned, passed, failed, stopped]")
    git(other, "add", "-A")
    assert "unaccepted-break `BuildState` enum_value_added" in refused(other)
    git(other, "checkout", "-q", "HEAD", "--", ".")
    git(other, "commit", "-q", "--allow-empty", "-m", "nothing")


def test_the_lines_of_the_workflow_run_in_a_clean_clone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = tmp_path / "desk"
    desk.mkdir()
    git(desk, "init", "-q", "-b", "main")
    monkeypatch.chdir(desk)
    assert run(["init", "--package", "acme_events", "--target", "python"]) == 0
    assert run(["generate"]) == 0
    commit(desk, "all of it")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(desk), str(clone))
    workflow = yaml.safe_load((clone / ".github" / "workflows" / "threadwire.yaml").read_text())
    (job,) = workflow["jobs"].values()
    lines = [step["run"] for step in job["steps"] if "run" in step]
    assert lines[0] == 'python -m pip install "$THREADWIRE"'  # not here: a registry is no test's
    assert [line.split()[1] for line in lines[1:]] == ["check", "test"]
    for base, options in (("", []), ("main", ["--against"])):
        env = {**os.environ, "BASE": base}
        env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env['PATH']}"
        done = subprocess.run(
            ["sh", "-e", "-c", lines[1]], cwd=clone, env=env, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        assert ("no unaccepted break against origin/main" in done.stdout) == bool(options)
    done = subprocess.run(
        ["sh", "-e", "-c", f"{lines[2]} --case framing"], cwd=clone, env=env, capture_output=True
    )
    assert done.returncode == 0, done.stderr


def test_a_change_of_an_event_is_at_its_row_and_what_is_gone_at_the_nearest_that_is_left() -> None:
    spec, _ = read_spec(PIPELINE)
    assert spec is not None

    def line(type_name: str, *steps: Step) -> str:
        place = Place("Gone", type_name, steps)
        found = Change("event_removed", place, "", "BREAKING", "safe", "additive")
        mark = mark_of(found, spec)
        text = Path(mark.file).read_text(encoding="utf-8").splitlines()[mark.line - 1]
        return text.strip()

    assert line("PipelineEvent", Step("event", "log+")) == "log+:"
    assert line("PipelineEvent", Step("event", "gone")) == "build:"
    assert line("Build", Step("member", "state")).startswith("state: {$ref: BuildState")
    assert line("Build", Step("member", "gone")) == "Build:"
    assert line("Command", Step("items")) == "Command:"
