"""Publishing on a disk: look, lock, stage, write a journal, replace file by file.

The effects half of `publish`.  In the out folder, a folder `.threadwire/` holds, while it lasts:

    lock            held by the one publication that runs; the system frees it with the process
    staged/0000 …   the new contents, and the new manifest
    journal.json    what is about to happen

Until the journal is there, nothing outside of `.threadwire/` has changed, and what is staged is
rubbish.  From then on the publication goes forward only: the next one finishes it before its own
work, from wherever it was cut off, since every step of `_finish` can be taken twice.  The manifest
comes after the files, and the journal goes last.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from threadwire_generator.books import (
    BookError,
    Journal,
    Manifest,
    read_journal,
    read_manifest,
    sha256,
    write_journal,
    write_manifest,
)
from threadwire_generator.effects import Effects, PublishError, clear_errors, lock
from threadwire_generator.plan import MANIFEST, WORKSHOP
from threadwire_generator.publish import (
    Changes,
    Found,
    Odd,
    OnDisk,
    Plan,
    compare,
    disturbed,
    journal_of,
    lineage,
    rows_after,
)

_STAGED_MANIFEST = "manifest"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What `publish` did, or why it did nothing."""

    changes: Changes
    manifest: Manifest  # as it was before
    stopped: bool = False  # nothing was written: edited, foreign or blocked files
    finished: int | None = None  # files of a publication that was cut off, and is whole now
    disturbed: tuple[str, ...] = ()  # stopped: changed since the earlier one was cut off


def publish(
    out: Path,
    plan: Plan,
    *,
    targets: Collection[str] | None = None,
    force: bool = False,
    effects: Effects | None = None,
) -> Outcome:
    """Make the out folder hold the plan, and what others keep there.

    `targets` names the targets that the plan is of, None for all.  Nothing is written if a file
    was edited by hand or belongs to somebody else, unless `force` is given.
    Raises `PublishError` if the folder cannot be read or written, or another publication runs;
    unless the error says otherwise, nothing has changed then.
    """
    effects = effects or Effects()
    out = out.resolve()
    with clear_errors(out, "nothing was written"):
        for folder in reversed([out, *out.parents]):
            if not folder.exists():
                effects.make_folder(folder)
        workshop = out / WORKSHOP
        with lock(workshop, effects):
            return _publish(out, plan, targets, force, effects)


def _publish(
    out: Path, plan: Plan, targets: Collection[str] | None, force: bool, effects: Effects
) -> Outcome:
    """Publish, with the lock held."""
    workshop = out / WORKSHOP
    finished = None
    if journal := journal_in(out):
        changed = _finish_earlier(out, journal, force, effects)
        if changed:
            return Outcome(Changes(), {}, stopped=True, disturbed=tuple(changed))
        finished = len(journal.steps)
    manifest = manifest_in(out)
    on_disk = look(out, {*plan, *manifest})
    changes = compare(plan, manifest, on_disk, targets=targets)
    after = rows_after(plan, manifest, targets)
    if changes.stops(force=force):
        return Outcome(changes, manifest, stopped=True, finished=finished)
    journal = journal_of(changes, plan, on_disk, after)
    if journal.steps or not manifest_matches(out, after):
        _check_access(out, journal.steps)
        try:
            _stage(workshop, journal, plan, effects)
        except OSError:
            with contextlib.suppress(OSError):
                _sweep(workshop, effects)
            raise
        _finish(out, journal, on_disk, effects)
    with contextlib.suppress(OSError):  # only rubbish is left
        _sweep(workshop, effects)
    return Outcome(changes, manifest, finished=finished)


# --- looking --------------------------------------------------------------------------------------


