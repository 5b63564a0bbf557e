"""What can be wrong with a captured stream.  This is the table of findings.

A finding has an id that never changes, a level, and a purpose: what the rule behind it is for.
`error`: a reader loses or refuses something.  `warning`: the stream is legal, and some readers trip
over it, or what was sent has no effect.  `note`: worth knowing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

Level: TypeAlias = Literal["error", "warning", "note"]
_SSE = "WHATWG HTML 9.2"


class Row(NamedTuple):
    """One kind of finding."""

    level: Level
    purpose: str
    source: str


FINDINGS: dict[str, Row] = {
    "http/status": Row(
        "error", "A client reads events only from a response with status 200.", f"{_SSE}.2"
    ),
    "http/content-type": Row(
        "error", "A client reads events only from the content type text/event-stream.", f"{_SSE}.2"
    ),
    "http/content-encoding": Row(
        "warning",
        "A compressed body is held back by what compresses it, and a capture of it is unreadable.",
        "RFC 9110 8.4",
    ),
    "framing/bom-inside": Row(
        "error",
        "A byte order mark counts only at the very start; later it spoils the name of its field.",
        f"{_SSE}.5",
    ),
    "framing/invalid-utf8": Row(
        "error", "Bytes that are no UTF-8 arrive as U+FFFD: what was meant is lost.", f"{_SSE}.5"
    ),
    "framing/unknown-field": Row(
        "warning", "A line whose field is not known has no effect.", f"{_SSE}.6"
    ),
    "framing/no-data": Row(
        "warning", "A block that names an event and has no data is no event.", f"{_SSE}.6"
    ),
    "framing/no-name": Row(
        "warning",
        "An event without a name is called message, which no reader waits for.",
        f"{_SSE}.6",
    ),
    "framing/several-names": Row(
        "warning", "Of several names in one block the last counts.", f"{_SSE}.6"
    ),
    "framing/id-with-null": Row("warning", "An id with a NUL is ignored.", f"{_SSE}.6"),
    "framing/bad-retry": Row(
        "warning", "A retry that is not made of ASCII digits is ignored.", f"{_SSE}.6"
    ),
    "framing/lone-cr": Row(
        "note", "A CR alone ends a line, and some readers do not know it.", f"{_SSE}.5"
    ),
    "framing/unfinished": Row(
        "error", "A block that no blank line ends is not delivered.", f"{_SSE}.6"
    ),
    "payload/no-json": Row("error", "The data of a known event is JSON.", "RFC 8259"),
    "payload/duplicate-key": Row(
        "warning", "Of a member that is there twice, most readers take the last.", "RFC 8259 4"
    ),
    "payload/schema": Row(
        "error", "The data of a known event is its payload, by the profile asked for.", "the spec"
    ),
    "payload/unknown-event": Row(
        "note",
        "An event that the protocol does not know is passed over by its readers.",
        "the spec",
    ),
    "payload/undocumented-event": Row(
        "error", "By the official document there are no other events than its own.", "the spec"
    ),
    "stream/empty": Row("error", "A stream has events.", "the spec"),
    "stream/error": Row("note", "The server reported an error in the stream.", "the spec"),
    "stream/no-end": Row(
        "error", "A stream ends with its end event; without it, it counts as cut off.", "the spec"
    ),
    "stream/after-end": Row(
        "warning", "What comes after the end of a stream is not read.", "the spec"
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a capture.

    Attributes:
        id: a key of `FINDINGS`.
        message: what it is, without a word of what people wrote.
        event: the number of the block, from 1; None if it is about the stream.
        offset: where the line or the block begins, in bytes of the body; None if there is no such.
        path: the JSON path in the data, None if it is not about a member.
    """

    id: str
    message: str
    event: int | None = None
    offset: int | None = None
    path: str | None = None

    @property
    def level(self) -> Level:
        """How bad it is."""
        return FINDINGS[self.id].level

    def text(self, file: str) -> str:
        """`FILE:event N:byte N: LEVEL ID PATH: MESSAGE`, on one line."""
        place = file
        if self.event is not None:
            place += f":event {self.event}"
        if self.offset is not None:
            place += f":byte {self.offset}"
        path = f" {self.path}" if self.path else ""
        return f"{place}: {self.level} {self.id}{path}: {self.message}"
