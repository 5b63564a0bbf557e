"""A plain one-shot reading of an event stream, as the standard tells it.

https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

It is slow, holds everything, and has no short cuts: it is what the decoder's framing is held to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINE = re.compile(rb"([^\r\n]*)(\r\n|\n|\r)")
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Block:
    """An event as the standard dispatches it.

    Attributes:
        name: the event type buffer; empty where none was given.
        data: the data buffer, without its last line end; None if the block was above the limit.
        last_event_id: the id in force when it is dispatched.
        offset: where its first field began, in bytes.
    """

    name: str
    data: str | None
    last_event_id: str
    offset: int


@dataclass(frozen=True)
class Reading:
    """A whole stream: its events, the id and the reconnection time that are in force at its end."""

    blocks: list[Block]
    last_event_id: str
    retry: int | None


def read(stream: bytes, *, limit: int | None = None, until: str | None = None) -> Reading:
    """Read a whole stream.

    Args:
        stream: the bytes.
        limit: what the fields of one block may add up to, in bytes; None for no limit.
        until: reading ends after an event of this name.
    """
    start = len(_BOM) if stream.startswith(_BOM) else 0
    blocks: list[Block] = []
    name, data, id_buffer, last_event_id, retry = "", [], "", "", None
    offset, size = None, 0
    for line in _LINE.finditer(stream, start):
        content = line[1]
        if not content:  # "If the line is empty (a blank line): Dispatch the event"
            last_event_id = id_buffer
            too_large = limit is not None and size > limit
            if (data or too_large) and offset is not None:
                text = None if too_large else "\n".join(data)
                blocks.append(Block(name, text, last_event_id, offset))
                if name == until:
                    break
            name, data, offset, size = "", [], None, 0
            continue
        if content.startswith(b":"):  # "If the line starts with a U+003A COLON: Ignore the line"
            continue
        offset = line.start() if offset is None else offset
        size += len(content)
        field, _, value = content.decode("utf-8", "replace").partition(":")
        value = value[1:] if value.startswith(" ") else value
        if field == "event":
            name = value
        elif field == "data":
            data.append(value)
        elif field == "id" and "\0" not in value:
            id_buffer = value
        elif field == "retry" and re.fullmatch("[0-9]+", value):
            retry = int(value)
    return Reading(blocks, last_event_id, retry)
