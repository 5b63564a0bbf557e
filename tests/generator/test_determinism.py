"""The same spec gives the same bytes: from any folder, hash seed, locale, interpreter, settings."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import black
import pytest
from packages import ASSISTANTS, PIPELINE, ROOT, plan_of
from threadwire_generator.build import build
from threadwire_generator.load import load_folder
from threadwire_generator.plan import plan_all

# Prints the SHA-256 of every file that is planned for a folder; black first, to see its settings.
SCRIPT = """
import hashlib, json, os, sys
{prelude}
from pathlib import Path
from threadwire_generator.build import build
from threadwire_generator.load import load_folder
from threadwire_generator.plan import plan_all
documents, findings = load_folder(Path(sys.argv[1]))
assert not findings, findings
plan = plan_all(build(documents))
digests = {{path: hashlib.sha256(out.content).hexdigest() for path, out in plan.items()}}
json.dump(digests, sys.stdout)
"""

BACKWARDS = """
class Backwards:
    def __init__(self, entries):
        self.entries = entries
    def __enter__(self):
        return self
    def __exit__(self, *_):
        self.close()
    def __iter__(self):
        return self
    def __next__(self):
        if not self.entries:
            raise StopIteration
        return self.entries.pop(0)
    def close(self):
        self.entries = []
scandir, listdir = os.scandir, os.listdir
def backwards(path="."):
    with scandir(path) as entries:
        return Backwards(sorted(entries, key=lambda entry: entry.name, reverse=True))
os.scandir = backwards
os.listdir = lambda path=".": sorted(listdir(path), reverse=True)
"""

USERS_SETTINGS = {
    "pyproject.toml": """
[project]
name = "somebody-else"
version = "1"
[tool.black]
line-length = 40
skip-string-normalization = true
skip-magic-trailing-comma = true
target-version = ["py313"]
preview = true
""",
    "setup.cfg": "[flake8]\nmax-line-length = 40\n",
    ".editorconfig": "root = true\n[*]\nindent_style = tab\nend_of_line = crlf\n",
}


def digests(
    folder: Path | str,
    cwd: Path,
    *,
    python: str = sys.executable,
    prelude: str = "",
    **environment: str,
) -> dict[str, str]:
    """What another process plans for a folder."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(
        [python, "-c", SCRIPT.format(prelude=prelude), str(folder)],
        cwd=cwd,
        env=inherited | {"PYTHONPATH": str(ROOT / "generator")} | environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    found: dict[str, str] = json.loads(done.stdout)
    return found


@functools.cache
def expected(folder: Path) -> Mapping[str, str]:
    return digests(folder, ROOT, PYTHONHASHSEED="0")


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """The second protocol in somebody's folder, with words that no 7-bit locale can write."""
    folder = tmp_path / "Schöne neue Welt" / "wire protocol"
    shutil.copytree(PIPELINE, folder)
    text = (folder / "build.yaml").read_text(encoding="utf-8")
    text = text.replace("description: A build.", "description: Ein Gebäude, 建物, 🏗 — “so”.", 1)
    (folder / "build.yaml").write_text(text, encoding="utf-8", newline="\n")
    return folder


@pytest.mark.parametrize(
    ("folder", "seed"),
    [(ASSISTANTS, "4242"), (PIPELINE, "1"), (PIPELINE, "random")],
    ids=["assistants 4242", "pipeline 1", "pipeline random"],
)
def test_the_hash_seed_has_no_influence(folder: Path, seed: str) -> None:
    assert digests(folder, ROOT, PYTHONHASHSEED=seed) == expected(folder)


ENVIRONMENTS = {
    "C locale": {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "UTF-8 mode": {"LC_ALL": "C", "PYTHONUTF8": "1"},
    "Turkish locale": {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"},
    "Latin-1 streams": {"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"},
    "optimised": {"PYTHONOPTIMIZE": "2"},
    "another clock": {"TZ": "Pacific/Kiritimati", "SOURCE_DATE_EPOCH": "0", "COLUMNS": "40"},
}


@pytest.mark.parametrize("environment", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_the_environment_has_no_influence(environment: dict[str, str], foreign: Path) -> None:
    documents, _ = load_folder(foreign)
    here = {path: output.content for path, output in plan_all(build(documents)).items()}
    assert "Gebäude, 建物, 🏗".encode() in here["python/pipeline_events/models/build.py"]
    assert digests(foreign, foreign.parent, **environment) == _hashed(here)


def _hashed(plan: Mapping[str, bytes]) -> dict[str, str]:
    return {path: hashlib.sha256(content).hexdigest() for path, content in plan.items()}


def test_the_working_folder_and_its_settings_have_no_influence(tmp_path: Path) -> None:
    for name, text in USERS_SETTINGS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    home = tmp_path / "home"
    (home / ".config").mkdir(parents=True)
    (home / ".config" / "black").write_text("[tool.black]\nline-length = 30\n", encoding="utf-8")
    found = digests(ASSISTANTS, tmp_path, HOME=str(home), XDG_CONFIG_HOME=str(home / ".config"))
    assert found == expected(ASSISTANTS)


def test_where_the_spec_lies_and_how_it_is_named_has_no_influence(foreign: Path) -> None:
    shutil.copy(PIPELINE / "build.yaml", foreign / "build.yaml")
    (foreign / "pyproject.toml").write_text(USERS_SETTINGS["pyproject.toml"], encoding="utf-8")
    assert digests(".", foreign) == expected(PIPELINE)
    assert digests(foreign, Path("/")) == expected(PIPELINE)


def test_the_order_of_a_folders_listing_has_no_influence(foreign: Path) -> None:
    shutil.copy(PIPELINE / "build.yaml", foreign / "build.yaml")
    assert digests(foreign, foreign, prelude=BACKWARDS) == expected(PIPELINE)


def test_how_a_checkout_ends_its_lines_has_no_influence(foreign: Path) -> None:
    for path in PIPELINE.glob("*.yaml"):
        (foreign / path.name).write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert digests(foreign, foreign) == expected(PIPELINE)


def test_a_second_plan_in_one_process_is_the_first() -> None:
    plan_of.cache_clear()
    first = dict(plan_of(PIPELINE))
    plan_of(ASSISTANTS)
    plan_of.cache_clear()
    assert plan_of(PIPELINE) == first


# --- other interpreters ---------------------------------------------------------------------------

NEEDS = "import black, jinja2, jsonschema, yaml; print(black.__version__)"


def _why_not(python: str) -> str | None:
    """Why an interpreter cannot be asked; None when it can."""
    path = shutil.which(python)
    if path is None:
        return "not on PATH"
    done = subprocess.run([path, "-c", NEEDS], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = done.stderr.strip().split("\n")
        return said[-1 if said[0].startswith("Traceback") else 0] or "does not run"

    ours, theirs = black.__version__, done.stdout.strip()
    return None if theirs == ours else f"has black {theirs}, and {ours} is pinned"


@pytest.mark.parametrize("python", [f"python3.{minor}" for minor in range(10, 16)])
def test_another_interpreter_plans_the_same_bytes(python: str) -> None:
    why = _why_not(python)
    if why is not None:
        pytest.skip(f"{python}: {why}")
    path = str(shutil.which(python))
    assert digests(ASSISTANTS, ROOT, python=path) == expected(ASSISTANTS)
