"""Faults with what comes before and after: decoders that keep score."""

from __future__ import annotations

import copy
from typing import Any

from threadwire_conformance.values import is_object

from .base import Base, Event, Stopped


class Distinct(Base):
    """An event that equals the one before is taken for a repetition, and dropped."""

    def deliver(self, event: Event) -> None:
        if event.get("unknown") or not self.events or self.events[-1] != event:
            super().deliver(event)


class CreatedFirst(Base):
    """A piece or an end of what no event has created ends the stream."""

    def deliver(self, event: Event) -> None:
        name = str(event["event"])
        if name.startswith("thread.run.step."):
            self.ask(name, "thread.run.step.created")
        elif name.startswith("thread.message."):
            self.ask(name, "thread.message.created")
        super().deliver(event)

    def ask(self, name: str, creation: str) -> None:
        """Stop if the creation has not come."""
        if name != creation and all(event["event"] != creation for event in self.events):
            raise Stopped("other", f"{name} before {creation}")


class StepsCreatedFirst(CreatedFirst):
    """The end of a step that no event has created ends the stream."""

    def ask(self, name: str, creation: str) -> None:
        if name.endswith("completed") and creation.startswith("thread.run.step"):
            super().ask(name, creation)


class OneMessage(Base):
    """Every piece is taken for one of the message that was last."""

    last: Any = None

    def deliver(self, event: Event) -> None:
        if event["event"] == "thread.message.delta" and "data" in event:
            self.last = self.last or event["data"]["id"]
            event["data"]["id"] = self.last
        super().deliver(event)


class AddsUp(Base):
    """What is delivered as a piece is the sum of all pieces up to it."""

    sums: dict[Any, Any]

    def deliver(self, event: Event) -> None:
        if event["event"] == "thread.message.delta" and "data" in event:
            self.sums = getattr(self, "sums", {})
            parts: list[Any] = event["data"]["delta"].get("content") or []
            for part in parts:
                text = part.get("text")
                if is_object(text) and isinstance(text.get("value"), str):
                    key = event["data"]["id"], part.get("index")
                    self.sums[key] = text["value"] = self.sums.get(key, "") + text["value"]
        super().deliver(event)


class Parts(Base):
    """Looks at the parts of a message's piece."""

    def deliver(self, event: Event) -> None:
        if event["event"] == "thread.message.delta" and "data" in event:
            delta = event["data"]["delta"]
            if delta.get("content"):
                delta["content"] = self.parts(copy.deepcopy(delta["content"]))
        super().deliver(event)

    def parts(self, parts: list[Any]) -> list[Any]:
        """What is delivered of the parts."""
        return parts


class Positions(Parts):
    """The index of a part is its position in the list."""

    def parts(self, parts: list[Any]) -> list[Any]:
        return [{**part, "index": at} for at, part in enumerate(parts)]


class Sorted(Parts):
    """The parts of a piece are sorted by their index."""

    def parts(self, parts: list[Any]) -> list[Any]:
        return sorted(parts, key=lambda part: str(part.get("index")))


class ByIndex(Parts):
    """The parts of a piece are kept by their index, and the last one of each remains."""

    def parts(self, parts: list[Any]) -> list[Any]:
        return list({part.get("index"): part for part in parts}.values())


class Bounded(Parts):
    """An index below zero or above a thousand ends the stream."""

    def parts(self, parts: list[Any]) -> list[Any]:
        for part in parts:
            index = part.get("index")
            if isinstance(index, int) and not 0 <= index < 1000:
                raise Stopped("other", "index out of range")
        return parts


class Trims(Parts):
    """The text of a piece is trimmed."""

    def parts(self, parts: list[Any]) -> list[Any]:
        for part in parts:
            text = part.get("text")
            if is_object(text) and isinstance(text.get("value"), str):
                text["value"] = text["value"].strip()
        return parts


class NeverShorter(Base):
    """A message that ends with fewer parts than its pieces had ends the stream."""

    most = 0

    def deliver(self, event: Event) -> None:
        data = event.get("data")
        if is_object(data):
            content: list[Any] = (data.get("delta") or data).get("content") or []
            if str(event["event"]).endswith(("message.incomplete", "message.completed")):
                if len(content) < self.most:
                    raise Stopped("other", "list index out of range")
            elif str(event["event"]) == "thread.message.delta":
                self.most = max(self.most, len(content))
        super().deliver(event)


class SettingsOfTheFirst(Base):
    """The first payload of a kind is the shape of all that follow."""

    shapes: dict[str, Any]

    def deliver(self, event: Event) -> None:
        data = event.get("data")
        if is_object(data) and data.get("object") == "thread.run":
            self.shapes = getattr(self, "shapes", {})
            first = self.shapes.setdefault(data["object"], data.keys())
            if not first <= data.keys():
                raise Stopped("other", f"missing: {sorted(first - data.keys())}")
        super().deliver(event)


class EachNameOnce(Base):
    """Events are kept by their names, and a name that comes again is not delivered."""

    def deliver(self, event: Event) -> None:
        if event.get("unknown") or all(other["event"] != event["event"] for other in self.events):
            super().deliver(event)


class CallsAreChecked(Base):
    """A step that has failed is asked for its last call."""

    def deliver(self, event: Event) -> None:
        if event["event"] == "thread.run.step.failed" and "data" in event:
            details = event["data"].get("step_details")
            if is_object(details) and not details.get("tool_calls", details):
                raise Stopped("other", "list index out of range")
        super().deliver(event)
