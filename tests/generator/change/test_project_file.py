"""`threadwire.toml`: where it is found, what it says, what is wrong with it and where."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from support.ticker import PROTOCOL, TYPES
from threadwire_generator.change.project import OPTIONS, Project, find_project, read_project
from threadwire_generator.change.toml_file import load_toml
from threadwire_generator.cli import COMMANDS, run, threadwire
from threadwire_generator.findings import Finding, format_finding


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one protocol in a place of its own, and no settings yet."""
    folder = tmp_path / "spec" / "prices"
    folder.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    (folder / "protocol.yaml").write_text(PROTOCOL)
    (folder / "price.yaml").write_text(TYPES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def settings(desk: Path, text: str) -> Path:
    file = desk / "threadwire.toml"
    file.write_text(text, encoding="utf-8")
    return file


def project(desk: Path, text: str, here: Path | None = None) -> Project:
    found, findings = read_project(settings(desk, text), here or desk)
    assert findings == []
    assert found is not None
    return found


def findings_of(desk: Path, text: str) -> list[Finding]:
    found, findings = read_project(settings(desk, text), desk)
    assert (found is None) == bool(findings)
    return findings


# --- where it is found ----------------------------------------------------------------------------


def test_the_file_is_found_upwards_and_the_nearest_counts(desk: Path) -> None:
    inner = desk / "a" / "b"
    inner.mkdir(parents=True)
    assert find_project(inner) is None
    top = settings(desk, "schema = 'spec/prices'\n")
    assert find_project(inner) == top
    assert find_project(desk) == top
    near = inner.parent / "threadwire.toml"
    near.write_text("")
    assert find_project(inner) == near


def test_settings_of_another_repository_never_apply(desk: Path) -> None:
    settings(desk, "schema = 'spec/prices'\n")
    inner = desk / "vendored" / "deep"
    inner.mkdir(parents=True)
    assert find_project(inner) is not None
    (inner.parent / ".git").write_text("gitdir: elsewhere\n")  # as a submodule has it
    assert find_project(inner) is None


def test_outside_of_a_repository_only_the_folder_itself_counts(desk: Path) -> None:
    """A file further up may be anybody's."""
    top = settings(desk, "schema = 'spec/prices'\n")
    assert find_project(desk / "spec") == top
    (desk / ".git").rmdir()
    assert find_project(desk / "spec") is None
    assert find_project(desk) == top


# --- what it says ---------------------------------------------------------------------------------


def test_paths_count_from_the_file_wherever_the_command_is_called(desk: Path) -> None:
    text = "schema = 'spec/prices'\nout = 'out'\n[test]\nknown_failures = 'known.yaml'\n"
    here = project(desk, text)
    assert here.schema == Path("spec/prices")
    assert (here.out, here.suite) == (Path("out"), Path("out/suite"))
    assert here.file == Path("threadwire.toml")
    inner = desk / "a" / "b"
    inner.mkdir(parents=True)
    there = project(desk, text, inner)
    assert there.schema == Path("../../spec/prices")
    assert there.known_failures == Path("../../known.yaml")
    assert there.file == Path("../../threadwire.toml")


def test_what_is_not_said_is_as_without_the_file(desk: Path) -> None:
    found = project(desk, "schema = 'spec/prices'")
    assert found.out == Path("generated")
    assert found.targets == ()
    assert found.package is None
    assert found.adapter is None
    assert found.fail_on == ("decoder", "server", "python")


@pytest.mark.parametrize("command", OPTIONS)
def test_each_setting_is_an_option_of_its_command(command: str) -> None:
    assert COMMANDS[command].project
    context = threadwire.make_context("threadwire", [])
    found: Any = threadwire.get_command(context, command)
    words = {word for parameter in found.params for word in parameter.opts}
    assert {word for word in OPTIONS[command] if word.startswith("--")} <= words


def test_every_command_that_heeds_the_file_has_settings() -> None:
    assert {name for name, row in COMMANDS.items() if row.project} == OPTIONS.keys()


# --- what is wrong with it ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        (
            "schema = 'spec/prices'\nfolder = 'x'\n",
            (
                "2:1 shape/unknown-keyword `folder` is no keyword of `threadwire.toml` — remove it;"
                " there can be `schema`, `out`, `suite`, `cases`, `package`, `targets`, `fail_on`,"
                " `test`"
            ),
        ),
        (
            "shema = 'spec/prices'\n",
            (
                "1:1 shape/unknown-keyword `shema` is no keyword of `threadwire.toml`"
                " — did you mean `schema`?"
            ),
        ),
        (
            "# nothing\nout = 'x'\n",
            (
                "1:1 shape/missing the file has no `schema` — add `schema`: the folder"
                " of the protocol, which holds `protocol.yaml`"
            ),
        ),
        (
            "schema = 'prices'\n",
            (
                "1:10 project/value there is no protocol.yaml in `prices`"
                " — name the folder that holds it, counted from threadwire.toml"
            ),
        ),
        (
            "schema = 'spec/prices'\ntargets = [\n  'python',\n  # the other\n  'jsonschem',\n]\n",
            ("5:3 project/value there is no target `jsonschem` — did you mean `jsonschema`?"),
        ),
        (
            "schema = 'spec/prices'\npackage = 'my-events'\n",
            (
                "2:11 project/value `my-events` cannot be imported as a package: it is"
                " no lower-case identifier — name it as in `weather_events`"
            ),
        ),
        (
            "schema = 'spec/prices'\ncases = 'cases'\n",
            (
                "2:9 project/value there is no folder `cases`"
                " — name the folder of your cases, or remove the line"
            ),
        ),
        (
            "schema = 'spec/prices'\nfail_on = ['decoder', 'sever']\n",
            (
                "2:23 shape/value item 2 must be one of `decoder`, `server`, `python`,"
                " not `sever` — did you mean `server`?"
            ),
        ),
        (
            "schema = 'spec/prices'\n[test]\ncommand = 'node adapter.mjs'\n",
            (
                "3:11 shape/type `command` must be a list of words, as in"
                ' ["node", "adapter.mjs"], not `node adapter.mjs`'
                ' — write a list of words, as in ["node", "adapter.mjs"]'
            ),
        ),
        (
            "schema = 'spec/prices'\ntest.revision = 0\n",
            (
                "2:17 shape/value `revision` must be the number of a revision, 1 or"
                " more, not `0` — write the number of a revision, 1 or more"
            ),
        ),
        (
            "schema = 'spec/prices'\ntest = {revison = 1}\n",
            (
                "2:9 shape/unknown-keyword `revison` is no keyword of `[test]`"
                " — did you mean `revision`?"
            ),
        ),
        (
            "schema = 'spec/prices'\nout = \"a\\u0000b\"\n",
            (
                "2:7 project/value `a\\x00b` has a NUL in it, which no path can have"
                " — take it out"
            ),
        ),
        (
            'schema = "spec\\u0000"\n',
            "1:10 project/value `spec\\x00` has a NUL in it, which no path can have — take it out",
        ),
        (
            "schema = 'spec/prices'\nout = 'x'\nsuite = './x'\n",
            (
                "3:9 project/value out and suite are both x — give each a folder of its own, as in"
                " `generated` and `generated/suite`"
            ),
        ),
        (
            "schema = 'spec/prices'\nout = 'x/y'\nsuite = 'x'\n",
            (
                "2:7 project/value out, x/y, lies in the folder of the suite, x — give each a"
                " folder of its own, as in `generated` and `generated/suite`"
            ),
        ),
        (
            "schema = 'spec/prices'\nsuite = 'generated/python/suite'\n",
            (
                "2:9 project/value the suite, generated/python/suite, lies in the folder of the"
                " target python — give each a folder of its own, as in `generated` and"
                " `generated/suite`"
            ),
        ),
        (
            "schema = 'spec/prices'\nout = 'spec/prices/out'\n",
            (
                "2:7 project/value the folder spec/prices/out is in spec/prices, which people write"
                " — name a folder beside it, as in `generated`"
            ),
        ),
        (
            "schema = 'spec/prices'\nsuite = '.git/suite'\n",
            "2:9 project/value the folder .git/suite is git's own — name another folder",
        ),
        (
            "schema = 2026-01-01\n",
            "1:10 load/date a date is no setting — put it in quotes",
        ),
        (
            "schema = spec\n",
            (
                "1:10 load/syntax no TOML: Invalid value"
                " — put text in quotes, lists in brackets, and one `key = value` on a line"
            ),
        ),
    ],
)
def test_a_mistake_is_told_with_its_place_and_a_cure(desk: Path, text: str, finding: str) -> None:
    (found,) = findings_of(desk, text)
    assert format_finding(found) == f"threadwire.toml:{finding}"


