"""Faults in what makes characters of bytes."""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import Any

from .base import MARK, Base, Stopped

# --- the byte order mark --------------------------------------------------------------------------


class MarkStays(Base):
    """A byte order mark is part of the first field's name."""

    def without_mark(self, text: str) -> str:
        return text


class MarkIsError(Base):
    """A byte order mark ends the stream with an error."""

    def without_mark(self, text: str) -> str:
        if self.at_start and text.startswith(MARK):
            raise Stopped("other", "not a boundary of characters")
        return super().without_mark(text)


class MarkOfEachLine(Base):
    """A byte order mark is dropped at the start of every line."""

    def line(self, line: str) -> None:
        super().line(line.removeprefix(MARK))


class MarkOfEachChunk(Base):
    """A byte order mark is dropped at the start of every chunk."""

    def without_mark(self, text: str) -> str:
        return text.removeprefix(MARK)


class MarkOfFirstChunk(Base):
    """A byte order mark is looked for in the bytes of the first chunk alone."""

    first = True

    def feed(self, chunk: bytes) -> None:
        self.at_start = False
        if self.first:
            chunk = chunk.removeprefix(codecs.BOM_UTF8)
        self.first = False
        super().feed(chunk)


class MarkAlone(Base):
    """A byte order mark is known only where it is a chunk of its own."""

    def without_mark(self, text: str) -> str:
        return "" if text == MARK else text


class MarksAll(Base):
    """All byte order marks at the start are dropped, not one."""

    def without_mark(self, text: str) -> str:
        if self.at_start and text:
            self.at_start = not text.strip(MARK)
            return text.lstrip(MARK)
        return text


class MarkAfterBlank(Base):
    """A byte order mark is dropped before the first line that is not blank."""

    def without_mark(self, text: str) -> str:
        if self.at_start and text.strip("\r\n"):
            self.at_start = False
            return re.sub("\\A([\r\n]*)\ufeff", "\\1", text)
        return text


class MarkEndsInput(Base):
    """Input of nothing but a byte order mark is a text of one character, and an event."""

    def close(self) -> None:
        if not self.at_start and not self.events and not self.rest and not self.name:
            self.dispatch("message", MARK)
        super().close()


class MarksNowhere(Base):
    """The character U+FEFF is dropped wherever it stands."""

    def without_mark(self, text: str) -> str:
        return text.replace(MARK, "")


# --- bytes that are not UTF-8 ---------------------------------------------------------------------


class ByChunk(Base):
    """The characters of each chunk are decoded by themselves."""

    def text(self, chunk: bytes, final: bool = False) -> str:
        return chunk.decode("utf-8", "replace")


class ByPieces(Base):
    """The stream is read in pieces of 8192 bytes, and what a piece cuts of a character is lost."""

    read = 0

    def text(self, chunk: bytes, final: bool = False) -> str:
        found = ""
        while chunk:
            room = 8192 - self.read % 8192
            piece, chunk = chunk[:room], chunk[room:]
            self.read += len(piece)
            found += super().text(piece, self.read % 8192 == 0)
        return found + super().text(b"", final)


class Strict(Base):
    """A byte that is no UTF-8 ends the stream with an error."""

    def text(self, chunk: bytes, final: bool = False) -> str:
        found = self.strict.decode(chunk, final) if self.is_good(chunk, final) else None
        if found is None:
            raise Stopped("other", "invalid UTF-8")
        return found

    def is_good(self, chunk: bytes, final: bool) -> bool:
        state = self.strict.getstate()
        try:
            self.strict.decode(chunk, final)
        except UnicodeDecodeError:
            return False
        finally:
            self.strict.setstate(state)
        return True

    @property
    def strict(self) -> codecs.IncrementalDecoder:
        if not hasattr(self, "_strict"):
            self._strict = codecs.getincrementaldecoder("utf-8")("strict")
        return self._strict


