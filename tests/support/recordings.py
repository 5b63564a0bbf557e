"""Where real streams lie: in a folder of their own, outside this repository.

They are other people's data.  Tests read them in place, and nothing of them is copied.
"""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "THREADWIRE_SHARED"
ABSENT = f"no real streams: {VARIABLE} does not name the folder that has `recordings/`"


def folder() -> Path | None:
    """The folder of the recordings; None if nobody said where it is."""
    shared = os.environ.get(VARIABLE)
    return None if not shared else Path(shared) / "recordings"


def streams(*prefixes: str) -> list[Path]:
    """The streams whose file names begin so; none if there is no folder."""
    where = folder()
    if where is None or not where.is_dir():
        return []
    return sorted(path for path in where.glob("*.sse") if path.name.startswith(prefixes))