def test_a_protocol_beside_its_settings_has_no_place_for_its_list(desk: Path) -> None:
    for name in ("protocol.yaml", "price.yaml"):
        (desk / name).write_text((desk / "spec" / "prices" / name).read_text())
    (found,) = findings_of(desk, "schema = '.'\n")
    assert format_finding(found) == (
        "threadwire.toml:1:10 project/value the protocol lies in the folder of the settings, and"
        " its list of breaks above it — move it into a folder of its own, as in `schema/weather`"
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--out", "x", "--suite", "x"], "--suite: out and suite are both x"),
        (
            ["--suite", "generated/docs"],
            "--suite: the suite, generated/docs, lies in the folder of",
        ),
        (["--suite", "generated/.."], "--out: out, generated, lies in the folder of the suite"),
        (["--out", ".git/x"], "--out: the folder .git/x is git's own"),
        (["--out", "spec/prices"], "--out: the folder spec/prices is in spec/prices"),
    ],
)
@pytest.mark.parametrize("text", ["", "schema = 'spec/prices'\n"])
def test_folders_that_get_in_each_others_way_are_refused_as_options_too(
    desk: Path, text: str, options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if text:
        settings(desk, text)
    before = sorted(desk.rglob("*"))
    assert run(["generate", "--schema", "spec/prices", *options]) == 2
    assert said in capsys.readouterr().err
    assert sorted(desk.rglob("*")) == before


def test_generated_files_are_none_of_the_schema_room(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / "spec").rename(desk / "schema")
    assert run(["generate", "--out", "schema/generated"]) == 2
    said = "the folder schema/generated is in schema/, which people write"
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"schema = '\xff'", "load/encoding"),
        (b"x = 1\nx = 2\n", "load/syntax"),
        (b"x = [1,", "load/syntax"),
        (b"x" * 70_000, "load/size"),
        (b"x = " + b"[" * 20_000, "load/depth"),
        (b"x = " + b"[" * 5_000 + b"]" * 5_000, "load/depth"),
    ],
)
def test_what_is_no_settings_at_all_is_a_finding(content: bytes, rule: str) -> None:
    document, (found,) = load_toml(content, Path("threadwire.toml"))
    assert document is None
    assert found.rule == rule


