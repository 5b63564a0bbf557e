"""The streams of the cases as files, under names that every file system takes.

A transcript lies at the id of its case, with what no file name may have spelled otherwise: `[]` as
`+`, `{}` as `++`, `<text>` as `@text`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from threadwire_generator.cases import Case
from threadwire_generator.plan import PlanError, check_path

FOLDER = "transcripts"
LARGEST = 64 * 1024  # bytes of a stream that gets a file

_SPELLED = (("[]", "+"), ("{}", "++"), ("<", "@"), (">", ""))
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$)(?=\.|$)")


def transcripts(cases: Iterable[Case]) -> dict[str, str]:
    """The path of the transcript of each case that has one, by the case's id."""
    paths: dict[str, str] = {}
    taken: set[str] = set()
    for case in cases:
        if case.size <= LARGEST:
            path = _path(case.id)
            if path.casefold() in taken or not _is_good(path):
                path = _by_digest(case.id)
            taken.add(path.casefold())
            paths[case.id] = path
    return paths


def _path(case_id: str) -> str:
    return f"{FOLDER}/{'/'.join(map(_name, case_id.split('/')))}.sse"


def _name(part: str) -> str:
    for found, spelled in _SPELLED:
        part = part.replace(found, spelled)
    part = re.sub(r"[^A-Za-z0-9._+@-]", "_", part)
    return _RESERVED.sub(r"\1@", part).strip(".") or "@"


def _is_good(path: str) -> bool:
    try:
        check_path(path)
    except PlanError:
        return False
    return True


def _by_digest(case_id: str) -> str:
    """A name for an id that has none of its own: too long, or the same as another's by case."""
    digest = hashlib.sha256(case_id.encode()).hexdigest()[:12]
    return f"{FOLDER}/@/{digest}.sse"
