"""A plain, one-shot reading of a stream: its blocks, and what is wrong with its framing.

By the standard's own steps (WHATWG HTML 9.2.5 and 9.2.6), over the whole body at once, with the
byte offset of everything.  It is not meant to be fast.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from . import Finding

_BOM = b"\xef\xbb\xbf"
_LINE = re.compile(rb"([^\r\n]*)(\r\n|\r|\n|\Z)")
_DIGITS = re.compile(r"[0-9]+", re.ASCII)
_WORD = re.compile(r"[A-Za-z][A-Za-z_-]{0,19}", re.ASCII)
_SHOWN = 40  # characters of a field name


@dataclass(slots=True)
class Block:
    """The lines up to a blank one.

    Attributes:
        number: from 1, counting blocks that have a data line or a name.
        offset: of its first line that is a field, in bytes of the body.
        name: of the event; None if no line gave one.
        data: None if there is no data line.
    """

    number: int
    offset: int
    name: str | None = None
    data: str | None = None
    lines: list[str] = field(default_factory=list[str])


def read_blocks(body: bytes) -> tuple[list[Block], list[Finding]]:
    """The blocks of a body, the last of which may be unfinished, and what is wrong with them."""
    findings: list[Finding] = []
    blocks: list[Block] = []
    block: Block | None = None
    lone_cr = False
    for offset, line, end in _lines(body):
        if end == b"\r" and not lone_cr:
            lone_cr = True
            message = "a CR alone ends a line here, for the first time"
            findings.append(Finding("framing/lone-cr", message, offset=offset))
        if not line:
            if block is not None:
                findings += _close(block)
                blocks += [block] if block.data is not None else []
            block = None
            continue
        if line.startswith(b":"):
            continue
        if block is None:
            block = Block(len(blocks) + 1, offset)
        findings += _take(block, offset, line)
    if block is not None:
        block.data = "\n".join(block.lines) if block.lines else None
        blocks += [block] if block.data is not None else []
        message = "the input ends before the blank line that ends the block"
        findings.append(Finding("framing/unfinished", message, block.number, block.offset))
    return blocks, findings


def _lines(body: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Lines with their offsets and line ends."""
    at = len(_BOM) if body.startswith(_BOM) else 0
    while at < len(body):
        match = _LINE.match(body, at)
        assert match is not None
        yield at, match[1], match[2]
        at = match.end()


def _take(block: Block, offset: int, line: bytes) -> Iterator[Finding]:
    """Add a line to its block."""
    number = block.number
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        text = line.decode("utf-8", "replace")
        wrong = " ".join(f"{byte:02x}" for byte in line[error.start : error.start + 4])
        message = f"from byte {offset + error.start} on these are no UTF-8: {wrong}"
        yield Finding("framing/invalid-utf8", message, number, offset)
    name, _, value = text.partition(":")
    value = value.removeprefix(" ")
    if name == "event":
        if block.name is not None:
            yield Finding("framing/several-names", "a second event line", number, offset)
        block.name = value
    elif name == "data":
        block.lines.append(value)
    elif name == "id":
        if "\0" in value:
            yield Finding("framing/id-with-null", "the id has a NUL", number, offset)
    elif name == "retry":
        if not _DIGITS.fullmatch(value):
            yield Finding("framing/bad-retry", "the retry is no number", number, offset)
    elif name.startswith("\ufeff"):
        message = f"a byte order mark before {_field(name[1:])}"
        yield Finding("framing/bom-inside", message, number, offset)
    else:
        message = f"the line has no effect: it begins with {_field(name)}"
        yield Finding("framing/unknown-field", message, number, offset)


def _close(block: Block) -> Iterator[Finding]:
    """End a block at its blank line."""
    if block.lines:
        block.data = "\n".join(block.lines)
    elif block.name is not None:
        message = f"{_short(block.name)} has no data"
        yield Finding("framing/no-data", message, block.number, block.offset)


def _field(name: str) -> str:
    """A field in a message: what is no plain word may be what people wrote."""
    return f"the field {name!r}" if _WORD.fullmatch(name) else "no field"


def _short(name: str) -> str:
    text = name if len(name) <= _SHOWN else f"{name[: _SHOWN - 1]}…"
    return ascii(text)
