"""The documented table and the tests are the same list.

Each row of BEHAVIOUR.md, which the package carries, is the mark of tests in this folder, and every
mark is a row (a test with another mark cannot even be imported).
"""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import assistant_events
import pytest
from reading import ROWS
from support.table import TABLE, rows

HERE = Path(__file__).parent


def _modules() -> list[ModuleType]:
    return [importlib.import_module(path.stem) for path in sorted(HERE.glob("test_*.py"))]


def _tests(module: ModuleType) -> list[tuple[str, Any]]:
    found = [(name, value) for name, value in vars(module).items() if callable(value)]
    classes = [value for _, value in found if isinstance(value, type)]
    inner = [(name, value) for class_ in classes for name, value in vars(class_).items()]
    return [(n, v) for n, v in found + inner if n.startswith(("test_", "Test")) and callable(v)]


def _marked() -> dict[str, list[str]]:
    """The tests of each row."""
    tests: dict[str, list[str]] = {}
    for module in _modules():
        for name, test in _tests(module):
            for mark in getattr(test, "pytestmark", []):
                if mark.name == "row":
                    tests.setdefault(mark.args[0], []).append(f"{module.__name__}::{name}")
    return tests


def test_the_table_has_rows_and_none_twice() -> None:
    assert len(ROWS) == 19
    assert len(set(ROWS)) == len(ROWS)


@pytest.mark.parametrize("title", ROWS)
def test_each_row_of_the_table_has_tests_of_its_own(title: str) -> None:
    assert _marked().get(title), f"no test is marked @row({title!r})"


def test_each_mark_of_a_test_is_a_row_of_the_table() -> None:
    assert set(_marked()) - set(ROWS) == set()


def test_the_package_carries_the_table() -> None:
    package = Path(assistant_events.__file__).parent
    assert rows((package / TABLE.name).read_text(encoding="utf-8")) == ROWS


def test_the_table_speaks_of_no_protocol() -> None:
    text = TABLE.read_text(encoding="utf-8").lower()
    names = [*assistant_events.EVENT_TYPES, "assistant", "thread", "[done]"]
    assert [name for name in names if name in text and name not in ("error", "done")] == []
    assert "`done`" not in text