def test_every_key_and_value_has_its_place() -> None:
    text = (
        "\ufeff# one\r\n"
        'a = "x # no comment"  # a comment = 1\r\n'
        "b.c = [1, [2, 3],\n  4, # five = 5\n]\n"
        "'d e' = '''\nq = 1\n[r]\n'''\n"
        'f = """a "quoted" = 1 \\""" """\n'
        "g = {h = 1, i = {j = ']'}}\n"
        "[k.l]\n  m = true\n"
        "[[n]]\no = 1.5\n[[n]]\no = -2\n"
    )
    document, findings = load_toml(text.encode(), Path("t.toml"))
    assert findings == []
    assert document is not None
    places = {
        ("a",): (2, 5),
        ("b", "c"): (3, 7),
        ("b", "c", 1): (3, 11),
        ("b", "c", 1, 1): (3, 15),
        ("b", "c", 2): (4, 3),
        ("d e",): (6, 9),
        ("f",): (10, 5),
        ("g", "h"): (11, 10),
        ("g", "i", "j"): (11, 22),
        ("k", "l"): (12, 1),
        ("k", "l", "m"): (13, 7),
        ("n", 0, "o"): (15, 5),
        ("n", 1, "o"): (17, 5),
    }
    for steps, place in places.items():
        mark = document.mark(steps)
        assert (mark.line, mark.column) == place, steps
    assert document.mark(("k", "l", "m"), key=True).column == 3


