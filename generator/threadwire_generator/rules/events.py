"""Rules about the protocol itself: its events, what names and ends them, its source."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from threadwire_generator.findings import did_you_mean, show
from threadwire_generator.rules.view import Problem, View
from threadwire_generator.spec import Const, EnumType, Field, Mark, ObjectType, Scalar

DEFAULT_STATUS_MEMBER = "status"  # for a payload that has no life cycle


def event_name_bad(view: View) -> Iterator[Problem]:
    """Event names that a frame could not carry as they are."""
    for event in view.spec.events:
        if not event.name:
            reason = "is empty"
        elif not event.name.isprintable():
            reason = "has a line end, a tab or another character in it that does not print"
        elif event.name.startswith(" "):
            reason = "begins with a space, which a decoder drops"
        else:
            continue
        message = f"{show(event.name)} cannot be an event name: it {reason}"
        yield Problem(event.mark, message, "write the name as it is on the wire, on one line")


def event_without_payload(view: View) -> Iterator[Problem]:
    """Events without a payload, other than the one that ends the stream."""
    end = view.spec.end.event if view.spec.end else None
    if end is not None and end not in {event.name for event in view.spec.events}:
        return  # it may be the one that is meant
    for event in view.spec.events:
        if event.payload is None and event.name != end:
            message = (
                f"{show(event.name)} has no payload, and is not the event that ends the stream"
            )
            yield Problem(event.mark, message, "add `payload`: the object type of its data")


def end_event_with_payload(view: View) -> Iterator[Problem]:
    """A payload of the event that ends the stream."""
    for event in view.spec.events:
        if view.spec.end and event.name == view.spec.end.event and event.payload is not None:
            mark = view.protocol.mark(("events", event.name, "payload"), key=True)
            message = f"{show(event.name)} ends the stream, so that its data is fixed text"
            yield Problem(mark, message, "remove `payload`, or name another event under `end`")


def end_event_not_ending(view: View) -> Iterator[Problem]:
    """An event that ends the stream by role, and does not say so."""
    for event in view.spec.events:
        if view.spec.end and event.name == view.spec.end.event and "stream" not in event.ends:
            message = f"{show(event.name)} ends the stream, and does not say so"
            yield Problem(event.mark, message, "add `ends: [stream]`")


def end_or_error_event_unknown(view: View) -> Iterator[Problem]:
    """Events with a role that are not declared, or have two roles."""
    names = [event.name for event in view.spec.events]
    for role, shape in (("end", view.spec.end), ("error", view.spec.error)):
        if shape is not None and shape.event not in names:
            message = f"there is no event {show(shape.event)}"
            cure = did_you_mean(shape.event, names, "declare it under `events`")
            yield Problem(view.protocol.mark((role, "event")), message, cure)
    if view.spec.end and view.spec.error and view.spec.end.event == view.spec.error.event:
        message = f"{show(view.spec.end.event)} cannot be both the end and an error"
        yield Problem(view.protocol.mark(("error", "event")), message, "name two events")


def error_text_misfit(view: View) -> Iterator[Problem]:
    """A member for plain text that could not hold it."""
    error = view.spec.error
    event = next((e for e in view.spec.events if error and e.name == error.event), None)
    payload = view.object_type(event.payload) if event else None
    if error is None or payload is None:
        return
    field = _member(payload, error.text_as)
    if field is None or "string" not in view.json_types(field.shape):
        message = f"{show(error.text_as)} is no member of {show(payload.name)} that holds a text"
        cure = did_you_mean(
            error.text_as, [f.wire_name for f in payload.fields], "name a member that is a string"
        )
        yield Problem(view.protocol.mark(("error", "text_as")), message, cure)


def payload_no_object(view: View) -> Iterator[Problem]:
    """Payloads that are something else than objects."""
    for event in view.spec.events:
        if event.payload in view.types and not view.object_type(event.payload):
            message = f"the payload {show(event.payload)} is no object type"
            cure = "name an object type"
            yield Problem(view.protocol.mark(("events", event.name, "payload")), message, cure)


def selector_member_missing(view: View) -> Iterator[Problem]:
    """Payloads without the member that is to name their event."""
    for name, payload, mark in _selected(view):
        selector = view.spec.selector or ""
        field = _member(payload, selector)
        if field is None or not field.required or field.nullable or not _is_text(view, field):
            message = (
                f"{show(payload.name)} has no required string {show(selector)} to name {show(name)}"
            )
            cure = f"declare {show(selector)} in {show(payload.name)}, and require it"
            yield Problem(mark, message, cure)


def selector_value_wrong(view: View) -> Iterator[Problem]:
    """Payloads in which that member never has the event's name."""
    for name, payload, mark in _selected(view):
        selector = view.spec.selector or ""
        field = _member(payload, selector)
        values = _known_values(view, field) if field else None
        if values is not None and name not in values:
            shown = " or ".join(show(value) for value in values[:3])
            message = f"in {show(payload.name)}, {show(selector)} is {shown}, never {show(name)}"
            cure = "give the event a payload type of its own, or correct the constant"
            yield Problem(mark, message, cure)


