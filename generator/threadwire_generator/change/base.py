"""What a protocol was at a git revision: the effects of the gate.

Only git is asked, about the repository that the protocol's folder lies in, wherever the command was
called; variables by which git tells its hooks where they are would only mislead it.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path


class BaseError(Exception):
    """There is nothing to compare with; the text says why, and what to type."""


@dataclass(frozen=True, slots=True)
class Base:
    """A protocol's files at a revision, by name; none, if it was not there yet."""

    revision: str  # as it was asked for
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    accepted: bytes | None = None  # the list of accepted breaks as it was
    is_head: bool = False  # the very commit that is worked on
    note: str = ""  # why there are no files


def read_base(schema: Path, revision: str, accepted: Path) -> Base:
    """The files of a protocol's folder at a revision; raises `BaseError`."""
    git = _Git(schema)
    git.check_repository()
    commit = git.says("rev-parse", "--verify", "--quiet", *_END, f"{revision}^{{commit}}")
    head = git.says("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if not commit:
        if revision == "HEAD" and not head:
            return Base(revision, note="nothing is committed yet", is_head=True)
        raise BaseError(_unknown(git, revision))
    files = git.files(commit)
    if "protocol.yaml" not in files:
        note = f"{revision} has no {schema.as_posix()}: the protocol is new"
        return Base(revision, is_head=commit == head, note=note)
    beside = os.path.relpath(accepted, schema).replace(os.sep, "/")
    return Base(revision, files, git.blob(f"{commit}:{beside}"), commit == head)


_END = ("--end-of-options",)  # a revision that begins with `-` is none


def _unknown(git: _Git, revision: str) -> str:
    text = "git knows no such revision here"
    if git.says("rev-parse", "--is-shallow-repository") != "true":
        remote, slash, branch = revision.partition("/")
        fetch = f"git fetch {remote} {branch}" if slash else "git fetch --all --tags"
        return f"{text} — see git log, or fetch it: {fetch}"
    return (
        f"{text}, and this clone is shallow — fetch the rest: git fetch --unshallow "
        "(in a workflow of GitHub: fetch-depth: 0)"
    )


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

    def blob(self, name: str) -> bytes | None:
        """The content of a file, by what git calls it; None if there is none."""
        return self._run("cat-file", "blob", name)

    def files(self, commit: str) -> dict[str, bytes]:
        """The YAML files of this folder at a commit, by name."""
        listed = self._run("ls-tree", "-z", commit) or b""
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
