"""How the tests of this folder are set up.

`support` lies beside this folder; the tests that show a defect nobody has mended yet are listed in
`open_defects.py`, and are expected to fail, strictly: one that passes is an error.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from open_defects import OPEN_DEFECTS


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "row(title): the row of BEHAVIOUR.md that a test is about")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    expected = terminalreporter.stats.get("xfailed", [])
    whys = {report.wasxfail for report in expected if "tests/generated" in report.nodeid}
    for why in sorted(whys):
        terminalreporter.write_line(f"open defect: {why}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent != Path(__file__).parent:
            continue
        names = (item.name, item.name.partition("[")[0])
        whys = [OPEN_DEFECTS.get(f"{item.path.name}::{name}") for name in names]
        if any(whys):
            item.add_marker(pytest.mark.xfail(reason=whys[0] or whys[1], strict=True))
