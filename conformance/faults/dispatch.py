"""Faults in what makes an event of a name."""

from __future__ import annotations

import json
import re
from typing import Any

from threadwire_conformance.values import is_object

from .base import NO_NAME, Base, Stopped
from .values import Refused

FIRST = "thread.created"


def _json(text: str) -> Any:
    """The JSON value of a text, None if it has none."""
    try:
        return json.loads(text)
    except ValueError:
        return None


# --- unknown names --------------------------------------------------------------------------------


class UnknownIsFirst(Base):
    """An event with an unknown name comes as the first class of a list."""

    def unknown(self, name: str, data: str) -> None:
        value = _json(data)
        if not is_object(value):
            raise Stopped("payload", "no JSON object")
        self.deliver({"event": FIRST, "data": value})


class UnknownIsError(Base):
    """An event with an unknown name ends the stream with an error."""

    def unknown(self, name: str, data: str) -> None:
        raise Stopped("other", f"unknown event: {name}")


class UnknownIsErrorUnlessHeartbeat(Base):
    """Of unknown names one that is common is passed over, all others end the stream."""

    def unknown(self, name: str, data: str) -> None:
        if name != "keepalive":
            raise Stopped("other", f"unknown event: {name}")


class ParsedFirst(Base):
    """The data is parsed before anybody looks at the name."""

    def unknown(self, name: str, data: str) -> None:
        try:
            self.values.parse(data)
        except Refused:
            raise Stopped("payload", "no JSON") from None
        super().unknown(name, data)


class ObjectsFirst(Base):
    """The data of any event is asked for a member before anybody looks at the name."""

    def unknown(self, name: str, data: str) -> None:
        value = _json(data)
        if value is not None and not is_object(value):
            raise Stopped("other", "no attribute 'get'")
        super().unknown(name, data)


class UnknownEndsStream(Base):
    """At an event that is not known the stream is over, without a word."""

    def unknown(self, name: str, data: str) -> None:
        self.end = "done"


class UnknownByKind(Base):
    """An event with an unknown name comes under a name that fits the kind of its data."""

    def unknown(self, name: str, data: str) -> None:
        value = _json(data)
        kind = value.get("object") if is_object(value) else None
        if isinstance(kind, str) and name != NO_NAME and kind in self.payloads:
            self.deliver({"event": kind, "data": value})
        else:
            super().unknown(name, data)


class UnknownWithErrorIsError(Base):
    """An unknown event with a member `error` is an error of the server."""

    def unknown(self, name: str, data: str) -> None:
        value = _json(data)
        if is_object(value) and value.get("error") and name != NO_NAME:
            self.server_error("error", data)
        else:
            super().unknown(name, data)


class Attributes(Base):
    """Names are looked up where every object has some of its own."""

    def unknown(self, name: str, data: str) -> None:
        if name in ("__proto__", "constructor", "toString", "__class__"):
            raise Stopped("other", f"{name} is no constructor")
        super().unknown(name, data)


class NamesAreFormats(Base):
    """An unknown name goes into a message as its format."""

    def unknown(self, name: str, data: str) -> None:
        if re.search("%[^%]|\\{", name):
            raise Stopped("other", "not enough arguments for format string")
        super().unknown(name, data)


class NamesAreShort(Base):
    """A name of more than 255 characters ends the stream."""

    def dispatch(self, name: str, data: str) -> None:
        if len(name) > 255:
            raise Stopped("other", "the name is too long")
        super().dispatch(name, data)


class UnknownRewritten(Base):
    """The data of an unknown event is parsed and written anew."""

    def unknown(self, name: str, data: str) -> None:
        value = _json(data)
        super().unknown(name, data if value is None else json.dumps(value))


class UnknownOnOneLine(Base):
    """The data of an unknown event comes on one line."""

    def unknown(self, name: str, data: str) -> None:
        super().unknown(name, " ".join(data.split("\n")))


class UnknownDropped(Base):
    """Events that are not known are dropped, by one who says that they are handed on."""

    def unknown(self, name: str, data: str) -> None:
        return


class NamelessDropped(Base):
    """Events without a name are dropped, by one who says that they are handed on."""

    def unknown(self, name: str, data: str) -> None:
        if name != NO_NAME:
            super().unknown(name, data)


# --- names that are nearly known ------------------------------------------------------------------


class NamesInAnyCase(Base):
    """Names are compared without regard for case."""

    def dispatch(self, name: str, data: str) -> None:
        super().dispatch(name.lower(), data)


class NamesTrimmed(Base):
    """White space around a name is dropped."""

    def dispatch(self, name: str, data: str) -> None:
        super().dispatch(name.strip(), data)


class NamesByBeginning(Base):
    """A name that begins like a known one is taken for it."""

    def dispatch(self, name: str, data: str) -> None:
        known = [k for k in self.payloads if name.startswith(f"{k}.")]
        super().dispatch(max(known, key=len) if not self.is_known(name) and known else name, data)


class AnyThreadEvent(Base):
    """Whatever begins with `thread.` is delivered as an event of a thread."""

    def unknown(self, name: str, data: str) -> None:
        if name.startswith("thread."):
            self.deliver({"event": FIRST, "data": _json(data)})
        else:
            super().unknown(name, data)


class NamesUnquoted(Base):
    """Quotes around a name are dropped."""

    def dispatch(self, name: str, data: str) -> None:
        super().dispatch(name.strip('"'), data)


