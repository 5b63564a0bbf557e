"""Faults with sizes: limits that are too low, or not there."""

from __future__ import annotations

from .base import MAX_BLOCK, Base, Stopped
from .values import Refused


class ShortLines(Base):
    """A line of more than 64 KiB ends the stream."""

    longest = 64 * 1024

    def line(self, line: str) -> None:
        if len(line) > self.longest:
            raise Stopped("other", "token too long")
        super().line(line)


class LinesOfAMebibyte(ShortLines):
    """A line of more than a mebibyte ends the stream."""

    longest = 1024 * 1024


class ShortComments(Base):
    """A comment of more than 64 KiB ends the stream."""

    longest = 64 * 1024

    def comment(self, line: str) -> None:
        if len(line) > self.longest:
            raise Stopped("other", "token too long")


class ShortPadding(ShortComments):
    """A comment of more than a kibibyte ends the stream."""

    longest = 1024


class ShortUnknown(Base):
    """An unknown event of more than 64 KiB ends the stream."""

    def unknown(self, name: str, data: str) -> None:
        if len(data) > 64 * 1024:
            raise Stopped("other", "buffer overflow")
        super().unknown(name, data)


class FewLines(Base):
    """An event of more than a thousand data lines ends the stream."""

    def field(self, name: str, value: str) -> None:
        super().field(name, value)
        if len(self.data) > 1000:
            raise Stopped("other", "too many lines")


class CallsItself(Base):
    """The next event is read by a call within the call, which runs out of stack at heartbeats."""

    idle = 0

    def blank(self) -> None:
        self.idle = 0 if self.is_event() else self.idle + 1
        if self.idle > 900:
            raise Stopped("other", "maximum recursion depth exceeded")
        super().blank()


class NoLimit(Base):
    """There is no limit, by one who says that there is."""

    @property
    def too_large(self) -> bool:
        return False


class LimitOfALine(Base):
    """Each line is limited, but not the block of many."""

    longest = 0

    def count(self, line: str) -> None:
        self.longest = max(self.longest, len(line))
        super().count(line)

    @property
    def too_large(self) -> bool:
        return self.longest > MAX_BLOCK

    def fresh(self) -> None:
        super().fresh()
        self.longest = 0


class CommentsCount(Base):
    """Comments count towards the size of an event."""

    def comment(self, line: str) -> None:
        self.size += len(line)


class StopsAtLarge(Base):
    """An event above the limit ends the stream, by one who says that it reads on."""

    def refuse(self, name: str, refused: Refused, error_class: str = "payload") -> None:
        if error_class == "too-large":
            raise Stopped(error_class)
        super().refuse(name, refused, error_class)


class LargeIsPayload(Base):
    """An event above the limit is told as data that is no JSON."""

    def refuse(self, name: str, refused: Refused, error_class: str = "payload") -> None:
        super().refuse(name, refused, "payload")


class LargeIsDropped(Base):
    """An event above the limit is dropped in silence."""

    def refuse(self, name: str, refused: Refused, error_class: str = "payload") -> None:
        if error_class != "too-large":
            super().refuse(name, refused, error_class)
