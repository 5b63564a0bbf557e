"""What `generate` is about to write: the files of all targets, merged and held to be safe.

Pure: a spec in, paths and bytes out.  A path is refused if some file system could not hold it as
it stands, or could be led out of the out folder by it; so the same plan can be written anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from threadwire_generator import targets
from threadwire_generator.spec import Spec

MANIFEST = "manifest.json"
WORKSHOP = ".threadwire"  # where `disk` stages; at home in the out folder, like the manifest

_NAME = re.compile(r"[A-Za-z0-9._+@ -]+")
_RESERVED_ON_WINDOWS = re.compile(
    r"(con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$)(\..*)?", re.IGNORECASE
)


class PlanError(Exception):
    """A target wants a file that cannot be written everywhere; `path` says which."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path!r}: {message}")
        self.path = path
        self.message = message


@dataclass(frozen=True, slots=True)
class Output:
    """One file to be written, and the target that wants it."""

    target: str
    content: bytes


def plan_all(spec: Spec, names: Iterable[str] | None = None) -> dict[str, Output]:
    """Plan the files of the named targets (of all, if none is named), sorted by path.

    Raises `PlanError` for the first file that could not be written everywhere, and KeyError for
    a name that is no target.
    """
    plans = {name: targets.load(name)(spec) for name in names or targets.TABLE}
    return merge(plans)


def merge(plans: Mapping[str, Mapping[str, str | bytes]]) -> dict[str, Output]:
    """Make one plan of the plans of several targets, by target; raises `PlanError`.

    Bytes are written as they are: a file that is about line ends cannot keep to ours.
    """
    merged: dict[str, Output] = {}
    for target, files in plans.items():
        for path, text in files.items():
            if path in merged:
                raise PlanError(path, f"both {merged[path].target} and {target} want this file")
            check_path(path)
            content = text if isinstance(text, bytes) else encode_text(path, text)
            merged[path] = Output(target, content)
    _check_together(merged)
    return dict(sorted(merged.items()))


def check_path(path: str) -> None:
    """Raise `PlanError` unless the path is relative and means the same on every system."""
    for name in path.split("/"):
        if fault := _fault_of_name(name):
            raise PlanError(path, fault)
    if path.split("/")[0].casefold() in (MANIFEST, WORKSHOP):
        raise PlanError(path, "this name is kept for the generator's own book-keeping")


def _fault_of_name(name: str) -> str | None:
    """Say what is wrong with one component of a path."""
    if name in ("", ".", ".."):
        return "a path is relative and has no empty, '.' or '..' component"
    if not _NAME.fullmatch(name):
        return "a file name has ASCII letters, digits and . _ - + @ or blanks only"
    if name != name.strip(" ") or name.endswith("."):
        return "a file name does not begin or end with a blank, nor end with a dot"
    if _RESERVED_ON_WINDOWS.fullmatch(name):
        return "this name is a device on Windows"
    if len(name) > 200:
        return "a file name is at most 200 characters long"
    return None


def _check_together(paths: Iterable[str]) -> None:
    """Raise `PlanError` if two paths are one by case, or a file is a folder of another."""
    spelled: dict[str, tuple[str, bool]] = {}
    for path in paths:
        parts = path.split("/")
        for depth in range(1, len(parts) + 1):
            here, is_file = "/".join(parts[:depth]), depth == len(parts)
            there, was_file = spelled.setdefault(here.casefold(), (here, is_file))
            if there != here:
                raise PlanError(path, f"differs from {there!r} only by case")
            if is_file != was_file:
                raise PlanError(path, f"{here!r} would be both a file and a folder")


def encode_text(path: str, text: str) -> bytes:
    """Encode a file as UTF-8; raises `PlanError` if line ends or characters are not as agreed."""
    if "\r" in text:
        raise PlanError(path, "a line ends in LF, never with CR")
    if text and (not text.endswith("\n") or text.endswith("\n\n")):
        raise PlanError(path, "a file is empty or ends with exactly one line end")
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise PlanError(path, f"cannot be written as UTF-8: {error.reason}") from None
