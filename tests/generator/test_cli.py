"""The command line: what a person types, reads, and gets as an exit code."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.ticker import PROTOCOL, TYPES
from threadwire_generator import cli, commands
from threadwire_generator.cli import COMMANDS, run

CHECKOUT = Path(__file__).resolve().parents[2]
PYTHON = [sys.executable, "-m", "threadwire_generator.cli"]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with one small protocol."""
    folder = tmp_path / "schema" / "ticker"
    folder.mkdir(parents=True)
    (folder / "protocol.yaml").write_text(PROTOCOL)
    (folder / "price.yaml").write_text(TYPES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def last_line(text: str) -> str:
    return text.rstrip("\n").rpartition("\n")[2]


# --- generate and check ---------------------------------------------------------------------------


def test_generate_then_check_are_in_order(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["generate"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert re.search(r"^python +\d+ created, 0 replaced, 0 removed, 0 unchanged$", out, re.M)
    assert last_line(out).startswith("generate: in order, ")
    assert "schema/ticker (1 event, 1 type)" in last_line(out)
    assert (desk / "generated" / "python" / "ticker_events" / "__init__.py").is_file()
    assert run(["check"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("check: in order, ")
    assert out.count("\n") == 1


def test_check_shows_the_difference_and_the_command_that_cures_it(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["generate", "--target", "jsonschema", "--out", "my out"])
    path = desk / "schema" / "ticker" / "price.yaml"
    path.write_text(path.read_text().replace("A price.", "What one costs."))
    before = {p: p.read_bytes() for p in desk.rglob("*") if p.is_file()}
    capsys.readouterr()
    assert run(["check", "--target", "jsonschema", "--out", "my out"]) == 1
    out, err = capsys.readouterr()
    assert "--- a/my out/jsonschema/wire.schema.json\n+++ b/my out/jsonschema" in out
    assert re.search(r"^-.*A price\.", out, re.M)
    assert re.search(r"^\+.*What one costs\.", out, re.M)
    assert err.splitlines()[0].startswith("my out/jsonschema/")
    assert re.match(r"my out/[^:]+:1:1 stale-file is not as planned any more — `threadwire", err)
    cure = last_line(out).partition("cure: ")[2]
    assert cure == "threadwire generate --out 'my out' --target jsonschema"
    assert {p: p.read_bytes() for p in desk.rglob("*") if p.is_file()} == before


def test_check_names_missing_orphaned_edited_and_foreign_files(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["generate"])
    out = desk / "generated"
    (out / "docs" / "events.md").write_text("edited\n")
    (out / "jsonschema" / "wire.schema.json").unlink()
    (out / "jsonschema" / "documented.schema.json").unlink()
    (out / "jsonschema" / "documented.schema.json").symlink_to(out / "docs" / "events.md")
    (out / "python" / "new_events").mkdir()
    (out / "python" / "new_events" / "__init__.py").write_text("mine\n")
    protocol = desk / "schema" / "ticker" / "protocol.yaml"
    protocol.write_text(PROTOCOL.replace("ticker_events", "new_events"))
    capsys.readouterr()
    assert run(["check"]) == 1
    stdout, err = capsys.readouterr()
    rules = {line.split(":1:1 ")[0]: line.split()[1] for line in err.splitlines()}
    assert rules["generated/docs/events.md"] == "edited-file"
    assert rules["generated/jsonschema/wire.schema.json"] == "missing-file"
    assert rules["generated/jsonschema/documented.schema.json"] == "edited-file"
    assert rules["generated/python/new_events/__init__.py"] == "foreign-file"
    assert rules["generated/python/ticker_events/__init__.py"] == "orphan-file"
    assert err.splitlines() == sorted(err.splitlines())
    assert last_line(stdout).endswith("see to the 3 files that stop it, then: threadwire generate")
    assert run(["generate"]) == 1
    stdout, err = capsys.readouterr()
    assert len(err.splitlines()) == 3
    assert last_line(stdout) == "generate: stopped by 3 files in generated, nothing was written"
    assert run(["generate", "--force"]) == 0
    assert run(["check"]) == 0


def test_check_names_the_journal_of_a_publication_that_was_cut_off(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workshop = desk / "generated" / ".threadwire"
    workshop.mkdir(parents=True)
    book = {"generator": "threadwire", "format": 1, "steps": {}, "files": {}}
    (workshop / "journal.json").write_text(json.dumps(book))
    assert run(["check"]) == 1
    out, err = capsys.readouterr()
    assert err.startswith("generated/.threadwire/journal.json:1:1 unfinished-publication ")
    assert last_line(out) == "check: a publication was cut off; cure: threadwire generate"
    assert run(["generate"]) == 0
    assert "finished a publication" in capsys.readouterr().out
    assert run(["check"]) == 0


def test_check_notices_a_manifest_that_does_not_fit(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["generate"])
    (desk / "generated" / "manifest.json").unlink()
    capsys.readouterr()
    assert run(["check"]) == 1
    assert "generated/manifest.json:1:1 stale-manifest" in capsys.readouterr().err
    assert run(["generate"]) == 0
    assert run(["check"]) == 0


@pytest.mark.usefixtures("desk")
def test_long_differences_are_cut_and_counted_and_full_shows_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["check"]) == 1
    short = capsys.readouterr().out
    cut = re.search(r"^… (\d+) more lines in \d+ files: --full shows them$", short, re.M)
    assert cut
    assert run(["check", "--full"]) == 1
    full = capsys.readouterr().out
    assert "--full" not in full
    assert full.count("\n") == short.count("\n") - 1 + int(cut[1])


def test_a_schema_with_errors_writes_nothing(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = desk / "schema" / "ticker" / "price.yaml"
    path.write_text(path.read_text().replace("required: [kind,", "required: [king,"))
    for name in ("generate", "check"):
        assert run([name]) == 1
        out, err = capsys.readouterr()
        assert re.match(r"schema/ticker/price\.yaml:\d+:\d+ [a-z-]+ .* — .*\n", err)
        assert re.match(rf"{name}: \d+ errors? in schema/ticker, nothing was", last_line(out))
    assert not (desk / "generated").exists()


def test_the_same_bytes_come_from_any_folder(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(["generate"])
    (desk / "else" / "where").mkdir(parents=True)
    monkeypatch.chdir(desk / "else" / "where")
    (desk / "else" / "pyproject.toml").write_text("[tool.black]\nline-length = 40\n")
    assert run(["generate", "--schema", str(desk / "schema")]) == 0
    here = desk / "else" / "where" / "generated"
    one, two = (
        {p.relative_to(f): p.read_bytes() for p in f.rglob("*") if p.is_file()}
        for f in (desk / "generated", here)
    )
    assert one == two


# --- which schema ---------------------------------------------------------------------------------


def test_the_schema_may_be_the_protocol_folder_or_one_that_holds_it(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["generate"])
    for folder in ("schema", "schema/ticker", str(desk / "schema")):
        assert run(["check", "--schema", folder]) == 0
    shutil.move(desk / "schema", desk / "specs")
    capsys.readouterr()
    assert run(["check", "--schema", "specs", "--out", "other"]) == 1
    cure = "threadwire generate --schema specs/ticker --out other"
    assert last_line(capsys.readouterr().out).endswith(f"cure: {cure}")


def test_no_schema_or_several_say_what_to_type(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(desk / "schema" / "ticker", desk / "schema" / "other")
    assert run(["generate"]) == 2
    assert "(schema/other, schema/ticker). Name one: --schema schema/other" in (
        capsys.readouterr().err
    )
    shutil.rmtree(desk / "schema")
    assert run(["generate"]) == 2
    assert "Name one: --schema DIR" in capsys.readouterr().err
    assert run(["check", "--schema", "nowhere"]) == 2
    assert not (desk / "generated").exists()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["generate", "--target", "cobol"], "'cobol' is not one of"),
        (["generate", "--frce"], "--frce"),
        (["genrate"], "Did you mean 'generate'?"),
        (["zzz"], "`threadwire --help` lists them"),
        (["generate", "--out", "schema/ticker/protocol.yaml"], "is a file"),
        ([], "Usage: threadwire"),
    ],
)
def test_wrong_usage_says_what_is_right_and_exits_2(
    desk: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], text: str
) -> None:
    del desk
    assert run(arguments) == 2
    out, err = capsys.readouterr()
    assert text in err
    assert out == ""


def test_a_broken_manifest_exits_2_with_the_cure(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / "generated").mkdir()
    (desk / "generated" / "manifest.json").write_text("<<<<<<< HEAD\n")
    for name in ("generate", "check"):
        assert run([name]) == 2
        assert "restore it from version control" in capsys.readouterr().err


# --- the command itself ---------------------------------------------------------------------------


def test_help_lists_every_command_an_example_and_the_exit_codes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["--help"]) == 0
    text = capsys.readouterr().out
    for name, row in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(row.help)}$", text, re.M)
    assert re.findall(r"^ +(\d)  ", text, re.M) == list("01234")
    assert "threadwire generate --schema" in text


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_every_command_has_an_example(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert run([name, "--help"]) == 0
    assert re.search(rf"Examples?:\n +threadwire {name}", capsys.readouterr().out)


def test_the_version_is_that_of_the_distribution(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert re.fullmatch(r"threadwire \d+\.\d+\.\d+\S*\n", capsys.readouterr().out)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["nonsense"]])
def test_the_command_line_itself_imports_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import sys; from threadwire_generator.cli import run; run(sys.argv[1:])\n"
        "heavy = {'black', 'jinja2', 'pydantic', 'jsonschema', 'rich', 'yaml', 'difflib',\n"
        "         'threadwire_generator.commands', 'threadwire_conformance'}\n"
        "heavy -= {'difflib'} if sys.argv[1] == 'nonsense' else set()\n"
        "sys.exit(' '.join(heavy & sys.modules.keys()) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_colour_is_for_a_terminal_alone_and_not_with_no_color(
    desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    del desk
    monkeypatch.delenv("NO_COLOR", raising=False)
    run(["check"])
    assert "\x1b" not in capsys.readouterr().out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    run(["check"])
    assert "\x1b[" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    run(["check"])
    assert "\x1b" not in capsys.readouterr().out


def test_an_interrupt_ends_with_130_and_no_traceback(
    desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "plan_all", interrupted)
    assert run(["generate"]) == 130
    assert "Traceback" not in capsys.readouterr().err
    assert not (desk / "generated").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are not sent to one process there")
def test_a_real_interrupt_ends_a_real_process_with_130(desk: Path) -> None:
    script = (
        "import sys, threadwire_generator.cli as cli, threadwire_generator.commands as commands\n"
        "def wait(*_):\n"
        "    print('waiting', flush=True)\n"
        "    import time; time.sleep(60)\n"
        "commands.plan_all = wait\n"
        "sys.argv = ['threadwire', 'generate']; cli.main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=desk,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "waiting\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.strip() == ""


def test_a_reader_that_goes_away_is_no_error(desk: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*PYTHON, "check", "--full"], cwd=desk, stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert done.returncode == cli.BROKEN_PIPE
    assert b"Traceback" not in done.stderr
    assert b"BrokenPipe" not in done.stderr


def test_a_terminal_of_few_characters_is_no_reason_to_fail(desk: Path) -> None:
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [*PYTHON, "check"], cwd=desk, env=environment, capture_output=True, check=False
    )
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert b"`threadwire generate`" in done.stderr


def test_the_schema_of_this_house_is_in_step_with_what_is_generated(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(CHECKOUT)
    code = run(["check"])
    out, err = capsys.readouterr()
    assert code == 0, f"{err}{last_line(out)}"
