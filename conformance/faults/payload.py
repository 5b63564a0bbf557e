"""Faults with what becomes of data that is not the payload of its event."""

from __future__ import annotations

import json
from typing import Any

from threadwire_conformance.values import is_array, is_object
from threadwire_generator.spec import (
    Shape,
)

from .base import Base, Stopped
from .values import Refused, Values


class TextAsItIs(Base):
    """Data that is no JSON is delivered as text under the event's name."""

    def payload(self, name: str, data: str) -> Any:
        try:
            self.values.parse(data)
        except Refused:
            return data
        return super().payload(name, data)


class NoJsonIsDropped(Base):
    """A known event whose data is no JSON is dropped in silence."""

    def refuse(self, name: str, refused: Refused, error_class: str = "payload") -> None:
        if refused.path != "$":
            super().refuse(name, refused, error_class)


class InvalidIsDropped(Base):
    """An event that cannot be read is dropped in silence."""

    def refuse(self, name: str, refused: Refused, error_class: str = "payload") -> None:
        return


class InvalidComesAnyway(Base):
    """An event whose data is JSON, and not its payload, is delivered all the same."""

    def known(self, name: str, data: str) -> None:
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            super().known(name, data)
        else:
            self.deliver({"event": name, "data": value})


class InvalidIsUnknown(Base):
    """An event that cannot be read comes as one that is not known."""

    def refuse(self, name: str, refused: Refused, error_class: str = "payload") -> None:
        self.unknown(name, "")


class InvalidIsFirst(Base):
    """An event that cannot be read comes as the first class of a list."""

    def refuse(self, name: str, refused: Refused, error_class: str = "payload") -> None:
        self.deliver({"event": "thread.created", "data": {}})


class StopsAtInvalid(Base):
    """Nothing is read after an event that cannot be read, by one who says that it is."""

    def refuse(self, name: str, refused: Refused, error_class: str = "payload") -> None:
        raise Stopped(error_class, f"{name}: {refused.path}", path=refused.path)


class InvalidAtTheEnd(Base):
    """Events that cannot be read are reported at the end of the stream."""

    def cut_off(self) -> None:
        self.report()
        super().cut_off()

    def finish(self, name: str, data: str) -> None:
        self.report()
        super().finish(name, data)

    def report(self) -> None:
        """Put what was refused behind all else."""
        self.events.sort(key=lambda event: bool(event.get("invalid")))


class InvalidHidesAll(Base):
    """An event that cannot be read throws away those that were read before."""

    def refuse(self, name: str, refused: Refused, error_class: str = "payload") -> None:
        self.events.clear()
        raise Stopped(error_class)


class InvalidIsTheCut(Base):
    """An event that cannot be read is told as a stream that was cut off."""

    def refuse(self, name: str, refused: Refused, error_class: str = "payload") -> None:
        raise Stopped("truncated", f"{name}: {refused.path}")


class NullIsEmpty(Values):
    """A payload of null is delivered as null."""

    def payload(self, name: str, value: Any) -> Any:
        return value if value is None else super().payload(name, value)


class ScalarsPass(Values):
    """A payload of a number or a text is delivered as it is."""

    def payload(self, name: str, value: Any) -> Any:
        return value if isinstance(value, (int, str)) else super().payload(name, value)


class ListOfOne(Values):
    """A payload that is a list of one is unpacked, and one part that is no list packed."""

    def payload(self, name: str, value: Any) -> Any:
        one = is_array(value) and len(value) == 1
        return super().payload(name, value[0] if one else value)

    def array(self, items: Shape, value: Any, path: str) -> Any:
        return super().array(items, [value] if is_object(value) else value, path)


class DecodedTwice(Values):
    """A payload that is a JSON string is decoded once more."""

    def payload(self, name: str, value: Any) -> Any:
        return super().payload(name, json.loads(value) if isinstance(value, str) else value)


class TagsFirst(Values):
    """Members are expected in an order: the identifier of a payload first."""

    def payload(self, name: str, value: Any) -> Any:
        if is_object(value) and next(iter(value), "id") != "id" and "id" in value:
            raise Refused("$.id")
        return super().payload(name, value)