# --- what the commands make of it -----------------------------------------------------------------


def last_line(text: str) -> str:
    return text.rstrip("\n").rpartition("\n")[2]


ALL = "schema = 'spec/prices'\nout = 'out'\npackage = 'price_news'\ntargets = ['python', 'docs']\n"


def test_generate_and_check_need_no_options(
    desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(desk, ALL)
    inner = desk / "spec"
    monkeypatch.chdir(inner)
    assert run(["generate"]) == 0
    assert sorted(path.name for path in (desk / "out").iterdir()) == [
        "docs",
        "manifest.json",
        "python",
    ]
    assert "import price_news" not in capsys.readouterr().err
    package = desk / "out" / "python" / "price_news"
    assert "price_news" in (package / "__init__.py").read_text()
    assert not list((desk / "out").rglob("*ticker_events*"))
    monkeypatch.chdir(desk)
    assert run(["check"]) == 0
    (desk / "spec" / "prices" / "price.yaml").write_text(TYPES.replace("A price.", "Costs."))
    capsys.readouterr()
    assert run(["check"]) == 1
    assert last_line(capsys.readouterr().out).endswith("cure: threadwire generate")


def test_an_option_overrides_a_setting_and_is_part_of_the_cure(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings(desk, ALL)
    options = ["--out", "other", "--package", "other_news", "--target", "python"]
    assert run(["generate", *options]) == 0
    assert [path.name for path in (desk / "other" / "python").iterdir()] == ["other_news"]
    assert not (desk / "out").exists()
    (desk / "spec" / "prices" / "price.yaml").write_text(TYPES.replace("A price.", "Costs."))
    capsys.readouterr()
    assert run(["check", *options]) == 1
    cure = "cure: threadwire generate --out other --package other_news --target python"
    assert last_line(capsys.readouterr().out).endswith(cure)


def test_settings_are_for_their_own_protocol_alone(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings(desk, ALL)
    assert run(["generate"]) == 0
    before = {path: path.read_bytes() for path in (desk / "out").rglob("*") if path.is_file()}
    other = desk / "spec" / "other"
    other.mkdir()
    (other / "price.yaml").write_text(TYPES)
    (other / "protocol.yaml").write_text(PROTOCOL.replace("ticker", "other"))
    told = "spec/other is not the protocol of threadwire.toml"
    for command in ("generate", "check"):
        for options, said in (
            ([], f"{told}: say where its files are: --out DIR"),
            (["--package", "x"], f"{told}: say where its files are: --out DIR"),
            (["--out", "out"], f"{told}, whose files out is for: name a folder elsewhere"),
            (["--out", "out/more"], f"{told}, whose files out/more is for: name a folder"),
            (["--out", "new", "--suite", "out/suite"], f"{told}, whose files out/suite is for"),
        ):
            capsys.readouterr()
            assert run([command, "--schema", "spec/other", *options]) == 2
            assert said in capsys.readouterr().err
    assert run(["generate", "--schema", "spec/other", "--out", "new"]) == 0
    assert [path.name for path in (desk / "new" / "python").iterdir()] == ["other_events"]
    assert before == {path: path.read_bytes() for path in before}
    assert run(["check"]) == 0
    assert run(["generate", "--schema", "./spec/../spec/prices"]) == 0  # its own, however spelled


def test_a_target_that_is_struck_from_the_list_takes_its_files_along(desk: Path) -> None:
    settings(desk, ALL)
    assert run(["generate"]) == 0
    settings(desk, ALL.replace(", 'docs'", ""))
    assert run(["check"]) == 1
    assert run(["generate"]) == 0
    assert not (desk / "out" / "docs").exists()
    assert (desk / "out" / "python" / "price_news").is_dir()


def test_settings_that_are_not_in_order_end_the_command_and_not_its_help(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings(desk, "schema = 1\n")
    assert run(["generate"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("threadwire.toml:1:10 shape/type `schema` must be the path of a folder")
    assert not (desk / "generated").exists()
    assert run(["generate", "--help"]) == 0
    assert run(["explain", "decoding"]) != 2 or "threadwire.toml" not in capsys.readouterr().err


def test_with_settings_only_they_say_where_cases_are(desk: Path) -> None:
    (desk / "conformance" / "cases").mkdir(parents=True)
    (desk / "conformance" / "cases" / "wrong.yaml").write_text("no cases\n")
    settings(desk, "schema = 'spec/prices'\n")
    assert run(["generate"]) == 0
    assert (desk / "generated" / "suite" / "suite.json").is_file()
    settings(desk, "schema = 'spec/prices'\ncases = 'conformance/cases'\n")
    assert run(["generate"]) == 1


@pytest.mark.parametrize("name", ["class", "json", "1st", "my.events", ""])
def test_a_package_name_that_cannot_be_imported_is_refused(
    desk: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["generate", "--schema", "spec/prices", "--package", name]
    assert run(arguments) == 2
    assert f"--package {name}: it is" in capsys.readouterr().err
    assert not (desk / "generated").exists()


ADAPTER = """\
import json, sys
from pathlib import Path
Path("started-here").touch()
for line in sys.stdin:
    request = json.loads(line)
    if request["cmd"] == "stop":
        break
    if request["cmd"] == "start":
        print(json.dumps({"name": "mine", "version": "1", "language": "x", "features": []}))
    else:
        print(json.dumps({"seq": request["seq"], "events": [], "end": "eof"}))
    sys.stdout.flush()
"""


def test_test_runs_the_command_of_the_settings_where_the_file_is(
    desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk / "tools").mkdir()
    (desk / "tools" / "adapter.py").write_text(ADAPTER)
    settings(desk, "schema = 'spec/prices'\n[test]\ncommand = ['{python}', 'tools/adapter.py']\n")
    assert run(["generate"]) == 0
    monkeypatch.chdir(desk / "spec")
    capsys.readouterr()
    assert run(["test", "--smoke"]) == 3
    assert "no event came out of any of" in capsys.readouterr().out
    assert (desk / "started-here").exists()
    assert run(["test", "--list"]) == 0
    ids = [line.split()[1] for line in capsys.readouterr().out.splitlines()]
    suite = json.loads((desk / "generated" / "suite" / "suite.json").read_text())
    assert ids == [case["id"] for case in suite["cases"]]


def test_a_command_that_is_given_runs_instead_and_here(
    desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(desk, "schema = 'spec/prices'\n[test]\nfilter = true\ncommand = ['no-such-program']\n")
    (desk / "spec" / "mine.py").write_text(ADAPTER)
    assert run(["generate"]) == 0
    assert run(["test", "--smoke"]) == 3
    assert "no-such-program" in capsys.readouterr().out
    monkeypatch.chdir(desk / "spec")
    assert run(["test", "--smoke", "--", sys.executable, "mine.py"]) == 3
    assert (desk / "spec" / "started-here").exists()


# --- what a person sees ---------------------------------------------------------------------------


def test_findings_by_the_dozen_are_counted_unless_all_are_asked_for(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings(desk, "schema = 'spec/prices'\n")
    names = [f"n{number:02}" for number in range(20)]
    members = "".join(f"    {name}: {{type: string, description: TODO}}\n" for name in names)
    (desk / "spec" / "prices" / "price.yaml").write_text(TYPES + members)
    for options, shown, more in (([], 6, 14), (["--full"], 20, 0)):
        capsys.readouterr()
        assert run(["check", "--target", "docs", *options]) == 1
        err = capsys.readouterr().err
        assert err.count(" todo ") == shown
        assert (f"… {more} more findings of todo: threadwire check --full" in err) == bool(more)
    wrong = "".join(f"    class{number}: {{type: strng, description: x}}\n" for number in range(20))
    (desk / "spec" / "prices" / "price.yaml").write_text(TYPES + wrong)
    assert run(["check"]) == 1
    assert capsys.readouterr().err.count("shape/value") == 20  # each is for a person to mend