def look(out: Path, paths: Iterable[str]) -> OnDisk:
    """Read the files at these paths, and name all that stands beside them and on the way to them.

    Folders are listed, not probed, so that names have the case that they have on the disk; a link
    is named, never followed.
    """
    wanted = set(paths)
    folders = {folder for path in wanted for folder in lineage(path)}
    on_disk: dict[str, Found] = {}
    for folder in ["", *sorted(folders)]:  # a folder sorts before what is in it
        if folder and on_disk.get(folder) is not Odd.FOLDER:
            continue
        try:
            entries = list(os.scandir(out / folder))
        except FileNotFoundError:
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            on_disk[path] = _look_at(entry, path in wanted)
    return on_disk


def _look_at(entry: os.DirEntry[str], wanted: bool) -> Found:
    mode = entry.stat(follow_symlinks=False).st_mode
    if stat.S_ISDIR(mode):
        junction = getattr(os.path, "isjunction", None)  # Windows; Python 3.12
        return Odd.LINK if junction and junction(entry.path) else Odd.FOLDER
    if stat.S_ISLNK(mode):
        return Odd.LINK
    if not stat.S_ISREG(mode):
        return Odd.OTHER
    return Path(entry.path).read_bytes() if wanted else Odd.FILE


def manifest_in(out: Path) -> Manifest:
    """Read the manifest of an out folder; no file is an empty one.

    Raises `PublishError` if it cannot be understood: then nobody knows what is whose.
    """
    try:
        return read_manifest((out / MANIFEST).read_bytes())
    except FileNotFoundError:
        return {}
    except BookError as error:
        raise PublishError(
            f"{out / MANIFEST} cannot be used: {error} — restore it from version control, or move "
            "it away: files that are as planned are taken over again"
        ) from None


def manifest_matches(out: Path, manifest: Manifest) -> bool:
    """Say whether the manifest on disk is this one, to the byte."""
    try:
        return (out / MANIFEST).read_bytes() == write_manifest(manifest)
    except FileNotFoundError:
        return False


def journal_in(out: Path) -> Journal | None:
    """Read the journal of a publication that was cut off, if there is one.

    Raises `PublishError` if it cannot be understood.
    """
    path = out / WORKSHOP / "journal.json"
    try:
        return read_journal(path.read_bytes())
    except FileNotFoundError:
        return None
    except BookError as error:
        raise PublishError(
            f"{path} cannot be used: {error} — remove the folder {path.parent} and generate again"
        ) from None


def _check_access(out: Path, paths: Iterable[str]) -> None:
    """Raise PermissionError now if a folder that must change could not, and not half-way."""
    for path in paths:
        place = (out / path).parent
        while not place.is_dir():
            place = place.parent
        if not os.access(place, os.W_OK | os.X_OK):
            raise PermissionError(13, "Permission denied", str(place))


@dataclass(frozen=True, slots=True)
class State:
    """How an out folder stands to a plan; nothing is compared while a journal is there."""

    journal: Journal | None  # of a publication that was cut off
    manifest: Manifest
    manifest_in_step: bool
    on_disk: OnDisk
    changes: Changes


def inspect(out: Path, plan: Plan, *, targets: Collection[str] | None = None) -> State:
    """Compare an out folder with a plan and change nothing; raises `PublishError`."""
    with clear_errors(out, "nothing was compared"):
        if journal := journal_in(out):
            return State(journal, {}, False, {}, Changes())
        manifest = manifest_in(out)
        on_disk = look(out, {*plan, *manifest})
        changes = compare(plan, manifest, on_disk, targets=targets)
        in_step = manifest_matches(out, rows_after(plan, manifest, targets))
    return State(None, manifest, in_step, on_disk, changes)


# --- writing --------------------------------------------------------------------------------------


