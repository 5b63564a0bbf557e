"""The same runtime under another protocol: names within the data, no end event, flat errors.

What holds of every protocol is tested with the first one; here is what only the other one meets.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[1] / "generator"))

from packages import PIPELINE, accepted, imported, plan_of, python_plan
from support.cuts import all_ways

FAULT = b'data: {"kind":"fault","reason":"no power"}\n\n'


@pytest.fixture(scope="module", name="pipeline")
def _pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with imported(plan_of(PIPELINE), tmp_path_factory.mktemp("pipeline")) as package:
        yield package


@pytest.fixture(scope="module", name="strict")
def _strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The same with an error whose payload has a member that is required."""
    files = {path.name: path.read_text(encoding="utf-8") for path in PIPELINE.glob("*.yaml")}
    (name,) = (name for name, text in files.items() if "\nFaultReport:" in text)
    before, _, after = files[name].partition("\nFaultReport:")
    files[name] = f"{before}\nFaultReport:{after.replace('required: []', 'required: [reason]', 1)}"
    spec = accepted(files)
    assert spec is not None
    with imported(python_plan(spec), tmp_path_factory.mktemp("strict")) as package:
        yield package


def told(package: Any, stream: bytes) -> list[tuple[str, str]]:
    """(class, name) of each event, the same for every cut."""
    answers = []
    for _, chunks in all_ways(stream):
        decoder = package.Decoder(require_done=False)
        events = [event for chunk in chunks for event in decoder.feed(chunk)] + decoder.close()
        answers.append([(type(event).__name__, event.event) for event in events])
    assert all(answer == answers[0] for answer in answers)
    return answers[0]


@pytest.mark.parametrize(
    ("block", "event"),
    [
        (FAULT, ("Fault", "fault")),
        (b'event: log\ndata: {"kind":"fault"}\n\n', ("Fault", "fault")),
        (b'data: {"kind":"log"}\n\n', ("InvalidEvent", "log")),
        (b'data: {"kind":"brand_new"}\n\n', ("UnknownEvent", "brand_new")),
        (b'data: {"kind":"log","kind":"fault"}\n\n', ("Fault", "fault")),
        (b'data: {"kind":7}\n\n', ("UnknownEvent", "message")),
        (b'data: {"kind":""}\n\n', ("UnknownEvent", "message")),
        (b"data: {}\n\n", ("UnknownEvent", "message")),
        (b"data: [DONE]\n\n", ("UnknownEvent", "message")),
        (b"data: []\n\n", ("UnknownEvent", "message")),
        (b"data: nope\n\n", ("UnknownEvent", "message")),
        (b"event: other\ndata: nope\n\n", ("UnknownEvent", "other")),
        (b"event: fault\ndata: boom\n\n", ("Fault", "fault")),
    ],
)
def test_the_name_stands_in_the_data(pipeline: Any, block: bytes, event: tuple[str, str]) -> None:
    assert told(pipeline, block + FAULT) == [event, ("Fault", "fault")]


def test_the_name_is_found_beside_bytes_that_are_not_utf_8(pipeline: Any) -> None:
    stream = b'data: {"kind":"fault","reason":"a\xffb"}\n\n'
    assert told(pipeline, stream) == [("Fault", "fault")]
    (event,) = pipeline.decode(stream)
    assert event.data.reason == "a\ufffdb"


def test_a_stream_may_just_end_but_not_within_an_event(pipeline: Any) -> None:
    assert told(pipeline, FAULT + b": x\n") == [("Fault", "fault")]
    assert [event.event for event in pipeline.decode(b'data: {"kind":"x"}\n\n: x')] == ["x"]
    assert pipeline.decode(b"") == []
    with pytest.raises(pipeline.TruncatedStreamError, match="within an event"):
        pipeline.decode(b'data: {"kind":"x"}\n')


@pytest.mark.parametrize(
    "block",
    [
        FAULT,
        b'data: {"kind":"x"}\n\n',
        b"data: nope\n\n",
        b"event: other\ndata: x\n\n",
        b"event: fault\ndata: boom\n\n",
        b'data: {"kind":"log"}\n\n',
        b'data: {"kind":7}\n\n',
    ],
)
def test_what_is_written_is_read_the_same(pipeline: Any, block: bytes) -> None:
    (event,) = pipeline.decode(block, errors="keep")
    (again,) = pipeline.decode(pipeline.encode(event), errors="keep")
    assert (type(again), again.event) == (type(event), event.event)
    assert pipeline.data_text(again) == pipeline.data_text(event)


@pytest.mark.parametrize(
    "members",
    ['"reason":7', '"other":1', '"cls":1', '"_fields_set":7', '"self":1,"reason":[]', '"":1e400'],
)
def test_an_error_without_what_it_should_have_is_told_all_the_same(
    strict: Any, members: str
) -> None:
    stream = f'data: {{"kind":"fault",{members}}}\n\n'.encode()
    (event,) = strict.decode(stream)
    assert type(event) is strict.Fault
    assert event.data.model_fields_set <= {"kind"}
    assert strict.encode(event) == stream