class HalfCharacterAtEnd(Base):
    """Input that ends within a character is an error of the encoding, which hides the events."""

    def text(self, chunk: bytes, final: bool = False) -> str:
        if final and self.characters.getstate()[0]:
            self.events.clear()
            raise Stopped("other", "invalid UTF-8")
        return super().text(chunk, final)


class Dropped(Base):
    """Bytes that are no UTF-8 are dropped."""

    def text(self, chunk: bytes, final: bool = False) -> str:
        if not hasattr(self, "_ignore"):
            self._ignore = codecs.getincrementaldecoder("utf-8")("ignore")
        return self._ignore.decode(chunk, final)


class SwallowsTheRest(Base):
    """After a byte that is no UTF-8 nothing is read any more."""

    over = False

    def text(self, chunk: bytes, final: bool = False) -> str:
        text = "" if self.over else super().text(chunk, final)
        before, bad, _ = text.partition("\ufffd")
        self.over = self.over or bool(bad)
        return before


class Latin1(Base):
    """The bytes are read as Latin-1."""

    def text(self, chunk: bytes, final: bool = False) -> str:
        return chunk.decode("latin-1").removeprefix("\xef\xbb\xbf")


class OneForAll(Base):
    """A run of bad bytes becomes one U+FFFD, however many sequences it holds."""

    def text(self, chunk: bytes, final: bool = False) -> str:
        return re.sub("\ufffd{2,}", "\ufffd", super().text(chunk, final))


class OneForEachByte(Base):
    """Each byte of a sequence that breaks off becomes U+FFFD."""

    def text(self, chunk: bytes, final: bool = False) -> str:
        whole = self.pending + chunk
        self.pending = b""
        found = re.search(b"[\xc2-\xf4][\x80-\xbf]{0,2}\\Z", whole)
        if found and not final and not _is_whole(found[0]):
            whole, self.pending = whole[: found.start()], found[0]
        return whole.decode("utf-8", "threadwire-each-byte")

    pending = b""


class TakesNextAlong(Base):
    """A sequence that breaks off takes the next byte along."""

    def text(self, chunk: bytes, final: bool = False) -> str:
        return re.sub('\ufffd["\n]', "\ufffd", super().text(chunk, final))


class Overlong(Base):
    """An overlong sequence is read as the character that it disguises."""

    def text(self, chunk: bytes, final: bool = False) -> str:
        return super().text(chunk.replace(b"\xc0\xaf", b"/"), final)


class SurrogatesPass(Base):
    """A surrogate in UTF-8 is read as one, and a string holds half a character."""

    def text(self, chunk: bytes, final: bool = False) -> str:
        marked = chunk.replace(b"\xed\xa0\x80", "\ue123".encode())
        return super().text(marked, final).replace("\ue123", "\ud800")

    def payload(self, name: str, data: str) -> Any:
        return self.values.payload(self.payloads[name] or "", self.values.parse(data))


# --- characters -----------------------------------------------------------------------------------


class Normalised(Base):
    """Texts are brought to their composed form."""

    def text(self, chunk: bytes, final: bool = False) -> str:
        return unicodedata.normalize("NFC", super().text(chunk, final))


class AsciiOnly(Base):
    """Characters that are not ASCII are replaced by question marks."""

    def text(self, chunk: bytes, final: bool = False) -> str:
        return super().text(chunk, final).encode("ascii", "replace").decode()


class ThreeBytesAtMost(Base):
    """Characters of four bytes are replaced by question marks."""

    def text(self, chunk: bytes, final: bool = False) -> str:
        return re.sub("[^\0-\uffff]", "?", super().text(chunk, final))


class NulEndsText(Base):
    """A value ends at NUL, as strings do in C."""

    def value(self, text: str) -> str:
        return super().value(text).partition("\0")[0]


def _is_whole(sequence: bytes) -> bool:
    try:
        sequence.decode()
    except UnicodeDecodeError:
        return False
    return True


def _each_byte(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return "\ufffd" * (error.end - error.start), error.end


codecs.register_error("threadwire-each-byte", _each_byte)
