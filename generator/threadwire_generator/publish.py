"""Which files change when a plan is published: the pure half; `disk` is the half with effects.

The generator owns what it wrote, and knows it by the manifest (`books`).  `compare` takes the
plan, the manifest and what is on disk, and puts every file in one class:

    the plan has the file, and on disk ...              it is
    there is nothing                                    create
    it is as planned, whoever wrote it                  same
    it is as the manifest says                          replace
    it is in the manifest, but not as written           edited    stops, unless forced
    it is not in the manifest                           foreign   stops, unless forced
    its place is a folder, or its folder a file, ...    blocked   stops always

    only the manifest has the file, and on disk ...
    there is nothing                                    (forgotten)
    it is as the manifest says                          remove
    it is not as written                                edited    stops, unless forced

A file that is in neither is not looked at, and no link is ever followed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from threadwire_generator.books import Journal, Manifest, Row, Step, sha256
from threadwire_generator.findings import Finding, sorted_findings
from threadwire_generator.plan import MANIFEST, WORKSHOP, Output

Plan: TypeAlias = Mapping[str, Output]


class Odd(Enum):
    """What stands at a path, if it is not the content of a file that matters here."""

    FOLDER = "folder"
    LINK = "link"
    FILE = "file"  # of somebody else, and therefore not read
    OTHER = "special file"


Found: TypeAlias = bytes | Odd
OnDisk: TypeAlias = Mapping[str, Found]  # all names in the folders that matter


@dataclass(frozen=True, slots=True)
class Changes:
    """What `compare` found: each path in one class, each class sorted."""

    create: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    blocked: Mapping[str, str] = field(default_factory=dict[str, str])  # path -> what is in the way

    def stops(self, *, force: bool) -> bool:
        """Say whether the plan may not be published."""
        return bool(self.blocked or (not force and (self.edited or self.foreign)))


def compare(
    plan: Plan,
    manifest: Manifest,
    on_disk: OnDisk,
    *,
    targets: Collection[str] | None = None,
) -> Changes:
    """Class every file of the plan and of the manifest's rows.

    With `targets`, the plan is of these only, and the rows of others are left alone; without, a
    row of a target that is no more counts as no longer planned.
    """
    rows = {path: row for path, row in manifest.items() if not targets or row.target in targets}
    classes: dict[str, list[str]] = defaultdict(list)
    for path in rows.keys() - plan.keys():
        found = on_disk.get(path)
        if isinstance(found, bytes) or found is Odd.LINK:
            classes["remove" if _as_written(found, rows[path]) else "edited"].append(path)
    ways = _Ways(on_disk, going={*classes["remove"], *classes["edited"]})
    blocked: dict[str, str] = {}
    for path, output in plan.items():
        found = on_disk.get(path)
        if blocker := ways.blocker(path):
            blocked[path] = blocker
        elif found is None or found is Odd.FOLDER:
            classes["create"].append(path)
        elif found == output.content:
            classes["same"].append(path)
        elif path in rows:
            classes["replace" if _as_written(found, rows[path]) else "edited"].append(path)
        else:
            classes["foreign"].append(path)
    return Changes(
        **{name: tuple(sorted(paths)) for name, paths in classes.items()},
        blocked=dict(sorted(blocked.items())),
    )


def _as_written(found: Found, row: Row) -> bool:
    """Say whether a file is as the generator left it, but for line ends that a checkout turned."""
    if not isinstance(found, bytes):
        return False
    return row.sha256 in (sha256(found), sha256(found.replace(b"\r\n", b"\n")))


class _Ways:
    """Whether the way to a path is free: its folders are folders, its place is not one."""

    def __init__(self, on_disk: OnDisk, going: Collection[str]) -> None:
        """Take what is on disk, and which files will be gone before anything is written."""
        self._on_disk = on_disk
        self._going = going
        self._children: dict[str, list[str]] = defaultdict(list)
        self._by_case: dict[str, list[str]] = defaultdict(list)
        for path in on_disk:
            self._children[path.rpartition("/")[0]].append(path)
            self._by_case[path.casefold()].append(path)

    def blocker(self, path: str) -> str | None:
        """Say what is in the way to `path`; None if it can be written or replaced."""
        for here in lineage(path):
            found = self._on_disk.get(here)
            if found is None:
                return self._twin(here)
            if self._goes(here):
                return None  # and with it all that is below
            if here != path and found is not Odd.FOLDER:
                return f"{here} is a {_kind(found)}, where a folder is needed"
            if here == path and found in (Odd.FOLDER, Odd.OTHER):
                return f"{here} is a {_kind(found)}, where a file is needed"
        return None

    def _twin(self, path: str) -> str | None:
        """Say what this path would hit on a system that does not tell upper from lower case."""
        twins = [twin for twin in self._by_case[path.casefold()] if not self._goes(twin)]
        return f"{min(twins)} differs from {path} only by case" if twins else None

    def _goes(self, path: str) -> bool:
        """Say whether the file, or the folder with all that is in it, will be gone."""
        if self._on_disk[path] is not Odd.FOLDER:
            return path in self._going
        children = self._children[path]
        return bool(children) and all(self._goes(child) for child in children)


def _kind(found: Found) -> str:
    return found.value if isinstance(found, Odd) else Odd.FILE.value


def lineage(path: str) -> list[str]:
    """Give the folders that lead to a path, outermost first, and the path itself."""
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]


def fingerprint(found: Found | None) -> str | None:
    """Give one comparable value for what stands at a path: a digest, a kind, None for nothing."""
    return sha256(found) if isinstance(found, bytes) else found and found.value


# --- the books after it ---------------------------------------------------------------------------


def rows_after(
    plan: Plan, manifest: Manifest, targets: Collection[str] | None = None
) -> dict[str, Row]:
    """Give the manifest as it is after publication, rows of targets not asked for included."""
    kept = {p: row for p, row in manifest.items() if targets and row.target not in targets}
    return kept | {path: Row(out.target, sha256(out.content)) for path, out in plan.items()}


def journal_of(changes: Changes, plan: Plan, on_disk: OnDisk, after: Manifest) -> Journal:
    """Write a publication down: removals first, and with them all that was edited and is forced."""
    touched = {*changes.create, *changes.replace, *changes.edited, *changes.foreign}
    steps = {
        path: Step(fingerprint(on_disk.get(path)), None)
        for path in sorted({*changes.remove, *changes.edited} - plan.keys())
    }
    for number, path in enumerate(sorted(touched & plan.keys())):
        before = fingerprint(on_disk.get(path))
        steps[path] = Step(before, sha256(plan[path].content), f"{number:04}")
    return Journal(steps, after)


def disturbed(journal: Journal, waiting: Iterable[str], on_disk: OnDisk) -> list[str]:
    """Name the files that somebody changed since a publication was cut off, of those that wait."""
    changed: list[str] = []
    for path in waiting:
        step = journal.steps[path]
        good = {None, step.before, step.after}
        if step.after is None:
            good.add(Odd.FOLDER.value)  # the file made way for a folder, which stands already
        if fingerprint(on_disk.get(path)) not in good:
            changed.append(path)
    return changed


# --- what a person reads of it --------------------------------------------------------------------

# What stands in a finding, for each class of files: rule, message, cure.  `{command}` is the
# command that publishes the same plan.
_CREATE = ("missing-file", "is planned and not there", "`{command}`")
_REPLACE = ("stale-file", "is not as planned any more", "`{command}`")
_REMOVE = ("orphan-file", "is no longer generated", "`{command}`")
OUT_OF_STEP = (_CREATE[0], _REPLACE[0], _REMOVE[0])  # what publishing mends
_EDITED = (
    "edited-file",
    "was generated, and changed by hand since",
    "bring the change into the schema or the generator; `{command} --force` discards it",
)
_FOREIGN = (
    "foreign-file",
    "is in the way and was not generated",
    "move it away; `{command} --force` overwrites it",
)
_OTHERS = (
    "foreign-file",
    "was generated by the target {target}, and another one plans it now",
    "generate both targets",
)
_BLOCKED = ("blocked-path", "cannot be written: {blocker}", "move that away, or rename it")
_MANIFEST = ("stale-manifest", "does not list these files", "`{command}`")
_JOURNAL = (
    "unfinished-publication",
    "tells of a publication of {count} files that was cut off",
    "`{command}` finishes it",
)
_DISTURBED = (
    "disturbed-file",
    "was changed after a publication of it was cut off",
    "restore it or move it away; `{command} --force` overwrites it",
)


def obstacles(changes: Changes, manifest: Manifest, out: str, command: str) -> list[Finding]:
    """Say, for each file that stops a publication, why, and how it is got out of the way."""
    findings = [_finding(out, path, _EDITED, command) for path in changes.edited]
    for path in changes.foreign:
        text, target = (_OTHERS, manifest[path].target) if path in manifest else (_FOREIGN, "")
        findings.append(_finding(out, path, text, command, target=target))
    for path, blocker in changes.blocked.items():
        findings.append(_finding(out, path, _BLOCKED, command, blocker=blocker))
    return sorted_findings(findings)


def differences(changes: Changes, out: str, command: str) -> list[Finding]:
    """Say of each file how it is out of step, if publishing the plan would mend it."""
    classes = (
        (_CREATE, changes.create),
        (_REPLACE, changes.replace),
        (_REMOVE, changes.remove),
    )
    return sorted_findings(
        _finding(out, path, text, command) for text, paths in classes for path in paths
    )


def stale_manifest(out: str, command: str) -> Finding:
    """Say that the files are in step and the manifest is not."""
    return _finding(out, MANIFEST, _MANIFEST, command)


def unfinished(journal: Journal, out: str, command: str) -> Finding:
    """Say that a publication was cut off."""
    path = f"{WORKSHOP}/journal.json"
    return _finding(out, path, _JOURNAL, command, count=str(len(journal.steps)))


def disturbances(paths: Iterable[str], out: str, command: str) -> list[Finding]:
    """Say, for each file that keeps a cut-off publication from being finished, why it does."""
    return [_finding(out, path, _DISTURBED, command) for path in sorted(paths)]


def _finding(
    out: str, path: str, text: tuple[str, str, str], command: str, **facts: str
) -> Finding:
    rule, message, cure = text
    place = f"{out.rstrip('/')}/{path}"
    return Finding(
        place, 1, 1, rule, "error", message.format(**facts), cure.format(command=command)
    )
