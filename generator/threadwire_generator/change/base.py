"""What a protocol was at a git revision: the effects of the gate.

Only git is asked, about the repository that the protocol's folder lies in, wherever the command was
called; variables by which git tells its hooks where they are would only mislead it.

A protocol whose folder was moved or renamed is still that protocol: it is looked for by its name,
and where the settings of that revision have theirs.
"""

from __future__ import annotations

import os
import posixpath
import shlex
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from threadwire_generator.change.project import ACCEPTED, PROTOCOL_FILE, protocol_name
from threadwire_generator.change.project import FILE as SETTINGS


class BaseError(Exception):
    """There is nothing to compare with; the text says why, and what to type."""


@dataclass(frozen=True, slots=True)
class Base:
    """A protocol's files at a revision, by name; none, if it was not there yet."""

    revision: str  # as it was asked for
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    accepted: bytes = b""  # the list of accepted breaks as it was
    package: str | None = None  # what the settings called the package then
    note: str = ""  # why there are no files


def read_base(schema: Path, revision: str, *, common: bool = False) -> Base:
    """The files of a protocol's folder at a revision; raises `BaseError`.

    With `common` at the newest commit that the revision and what is worked on have in common: what
    happened there since is nothing that happened here.
    """
    git = _Git(schema)
    git.check_repository()
    commit = git.says("rev-parse", "--verify", "--quiet", *_END, f"{revision}^{{commit}}")
    head = git.says("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if not commit:
        if revision == "HEAD" and not head:
            return Base(revision, note="nothing is committed yet")
        raise BaseError(_unknown(git, revision))
    if common and commit != head:
        commit = git.says("merge-base", commit, head or "HEAD")
        if not commit:
            raise BaseError(_unrelated(git, revision))
    homes = _homes(git, commit)
    here = git.says("rev-parse", "--show-prefix").rstrip("/")
    home = _home(homes, here, protocol_name(_content(schema / PROTOCOL_FILE)), git.top())
    if home is None:
        note = f"{revision} has no {schema.as_posix()}: the protocol is new"
        return Base(revision, note=note)
    accepted = git.blob(f"{commit}:{posixpath.join(posixpath.dirname(home), ACCEPTED)}") or b""
    return Base(revision, git.files(commit, home), accepted, homes[home].package)


_END = ("--end-of-options",)  # a revision that begins with `-` is none


# --- where a protocol was -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Home:
    """A folder that held a protocol."""

    protocol: str | None
    is_own: bool = False  # whether settings named it
    package: str | None = None  # how they called its package


def _homes(git: _Git, commit: str) -> dict[str, _Home]:
    """The folders that hold a protocol at a commit, by their paths in the repository."""
    from threadwire_generator.change.toml_file import lax_toml

    homes: dict[str, _Home] = {}
    named: list[tuple[str, dict[str, Any]]] = []
    for path in git.paths(commit, (PROTOCOL_FILE, SETTINGS)):
        folder, name = posixpath.split(path)
        content = git.blob(f"{commit}:{path}") or b""
        if name == PROTOCOL_FILE:
            homes[folder] = _Home(protocol_name(content))
        else:
            named.append((folder, lax_toml(content)))
    for folder, data in named:
        schema, package = data.get("schema"), data.get("package")
        if isinstance(schema, str):
            place = posixpath.normpath(posixpath.join(folder, schema)).removeprefix("./")
            if place in homes:
                called = package if isinstance(package, str) else None
                homes[place] = _Home(homes[place].protocol, is_own=True, package=called)
    return homes


def _home(homes: Mapping[str, _Home], here: str, protocol: str | None, top: Path) -> str | None:
    """The folder that held a protocol which now lies `here`; None if none did."""

    def gone(folder: str) -> bool:
        return not (top / folder / PROTOCOL_FILE).is_file()

    same = [each for each in sorted(homes) if homes[each].protocol == protocol is not None]
    moved = [each for each in homes if homes[each].is_own and gone(each)]
    for candidates in ([here] if here in same else [], sorted(same, key=lambda p: not gone(p))):
        if candidates:
            return candidates[0]
    return here if here in homes else next(iter(moved), None)


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


# --- what to do where there is nothing to compare with --------------------------------------------


def _unknown(git: _Git, revision: str) -> str:
    text = "git knows no such revision here"
    if git.is_shallow:
        return f"{text}, and this clone is shallow — {_DEEPER}"
    remotes = git.says("remote").split()
    remote, _, branch = revision.partition("/")
    if remote in remotes and git.says("check-ref-format", "--normalize", f"refs/heads/{branch}"):
        return f"{text} — see git log, or fetch it: {shlex.join(['git', 'fetch', remote, branch])}"
    fetch = ", or fetch it: git fetch --all --tags" if remotes else " for those that there are"
    return f"{text} — see git log{fetch}"


def _unrelated(git: _Git, revision: str) -> str:
    text = f"what is worked on has no commit in common with {revision}"
    if git.is_shallow:
        return f"{text} in this clone, which is shallow — {_DEEPER}"
    return f"{text} — name a revision that this branch comes from, as git log lists them"


_DEEPER = "fetch the rest: git fetch --unshallow (in a workflow of GitHub: fetch-depth: 0)"


class _Git:
    """git, as called in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._env = {k: v for k, v in os.environ.items() if k not in _MISLEADING}
        self._env["LC_ALL"] = "C"

    def _call(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        command = ["git", *words]
        try:
            return subprocess.run(
                command, cwd=self._folder, env=self._env, capture_output=True, check=False
            )
        except FileNotFoundError as error:
            raise BaseError("this needs git, and there is none here") from error
        except ValueError as error:  # NUL in a word
            raise BaseError(f"git cannot be asked for that: {error}") from error

    def _run(self, *words: str) -> bytes | None:
        """What git prints; None if it fails."""
        done = self._call(*words)
        return done.stdout if done.returncode == 0 else None

    def check_repository(self) -> None:
        """Raise `BaseError` if the folder is in no repository, or git will not look at it."""
        done = self._call("rev-parse", "--show-toplevel")
        if done.returncode == 0:
            return
        folder = self._folder.as_posix()
        said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        if "not a git repository" in said:
            said = (
                f"{folder} is in no git repository, so there is nothing to compare it with — "
                "call git init, or compare with a file or a folder"
            )
        raise BaseError(said)

    def says(self, *words: str) -> str:
        """What git prints, as text; empty if it fails."""
        out = self._run(*words)
        return (out or b"").decode("utf-8", "surrogateescape").strip()

    @property
    def is_shallow(self) -> bool:
        """Whether commits are missing."""
        return self.says("rev-parse", "--is-shallow-repository") == "true"

    def top(self) -> Path:
        """The root of the repository."""
        return Path(self.says("rev-parse", "--show-toplevel"))

    def blob(self, name: str) -> bytes | None:
        """The content of a file, by what git calls it; None if there is none."""
        return self._run("cat-file", "blob", name)

    def paths(self, commit: str, names: Iterable[str]) -> list[str]:
        """The files of these names at a commit, by their paths in the repository."""
        wanted = tuple(names)
        listed = self._run("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit) or b""
        paths = listed.decode("utf-8", "surrogateescape").split("\0")
        return [path for path in paths if posixpath.basename(path) in wanted]

    def files(self, commit: str, folder: str) -> dict[str, bytes]:
        """The YAML files of a folder at a commit, by name."""
        listed = self._run("ls-tree", "-z", "--full-tree", f"{commit}:{folder}") or b""
        found: dict[str, bytes] = {}
        for row in listed.split(b"\0"):
            facts, _, name = row.decode("utf-8", "surrogateescape").partition("\t")
            mode, _, rest = facts.partition(" ")
            if mode.startswith("100") and name.endswith(".yaml") and not name.startswith("."):
                content = self.blob(rest.partition(" ")[2])
                if content is None:
                    raise BaseError(f"git cannot read {name} at {commit[:12]} — try git fsck")
                found[name] = content
        return found


_MISLEADING = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
)
