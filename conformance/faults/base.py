"""The decoder that faults are put into: complete, plain and slow.

It goes through a stream as the WHATWG HTML standard tells it, section 9.2.6, a line at a time, and
reads payloads with the generated package.  Each step is a method of a few lines; a fault is a
subclass that overrides one.  `decode` is what the judge calls: chunks in, a reply out, with every
feature that there is.

A method that stops reading raises `Stopped`: the reply then ends with an error.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, TypeAlias

from threadwire_conformance.reference import load
from threadwire_conformance.values import is_object
from threadwire_generator.spec import Spec

from .values import Refused, Values

Event: TypeAlias = "dict[str, Any]"

NO_NAME = "message"
LINE_END = re.compile("\r\n|\n|\r")
MARK = "\ufeff"
MAX_BLOCK = 16 * 1024 * 1024  # bytes of the lines of a block, comments and line ends left out


class Stopped(Exception):  # noqa: N818 - what the decoder does, not what went wrong
    """The decoder gives up, with an error of this class."""

    def __init__(self, error_class: str = "payload", message: str = "", **members: Any) -> None:
        super().__init__(message)
        self.error = {"class": error_class, "message": message, **members}


class Base:
    """Reads one stream.

    Args:
        spec: the protocol.
        values: how payloads are read; the generated package does it if None.
    """

    def __init__(self, spec: Spec, values: Values | None = None) -> None:
        self.spec = spec
        self.values = values or Values(spec)
        self.by_package = values is None
        self.payloads = {event.name: event.payload for event in spec.events}
        self.end_name = spec.end.event if spec.end else None
        self.end_data = spec.end.data if spec.end else None
        self.error_name = spec.error.event if spec.error else None
        # What was delivered.
        self.events: list[Event] = []
        self.end: str | None = None
        self.error_of_end: Event | None = None
        self.failed = False  # the server reported an error
        # Bytes to lines.
        self.characters = codecs.getincrementaldecoder("utf-8")("replace")
        self.at_start = True
        self.after_cr = False
        self.rest = ""  # the line that is not complete
        # Lines to blocks.
        self.last_event_id = ""
        self.id = ""  # in force from the next blank line on
        self.retry: int | None = None
        self.fresh()

    def decode(self, chunks: Iterable[bytes]) -> dict[str, Any]:
        """The reply to a stream."""
        try:
            for chunk in chunks:
                self.feed(chunk)
            self.close()
        except Stopped as stopped:
            self.end, self.error_of_end = "error", stopped.error
        reply: dict[str, Any] = {"events": self.events, "end": self.end}
        if self.end == "error":
            reply["error"] = self.error_of_end
        return {**reply, "last_event_id": self.last_event_id}

    # --- bytes to lines ---------------------------------------------------------------------------

    def feed(self, chunk: bytes) -> None:
        """Take a chunk."""
        self.take(self.text(chunk))

    def text(self, chunk: bytes, final: bool = False) -> str:
        """The characters that a chunk completes; what is no UTF-8 becomes U+FFFD."""
        return self.characters.decode(chunk, final)

    def take(self, text: str) -> None:
        """Take characters."""
        for line in self.lines(self.without_mark(text)):
            if self.end is not None:
                return
            self.line(line)

    def without_mark(self, text: str) -> str:
        """The text without the one mark that may stand at the very start."""
        if self.at_start and text:
            self.at_start = False
            return text.removeprefix(MARK)
        return text

    def lines(self, text: str) -> Iterator[str]:
        """The lines that a text completes; an LF right after a CR belongs to it."""
        if not text:
            return
        if self.after_cr:
            text = text.removeprefix("\n")
        if text:
            self.after_cr = text.endswith("\r")
            *whole, self.rest = self.split(self.rest + text)
            yield from whole
        else:
            self.after_cr = False

    def split(self, text: str) -> list[str]:
        """A text at its line ends; the last piece is no whole line."""
        return LINE_END.split(text)

    # --- lines to blocks --------------------------------------------------------------------------

    def line(self, line: str) -> None:
        """Take a line."""
        if not line:
            self.blank()
        elif line.startswith(":"):
            self.comment(line)
        else:
            self.count(line)
            name, _, value = line.partition(":")
            self.field(name, self.value(value))

    def value(self, text: str) -> str:
        """What stands behind the colon, without one space."""
        return text.removeprefix(" ")

    def comment(self, line: str) -> None:
        """Pass over a comment."""

    def count(self, line: str) -> None:
        """Reckon a line into the size of the block; of one that is too large nothing is kept."""
        self.size += len(line) if line.isascii() else len(line.encode("utf-8", "surrogatepass"))
        if self.too_large:
            self.data.clear()

    @property
    def too_large(self) -> bool:
        """Whether the block is larger than allowed."""
        return self.size > MAX_BLOCK

    def field(self, name: str, value: str) -> None:
        """Take a field."""
        if name == "event":
            self.name = value
        elif name == "data":
            if not self.too_large:
                self.data.append(value)
        elif name == "id":
            self.take_id(value)
        elif name == "retry":
            self.take_retry(value)
        else:
            self.other_field(name, value)

    def take_id(self, value: str) -> None:
        """Remember an id, unless it has a NUL."""
        if "\0" not in value:
            self.id = value

    def take_retry(self, value: str) -> None:
        """Remember a waiting time, if it is made of ASCII digits and no endless number."""
        if value.isascii() and value.isdigit() and len(value) < 16:
            self.retry = int(value)

    def other_field(self, name: str, value: str) -> None:
        """Pass over a field that is not known."""

    def blank(self) -> None:
        """End a block."""
        self.last_event_id = self.id
        if self.is_event():
            self.dispatch(self.event_name(), self.joined())
        self.fresh()

    def is_event(self) -> bool:
        """Whether the block is an event: it has data, or had too much of it."""
        return bool(self.data) or self.too_large

    def joined(self) -> str:
        """The data of the block."""
        return "\n".join(self.data)

    def event_name(self) -> str:
        """The name of the block."""
        if self.spec.selector is not None:
            try:
                value = self.values.parse(self.joined())
            except Refused:
                value = None
            name = value.get(self.spec.selector) if is_object(value) else None
            if isinstance(name, str):
                return name
        return self.name or NO_NAME

    def fresh(self) -> None:
        """Begin a block."""
        self.name = ""
        self.data: list[str] = []
        self.size = 0

    # --- blocks to events -------------------------------------------------------------------------

    def dispatch(self, name: str, data: str) -> None:
        """Make an event of a block."""
        if self.is_end(name, data):
            self.finish(name, data)
        elif self.too_large:
            self.refuse(name, Refused("$"), "too-large")
        elif not self.is_known(name):
            self.unknown(name, data)
        elif name == self.error_name:
            self.server_error(name, data)
        else:
            self.known(name, data)

    def is_end(self, name: str, data: str) -> bool:
        """Whether a block ends the stream: by its name, or by its data if it has no name."""
        if self.end_name is None:
            return False
        return name == self.end_name or (name == NO_NAME and data == self.end_data)

    def is_known(self, name: str) -> bool:
        """Whether the protocol has an event of this name."""
        return self.payloads.get(name) is not None

    def finish(self, name: str, data: str) -> None:
        """End the stream."""
        self.deliver({"event": self.end_name or name, "data": data})
        self.end = "done"

    def known(self, name: str, data: str) -> None:
        """Deliver a known event, or refuse it."""
        try:
            value = self.payload(name, data)
        except Refused as refused:
            self.refuse(name, refused)
        else:
            self.deliver({"event": name, "data": value})

    def payload(self, name: str, data: str) -> Any:
        """The payload of an event.

        Raises:
            Refused: the data is not it.
        """
        if not self.by_package:
            return self.values.payload(self.payloads[name] or "", self.values.parse(data))
        return by_package(name, data)

    def unknown(self, name: str, data: str) -> None:
        """Deliver an event that is not known, as it came."""
        self.deliver({"event": name, "unknown": True, "raw": data})

    def refuse(self, name: str, refused: Refused, error_class: str = "payload") -> None:
        """Report an event that cannot be read, in its place."""
        self.deliver({"event": name, "invalid": True, "class": error_class, "path": refused.path})

    def deliver(self, event: Event) -> None:
        """Hand on an event."""
        self.events.append(event)

    # --- errors of the server ---------------------------------------------------------------------

    def server_error(self, name: str, data: str) -> None:
        """Deliver an error, whatever can be read of it."""
        self.failed = True
        self.deliver({"event": name, "data": self.error_members(self.error_value(data))})

    def error_value(self, data: str) -> Any:
        """The JSON value of an error, or its text where it is no JSON."""
        try:
            return self.values.parse(data)
        except Refused:
            return data

    def error_members(self, value: Any) -> Event:
        """The members of an error: flat, wrapped, or a text that is the message."""
        value = self.unwrapped(value)
        if isinstance(value, str):
            assert self.spec.error is not None
            return {self.spec.error.text_as: value} if value else {}
        return self.readable(value) if is_object(value) else {}

    def unwrapped(self, value: Any) -> Any:
        """What the error is wrapped around, if it is."""
        assert self.spec.error is not None
        wrapper = self.spec.error.wrapped_in
        inner: Any = value.get(wrapper) if is_object(value) and wrapper else None
        return inner if is_object(inner) or isinstance(inner, str) else value

    def readable(self, members: Event) -> Event:
        """The members that are of their types."""
        return self.values.readable(self.payloads[self.error_name or ""] or "", members)

    # --- the end of input -------------------------------------------------------------------------

    def close(self) -> None:
        """Take the end of input."""
        self.take(self.text(b"", final=True))
        if self.end is None:
            if self.rest:
                self.line(self.rest)
            self.half_block()
        if self.end is None:
            self.cut_off()

    def half_block(self) -> None:
        """Drop the block that no blank line has ended, unless it is the end of the stream."""
        if self.data and self.is_end(self.event_name(), self.joined()):
            self.finish(self.event_name(), self.joined())

    def cut_off(self) -> None:
        """Tell that the stream has not ended, unless its end is that of the input."""
        if self.failed or (self.end_name is None and not self.size):
            self.end = "eof"
        else:
            self.end, self.error_of_end = "error", {"class": "truncated", "message": "cut off"}


@cache
def _package() -> Any:
    return load()


def by_package(name: str, data: str) -> Any:
    """The payload of an event, as the generated package reads it."""
    package = _package()
    try:
        event = package.decode_event(name, data)
    except package.PayloadError as error:
        raise Refused(error.path) from None
    return json.loads(package.data_text(event))
