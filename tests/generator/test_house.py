"""The rules of the house that a machine can see: who imports whom, what may be named where."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

HOUSE = Path(__file__).resolve().parents[2]
GENERATOR = HOUSE / "generator" / "threadwire_generator"
KIT = HOUSE / "conformance" / "threadwire_conformance"
GENERATED = HOUSE / "generated" / "python"
REFERENCE = KIT / "reference.py"
ROOMS = ("schema", "generator", "generated", "conformance")
LONGEST_FILE = 500
LONGEST_README = 40


def protocol() -> dict[str, str | dict[str, dict[str, str]]]:
    text = (HOUSE / "schema" / "assistants" / "protocol.yaml").read_text(encoding="utf-8")
    loaded: dict[str, str | dict[str, dict[str, str]]] = yaml.safe_load(text)
    return loaded


PACKAGE = str(protocol()["package"])


def python_files(folder: Path) -> list[Path]:
    files = sorted(folder.rglob("*.py"))
    assert files, f"{folder} has no code, so this test would hold nothing"
    return files


def code_of_the_house() -> list[Path]:
    """What people write that works for any protocol."""
    kit = [path for path in python_files(KIT) if path != REFERENCE]
    return [*python_files(GENERATOR), *sorted(GENERATOR.rglob("*.jinja")), *kit]


def tracked_files() -> list[Path]:
    """What git knows, or would know after the next commit."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=HOUSE, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is not a git checkout")
    paths = [HOUSE / name for name in listed.decode().split("\0") if name]
    assert len(paths) > 20
    return [path for path in paths if path.is_file()]


def name_of(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


# --- imports --------------------------------------------------------------------------------------


def imports(source: str) -> Iterator[str]:
    """The modules that a module imports, relative ones with their dots, by name or as a string."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=module, level=level):
                yield "." * level + (module or "")
            case ast.Call(
                func=ast.Name(id="import_module" | "__import__")
                | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str() as name), *_],
            ):
                yield name


def top_level(module: str) -> str:
    return module.partition(".")[0]


def test_the_finder_of_imports_finds_all_kinds() -> None:
    source = (
        "import a.b, c\nfrom d.e import f\nfrom . import g\nfrom ..h import i\n"
        "def j():\n    import k\n    importlib.import_module('l.m')\n    import_module('n')\n"
    )
    assert set(imports(source)) == {"a.b", "c", "d.e", ".", "..h", "k", "l.m", "n"}


@pytest.mark.parametrize("path", python_files(GENERATOR), ids=name_of)
def test_the_generator_imports_neither_generated_code_nor_the_kit(path: Path) -> None:
    found = {top_level(module) for module in imports(path.read_text(encoding="utf-8"))}
    assert not found & {PACKAGE, "threadwire_conformance"}


@pytest.mark.parametrize("path", python_files(KIT), ids=name_of)
def test_the_kit_imports_generated_code_in_the_reference_only(path: Path) -> None:
    found = {top_level(module) for module in imports(path.read_text(encoding="utf-8"))}
    assert path == REFERENCE or PACKAGE not in found


@pytest.mark.parametrize("path", python_files(GENERATED), ids=name_of)
def test_generated_code_imports_nothing_of_ours_and_pydantic_alone_of_others(path: Path) -> None:
    good = {*sys.stdlib_module_names, "pydantic", "pydantic_core", "typing_extensions"}
    modules = set(imports(path.read_text(encoding="utf-8")))
    absolute = {top_level(module) for module in modules if not module.startswith(".")}
    # Not even itself by name: a copy may be renamed.
    assert not absolute - good


# --- names ----------------------------------------------------------------------------------------

_TWO_HUMPS = re.compile(r"[A-Z][a-z]+[A-Z]\w*")


def particular_names() -> list[str]:
    """Words of the first protocol that nobody writes by chance."""
    spec = protocol()
    events = spec["events"]
    assert isinstance(events, dict)
    names = {str(spec["package"]), str(spec["union"])}
    for event, facts in events.items():
        names |= {event} if "." in event else set()
        classes = {facts["class"], facts.get("payload", "")}
        names |= {name for name in classes if _TWO_HUMPS.fullmatch(name)}
    return sorted(names)


def named_in(text: str) -> list[str]:
    found = [name for name in particular_names() if re.search(rf"\b{re.escape(name)}\b", text)]
    return found + re.findall(r"(?i)assistant", text)


def test_the_finder_of_names_finds_them() -> None:
    assert len(particular_names()) > 50
    for text in ("x = 'thread.run.created'", "class RunStep:", "# an Assistant", PACKAGE):
        assert named_in(text), text
    assert not named_in("thread = run.step  # Run, Message, error, done")


@pytest.mark.parametrize("path", code_of_the_house(), ids=name_of)
def test_no_code_of_the_house_names_an_event_a_payload_or_the_protocol(path: Path) -> None:
    assert named_in(path.read_text(encoding="utf-8")) == []


# --- files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", code_of_the_house(), ids=name_of)
def test_a_file_is_no_longer_than_a_person_would_tolerate(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_a_readme_that_fits_a_screen(room: str) -> None:
    lines = (HOUSE / room / "README.md").read_text(encoding="utf-8").splitlines()
    assert 5 < len(lines) <= LONGEST_README


# In pieces, since this file is tracked too.
PLACES = ("root", "work", "home")
HOSTS = (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"))
_PLACE = re.compile(rf"(?<![\w.~/$}}])/({'|'.join(PLACES)})/\w")
_REGISTRY = re.compile("|".join(r"\.".join(host) for host in HOSTS))


@pytest.mark.parametrize("place", PLACES)
def test_the_finder_of_places_finds_them(place: str) -> None:
    for before in ("cd ", "'", "=", ""):
        assert _PLACE.search(f"{before}/{place}/x")
    for before in ("..", "https://example.org", "frame", "$HOME", "~"):
        assert not _PLACE.search(f"{before}/{place}/x")


def test_no_tracked_file_names_a_place_on_a_machine_or_a_registry() -> None:
    found: list[str] = []
    for path in tracked_files():
        text = path.read_bytes().decode("utf-8", errors="replace")
        for number, line in enumerate(text.split("\n"), 1):
            if _PLACE.search(line) or _REGISTRY.search(line):
                found.append(f"{name_of(path)}:{number}: {line.strip()}")
    assert found == []


def test_tracked_text_has_lf_line_ends_and_generated_text_no_blanks_at_line_ends() -> None:
    found: list[str] = []
    for path in tracked_files():
        if path.suffix in (".sse", ".png", ".svg") or "bad_specs" in path.parts:
            continue
        content = path.read_bytes()
        if b"\r" in content:
            found.append(f"{name_of(path)} has a CR")
        generated = path.is_relative_to(HOUSE / "generated")
        if generated and re.search(rb"[ \t]\n", content):
            found.append(f"{name_of(path)} has blanks at the end of a line")
    assert found == []
