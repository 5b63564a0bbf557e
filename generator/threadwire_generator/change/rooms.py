"""Where generated files may go: two folders that do not get in each other's way, nor in a person's.

Looks at paths alone; nothing need be there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

from threadwire_generator import targets

SCHEMA_ROOM = "schema"  # what the folder around the protocols' folders is mostly called


class RoomProblem(NamedTuple):
    """Which of the folders cannot be, why, and what to do."""

    which: Literal["out", "suite"]
    message: str
    cure: str


def room_problem(schema: Path, out: Path, suite: Path) -> RoomProblem | None:
    """What is wrong with the folders for the files of a protocol; None if nothing is."""
    protocol, files, cases = (path.resolve() for path in (schema, out, suite))
    apart = "give each a folder of its own, as in `generated` and `generated/suite`"
    for which, path, shown in (("out", files, out), ("suite", cases, suite)):
        word: Literal["out", "suite"] = "out" if which == "out" else "suite"
        place = f"the folder {shown.as_posix()}"
        if ".git" in path.parts:
            return RoomProblem(word, f"{place} is git's own", "name another folder")
        room = protocol.parent if protocol.parent.name == SCHEMA_ROOM else protocol
        if room in (path, *path.parents):
            message = f"{place} is in {_shown(room, protocol, schema)}, which people write"
            return RoomProblem(word, message, "name a folder beside it, as in `generated`")
    if files == cases:
        return RoomProblem("suite", f"out and suite are both {out.as_posix()}", apart)
    if cases in files.parents:
        message = f"out, {out.as_posix()}, lies in the folder of the suite, {suite.as_posix()}"
        return RoomProblem("out", message, apart)
    if files in cases.parents and cases.relative_to(files).parts[0] in targets.TABLE:
        name = cases.relative_to(files).parts[0]
        message = f"the suite, {suite.as_posix()}, lies in the folder of the target {name}"
        return RoomProblem("suite", message, apart)
    return None


def _shown(room: Path, protocol: Path, schema: Path) -> str:
    return schema.as_posix() if room == protocol else f"{room.name}/"
