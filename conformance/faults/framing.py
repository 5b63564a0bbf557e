"""Faults in what makes lines of bytes, and blocks of lines."""

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
    """Lines are split by the language's own function for text, which knows ten kinds of line ends."""

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


# --- what ends a block, and what is an event --------------------------------------------------------


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


# --- what is kept from block to block --------------------------------------------------------------


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


# --- fields ---------------------------------------------------------------------------------------


class CommentForgetsName(Base):
    """A comment between name and data makes the name forgotten."""

    def comment(self, line: str) -> None:
        self.name = ""


class CommentForgetsBlock(Base):
    """A comment begins a new block."""

    def comment(self, line: str) -> None:
        self.fresh()


class CommentIsEvent(Base):
    """A block without a name is an error, even one of nothing but a comment."""

    commented = False

    def comment(self, line: str) -> None:
        self.commented = True

    def blank(self) -> None:
        if self.commented and not self.name:
            raise Stopped("other", "event type not specified")
        self.commented = False
        super().blank()


class CommentSpoilsBlock(Base):
    """A block that begins with a comment is dropped as a whole."""

    lines_of_block = 0
    spoilt = False

    def line(self, line: str) -> None:
        if line.startswith(":") and not self.lines_of_block:
            self.spoilt = True
        self.lines_of_block += 1
        if not line and self.spoilt:
            self.fresh()
        if not line:
            self.lines_of_block, self.spoilt = 0, False
        super().line(line)


class CommentNeedsSpace(Base):
    """Only a colon with a space begins a comment; behind a bare colon a field is read."""

    def line(self, line: str) -> None:
        super().line(line if line.startswith(": ") else line.lstrip(":") or ":")


class OtherFieldForgetsName(Base):
    """A field that is neither name nor data makes the name forgotten."""

    def field(self, name: str, value: str) -> None:
        if name not in ("event", "data"):
            self.name = ""
        super().field(name, value)


class OtherFieldIsError(Base):
    """A field with another name ends the stream with an error."""

    def other_field(self, name: str, value: str) -> None:
        raise Stopped("other", f"unknown field {name!r}")


class JsonIsData(Base):
    """A line of JSON is data even without the field's name."""

    def line(self, line: str) -> None:
        super().line(f"data: {line}" if line.startswith("{") else line)


class NameComesFirst(Base):
    """Data before the name is not kept: the name begins the event."""

    def field(self, name: str, value: str) -> None:
        if name == "event":
            self.data = []
        super().field(name, value)


class NameMustBeFirst(Base):
    """An event whose name comes after its data has no name."""

    def field(self, name: str, value: str) -> None:
        if name != "event" or not self.data:
            super().field(name, value)


class FirstName(Base):
    """Of two names in a block the first one counts."""

    def field(self, name: str, value: str) -> None:
        if name != "event" or not self.name:
            super().field(name, value)


class EmptyNameIsNone(Base):
    """An empty name does not take back the one before it."""

    def field(self, name: str, value: str) -> None:
        if name != "event" or value:
            super().field(name, value)


class EmptyNameIsLookedUp(Base):
    """An empty name is looked up like any other, and the look-up fails."""

    named = False

    def field(self, name: str, value: str) -> None:
        self.named = self.named or name == "event"
        super().field(name, value)

    def event_name(self) -> str:
        if self.named and not self.name:
            raise Stopped("other", "KeyError: ''")
        self.named = False
        return super().event_name()


class FieldsInAnyCase(Base):
    """Field names are compared without regard for case, like those of headers."""

    def field(self, name: str, value: str) -> None:
        super().field(name.lower(), value)


class FieldsTrimmed(Base):
    """White space around a field's name is dropped."""

    def field(self, name: str, value: str) -> None:
        super().field(name.strip(), value)


class LinesIndented(Base):
    """White space at the start of a line is dropped."""

    def line(self, line: str) -> None:
        super().line(line.lstrip(" \t"))


class FieldsByBeginning(Base):
    """A field is known by the beginning of its name."""

    def field(self, name: str, value: str) -> None:
        for known in ("event", "data"):
            if name.startswith(known):
                return super().field(known, value)
        return super().field(name, value)


class FieldsByEnd(Base):
    """A field is known by the end of its name, as a search in the line finds it."""

    def field(self, name: str, value: str) -> None:
        super().field("data" if name.endswith("data") else name, value)


class FieldsEndAtNul(Base):
    """A field's name ends at NUL, as strings do in C."""

    def field(self, name: str, value: str) -> None:
        super().field(name.partition("\0")[0], value)


# --- values ---------------------------------------------------------------------------------------


class AllSpaces(Base):
    """All white space around a value is dropped."""

    def value(self, text: str) -> str:
        return text.strip()


class LeadingSpaces(Base):
    """All spaces before a value are dropped, not one."""

    def value(self, text: str) -> str:
        return text.lstrip(" ")


class TrailingSpaces(Base):
    """White space behind a value is dropped."""

    def value(self, text: str) -> str:
        return super().value(text).rstrip()


class TabIsSpace(Base):
    """A tab after the colon is dropped as a space is."""

    def value(self, text: str) -> str:
        return text[1:] if text[:1] in (" ", "\t") else text


class SpaceStays(Base):
    """The space after the colon is part of the value."""

    def value(self, text: str) -> str:
        return text


class SpaceIsDemanded(Base):
    """A field without a space after its colon is not known."""

    def line(self, line: str) -> None:
        if ": " in line or ":" not in line:
            super().line(line)


class LastColon(Base):
    """A line is split at every colon, and the second piece taken for the value."""

    def line(self, line: str) -> None:
        super().line(":".join(line.split(":")[:2]))


class LastFieldInLine(Base):
    """The value is what stands behind the last `data:` of a line."""

    def value(self, text: str) -> str:
        return super().value(re.split("(?:data|event): ", text)[-1])


# --- several data lines ---------------------------------------------------------------------------


class LastDataLine(Base):
    """Of several data lines the last one counts."""

    def joined(self) -> str:
        return self.data[-1] if self.data else ""


class FirstDataLine(Base):
    """Of several data lines the first one counts."""

    def joined(self) -> str:
        return self.data[0] if self.data else ""


class DataLinesGlued(Base):
    """Data lines are joined with nothing between them."""

    def joined(self) -> str:
        return "".join(self.data)


class DataLinesWithCrLf(Base):
    """Data lines are joined with the line end of the stream."""

    def joined(self) -> str:
        return "\r\n".join(self.data)


class DataLinesApart(Base):
    """Each data line is an event of its own, under the name of the block."""

    def blank(self) -> None:
        for line in self.data[:-1]:
            if self.end is None:
                self.dispatch(self.event_name(), line)
        self.data = self.data[-1:]
        if self.end is None:
            super().blank()


class EmptyDataLinesDropped(Base):
    """Of several data lines the empty ones are left out."""

    def joined(self) -> str:
        return "\n".join(filter(None, self.data))


class EmptyDataLineEndsData(Base):
    """An empty data line ends the data."""

    def joined(self) -> str:
        whole = self.data
        return "\n".join(whole[: whole.index("")] if "" in whole[1:] else whole)


class DataLinesTogether(Base):
    """Data lines belong together only if they follow one another."""

    between = False

    def line(self, line: str) -> None:
        is_data = line.startswith("data")
        if is_data and self.between:
            self.data = []
        self.between = bool(self.data) and not is_data and bool(line)
        super().line(line)


class NoNameIsNoEvent(Base):
    """Events without a name are the only ones that are read, as in streams of completions."""

    def dispatch(self, name: str, data: str) -> None:
        if name == NO_NAME:
            super().dispatch(name, data)
