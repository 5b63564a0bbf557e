"""Bytes as a person can read them: line ends and cuts are seen, what is no text is hexadecimal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

LINES_SHOWN = 24
BYTES_SHOWN = 1 << 16
WIDTH = 160  # characters of a line
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_CUT = "┄┄┄┄ cut ┄┄┄┄"
_MARKS = {"\n": "␊", "\r": "␍", "\t": "␉", "\0": "␀", "\ufeff": "⟨BOM⟩"}


def show_chunks(chunks: Sequence[bytes], *, lines: int = LINES_SHOWN, width: int = WIDTH) -> str:
    """Chunks, a line of the stream on a line, with a rule where one was cut from the next.

    Args:
        chunks: the bytes.
        lines: of more, those around the first cut are shown.
        width: longer lines lose their middle.
    """
    shown, left = _lines(chunks)
    at = shown.index(_CUT) if _CUT in shown else 0
    first = max(0, min(at - lines // 2, len(shown) - lines))
    part = [_clip(line, width) for line in shown[first : first + lines]]
    if first:
        part.insert(0, f"… {first} lines before")
    after = len(shown) - first - lines
    if after > 0 or left:
        part.append(f"… {max(after, 0)} lines after" + (f", and {left} bytes" if left else ""))
    return "\n".join(part)


def _lines(chunks: Sequence[bytes]) -> tuple[list[str], int]:
    """Lines with marks for their ends, a cut between two of them; how many bytes were left out."""
    room = BYTES_SHOWN
    shown: list[str] = []
    for number, chunk in enumerate(chunks):
        if room <= 0:
            break
        if number:
            shown.append(_CUT)
        shown += [readable(line) for line in _LINE.findall(chunk[:room])] or ["(no bytes)"]
        room -= len(chunk)
    return shown, max(0, sum(map(len, chunks)) - BYTES_SHOWN)


def readable(data: bytes) -> str:
    """Text with marks for what cannot be seen, and bytes that are no UTF-8 as ⟨ff⟩."""
    text = data.decode("utf-8", "surrogateescape")
    return "".join(map(_readable, text))


def _readable(char: str) -> str:
    if char in _MARKS:
        return _MARKS[char]
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:
        return f"⟨{code - 0xDC00:02x}⟩"
    if char.isprintable():
        return char
    name = unicodedata.name(char, "")
    return f"⟨U+{code:04X}⟩" if not name else f"⟨{name}⟩"


def _clip(line: str, width: int) -> str:
    if len(line) <= width:
        return line
    half = (width - 20) // 2
    return f"{line[:half]} …{len(line) - 2 * half} more… {line[-half:]}"
