"""`threadwire check --against REV`: the gate, against real repositories."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from threadwire_generator.build import read_spec
from threadwire_generator.change.accepted import read_accepted, rows_for
from threadwire_generator.change.compare import compare
from threadwire_generator.change.contract import Change, Place, Step
from threadwire_generator.change.gate import mark_of
from threadwire_generator.change.kinds import KINDS
from threadwire_generator.change.of_spec import contract_of_spec
from threadwire_generator.cli import run
from threadwire_generator.findings import format_finding
from threadwire_generator.spec import EndEvent, ErrorShape, Spec

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
        "schema/pipeline/build.yaml:13:5 unaccepted-break `Build.class` required_to_optional"
        " (`string|null`) breaks old decoders and code that uses the package"
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


def test_a_row_without_detail_accepts_its_kind_at_its_place() -> None:
    rows, findings = read_accepted(b"- {path: A.b, kind: type_changed, reason: so}\n", Path(LIST))
    assert findings == []
    (row,) = rows
    assert row.accepts(change("A.b", "type_changed", "string -> integer"))
    assert not row.accepts(change("A.b", "nullable_added", "string -> integer"))
    assert not row.accepts(change("A.c", "type_changed", "string -> integer"))


def test_where_there_can_be_several_at_one_place_a_row_says_which() -> None:
    several = {name for name, kind in KINDS.items() if kind.several}
    words = ("enum_value_", "variant_", "constraint_", "event_added", "event_removed")
    assert several == {name for name in KINDS if name.startswith(words)}
    for kind in sorted(KINDS):
        text = f"- {{path: A.b, kind: {kind}, reason: so}}\n"
        _, findings = read_accepted(text.encode(), Path(LIST))
        assert [finding.rule for finding in findings] == ["accepted/detail"] * (kind in several)


ACCEPTED = (
    "- {path: Build.class, kind: required_to_optional, reason: so}\n"
    "- {path: BuildState, kind: enum_value_added, detail: stopped, reason: so}\n"
)


def test_rows_that_the_base_has_already_need_match_nothing(desk: Path) -> None:
    """So that a hook does not refuse the second commit of a branch that a gate lets through."""
    break_it(desk)
    accept(desk, ACCEPTED)
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
    assert check("--against", "HEAD~1") == 0  # it stands there, too
    assert check("--against", "HEAD~2") == 1  # the gate sees that it matches nothing
    git(desk, "checkout", "-q", "-b", "side")
    edit(desk, "description: A build.", "description: One build.")
    assert run(["generate"]) == 0
    commit(desk, "more")
    assert check("--against", "main") == 0  # the base of another branch is as good as HEAD


def test_a_row_that_the_base_has_already_accepts_nothing_more(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its break is in the base; the same one, taken back and made again, is another."""
    break_it(desk)
    accept(desk, ACCEPTED)
    commit(desk, "break it")
    git(desk, "checkout", "-q", "HEAD~1", "--", "schema/pipeline")
    assert run(["generate"]) == 0
    commit(desk, "not yet")
    break_it(desk)
    capsys.readouterr()
    assert check("--against", "HEAD") == 1
    err = capsys.readouterr().err
    assert err.count("(the row there is for a break before HEAD: give a reason anew)") == 2
    accept(desk, ACCEPTED.replace("reason: so", "reason: now it is time"))
    assert check("--against", "HEAD") == 0


