"""Faults with errors that the server reports in the stream."""

from __future__ import annotations

import json
from typing import Any

from threadwire_conformance.values import is_object

from .base import Base, Event, Stopped
from .values import Refused


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _is_wrapped(value: Any) -> bool:
    return is_object(value) and is_object(value.get("error"))


class FlatIsPhantom(Base):
    """A flat error comes as a new thread."""

    def server_error(self, name: str, data: str) -> None:
        value = _json(data)
        flat = is_object(value) and not _is_wrapped(value)
        if flat:
            self.deliver({"event": "thread.created", "data": value})
        else:
            super().server_error(name, data)


class FlatIsUnknown(Base):
    """A flat error is an event that is not known."""

    def server_error(self, name: str, data: str) -> None:
        if is_object(_json(data)) and not _is_wrapped(_json(data)):
            raise Stopped("other", "unknown event: error")
        super().server_error(name, data)


class FlatIsText(Base):
    """The message of a flat error is the whole text of its data."""

    def error_members(self, value: Any) -> Event:
        if is_object(value) and not _is_wrapped(value):
            return {"message": json.dumps(value)}
        return super().error_members(value)


class WrappedIsFlat(Base):
    """A wrapped error is read as if it were flat, and has no message."""

    def unwrapped(self, value: Any) -> Any:
        return value


class WrappedIsRefused(Base):
    """A wrapped error is refused, since it lacks a message."""

    def server_error(self, name: str, data: str) -> None:
        if _is_wrapped(_json(data)):
            self.refuse(name, Refused("$.message"))
        else:
            super().server_error(name, data)


class WrappedAlone(Base):
    """An error is taken for wrapped only if nothing stands beside the wrapped object."""

    def unwrapped(self, value: Any) -> Any:
        return super().unwrapped(value) if is_object(value) and len(value) == 1 else value


class Demanding(Base):
    """An error without each of message, type, code and param is refused."""

    def server_error(self, name: str, data: str) -> None:
        value = self.unwrapped(self.error_value(data))
        if is_object(value) and not {"message", "type", "code", "param"} <= value.keys():
            self.refuse(name, Refused("$.code"))
        else:
            super().server_error(name, data)


class NullsRefused(Base):
    """An error whose code or param is null is refused."""

    def server_error(self, name: str, data: str) -> None:
        value = self.unwrapped(self.error_value(data))
        if is_object(value) and None in value.values() and value.keys() != {"error"}:
            self.refuse(name, Refused("$.code"))
        else:
            super().server_error(name, data)


class MessageDemanded(Base):
    """An error without a message has nothing at all."""

    def error_members(self, value: Any) -> Event:
        found = super().error_members(value)
        return found if "message" in found else {"message": "unknown error"}


class NumberRefused(Base):
    """An error whose code is a number is refused."""

    def server_error(self, name: str, data: str) -> None:
        value = self.unwrapped(self.error_value(data))
        if is_object(value) and isinstance(value.get("code"), int):
            self.refuse(name, Refused("$.code"))
        else:
            super().server_error(name, data)


class Closed(Base):
    """An error with a member that is not known is refused."""

    def server_error(self, name: str, data: str) -> None:
        value = self.unwrapped(self.error_value(data))
        known = {"message", "type", "code", "param", "error"}
        if is_object(value) and not value.keys() <= known:
            self.refuse(name, Refused("$"))
        else:
            super().server_error(name, data)


class Typed(Base):
    """An error with a member of another type is refused."""

    def readable(self, members: Event) -> Event:
        found = super().readable(members)
        if found != members:
            raise Stopped("payload", "an error of another shape")
        return found


class TextIsRefused(Base):
    """An error that is no JSON object is refused."""

    def server_error(self, name: str, data: str) -> None:
        if not is_object(self.error_value(data)) or not is_object(_json(data)):
            raise Stopped("payload", "no JSON object")
        super().server_error(name, data)


class StringIsRefused(Base):
    """An error that is a JSON string is asked for a member, and has none."""

    def server_error(self, name: str, data: str) -> None:
        if isinstance(_json(data), str):
            raise Stopped("other", "a string has no member")
        super().server_error(name, data)


class WrappedStringIsRefused(Base):
    """A wrapped string is asked for a member, and has none."""

    def unwrapped(self, value: Any) -> Any:
        if is_object(value) and isinstance(value.get("error"), str):
            raise Stopped("other", "a string has no member")
        return super().unwrapped(value)


class TextIsLost(Base):
    """An error that is no JSON object surfaces without its text."""

    def error_members(self, value: Any) -> Event:
        return {"message": "error"} if isinstance(value, str) else super().error_members(value)


class TextTrimmed(Base):
    """White space around the text of an error is dropped, and its lines run together."""

    def error_members(self, value: Any) -> Event:
        return super().error_members(" ".join(value.split()) if isinstance(value, str) else value)


class Swallowed(Base):
    """An error is passed over in silence."""

    def server_error(self, name: str, data: str) -> None:
        return


class EndsInSilence(Base):
    """At an error the stream is over, as if it were complete."""

    def server_error(self, name: str, data: str) -> None:
        self.end = "done"


class EmptyIsNone(Base):
    """An error without anything in it is no error."""

    def server_error(self, name: str, data: str) -> None:
        if not _json(data) and data in ("", "{}"):
            return
        super().server_error(name, data)


class NullIsNone(Base):
    """An error whose wrapped object is null is no error."""

    def server_error(self, name: str, data: str) -> None:
        value = _json(data)
        if not (is_object(value) and value.get("error", self) is None):
            super().server_error(name, data)


class AnyMember(Base):
    """A payload with a member `error`, even null, is an error."""

    def known(self, name: str, data: str) -> None:
        value = _json(data)
        if is_object(value) and "error" in value:
            self.server_error("error", data)
        else:
            super().known(name, data)


class AnyObject(Base):
    """A payload with an object in its member `error` is an error."""

    def known(self, name: str, data: str) -> None:
        if _is_wrapped(_json(data)):
            self.server_error("error", data)
        else:
            super().known(name, data)


class FailedRun(Base):
    """A failed run is an error of the stream."""

    def known(self, name: str, data: str) -> None:
        if name == "thread.run.failed":
            value = _json(data)
            last: Any = value.get("last_error") if is_object(value) else None
            raise Stopped("server", str(last["message"]) if is_object(last) else "failed")
        super().known(name, data)


class AtTheStartOnly(Base):
    """An error counts only before the first event."""

    def server_error(self, name: str, data: str) -> None:
        if not self.events:
            super().server_error(name, data)


class HiddenByTheCut(Base):
    """An error is told when the stream ends; if it is cut off, only that is told."""

    waiting: Event | None = None

    def server_error(self, name: str, data: str) -> None:
        self.waiting = {"event": name, "data": self.error_members(self.error_value(data))}

    def finish(self, name: str, data: str) -> None:
        if self.waiting is not None:
            self.deliver(self.waiting)
        super().finish(name, data)


class HalfIsDelivered(Base):
    """An error that was cut off is delivered with what there is of it, and then the end is good."""

    def half_block(self) -> None:
        if self.name == self.error_name and self.data:
            self.end = "done"
        super().half_block()


class InvalidIsServers(Base):
    """A refused payload is told as an error of the server."""

    def refuse(self, name: str, refused: Refused, error_class: str = "payload") -> None:
        raise Stopped("server", f"{name}: {refused.path}")


class FirstEventIsThread(Base):
    """The events of a stream are counted, and the first one is no error."""

    def server_error(self, name: str, data: str) -> None:
        if self.events:
            super().server_error(name, data)
