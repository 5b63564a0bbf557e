"""The decoder and the published `wire` bundle agree on what is a payload.

Each full payload of our own making, and each one-point mutation of it, is valid for both or for
neither.  (`test_recordings.py` does the same with real ones.)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from assistant_events import InvalidEvent
from reading import first
from support.bundle import bundle, is_valid
from support.mutations import mutations
from support.payloads import FULL, frame

EVENTS = {
    "Thread": "thread.created",
    "Run": "thread.run.created",
    "RunStep": "thread.run.step.created",
    "RunStepDelta": "thread.run.step.delta",
    "Message": "thread.message.created",
    "MessageDelta": "thread.message.delta",
}


def known_tags() -> set[str]:
    """Every constant of the bundle: the tags of all unions, and the kinds of object."""
    found: set[str] = set()

    def visit(schema: Any) -> None:
        if isinstance(schema, dict):
            if isinstance(schema.get("const"), str):
                found.add(schema["const"])
            for inner in schema.values():
                visit(inner)
        elif isinstance(schema, list):
            for inner in schema:
                visit(inner)

    visit(
        [value for name, value in bundle("wire")["$defs"].items() if not name.startswith("event:")]
    )
    return found


def disagreements(payloads: Iterable[tuple[str, Any]]) -> tuple[int, list[str]]:
    """How many mutations were tried, and those on which decoder and bundle do not agree."""
    tried, found = 0, []
    for event, what, payload in mutations(payloads, known_tags() | {"brand_new", ""}):
        tried += 1
        decoded = not isinstance(first(frame(event, payload)), InvalidEvent)
        if decoded != is_valid("wire", event, payload):
            verdict = "takes it" if decoded else "refuses it"
            found.append(f"{event} {what}: the decoder {verdict}, the bundle does not")
    return tried, found


@pytest.mark.parametrize("name", EVENTS)
def test_full_payloads_are_valid_for_both(name: str) -> None:
    for payload in FULL[name]:
        assert is_valid("wire", EVENTS[name], payload)
        assert not isinstance(first(frame(EVENTS[name], payload)), InvalidEvent)


@pytest.mark.parametrize("name", EVENTS)
def test_decoder_and_bundle_agree_on_every_one_point_mutation(name: str) -> None:
    tried, found = disagreements((EVENTS[name], payload) for payload in FULL[name])
    assert found == []
    assert tried > 100


def test_the_tags_that_are_tried_are_the_known_ones() -> None:
    assert {"text", "function", "code_interpreter", "thread.run", "file_path"} <= known_tags()
