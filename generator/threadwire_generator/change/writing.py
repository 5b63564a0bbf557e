"""Writing new files into somebody's repository: all of them, or none."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

_STAGED = ".threadwire-new"


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
