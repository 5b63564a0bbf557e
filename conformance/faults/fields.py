"""Faults with the two fields that make no event: `id` and `retry`."""

from __future__ import annotations

from .base import Base, Stopped

# --- id -------------------------------------------------------------------------------------------


class IdIsNumber(Base):
    """An id is read as a number, and one that is none ends the stream."""

    def take_id(self, value: str) -> None:
        if not value.strip().isdigit():
            raise Stopped("other", f"no number: {value!r}")
        super().take_id(value)


class IdIsShort(Base):
    """An id of more than a thousand characters ends the stream."""

    def take_id(self, value: str) -> None:
        if len(value) > 1000:
            raise Stopped("other", "the id is too long")
        super().take_id(value)


class IdAtOnce(Base):
    """An id counts as soon as it is read, even if its block is cut off."""

    def take_id(self, value: str) -> None:
        super().take_id(value)
        self.last_event_id = self.id


class IdOfEventOnly(Base):
    """An id counts only if its block is an event."""

    def blank(self) -> None:
        if not self.is_event():
            self.id = self.last_event_id
        super().blank()


class IdOfLastEvent(Base):
    """An event without an id clears the one before it."""

    def fresh(self) -> None:
        super().fresh()
        self.id = ""


class FirstId(Base):
    """The first id of a stream stays in force."""

    def take_id(self, value: str) -> None:
        if not self.id:
            super().take_id(value)


class EmptyIdIsNone(Base):
    """An empty id does not clear the one before it."""

    def take_id(self, value: str) -> None:
        if value:
            super().take_id(value)


class IdWithNul(Base):
    """An id with NUL in it counts."""

    def take_id(self, value: str) -> None:
        self.id = value


class IdTrimmed(Base):
    """White space around an id, and zeros before it, are dropped."""

    def take_id(self, value: str) -> None:
        super().take_id(value.strip().lstrip("0"))


# --- retry ----------------------------------------------------------------------------------------


class RetryByFunction(Base):
    """A waiting time is read by a function for numbers that throws, and nobody catches it."""

    def take_retry(self, value: str) -> None:
        try:
            self.retry = int(value)
        except ValueError as error:
            raise Stopped("other", str(error)) from None


class RetryByDigits(Base):
    """A waiting time is tested for digits of any script, and converted."""

    def take_retry(self, value: str) -> None:
        if value.isdigit():
            try:
                self.retry = int(value[:15])
            except ValueError as error:
                raise Stopped("other", str(error)) from None


class RetryOverflows(Base):
    """A waiting time of more than 64 bits ends the stream."""

    def take_retry(self, value: str) -> None:
        if value.isascii() and value.isdigit() and len(value) > 19:
            raise Stopped("other", "a number too large")


class RetryIsData(Base):
    """A field without a case of its own falls into that of `data`."""

    def take_retry(self, value: str) -> None:
        self.data.append(value)


class IdIsData(Base):
    """An id turns up among the data."""

    def take_id(self, value: str) -> None:
        super().take_id(value)
        self.data.append(value)
