"""What type checkers make of code that uses the package: `tests/typing/`, by mypy and pyright."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "tests" / "typing"


def _needs(module: str) -> None:
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed: pip install '.[dev]'")


def _complaints(page: str, *command: str) -> list[str]:
    """What a checker says of a page."""
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    said = (done.stdout + done.stderr).splitlines()
    of_page = [
        line.strip() for line in said if page in line and ("error" in line or "note" in line)
    ]
    assert of_page or done.returncode in (0, 1), said
    return of_page


@pytest.mark.parametrize("page", ["user_code.py", "making.py"])
def test_mypy_reads_it_as_a_user_would_wish(page: str) -> None:
    _needs("mypy")
    assert _complaints(page, "mypy", "--strict", f"tests/typing/{page}") == []


@pytest.fixture(scope="module", name="pyright")
def _pyright() -> list[str]:
    _needs("pyright")
    config = str(PAGES / "pyrightconfig.json")
    command = ["pyright", "--pythonpath", sys.executable, "-p", config]
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "errors, " in done.stdout, done.stdout + done.stderr
    return [line.strip() for line in done.stdout.splitlines() if " - error" in line]


def test_pyright_reads_user_code_as_a_user_would_wish(pyright: list[str]) -> None:
    assert [line for line in pyright if "/user_code.py" in line] == []


def test_pyright_reads_what_is_made_as_a_user_would_wish(pyright: list[str]) -> None:
    assert [line for line in pyright if "/making.py" in line] == []
