"""The rows of the table that the package documents its behaviour with."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "generator/threadwire_generator/targets/python/runtime/BEHAVIOUR.md"


def rows(text: str) -> list[str]:
    """The first column of the one table of a Markdown text, its head left out."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [line.split(" | ")[0].removeprefix("|").strip() for line in lines]
    return cells[2:]
