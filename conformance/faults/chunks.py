"""Faults that show only where a stream is cut."""

from __future__ import annotations

from collections.abc import Iterator

from .base import Base


class BlockEndInOneChunk(Base):
    """The two line ends that finish a block are looked for in each chunk by itself."""

    def lines(self, text: str) -> Iterator[str]:
        if not self.rest and text.startswith(("\n", "\r")):
            text = text.lstrip("\r\n")
        yield from super().lines(text)


class LinesDoNotSpan(Base):
    """A line ends where its chunk ends."""

    def take(self, text: str) -> None:
        super().take(text)
        if self.rest and self.end is None:
            rest, self.rest = self.rest, ""
            self.line(rest)


class RestIsDropped(Base):
    """What a chunk leaves of a line is dropped when the next chunk comes."""

    def lines(self, text: str) -> Iterator[str]:
        if text:
            self.rest = ""
        yield from super().lines(text)


class OneEventAChunk(Base):
    """Of each chunk one event is read, and the rest is dropped."""

    def take(self, text: str) -> None:
        before = len(self.events)
        for line in self.lines(self.without_mark(text)):
            self.line(line)
            if len(self.events) > before:
                self.rest = ""
                return


class BlocksDoNotSpan(Base):
    """A block that its chunk does not finish is dropped."""

    def feed(self, chunk: bytes) -> None:
        super().feed(chunk)
        self.fresh()
        self.rest = ""


class CrLfAcrossChunksIsTwo(Base):
    """CR and LF are two line ends if they come in two chunks."""

    def lines(self, text: str) -> Iterator[str]:
        self.after_cr = False
        yield from super().lines(text)


class CrLfAcrossBuffersIsTwo(Base):
    """CR and LF are two line ends if one is the last of 4096 bytes that are read at a time."""

    read = 0

    def feed(self, chunk: bytes) -> None:
        while chunk:
            if self.read % 4096 == 0:
                self.after_cr = False
            room = 4096 - self.read % 4096
            piece, chunk = chunk[:room], chunk[room:]
            self.read += len(piece)
            super().feed(piece)


class CrSwallowsFirst(Base):
    """After a CR at the end of a chunk the first character of the next one is dropped."""

    def lines(self, text: str) -> Iterator[str]:
        if self.after_cr:
            text = text[1:]
            self.after_cr = False
        yield from super().lines(text)


class CrWaits(Base):
    """A CR is a line end only once something follows, so that at the end of input it is none."""

    waiting = False

    def lines(self, text: str) -> Iterator[str]:
        if not text:
            return
        whole = self.rest + text
        self.waiting = whole.endswith("\r")
        *lines, self.rest = self.split(whole[:-1] if self.waiting else whole)
        self.rest += "\r" * self.waiting
        yield from lines

    def half_block(self) -> None:
        if not self.waiting:
            super().half_block()


class SpaceAcrossChunks(Base):
    """The space after a colon is not dropped if it begins a chunk."""

    def lines(self, text: str) -> Iterator[str]:
        if self.rest.endswith(":") and text.startswith(" "):
            text = " " + text
        yield from super().lines(text)


class EmptyChunkIsEnd(Base):
    """A chunk without a byte is taken for the end of input."""

    over = False

    def feed(self, chunk: bytes) -> None:
        self.over = self.over or not chunk
        if not self.over:
            super().feed(chunk)


class EventWaitsForNext(Base):
    """An event is delivered when the next chunk comes, and the last one never."""

    def feed(self, chunk: bytes) -> None:
        self.take(self.waiting)
        self.waiting = self.text(chunk)

    waiting = ""


class EventsByChunk(Base):
    """Each chunk that begins with a name begins a new event, whatever was there before."""

    def take(self, text: str) -> None:
        if text.startswith("event"):
            self.fresh()
            self.rest = ""
        super().take(text)
