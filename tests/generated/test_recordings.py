"""Real streams: everything in them is decoded, typed, and written back as it was.

They lie outside of this repository, in the folder `recordings` of the one that the environment
variable THREADWIRE_SHARED names.  Where it is not set, these tests are skipped.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from assistant_events import EVENT_TYPES, Done, InvalidEvent, data_text, decode, encode
from assistant_events.values import Payload
from reading import decoded, dumped, told
from support import recordings
from support.bundle import deviations, is_valid
from support.cuts import by_bytes, random_cuts
from support.standard import read
from support.values import differences, loads, shape
from test_agreement import disagreements

pytestmark = pytest.mark.skipif(recordings.folder() is None, reason=recordings.ABSENT)

REAL = recordings.streams("rec_", "az_")
SAMPLES = recordings.streams("doc_")
MIXED = recordings.streams("mix_")


def _name(path: Path) -> str:
    return path.stem


each_real = pytest.mark.parametrize("path", REAL, ids=_name)

# Members and variants of real streams that the spec does not declare, with the reason.
UNDECLARED: dict[str, str] = {}


def payloads(path: Path) -> Iterator[tuple[str, Any]]:
    """(event, JSON value) of each event with a payload, by the plain reading and `json` alone."""
    for block in read(path.read_bytes()).blocks:
        if block.name != "done":
            assert block.data is not None
            yield block.name, loads(block.data)


def test_there_are_recordings() -> None:
    where = recordings.folder()
    assert REAL, f"{recordings.VARIABLE} is set, and {where} has no real streams"
    assert SAMPLES, f"{recordings.VARIABLE} is set, and {where} has no samples of the document"


def test_no_recordings_where_there_should_be_some_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(recordings.VARIABLE, str(tmp_path))
    assert recordings.folder() == tmp_path / "recordings"
    assert recordings.streams("rec_") == []


# --- decoded, typed, lossless ---------------------------------------------------------------------


@each_real
def test_it_decodes_without_an_invalid_event(path: Path) -> None:
    events = decode(path.read_bytes())
    assert isinstance(events[-1], Done)
    assert [event.event for event in events[:-1]] == [name for name, _ in payloads(path)]
    for event in events:
        assert type(event) is EVENT_TYPES[event.event].event


@each_real
def test_it_decodes_the_same_however_it_is_cut(path: Path) -> None:
    stream = path.read_bytes()
    whole = decoded([stream])
    assert whole.end == "done"
    assert decoded(by_bytes(stream)) == whole
    for chunks in random_cuts(stream, seed=len(stream), times=4):
        assert decoded(chunks) == whole


@each_real
def test_every_value_is_that_of_the_wire(path: Path) -> None:
    events = decode(path.read_bytes())
    for event, (name, value) in zip(events, payloads(path), strict=False):
        assert differences(value, dumped(event.data)) == [], name
        assert differences(value, loads(data_text(event))) == [], name


@each_real
def test_encoding_and_decoding_is_the_identity(path: Path) -> None:
    for event in decode(path.read_bytes()):
        back = decode(encode(event), require_done=False)
        assert back == [event]
        assert told(back[0]) == told(event)


@each_real
def test_nothing_in_it_is_undeclared(path: Path) -> None:
    found: set[str] = set()

    def visit(value: Any) -> None:
        if isinstance(value, Payload):
            name = type(value).__name__
            found.update(f"{name}.{member}" for member in value.model_extra or {})
            if name.startswith("Unknown"):
                found.add(f"{name} {value.type}")  # type: ignore[attr-defined]
            for field in type(value).model_fields:
                visit(getattr(value, field))
        elif isinstance(value, list):
            for item in value:
                visit(item)

    for event in decode(path.read_bytes())[:-1]:
        visit(event.data)
    assert found - set(UNDECLARED) == set()


# --- the published bundles ------------------------------------------------------------------------


@each_real
def test_every_payload_is_valid_under_the_wire_bundle(path: Path) -> None:
    tried: set[Any] = set()
    for name, value in payloads(path):
        kind = (name, shape(value))
        if "delta" in name and kind in tried:
            continue  # the same members with other texts
        tried.add(kind)
        assert is_valid("wire", name, value), name


# How real streams deviate from the official document: (payload and member, what), and where.
DEVIATIONS: dict[tuple[str, str], str] = {
    ("RunStep", "required: expired_at"): "never sent, in no year; `expires_at` is sent instead",
    ("RunStep", "required: metadata"): "never sent, in no year",
    ("Run.instructions", "type: null"): "null is sent in all years, for an assistant without any",
    ("Run.max_completion_tokens", "minimum"): "16, which the request of those runs had",
    ("Run", "required: parallel_tool_calls"): "absent until the middle of 2024",
    ("Run", "required: incomplete_details"): "absent in 2024-03, and once by Azure in 2024-06",
    ("Run", "required: max_completion_tokens"): "absent in 2024-03, and once by Azure in 2024-06",
    ("Run", "required: max_prompt_tokens"): "absent in 2024-03, and once by Azure in 2024-06",
    ("Run", "required: truncation_strategy"): "absent in 2024-03, and once by Azure in 2024-06",
    ("Run", "required: response_format"): "absent in 2024-03",
    ("Run", "required: tool_choice"): "absent in 2024-03",
    ("Message", "required: attachments"): "absent until 2024-04-27; `file_ids` was sent instead",
}


def test_the_deviations_from_the_document_are_the_known_ones() -> None:
    found: dict[tuple[str, str], set[str]] = {}
    for path in REAL:
        tried: set[Any] = set()
        for name, value in payloads(path):
            kind = (name, shape(value))
            if "delta" in name and kind in tried:
                continue
            tried.add(kind)
            for where, what in deviations("documented", name, value):
                of = EVENT_TYPES[name].payload
                assert of is not None
                found.setdefault((where.replace("$", of.__name__, 1), what), set()).add(path.stem)
    unknown = {key: sorted(files)[:3] for key, files in found.items() if key not in DEVIATIONS}
    assert unknown == {}
    assert set(DEVIATIONS) - set(found) == set(), "no longer seen"


def test_decoder_and_bundle_agree_on_every_one_point_mutation_of_real_payloads() -> None:
    kinds: dict[Any, tuple[str, Any]] = {}
    for path in REAL:
        for name, value in payloads(path):
            payload = EVENT_TYPES[name].payload
            kinds.setdefault((payload, shape(value)), (name, value))
    tried, found = disagreements(kinds.values())
    assert found == []
    assert tried > 1000


# --- samples of the official document -------------------------------------------------------------


@pytest.mark.parametrize("path", SAMPLES, ids=_name)
def test_a_frame_with_a_stray_brace_is_invalid_and_all_others_decode(path: Path) -> None:
    stream = path.read_bytes()
    blocks = read(stream + b"\n\n").blocks  # their last blank line is missing
    events = decode(stream, errors="keep")
    assert [event.event for event in events] == [block.name for block in blocks]
    assert isinstance(events[-1], Done)
    stray = 0
    for event, block in zip(events[:-1], blocks[:-1], strict=True):
        assert block.data is not None
        if _has_a_stray_brace(block.data):
            stray += 1
            assert isinstance(event, InvalidEvent)
            assert (event.event, event.offset) == (block.name, block.offset)
            assert str(event.error) == (
                f"{block.name} at byte {block.offset}: $: expected JSON, "
                f"found trailing characters at line 1 column {len(block.data)}"
            )
        else:
            assert type(event) is EVENT_TYPES[block.name].event, event
            assert differences(loads(block.data), loads(data_text(event))) == []
    assert stray == len(re.findall(rb"\}\}\n\n", stream)) - _closing_two(blocks)


def _has_a_stray_brace(data: str) -> bool:
    try:
        json.loads(data)
    except json.JSONDecodeError as error:
        told = (error.msg, data[error.pos :])
    else:
        return False
    assert told == ("Extra data", "}")
    return True


def _closing_two(blocks: list[Any]) -> int:
    """How many frames rightly end with two braces."""
    return sum(b.data.endswith("}}") and not _has_a_stray_brace(b.data) for b in blocks if b.data)


@pytest.mark.parametrize("path", MIXED, ids=_name)
def test_edited_streams_decode_too(path: Path) -> None:
    events = decode(path.read_bytes())
    for event, block in zip(events, read(path.read_bytes() + b"\n\n").blocks, strict=True):
        assert event.event == block.name
        if not isinstance(event, Done):
            assert differences(json.loads(block.data or ""), json.loads(data_text(event))) == []


def test_the_folder_is_named_by_the_environment_alone() -> None:
    assert recordings.folder() == Path(os.environ[recordings.VARIABLE]) / "recordings"
