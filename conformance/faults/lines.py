"""Faults in what is read of a line: comments, names of fields, values, data."""

from __future__ import annotations

import re

from .base import Base, Stopped

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


class WhiteSpaceIsBlank(Base):
    """A line of nothing but white space ends a block, as an empty one does."""

    def line(self, line: str) -> None:
        super().line(line if line.strip() else "")


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


class OneCharacter(Base):
    """One character after the colon is dropped, whichever it is."""

    def value(self, text: str) -> str:
        return text[1:]


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
