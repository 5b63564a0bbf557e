"""Writing files into somebody's repository: all of them, or none.

`write_all` sets new ones up.  `replace_all` edits the files of a spec: what is about to happen is
written down in a journal first, which stands in the spec's folder while it lasts, so that the spec
is not in order for any command.  A write that was cut off goes forward only: `finish` takes every
step that is not taken yet.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from threadwire_generator.books import sha256
from threadwire_generator.effects import Effects
from threadwire_generator.findings import Finding, finding_at
from threadwire_generator.spec import Mark

JOURNAL = "unfinished-import.yaml"  # a name that is read as a part of the spec, and is none
_STAGED = ".threadwire-new"
_NAME = re.compile(r"[A-Za-z0-9_-]+\.yaml")
_CURE = "finish it: threadwire import DOCUMENT --write"
_HEAD = f"# An import was cut off; {_CURE}\n"


def write_all(folder: Path, files: Mapping[str, str]) -> None:
    """Write files below a folder, over what is there.

    Raises OSError if that cannot be; then all is as it was, but for a replacement that the system
    refused half-way.
    """
    made: list[Path] = []
    staged: list[tuple[Path, Path]] = []
    new = [folder / path for path in files if not (folder / path).exists()]
    try:
        for path, text in files.items():
            target = folder / path
            made += _make_folders(target.parent)
            place = target.with_name(f"{target.name}{_STAGED}")
            staged.append((place, target))
            place.write_text(text, encoding="utf-8", newline="\n")
        for place, target in staged:
            place.replace(target)
    except OSError as error:
        error.filename = error.filename or (staged[-1][1].as_posix() if staged else str(folder))
        for rubbish in (*(place for place, _ in staged), *new, *reversed(made)):
            with contextlib.suppress(OSError):
                rubbish.rmdir() if rubbish.is_dir() else rubbish.unlink()
        raise


def _make_folders(folder: Path) -> list[Path]:
    """Make a folder and those above it; gives the ones that were not there, outermost first."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir()
    return list(reversed(missing))


# --- replacing the files of a spec ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Step:
    """A file of a spec: the digest of what it was, None for no file, and what it is to hold."""

    before: str | None
    text: str

    @property
    def content(self) -> bytes:
        """What the file is to hold."""
        return self.text.encode("utf-8")


def refusals(folder: Path, names: Iterable[str]) -> list[Finding]:
    """Files in a folder that are not to be replaced, or cannot be."""
    found: list[Finding] = []
    for name in names:
        path = folder / name
        mark = Mark(path.as_posix(), 1, 1)
        if path.is_symlink() and not path.is_file():
            cure = "mend the link, or remove it"
            found.append(finding_at(mark, "import/link", "is a link to no file", cure))
        elif path.is_file() and not _is_writable(path):
            cure = f"make it writable: chmod u+w {path.as_posix()}"
            found.append(finding_at(mark, "import/read-only", "is read-only", cure))
    return found


def _is_writable(path: Path) -> bool:
    return bool(path.stat().st_mode & 0o222) and os.access(path, os.W_OK)


def replace_all(
    folder: Path,
    files: Mapping[str, str],
    before: Mapping[str, bytes],
    effects: Effects | None = None,
) -> None:
    """Replace files of a folder, and add new ones; `before` is what the files held.

    Modes stay, and a link goes on leading to its file, which is replaced.  Raises OSError; nothing
    has changed then, unless there is a journal, with which the next import finishes this one.
    """
    effects = effects or Effects()
    steps = {
        name: _Step(sha256(before[name]) if name in before else None, text)
        for name, text in files.items()
    }
    journal = folder / JOURNAL
    fresh = journal.with_name(f"{JOURNAL}{_STAGED}")
    rubbish = [fresh]
    try:
        for name, step in steps.items():
            rubbish.append(_staged(folder, name))
            _stage(folder, name, step, effects)
        effects.write(fresh, _journal(steps))
        effects.replace(fresh, journal)
    except OSError as error:
        error.filename = error.filename or rubbish[-1].as_posix()
        _sweep(rubbish)
        raise
    effects.sync_folder(folder)
    _take(folder, steps, effects)


def _staged(folder: Path, name: str) -> Path:
    target = (folder / name).resolve()
    return target.with_name(f"{target.name}{_STAGED}")


def _stage(folder: Path, name: str, step: _Step, effects: Effects) -> None:
    target, staged = (folder / name).resolve(), _staged(folder, name)
    effects.write(staged, step.content)
    if target.exists():
        staged.chmod(stat.S_IMODE(target.stat().st_mode))


def _take(folder: Path, steps: Mapping[str, _Step], effects: Effects) -> None:
    """Take every step that is not taken yet; each can be taken twice."""
    for name, step in steps.items():
        target, staged = (folder / name).resolve(), _staged(folder, name)
        if not target.exists() or target.read_bytes() != step.content:
            if not staged.exists() or staged.read_bytes() != step.content:
                _stage(folder, name, step, effects)
            effects.replace(staged, target)
            effects.sync_folder(target.parent)
    _sweep([_staged(folder, name) for name in steps])
    effects.remove(folder / JOURNAL)


def _sweep(paths: Iterable[Path]) -> None:
    for path in paths:
        with contextlib.suppress(OSError):
            path.unlink()


def is_unfinished(folder: Path) -> bool:
    """Whether a write into this folder was cut off."""
    return (folder / JOURNAL).is_file()


def finish(folder: Path, effects: Effects | None = None) -> tuple[list[str], list[Finding]]:
    """Finish what was cut off: the files that are whole now, or why nothing was done."""
    journal = folder / JOURNAL
    steps = _steps(journal.read_bytes())
    if steps is None:
        cure = "bring the folder back from version control, and remove this file"
        mark = Mark(journal.as_posix(), 1, 1)
        return [], [finding_at(mark, "import/journal", "no journal that can be used", cure)]
    found = refusals(folder, steps) + [
        finding_at(
            Mark((folder / name).as_posix(), 1, 1),
            "import/disturbed",
            "was changed since an import was cut off, which would replace it",
            f"bring it back from version control; or remove {journal.as_posix()} to keep it",
        )
        for name, step in steps.items()
        if _digest(folder / name) not in (step.before, sha256(step.content))
    ]
    if not found:
        _take(folder, steps, effects or Effects())
    return ([] if found else list(steps)), found


def _digest(path: Path) -> str | None:
    return sha256(path.read_bytes()) if path.is_file() else None


def _journal(steps: Mapping[str, _Step]) -> bytes:
    rows = {name: {"before": step.before, "after": step.text} for name, step in steps.items()}
    return (_HEAD + json.dumps([_CURE, rows], ensure_ascii=True, indent=1) + "\n").encode()


def _steps(content: bytes) -> dict[str, _Step] | None:
    """The steps of a journal; None if it is none."""
    steps: dict[str, _Step] = {}
    try:
        _, rows = json.loads(content.decode("utf-8").removeprefix(_HEAD))
        table: dict[str, Any] = dict(rows)
        for name, row in table.items():
            match row:
                case {"before": None | str() as before, "after": str() as text}:
                    steps[name] = _Step(before, text)
                case _:
                    return None
    except (ValueError, TypeError, RecursionError):
        return None
    return steps if steps and all(_NAME.fullmatch(name) for name in steps) else None