def test_a_reason_that_is_put_better_need_match_nothing(desk: Path) -> None:
    break_it(desk)
    accept(desk, ACCEPTED)
    commit(desk, "break it")
    accept(desk, ACCEPTED.replace("reason: so", "reason: it is so"))
    assert check("--against", "HEAD") == 0


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        (
            "- {path: A, kind: enum_value_addd, detail: x, reason: so}\n",
            (
                "1:19 accepted/kind `enum_value_addd` is no kind of change"
                " — did you mean `enum_value_added`?"
            ),
        ),
        (
            "- {path: A, kind: type_changed}\n",
            (
                "1:3 shape/missing item 1 has no `reason` — add `reason`: why the break is"
                " intended, and what becomes of those whom it breaks"
            ),
        ),
        (
            "- {path: A, kind: type_changed, reason: '  '}\n",
            (
                "1:41 accepted/reason no reason is given for `A` — say why this break is intended,"
                " and what becomes of those whom it breaks"
            ),
        ),
        (
            "- {path: A, kind: type_changed, reason: so, until: 2030}\n",
            (
                "1:45 shape/unknown-keyword `until` is no keyword of an accepted break"
                " — remove it; there can be `path`, `kind`, `detail`, `protocol`, `reason`"
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
    assert check() == 1  # a list that is not in order is so without a base, too
    assert capsys.readouterr().err == err


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
    shutil.copytree(PIPELINE, desk / "schema" / "line")
    edit(desk, "protocol: pipeline", "protocol: line", "../line/protocol.yaml")
    (desk / "threadwire.toml").write_text(SETTINGS.replace("/pipeline", "/line"))
    assert run(["generate"]) == 0
    assert check("--against", "HEAD") == 0
    end = "nothing to break: HEAD has no schema/line: the protocol is new"
    assert last_line(capsys.readouterr().out).endswith(end)


@pytest.mark.parametrize("place", ["schema/line", "api/line", "pipeline"])
@pytest.mark.parametrize("renamed", [False, True])
def test_a_protocol_that_was_moved_is_no_new_one(
    desk: Path, place: str, renamed: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / place).parent.mkdir(exist_ok=True)
    git(desk, "mv", "schema/pipeline", place)
    (desk / "threadwire.toml").write_text(SETTINGS.replace("schema/pipeline", place))
    if renamed:  # then the settings of that revision say where it was
        path = desk / place / "protocol.yaml"
        text = path.read_text()
        assert "protocol: pipeline" in text
        path.write_text(text.replace("protocol: pipeline", "protocol: line"))
    path = desk / place / "build.yaml"
    states = "enum: [planned, passed, failed"
    path.write_text(path.read_text().replace(f"{states}]", f"{states}, stopped]"))
    assert run(["generate"]) == 0
    capsys.readouterr()
    assert check("--against", "HEAD") == 1
    assert "enum_value_added (`stopped`)" in capsys.readouterr().err
    assert run(["diff", "HEAD", place]) == 0
    assert "enum_value_added" in capsys.readouterr().out


def test_of_two_protocols_with_one_name_the_one_that_stood_here_is_the_base(desk: Path) -> None:
    shutil.copytree(PIPELINE, desk / "copies" / "pipeline")
    edit(desk, "passed, failed]", "passed, failed, other]", "../../copies/pipeline/build.yaml")
    commit(desk, "a copy")
    assert check("--against", "HEAD") == 0


def test_a_branch_that_is_merely_behind_is_not_blamed(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(desk, "checkout", "-q", "-b", "side")
    git(desk, "commit", "-q", "--allow-empty", "-m", "something")
    git(desk, "checkout", "-q", "main")
    break_it(desk)
    commit(desk, "break it there")
    git(desk, "checkout", "-q", "side")
    assert check("--against", "main") == 0
    break_it(desk)
    capsys.readouterr()
    assert check("--against", "main") == 1  # what it does itself is still held to the base
    assert "enum_value_added (`stopped`)" in capsys.readouterr().err


def test_without_a_commit_in_common_there_is_nothing_to_compare_with(
    desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    git(desk, "checkout", "-q", "--orphan", "other")
    commit(desk, "from nothing")
    capsys.readouterr()
    assert check("--against", "main") == 2
    err = capsys.readouterr().err
    assert "--against main: what is worked on has no commit in common with main — name a" in err
    git(desk, "checkout", "-q", "main")
    git(desk, "checkout", "-q", "-b", "side")
    for branch in ("main", "side"):
        git(desk, "checkout", "-q", branch)
        git(desk, "commit", "-q", "--allow-empty", "-m", branch)
    shallow = tmp_path / "shallow"
    words = ("clone", "-q", "--depth", "1", "--no-single-branch", desk.as_uri(), str(shallow))
    git(tmp_path, *words)
    monkeypatch.chdir(shallow)
    assert check("--against", "origin/main") == 2
    err = capsys.readouterr().err
    assert "has no commit in common with origin/main in this clone, which is shallow" in err
    assert "git fetch --unshallow" in err


# --- names, and how a stream is framed ------------------------------------------------------------


def refusals(capsys: pytest.CaptureFixture[str]) -> list[str]:
    capsys.readouterr()
    check("--against", "HEAD", "--target", "jsonschema")
    rows = re.findall(r" unaccepted-break (.*) breaks (.*) — ", capsys.readouterr().err)
    return [" ".join(row).replace("`", "") for row in rows]


CODE = "code that uses the package"
BOTH = "old decoders and old servers"


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("protocol", "package: pipeline_events", "package: line_events", "(pipeline_events -> "),
        ("protocol", "class: BuildPlanned", "class: BuildBegun", "(BuildPlanned -> BuildBegun)"),
        ("protocol", "union: PipelineEvent", "union: LineEvent", "(PipelineEvent -> LineEvent)"),
        ("build", "name: queue_class", "name: queue", "Build.class name_changed"),
    ],
)
def test_a_name_that_code_imports_is_not_changed_unnoticed(
    desk: Path,
    name: str,
    old: str,
    new: str,
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    edit(desk, old, new, f"{name}.yaml")
    (found,) = refusals(capsys)
    assert "name_changed" in found
    assert said in found
    assert found.endswith(CODE)


def test_a_type_of_another_name_is_a_rename_and_breaks_code(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = desk / "schema" / "pipeline"
    for path in folder.glob("*.yaml"):
        path.write_text(re.sub(r"\bBuildState\b", "BuildPhase", path.read_text()))
    assert refusals(capsys) == [
        f"BuildState=>BuildPhase name_changed (BuildState -> BuildPhase) {CODE}"
    ]
    assert run(["diff", "HEAD", "schema/pipeline"]) == 0
    assert "renamed: BuildState => BuildPhase" in capsys.readouterr().out


def test_the_package_is_what_the_settings_call_it(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / "threadwire.toml").write_text(f"{SETTINGS}package = 'acme_events'\n")
    (found,) = refusals(capsys)
    assert "-> acme_events)" in found
    commit(desk, "our own name")
    assert refusals(capsys) == []
    (desk / "threadwire.toml").write_text(f"{SETTINGS}package = 'ours'\n")
    (found,) = refusals(capsys)
    assert "(acme_events -> ours)" in found
    assert run(["diff", "HEAD", "schema/pipeline"]) == 0
    assert "acme_events -> ours" in capsys.readouterr().out


def test_how_a_stream_is_framed_is_not_changed_unnoticed(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(desk, "text_as: reason", "text_as: kind", "protocol.yaml")
    said = f"PipelineEvent error_changed (fault reason -> fault kind) {BOTH}"
    assert refusals(capsys) == [said]
    spec, _ = read_spec(PIPELINE)
    assert spec is not None
    broken = ("BREAKING", "BREAKING")
    assert kinds(spec, replace(spec, selector="other")) == [("selector_changed", *broken)]
    assert ("error_changed", *broken) in kinds(spec, replace(spec, error=None))
    ended = replace(spec, end=EndEvent("build/over", "now"))
    assert ("end_changed", *broken) in kinds(spec, ended)
    otherwise = replace(spec, end=EndEvent("fault", "now"))
    assert ("end_changed", *broken) in kinds(ended, otherwise)
    wrapped = replace(spec, error=ErrorShape("fault", "reason", "error"))
    assert kinds(spec, wrapped) == [("error_changed", *broken)]


def kinds(old: Spec, new: Spec) -> list[tuple[str, str, str]]:
    found = compare(contract_of_spec(old, "wire"), contract_of_spec(new, "wire")).changes
    return [(each.kind, each.decoder, each.server) for each in found]


def test_the_data_of_the_end_and_the_last_events_break_whom_they_break() -> None:
    spec, _ = read_spec(ROOT / "tests" / "protocols" / "pipeline")
    assert spec is not None
    ended = replace(spec, end=EndEvent("over", "now"))
    other = replace(spec, end=EndEvent("over", "[DONE]"))
    assert kinds(ended, other) == [("end_changed", "safe", "BREAKING")]
    first = replace(spec.events[0], ends=("object",))
    none = replace(spec.events[0], ends=())
    more = replace(spec, events=(first, *spec.events[1:]))
    less = replace(spec, events=(none, *spec.events[1:]))
    assert kinds(less, more) == [("ends_changed", "safe", "BREAKING")]
    assert kinds(more, less) == [("ends_changed", "BREAKING", "safe")]


def test_with_a_document_names_and_framing_are_nothing() -> None:
    spec, _ = read_spec(PIPELINE)
    assert spec is not None
    one = contract_of_spec(spec, "documented")
    other = contract_of_spec(replace(spec, package="x", end=EndEvent("x", "y")), "documented")
    assert compare(one, other).changes != ()
    assert compare(replace(one, facts=None), other).changes == ()


def test_a_field_that_may_be_absent_is_not_told_to_be_null_as_well(desk: Path) -> None:
    before, _ = read_spec(desk / "schema" / "pipeline")
    edit(desk, "[kind, id, state, trigger, class, plan]", "[kind, id, state, trigger, plan]")
    after, _ = read_spec(desk / "schema" / "pipeline")
    assert before is not None
    assert after is not None
    assert [kind for kind, *_ in kinds(before, after)] == ["required_to_optional"]
    assert [kind for kind, *_ in kinds(after, before)] == ["optional_to_required"]


# --- several protocols, and where the list lies ---------------------------------------------------


def test_with_several_protocols_a_row_says_which_and_others_are_left_alone(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(PIPELINE, desk / "schema" / "line")
    edit(desk, "protocol: pipeline", "protocol: line", "../line/protocol.yaml")
    commit(desk, "a second one")
    break_it(desk)
    capsys.readouterr()
    assert check("--against", "HEAD") == 1
    rows = rows_from(capsys.readouterr().out).replace("TODO", "so")
    assert rows.count("  protocol: pipeline\n") == rows.count("- path") == 2
    accept(desk, rows.replace("  protocol: pipeline\n", ""))
    assert check("--against", "HEAD") == 1
    message = "there are several protocols here, and it is not said which `BuildState` is of"
    cure = "add `protocol`: one of `line`, `pipeline`"
    assert f"accepted/protocol {message} — {cure}" in capsys.readouterr().err
    accept(desk, rows)
    assert check("--against", "HEAD") == 0
    others = rows.replace("protocol: pipeline", "protocol: line")
    accept(desk, rows + others)  # these match nothing here, and are not this protocol's
    assert check("--against", "HEAD") == 0
    accept(desk, others)
    assert check("--against", "HEAD") == 1
    accept(desk, rows.replace("protocol: pipeline", "protocol: pipelin"))
    capsys.readouterr()
    assert check() == 1
    assert "there is no protocol `pipelin` — did you mean `pipeline`?" in capsys.readouterr().err


def test_the_list_is_found_and_named_from_wherever_a_person_stands(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    break_it(desk)
    accept(desk, ACCEPTED)
    places = {"schema/pipeline": "..", "schema": ".", "generated/python": "../../schema"}
    for place, folder in places.items():
        monkeypatch.chdir(desk / place)
        assert check("--against", "HEAD") == 0
        accept(desk, STALE)
        capsys.readouterr()
        assert check("--against", "HEAD") == 1
        name = (Path(folder) / "accepted-breaks.yaml").as_posix()
        assert f"accept it in {name}\n" in capsys.readouterr().err
        accept(desk, ACCEPTED)
    monkeypatch.chdir(desk / "schema" / "pipeline")
    options = ["--schema", ".", "--out", str(desk / "generated"), "--target", "python"]
    assert check(*options, "--against", "HEAD") == 0
    (desk / "threadwire.toml").unlink()
    assert check(*options, "--against", "HEAD") == 0


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


@pytest.mark.parametrize(
    ("revision", "fetch"),
    [
        ("nowhere", "git fetch --all --tags"),
        ("--help", "git fetch --all --tags"),
        ("HEAD~9", "git fetch --all --tags"),
        ("HEAD:schema", "git fetch --all --tags"),
        ("origin/main", "git fetch origin main"),
        ("origin/it's", "git fetch origin 'it'\"'\"'s'"),
        ("origin/a b", "git fetch --all --tags"),  # no name of a branch
        ("origin/main~3", "git fetch --all --tags"),
        ("origin/", "git fetch --all --tags"),
        ("other/main", "git fetch --all --tags"),  # no remote
        ("https://example.org/a", "git fetch --all --tags"),
        ("-x/y", "git fetch --all --tags"),
    ],
)
def test_a_revision_that_git_does_not_know_is_told(
    desk: Path, revision: str, fetch: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    told = f"threadwire: --against {revision}: git knows no such revision here — see git log"
    assert check(f"--against={revision}") == 2
    assert capsys.readouterr().err == f"{told} for those that there are\n"  # nothing to fetch from
    git(desk, "remote", "add", "origin", "https://example.org/nowhere")
    assert check(f"--against={revision}") == 2
    assert capsys.readouterr().err == f"{told}, or fetch it: {fetch}\n"


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
    accept(desk, ACCEPTED)
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
