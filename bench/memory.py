"""How much memory a long stream takes: `python -m bench.memory FILE BYTES`, in a fresh process.

The file holds whole blocks; they are read again and again, 64 KB at a time, until so many bytes
were decoded, each event dropped before the next.  Prints, as JSON, how far the peak of the resident
memory rose above what it was after the import and after all validators were built, which pydantic
puts off until they are needed, and how much the building took.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

_CHUNK = 64 * 1024
_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


def _peak() -> int:
    """The peak of the resident memory, in bytes, since the last `_reset`."""
    if _STATUS.exists():
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _reset() -> bool:
    """Make the peak what is resident now; False where the system cannot."""
    try:
        _CLEAR.write_text("5")
    except OSError:
        return False
    return True


def _chunks(file: Path, total: int) -> Iterator[bytes]:
    with file.open("rb", buffering=0) as stream:
        left = total
        while True:
            chunk = stream.read(_CHUNK)
            left -= len(chunk)
            if chunk:
                yield chunk
            elif left > 0:
                stream.seek(0)
            else:
                break  # at the end of the file, which is that of a block
    yield b"event: done\ndata: [DONE]\n\n"


def main() -> None:
    """Decode, and print what it took."""
    file, total = Path(sys.argv[1]), int(sys.argv[2])
    from assistant_events import EVENT_TYPES, iter_events

    exact = _reset()
    imported = _peak()
    for row in EVENT_TYPES.values():
        if row.payload is not None:
            row.payload.model_rebuild()
    gc.collect()
    _reset()
    built = _peak()
    count = 0
    for _ in iter_events(_chunks(file, total)):
        count += 1
    print(
        json.dumps(
            {
                "above_import": _peak() - built,
                "events": count,
                "exact": exact,
                "imported": imported,
                "validators": built - imported,
            }
        )
    )


if __name__ == "__main__":
    main()