class NamesWithoutBadBytes(Base):
    """What is no UTF-8 is dropped from a name, and a known one may remain."""

    def dispatch(self, name: str, data: str) -> None:
        super().dispatch(name.replace("\ufffd", ""), data)


# --- names that are missing from a list -----------------------------------------------------------


class _Lacking(Base):
    lacking: tuple[str, ...] = ()

    def is_known(self, name: str) -> bool:
        return name not in self.lacking and super().is_known(name)


class NoRunIncomplete(_Lacking):
    """The list of names lacks `thread.run.incomplete`."""

    lacking = ("thread.run.incomplete",)


class NoMessageIncomplete(_Lacking):
    """The list of names lacks `thread.message.incomplete`."""

    lacking = ("thread.message.incomplete",)


class NoCancelling(_Lacking):
    """The list of names lacks `thread.run.cancelling` and `thread.run.step.cancelled`."""

    lacking = ("thread.run.cancelling", "thread.run.step.cancelled")


class NoStepExpired(_Lacking):
    """The list of names lacks `thread.run.step.expired` and `thread.run.step.failed`."""

    lacking = ("thread.run.step.expired", "thread.run.step.failed")


class NoStepDelta(_Lacking):
    """The list of names lacks `thread.run.step.delta`."""

    lacking = ("thread.run.step.delta",)


class NoRequiresAction(_Lacking):
    """The list of names lacks `thread.run.requires_action`."""

    lacking = ("thread.run.requires_action",)


class DeltasOnly(Base):
    """Of the events of steps and messages only the deltas are delivered."""

    def known(self, name: str, data: str) -> None:
        if re.match("thread.(run.step|message).(?!delta)", name) is None:
            super().known(name, data)


class ThreadIsText(Base):
    """A new thread is delivered as the printed form of a dictionary."""

    def payload(self, name: str, data: str) -> Any:
        value = super().payload(name, data)
        return str(value) if name == FIRST else value


class NamedDropped(Base):
    """Every event that has a name is dropped."""

    def known(self, name: str, data: str) -> None:
        return


# --- something else than the name -----------------------------------------------------------------


class ByStatus(Base):
    """Which event of a run it is goes by the status in the data."""

    def known(self, name: str, data: str) -> None:
        if self.payloads[name] == "Run":
            value = _json(data)
            found = f"thread.run.{value.get('status')}" if is_object(value) else name
            name = found if found in self.payloads else name
        super().known(name, data)


class RunsAreAlike(Base):
    """Every event of a run is delivered as the run's being in progress."""

    def known(self, name: str, data: str) -> None:
        is_run = self.payloads[name] == "Run"
        super().known("thread.run.in_progress" if is_run else name, data)


class StatusMustFit(Base):
    """An event whose payload has the status of another event is refused."""

    def payload(self, name: str, data: str) -> Any:
        value = super().payload(name, data)
        wanted = {event.name: event.status for event in self.spec.events}[name]
        if wanted is not None and value["status"] != wanted:
            raise Refused("$.status")
        return value


class KindIsNotChecked(Base):
    """An object of another kind is delivered under the event's name."""

    def known(self, name: str, data: str) -> None:
        value = _json(data)
        kind = value.get("object") if is_object(value) else None
        if kind != name and isinstance(kind, str) and kind in self.payloads:
            self.deliver({"event": name, "data": value})
        else:
            super().known(name, data)


# --- no name --------------------------------------------------------------------------------------


class _Nameless(Base):
    def unknown(self, name: str, data: str) -> None:
        if name == NO_NAME:
            self.nameless(data)
        else:
            super().unknown(name, data)

    def nameless(self, data: str) -> None:
        super().unknown(NO_NAME, data)


class NamelessIsFirst(_Nameless):
    """An object without a name comes as the first class of a list."""

    def nameless(self, data: str) -> None:
        value = _json(data)
        if is_object(value):
            self.deliver({"event": FIRST, "data": value})
        else:
            super().nameless(data)


class NamelessIsParsed(_Nameless):
    """Data without a name is parsed as JSON, and the stream ends where it is none."""

    def nameless(self, data: str) -> None:
        if _json(data) is None:
            raise Stopped("payload", "no JSON")
        super().nameless(data)


class NamelessByKind(_Nameless):
    """Data without a name is matched to an event by its kind."""

    def nameless(self, data: str) -> None:
        value = _json(data)
        kind = value.get("object") if is_object(value) else None
        if isinstance(kind, str) and kind in self.payloads:
            self.deliver({"event": kind, "data": value})
        else:
            super().nameless(data)


class Envelopes(_Nameless):
    """Data without a name may hold the name and the data of an event."""

    def nameless(self, data: str) -> None:
        value = _json(data)
        name = value.get("event") if is_object(value) else None
        if isinstance(name, str) and self.is_known(name):
            self.deliver({"event": name, "data": value["data"]})
        else:
            super().nameless(data)


class MessageIsMessage(_Nameless):
    """The name `message` is short for the event of a message."""

    def nameless(self, data: str) -> None:
        if self.name == NO_NAME:
            self.known("thread.message.delta", data)
        else:
            super().nameless(data)


class NamelessIsError(_Nameless):
    """An event without a name ends the stream with an error."""

    def nameless(self, data: str) -> None:
        raise Stopped("other", "event type not specified")
