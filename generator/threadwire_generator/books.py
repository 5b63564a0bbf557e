"""The generator's two books, as values and as JSON: the manifest and the journal.

The manifest says what the generator owns: one row a file, with the target that wanted it and the
SHA-256 of what was written.  No time, no place, no order but the alphabet's: the same files give
the same manifest.  The journal says what a publication is about to do; it exists only while one
runs, or after one that was cut off.

A book may come from anywhere (a merge, another version, another person), so reading one refuses
what the generator would not have written, paths that lead out of the folder above all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from threadwire_generator.plan import PlanError, check_path

FORMAT = 1


class BookError(Exception):
    """A manifest or journal that is not as the generator writes it; the text says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """What the manifest knows of one file."""

    target: str
    sha256: str


Manifest: TypeAlias = Mapping[str, Row]


@dataclass(frozen=True, slots=True)
class Step:
    """One file of a journal: its fingerprint before and after, and the name it is staged by."""

    before: str | None  # None: there is no file
    after: str | None  # None: the file is removed
    staged: str | None = None


@dataclass(frozen=True, slots=True)
class Journal:
    """All that a publication does, written down before the first file changes."""

    steps: Mapping[str, Step]
    manifest: Manifest  # as it is when all is done


def sha256(content: bytes) -> str:
    """Give the hexadecimal digest that stands in a row."""
    return hashlib.sha256(content).hexdigest()


def write_manifest(manifest: Manifest) -> bytes:
    """Spell a manifest, one row a line."""
    rows = ",\n".join(f'    "{path}": {_spell(row)}' for path, row in sorted(manifest.items()))
    files = f"{{\n{rows}\n  }}" if rows else "{}"
    head = f'{{\n  "generator": "threadwire",\n  "format": {FORMAT},\n  "files": '
    return f"{head}{files}\n}}\n".encode()


def _spell(row: Row) -> str:
    return json.dumps({"target": row.target, "sha256": row.sha256})


def read_manifest(content: bytes) -> Manifest:
    """Read a manifest; raises `BookError` for what no generator of this format wrote."""
    return _rows(_book(content))


def write_journal(journal: Journal) -> bytes:
    """Spell a journal."""
    steps = {path: [s.before, s.after, s.staged] for path, s in journal.steps.items()}
    rows = {path: {"target": r.target, "sha256": r.sha256} for path, r in journal.manifest.items()}
    book = {"generator": "threadwire", "format": FORMAT, "steps": steps, "files": rows}
    return json.dumps(book, indent=1).encode() + b"\n"


def read_journal(content: bytes) -> Journal:
    """Read a journal; raises `BookError` for what no generator of this format wrote."""
    book = _book(content)
    return Journal({path: _step(path, step) for path, step in _table(book, "steps")}, _rows(book))


def _book(content: bytes) -> dict[str, Any]:
    """Read the JSON object that either book is."""
    try:
        book: dict[str, Any] = json.loads(content)
    except (ValueError, RecursionError):
        raise BookError("it is not JSON") from None
    if type(book) is not dict or book.get("generator") != "threadwire":
        raise BookError("threadwire did not write it")
    if book.get("format") != FORMAT:
        raise BookError(f"its format is {book.get('format')!r}, and this version reads {FORMAT}")
    return book


def _table(book: dict[str, Any], member: str) -> list[tuple[str, object]]:
    """Give the rows of one of a book's tables, all of them with safe paths."""
    table: dict[str, object] | None = book.get(member)
    if type(table) is not dict:
        raise BookError(f"it has no table {member!r}")
    for path in table:
        try:
            check_path(path)
        except PlanError as error:
            raise BookError(str(error)) from None
    return list(table.items())


def _rows(book: dict[str, Any]) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    for path, row in _table(book, "files"):
        match row:
            case {"target": str() as target, "sha256": str() as digest}:
                rows[path] = Row(target, digest)
            case _:
                raise BookError(f"the row of {path!r} makes no sense")
    return rows


def _step(path: str, step: object) -> Step:
    match step:
        case [None | str() as before, None, None]:
            return Step(before, None)
        case [None | str() as before, str() as after, str() as staged] if staged.isdecimal():
            return Step(before, after, staged)
        case _:
            raise BookError(f"the step of {path!r} makes no sense")
