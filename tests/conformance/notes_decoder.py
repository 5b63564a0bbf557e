"""A decoder of the made-up protocol of `small_suite`, right unless it is told to be wrong.

Plain on purpose: the kit's tests need a decoder that has nothing to do with the generated package.
"""

from __future__ import annotations

import codecs
import json
from typing import Any

TYPES = {"note.made": "id", "note.grown": "id", "note.closed": "id", "error": "message"}
FEATURES = ["done-event", "resume", "unknown-events", "error-classes", "last-event-id"]


class NotesDecoder:
    def __init__(self, wrong: str = "") -> None:
        self.wrong = wrong
        self.text = codecs.getincrementaldecoder("utf-8")("replace")
        self.rest = ""
        self.lines: list[str] = []
        self.events: list[dict[str, Any]] = []
        self.done = False
        self.last_event_id = ""

    def feed(self, chunk: bytes) -> None:
        if self.wrong == "decodes each chunk":
            self.rest += chunk.decode("utf-8", "replace")
        else:
            self.rest += self.text.decode(chunk)
        while (found := self._line()) is not None and not self.done:
            self._take(found)

    def _line(self) -> str | None:
        ends = [i for i in (self.rest.find("\n"), self.rest.find("\r")) if i >= 0]
        if not ends:
            return None
        at = min(ends)
        width = 1
        if self.rest[at] == "\r" and self.wrong != "a CR ends a line at once":
            if at + 1 == len(self.rest):
                return None
            width = 2 if self.rest[at + 1] == "\n" else 1
        elif self.rest[at : at + 2] == "\r\n":
            width = 2
        line, self.rest = self.rest[:at], self.rest[at + width :]
        return line

    def _take(self, line: str) -> None:
        if line:
            self.lines.append(line)
            return
        name, data = "message", []
        for field, _, value in (part.partition(":") for part in self.lines):
            value = value.removeprefix(" ")
            if field == "event":
                name = value
            elif field == "data":
                data.append(value)
            elif field == "id":
                self.last_event_id = value
        self.lines = []
        if data:
            self._event(name, "\n".join(data))

    def _event(self, name: str, data: str) -> None:
        if name == "done":
            self.done = self.wrong != "reads on after done"
            self.events.append({"event": name, "data": data})
        elif name not in TYPES:
            if self.wrong == "unknown events are made notes":
                self.events.append({"event": "note.made", "data": json.loads(data)})
            else:
                self.events.append({"event": name, "unknown": True, "raw": data})
        else:
            payload = json.loads(data)
            valid = isinstance(payload.get(TYPES[name]), str)
            if valid or self.wrong == "checks nothing":
                if self.wrong == "loses the text":
                    payload.pop("text", None)
                self.events.append({"event": name, "data": payload})
            else:
                self.events.append({"event": name, "invalid": True, "path": f"$.{TYPES[name]}"})


def decode(chunks: list[bytes], wrong: str = "") -> dict[str, Any]:
    decoder = NotesDecoder(wrong)
    for chunk in chunks:
        decoder.feed(chunk)
    reply: dict[str, Any] = {"events": decoder.events, "last_event_id": decoder.last_event_id}
    if decoder.done or wrong in ("every end is done", "reads on after done"):
        return {**reply, "end": "done"}
    return {**reply, "end": "error", "error": {"class": "truncated", "message": "cut off"}}