def _selected(view: View) -> Iterator[tuple[str, ObjectType, Mark]]:
    """The events that a member of their data names, with their payload types.

    Not the error event: whatever its data lacks, it is read.
    """
    error = view.spec.error.event if view.spec.error else None
    for event in view.spec.events if view.spec.selector is not None else ():
        payload = view.object_type(event.payload)
        if payload is not None and event.name != error:
            yield event.name, payload, view.protocol.mark(("events", event.name, "payload"))


def _is_text(view: View, field: Field) -> bool:
    shape = view.resolve(field.shape)
    return isinstance(shape, (Const, EnumType)) or shape == Scalar(("string",))


def _known_values(view: View, field: Field) -> tuple[str, ...] | None:
    shape = view.resolve(field.shape)
    if isinstance(shape, Const):
        return (shape.value,)
    return shape.values if isinstance(shape, EnumType) else None


def status_unknown(view: View) -> Iterator[Problem]:
    """Statuses of events that their payload cannot have."""
    members = {life.payload: life.member for life in view.spec.lifecycles}
    for event in view.spec.events:
        payload = view.object_type(event.payload)
        mark = view.protocol.mark(("events", event.name, "status"))
        if event.status is None or (event.payload is not None and payload is None):
            continue
        if payload is None:
            message = f"{show(event.name)} has no payload that could have a status"
            yield Problem(mark, message, "remove `status`")
            continue
        member = members.get(payload.name, DEFAULT_STATUS_MEMBER)
        field = _member(payload, member)
        values = (_known_values(view, field) if field else None) or ()
        if event.status not in values:
            message = f"{show(event.status)} is no value of {show(member)} in {show(payload.name)}"
            cure = did_you_mean(
                event.status, values, "name a value of its enum, or remove `status`"
            )
            yield Problem(mark, message, cure)


def _member(payload: ObjectType, name: str) -> Field | None:
    return next((field for field in payload.fields if field.wire_name == name), None)


def source_malformed(view: View) -> Iterator[Problem]:
    """A commit or a date that is none; `TODO` is one that is still to be looked up."""
    source = view.spec.source
    if source is None:
        return
    if not re.fullmatch(r"[0-9a-f]{7,40}|TODO", source.commit):
        message = f"the commit {show(source.commit)} is no revision"
        cure = "write the 7 to 40 lower-case hexadecimal digits of its commit"
        yield Problem(view.protocol.mark(("source", "commit")), message, cure)
    if source.date != "TODO" and not _is_date(source.date):
        message = f"{show(source.date)} is no date"
        cure = "write the day of the revision, as in 2026-08-21"
        yield Problem(view.protocol.mark(("source", "date")), message, cure)


def _is_date(text: str) -> bool:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return False
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True