def _stage(workshop: Path, journal: Journal, plan: Plan, effects: Effects) -> None:
    """Write all new contents, then the journal: with that the publication is decided."""
    _sweep(workshop, effects)
    staged = workshop / "staged"
    if staged.is_symlink():
        raise PublishError(f"{staged} is a link, and no link is followed — remove it")
    effects.make_folder(staged)
    for path, step in journal.steps.items():
        if step.staged:
            effects.write(staged / step.staged, plan[path].content)
    effects.write(staged / _STAGED_MANIFEST, write_manifest(journal.manifest))
    effects.sync_folder(staged)
    effects.write(workshop / "journal.new", write_journal(journal))
    effects.replace(workshop / "journal.new", workshop / "journal.json")
    effects.sync_folder(workshop)


def _finish_earlier(out: Path, journal: Journal, force: bool, effects: Effects) -> list[str]:
    """Finish what was cut off; or give the files that somebody changed since, and do nothing.

    A step whose staged file is gone was taken; what became of the file since is not its business.
    """
    staged = out / WORKSHOP / "staged"
    on_disk = look(out, journal.steps)
    waiting = [p for p, s in journal.steps.items() if not s.staged or (staged / s.staged).exists()]
    changed = disturbed(journal, waiting, on_disk)
    if changed and not force:
        return changed
    for path in waiting:
        step = journal.steps[path]
        if step.staged and sha256((staged / step.staged).read_bytes()) != step.after:
            raise PublishError(
                f"a publication into {out} was cut off, and what it staged for {path} was changed "
                f"since — remove the folder {staged.parent} and generate again"
            )
    _finish(out, journal, on_disk, effects)
    return []


def _finish(out: Path, journal: Journal, on_disk: OnDisk, effects: Effects) -> None:
    """Take every step of a journal that is not taken yet: removals, files, manifest."""
    workshop = out / WORKSHOP
    with clear_errors(
        out, "the publication is begun, and the next `threadwire generate` finishes it"
    ):
        going = [path for path, step in journal.steps.items() if step.after is None]
        # First: a file may make way for a folder, or on some systems for one of another case.
        for path in going:
            if isinstance(on_disk.get(path), bytes) or on_disk.get(path) is Odd.LINK:
                effects.remove(out / path)
        _remove_emptied(out, going, effects)
        touched = {out}
        for path, step in journal.steps.items():
            if step.staged and (workshop / "staged" / step.staged).exists():
                touched |= _make_way(out, path, effects)
                effects.replace(workshop / "staged" / step.staged, out / path)
        if not manifest_matches(out, journal.manifest):
            staged = workshop / "staged" / _STAGED_MANIFEST
            if not staged.exists():
                effects.make_folder(staged.parent)
                effects.write(staged, write_manifest(journal.manifest))
            effects.replace(staged, out / MANIFEST)
        for folder in sorted(touched):
            effects.sync_folder(folder)
        effects.remove(workshop / "journal.json")


def _remove_emptied(out: Path, going: Iterable[str], effects: Effects) -> None:
    """Remove the folders that held removed files and now hold nothing, innermost first."""
    emptied = {folder for path in going for folder in lineage(path)[:-1]}
    for folder in sorted(emptied, reverse=True):
        place = out / folder
        if place.is_dir() and not place.is_symlink() and not any(place.iterdir()):
            effects.remove_folder(place)


def _make_way(out: Path, path: str, effects: Effects) -> set[Path]:
    """Make the folders that lead to a path; raises OSError if one of them is a link or a file."""
    way = [out, *(out / folder for folder in lineage(path)[:-1])]
    for folder in way:
        try:
            mode = folder.lstat().st_mode
        except FileNotFoundError:
            effects.make_folder(folder)
        else:
            if not stat.S_ISDIR(mode):
                raise NotADirectoryError(20, "Not a folder of its own", str(folder))
    return set(way)


def _sweep(workshop: Path, effects: Effects) -> None:
    """Remove what a publication staged and did not use."""
    staged = workshop / "staged"
    if staged.is_dir() and not staged.is_symlink():
        for path in sorted(staged.iterdir()):
            effects.remove(path)
        effects.remove_folder(staged)
    if (workshop / "journal.new").exists():
        effects.remove(workshop / "journal.new")
