"""Faults with the end of a stream, and with its absence."""

from __future__ import annotations

from .base import NO_NAME, Base, Stopped
from .values import Refused

# --- what is taken for the end --------------------------------------------------------------------


class MarkerBegins(Base):
    """Data that begins with the marker ends the stream, whatever the event."""

    def is_end(self, name: str, data: str) -> bool:
        return super().is_end(name, data) or data.startswith(self.end_data or "[DONE]")


class MarkerAnywhere(Base):
    """Data that holds the marker ends the stream, whatever the event."""

    def is_end(self, name: str, data: str) -> bool:
        return super().is_end(name, data) or (self.end_data or "[DONE]") in data


class MarkerInBytes(Base):
    """The marker is looked for in the bytes, even in a comment."""

    def comment(self, line: str) -> None:
        if "data: [DONE]" in line or "data:[DONE]" in line or ":data: [DONE]" in line:
            self.finish("done", "[DONE]")


class MarkerDemanded(Base):
    """The end is no end unless its data is exactly the marker."""

    def is_end(self, name: str, data: str) -> bool:
        return data == self.end_data and super().is_end(name, data)


class DataParsed(Base):
    """The data of the end is parsed as JSON, unless it is the marker."""

    def finish(self, name: str, data: str) -> None:
        if data != self.end_data:
            try:
                self.values.parse(data)
            except Refused:
                raise Stopped("payload", "no JSON") from None
        super().finish(name, data)


class DataIsString(Base):
    """The data of the end is asked for a member if it is JSON, and the stream ends in an error."""

    def finish(self, name: str, data: str) -> None:
        if data.startswith(('"', "{")):
            raise Stopped("other", "no attribute 'event'")
        super().finish(name, data)


class EmptyIsNoEnd(Base):
    """An end with empty data is none."""

    def is_end(self, name: str, data: str) -> bool:
        return bool(data) and super().is_end(name, data)


class LineCompared(Base):
    """The end is known by its whole line, which without a space is another."""

    spaced = False

    def line(self, line: str) -> None:
        self.spaced = line.startswith("data: ") if line else self.spaced
        super().line(line)

    def is_end(self, name: str, data: str) -> bool:
        return super().is_end(name, data) and (self.spaced or data != self.end_data)


class NameDemanded(Base):
    """The marker without a name is data like any other."""

    def is_end(self, name: str, data: str) -> bool:
        return name != NO_NAME and super().is_end(name, data)


class NeverEnds(Base):
    """The end is an event that is not known, and every stream is cut off."""

    def is_end(self, name: str, data: str) -> bool:
        return False


# --- what the end does ----------------------------------------------------------------------------


class ReadsOn(Base):
    """What comes after the end is delivered."""

    finished = False

    def finish(self, name: str, data: str) -> None:
        self.finished = True
        super().finish(name, data)
        self.end = None

    def cut_off(self) -> None:
        if self.finished:
            self.end = "done"
        else:
            super().cut_off()


class AnythingAfterIsError(Base):
    """Anything after the end is an error, even a comment."""

    def feed(self, chunk: bytes) -> None:
        if self.end == "done" and chunk.strip():
            raise Stopped("other", "data after the end")
        super().feed(chunk)


class EndIsNotDelivered(Base):
    """The end is not delivered, by one who says that it is."""

    def finish(self, name: str, data: str) -> None:
        self.end = "done"


class EndIsDeliveredTwice(Base):
    """The end is delivered twice."""

    def finish(self, name: str, data: str) -> None:
        self.deliver({"event": self.end_name or name, "data": data})
        super().finish(name, data)


class RunMustHaveEnded(Base):
    """The end is an error unless the run has ended."""

    def finish(self, name: str, data: str) -> None:
        ends = ("completed", "failed", "cancelled", "expired", "incomplete")
        runs = [e for e in self.events if str(e["event"]).startswith("thread.run.")]
        if runs and not any(str(e["event"]).endswith(ends) for e in runs):
            raise Stopped("truncated", "the final run has not been received")
        super().finish(name, data)


class SomethingMustHaveCome(Base):
    """A stream without events is an error even if it ends."""

    def finish(self, name: str, data: str) -> None:
        if not self.events:
            raise Stopped("other", "no events")
        super().finish(name, data)


# --- the end of input -----------------------------------------------------------------------------


class CutIsDone(Base):
    """A stream that was cut off counts as complete."""

    def cut_off(self) -> None:
        self.end = "done"


class CutIsDoneAfterTheRun(Base):
    """A stream that was cut off counts as complete once a run has ended."""

    def cut_off(self) -> None:
        if any(event["event"] == "thread.run.completed" for event in self.events):
            self.end = "done"
        else:
            super().cut_off()


class EmptyIsDone(Base):
    """Input without an event counts as a complete stream."""

    def cut_off(self) -> None:
        if self.events:
            super().cut_off()
        else:
            self.end = "done"


class CutIsDoneBetweenBlocks(Base):
    """A stream that was cut off between two blocks counts as complete."""

    def cut_off(self) -> None:
        if self.size or self.rest:
            super().cut_off()
        else:
            self.end = "done"


class CutIsError(Base):
    """A stream that was cut off ends with an error that does not say so."""

    def cut_off(self) -> None:
        raise Stopped("other", "no end")


class HalfIsDelivered(Base):
    """The block at the end of input is delivered without its blank line."""

    def half_block(self) -> None:
        if self.is_event():
            self.dispatch(self.event_name(), self.joined())


class HalfIsParsed(Base):
    """The block at the end of input is an event even without data, which is then parsed."""

    def half_block(self) -> None:
        if self.name and not self.data:
            raise Stopped("payload", "no JSON in the empty text")
        super().half_block()


class LineIsDelivered(Base):
    """The block at the end of input is delivered if its last line is whole."""

    def half_block(self) -> None:
        if self.is_event() and not self.rest:
            self.dispatch(self.event_name(), self.joined())
        else:
            super().half_block()


class TextIsDelivered(Base):
    """Half a payload at the end of input is delivered as text under the event's name."""

    def half_block(self) -> None:
        try:
            super().half_block()
            if self.data and self.end is None:
                self.payload(self.event_name(), self.joined())
        except (Refused, KeyError):
            self.deliver({"event": self.event_name(), "data": self.joined()})


class EndNeedsBlankLine(Base):
    """The end is none without its last blank line."""

    def half_block(self) -> None:
        return


class EndNeedsLineEnd(Base):
    """The end is none without its last line end."""

    def half_block(self) -> None:
        if not self.rest:
            super().half_block()


class OtherBodyIsDone(Base):
    """A body that is no stream counts as a complete one without events."""

    fields = 0

    def field(self, name: str, value: str) -> None:
        self.fields += name in ("event", "data")
        super().field(name, value)

    def cut_off(self) -> None:
        if self.fields:
            super().cut_off()
        else:
            self.end = "done"
