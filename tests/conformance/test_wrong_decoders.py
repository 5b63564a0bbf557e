"""Ten decoders that work at first sight are all caught."""

from __future__ import annotations

import importlib
import json
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from threadwire_conformance.inprocess import run_case
from threadwire_conformance.suite import Case, Suite, load_suite

HERE = Path(__file__).parent / "wrong_decoders"
NAMES = sorted(path.stem for path in HERE.glob("[a-z]*.py"))
DONE = "event: done\ndata: [DONE]\n\n"


@cache
def suite() -> Suite:
    return load_suite()


def decoder(name: str) -> Callable[[list[bytes]], Any]:
    return importlib.import_module(f"wrong_decoders.{name}").decode


def replying(name: str) -> Callable[[list[bytes]], dict[str, Any]]:
    """A decoder behind an adapter, as its author would write it."""
    decode = decoder(name)

    def reply(chunks: list[bytes]) -> dict[str, Any]:
        events: list[dict[str, Any]] = []
        try:
            for event, data in decode(chunks):
                events.append({"event": str(event), "data": data})
            json.dumps(events)
        except Exception as error:  # whatever it raises, its author's adapter tells
            told = "server" if isinstance(error, RuntimeError) else "other"
            error_members = {"class": told, "message": str(error)}
            return {"events": events, "end": "error", "error": error_members}
        return {"events": events, "end": "done"}

    return reply


def judged() -> list[Case]:
    """The cases that a decoder without features is judged by; the largest say nothing new."""
    return [
        case
        for case in suite().cases
        if case.level == "must" and not case.needs and case.topic != "limits"
    ]


@cache
def failures(name: str) -> tuple[Case, ...]:
    reply = replying(name)
    return tuple(
        case
        for case in judged()
        if run_case(case, reply, suite(), (), cuts=case.topic == "framing").kind is not None
    )


def test_there_are_ten_with_ten_ideas() -> None:
    assert len(NAMES) == 10
    ideas = {(importlib.import_module(f"wrong_decoders.{name}").__doc__ or "") for name in NAMES}
    assert len(ideas) == 10


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_decoder_works_at_first_sight(name: str) -> None:
    data = {"content": [{"index": 0, "type": "text", "text": {"value": "Hello"}}]}
    payload = {"id": "msg_1", "object": "thread.message.delta", "delta": data}
    plain = [f"event: thread.message.delta\ndata: {json.dumps(payload)}\n\n", DONE]
    reply = replying(name)([chunk.encode() for chunk in plain])
    assert reply == {"events": [{"event": payload["object"], "data": payload}], "end": "done"}


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_decoder_is_caught(name: str) -> None:
    found = failures(name)
    topics = Counter(case.topic for case in found)
    first = ", ".join(case.id for case in found[:3])
    print(f"{name}: {len(found)} of {len(judged())} must-cases: {dict(topics)}; {first}, …")
    assert len(found) >= 10
    assert len(topics) >= 3


def test_no_two_are_caught_by_the_same_cases() -> None:
    assert len({tuple(case.id for case in failures(name)) for name in NAMES}) == len(NAMES)
