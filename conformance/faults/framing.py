"""Faults in what ends a line and a block, and in what of a block is an event."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .base import NO_NAME, Base, Stopped

# --- line ends ------------------------------------------------------------------------------------


class CrLfIsTwo(Base):
    """CR and LF together are two line ends, so that each CRLF ends a block."""

    def lines(self, text: str) -> Iterator[str]:
        self.after_cr = False
        *whole, self.rest = re.split("[\r\n]", self.rest + text)
        yield from whole


class NoCr(Base):
    """Only LF and CRLF end a line; a CR alone is a character."""

    def lines(self, text: str) -> Iterator[str]:
        *whole, self.rest = re.split("\r?\n", self.rest + text)
        yield from whole


class OnlyLf(Base):
    """Only LF ends a line; the CR before it stays in the value, and no line is blank."""

    def lines(self, text: str) -> Iterator[str]:
        *whole, self.rest = (self.rest + text).split("\n")
        yield from whole


class OnlyCrLf(Base):
    """Only CR and LF together end a line."""

    def lines(self, text: str) -> Iterator[str]:
        *whole, self.rest = (self.rest + text).split("\r\n")
        yield from whole


class TwoEqualEnds(Base):
    """A block ends only where two equal line ends stand together."""

    def split(self, text: str) -> list[str]:
        text = re.sub("(?<!\r)\n\r\n", "\n", text)
        text = re.sub("\r\n(?=\n)\n|\r\r\n|(?<!\r)\n\r(?!\n)", "\n", text)
        return super().split(text)


class FirstLineEnd(Base):
    """The line end of the first line is taken for that of the whole stream."""

    style: str | None = None

    def split(self, text: str) -> list[str]:
        found = re.search("\r\n|\n|\r", text)
        if self.style is None and found is not None:
            self.style = found[0]
        return [text] if self.style is None else text.split(self.style)


class LinesOfText(Base):
    """Lines are split by a function for text, which knows ten kinds of line ends."""

    def split(self, text: str) -> list[str]:
        lines = text.splitlines()
        return (
            [*lines, ""]
            if re.search("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\\Z", text)
            else lines or [""]
        )


class UnicodeLineEnds(Base):
    """U+0085, U+2028 and U+2029 are line ends too."""

    def split(self, text: str) -> list[str]:
        return re.split("\r\n|[\n\r\x85\u2028\u2029]", text)


class Unescaped(Base):
    """Escaped line ends are unescaped before the stream is split into lines."""

    def text(self, chunk: bytes, final: bool = False) -> str:
        return super().text(chunk, final).replace("\\r", "\r").replace("\\n", "\n")


# --- what ends a block, and what is an event ------------------------------------------------------


class NameIsEnough(Base):
    """A block with a name and without data is an event with empty data."""

    def is_event(self) -> bool:
        return super().is_event() or bool(self.name)


class AnyFieldIsEnough(Base):
    """A block with nothing but an id or a waiting time is an event with empty data."""

    any_field = False

    def take_id(self, value: str) -> None:
        self.any_field = True
        super().take_id(value)

    def take_retry(self, value: str) -> None:
        self.any_field = True
        super().take_retry(value)

    def is_event(self) -> bool:
        return super().is_event() or self.any_field

    def fresh(self) -> None:
        super().fresh()
        self.any_field = False


class RememberedIdIsEnough(Base):
    """Once there was an id, each blank line is an event."""

    def is_event(self) -> bool:
        return super().is_event() or bool(self.id)


class EmptyNeedsJson(Base):
    """A block without data is an event, whose empty data is parsed whatever its name."""

    def is_event(self) -> bool:
        return super().is_event() or bool(self.name)

    def dispatch(self, name: str, data: str) -> None:
        if not data:
            raise Stopped("payload", "no JSON in the empty text")
        super().dispatch(name, data)


class BlankIsEvent(Base):
    """Each blank line is an event, so that more than one of them makes empty ones."""

    def blank(self) -> None:
        if not self.is_event() and not self.name:
            raise Stopped("payload", "an event without anything")
        super().blank()


class LeadingBlankIsEvent(Base):
    """A blank line before the first field is an empty event."""

    begun = False

    def line(self, line: str) -> None:
        if not line and not self.begun:
            self.dispatch("thread.created", "")
        self.begun = True
        super().line(line)


class LastEventAgain(Base):
    """A surplus blank line delivers the event before it once more."""

    def blank(self) -> None:
        if self.events and not self.is_event() and not self.name and not self.id:
            self.deliver(self.events[-1])
        super().blank()


class EmptyDataIsNone(Base):
    """A data line without a value does not count, so that its block is no event."""

    def field(self, name: str, value: str) -> None:
        if name != "data" or value:
            super().field(name, value)


class BareDataIsUnknown(Base):
    """A line of nothing but `data` is an unknown field, since it has no colon."""

    def line(self, line: str) -> None:
        if ":" in line or not line:
            super().line(line)


class DataEndsBlock(Base):
    """An event is delivered at its data line, without waiting for the blank line."""

    def field(self, name: str, value: str) -> None:
        super().field(name, value)
        if name == "data":
            self.blank()


# --- what is kept from block to block -------------------------------------------------------------


class NameStays(Base):
    """The name of an event stays in force for the blocks after it."""

    def fresh(self) -> None:
        name = getattr(self, "name", "")
        super().fresh()
        self.name = name


class NameWaitsForData(Base):
    """A name without data waits for the data of the next block."""

    def blank(self) -> None:
        if self.is_event():
            super().blank()
        self.data = []


class DataStays(Base):
    """The data of an event is still there when the next one comes."""

    def fresh(self) -> None:
        data = getattr(self, "data", [])
        super().fresh()
        self.data = data

    def is_event(self) -> bool:
        return bool(self.name)


class NoNameIsNoEvent(Base):
    """Events without a name are the only ones that are read, as in streams of completions."""

    def dispatch(self, name: str, data: str) -> None:
        if name == NO_NAME:
            super().dispatch(name, data)
