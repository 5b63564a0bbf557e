"""Payloads that could make a decoder hungry for memory, and how much one of them takes.

    python -m support.hungry "wrong items"

prints how many bytes of resident memory a fresh process took for each byte of that payload; only
on Linux, which tells.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from support.payloads import frame, message
from support.values import dumps

_ITEMS = 100_000


def _message(old: str = "", new: str = "") -> bytes:
    text = dumps(message(content=[], metadata={}))
    assert old in text
    return frame("thread.message.created", text.replace(old, new, 1))


def _list(before: str = "[", after: str = "]") -> str:
    return before + ",".join(["0"] * _ITEMS) + after


def _members(value: str, count: int) -> str:
    return "{" + ",".join(f'"{number}":{value}' for number in range(count)) + "}"


PAYLOADS: dict[str, Callable[[], bytes]] = {
    "wrong items": lambda: _message('"content":[]', f'"content":{_list()}'),
    "wrong members": lambda: _message('"metadata":{}', f'"metadata":{_members("1", 20_000)}'),
    "a wide list": lambda: _message('"role"', f'"x":{_list()},"role"'),
    "a wide list far down": lambda: _message('"role"', f'"x":{_list("[" * 190, "]" * 190)},"role"'),
    "a NaN at the end of a wide list": lambda: _message(
        '"role"', f'"x":{_list("[", ",NaN]")},"role"'
    ),
    "many unknown members": lambda: _message('"role"', _members("1", 20_000)[1:-1] + ',"role"'),
    "parts with unknown tags": lambda: _message(
        '"content":[]', '"content":[' + ",".join(['{"type":"q"}'] * 12_000) + "]"
    ),
    "wrong members of an error": lambda: frame("error", _members("1e400", 12_000)),
}


def main(name: str) -> None:
    """Decode one, after what is needed for any."""
    from assistant_events import Decoder

    stream = PAYLOADS[name]()
    for small in (_message(), _message('"content":[]', '"content":[0]'), frame("error", "{}")):
        Decoder().feed(small)
    before = _most_resident()
    Decoder().feed(stream)
    print((_most_resident() - before) / len(stream))


def _most_resident() -> int:
    """The most bytes that were ever resident (`getrusage` would count what the parent had)."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    main(sys.argv[1])
