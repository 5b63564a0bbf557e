"""The plain reading: every row of the decoder's policy, with what a person says it comes to.

The reading is the answer key of all derived cases, so what is expected here was written by hand; no
decoder had a part in it.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from packages import PIPELINE
from threadwire_generator.build import read_spec
from threadwire_generator.cases import Expected
from threadwire_generator.spec import ObjectType, Ref, Spec
from threadwire_generator.targets.suite.reading import MAX_BLOCK, Reading

WEATHER = Path(__file__).parent / "bad_specs" / "_base"

REPORT = {"id": "r1", "status": "open", "readings": []}
TEXT = '{"id":"r1","status":"open","readings":[]}'
OPENED = f"event: report.opened\ndata: {TEXT}\n\n"
BYE = "event: bye\ndata: [BYE]\n\n"


def spec_in(folder: Path) -> Spec:
    spec, _ = read_spec(folder)
    assert spec is not None
    return spec


@pytest.fixture(scope="module")
def weather() -> Reading:
    return Reading(spec_in(WEATHER))


@pytest.fixture(scope="module")
def pipeline() -> Reading:
    return Reading(spec_in(PIPELINE))


def opened(**changes: Any) -> Expected:
    return Expected("report.opened", "known", data=REPORT | changes)


def unknown(name: str, raw: str) -> Expected:
    return Expected(name, "unknown", raw=raw)


def refused(path: str, name: str = "report.opened") -> Expected:
    return Expected(name, "invalid", path=path)


def fault(**data: Any) -> Expected:
    return Expected("fault", "known", data=data)


def report(readings: str = "[]", more: str = "") -> str:
    return (
        f'event: report.opened\ndata: {{"id":"r1","status":"open","readings":{readings}{more}}}\n\n'
    )


def deep(depth: int) -> str:
    """A report whose data nests so deep: itself, and arrays in a member that it does not know."""
    return report(more=',"x":' + "[" * (depth - 1) + "]" * (depth - 1))


# --- the framing ----------------------------------------------------------------------------------

FRAMING = {
    "a block is an event": (OPENED + BYE, [opened()], "done"),
    "one BOM at the start is dropped": ("\ufeff" + OPENED + BYE, [opened()], "done"),
    "a second BOM is data": (
        "\ufeff\ufeff" + OPENED + BYE,
        [unknown("message", TEXT)],
        "done",
    ),
    "a later BOM is data": (
        OPENED + "\ufeff" + OPENED + BYE,
        [opened(), unknown("message", TEXT)],
        "done",
    ),
    "CR ends a line": ((OPENED + BYE).replace("\n", "\r"), [opened()], "done"),
    "CRLF ends a line once": ((OPENED + BYE).replace("\n", "\r\n"), [opened()], "done"),
    "line ends mix": (
        f"event: report.opened\r\ndata: {TEXT}\r\n\nevent: bye\rdata: x\n\r",
        [opened()],
        "done",
    ),
    "no other character ends a line": (
        "event: a\x0bb\x0cc\x85d\u2028e\ndata: x\n\n" + BYE,
        [unknown("a\x0bb\x0cc\x85d\u2028e", "x")],
        "done",
    ),
    "comments are nothing": (f": hello\n{OPENED}:\n\n{BYE}", [opened()], "done"),
    "unknown fields are nothing": (f"lang: en\nevents: x\n{OPENED}{BYE}", [opened()], "done"),
    "field names are exact": (f"Event: x\n data: y\n{OPENED}{BYE}", [opened()], "done"),
    "a block without data is no event": (f"event: report.opened\n\n{BYE}", [], "done"),
    "and leaves no name behind": (
        f"event: report.opened\n\ndata: x\n\n{BYE}",
        [unknown("message", "x")],
        "done",
    ),
    "empty data is an event": (
        f"event: report.opened\ndata:\n\nevent: new\ndata\n\n{BYE}",
        [refused("$"), unknown("new", "")],
        "done",
    ),
    "data lines are joined": (
        'event: report.opened\ndata: {"id":"r1",\ndata:"status":"open",\ndata:  "readings":[]}\n\n'
        + BYE,
        [opened()],
        "done",
    ),
    "one space is dropped": ("event: a\ndata:  x\n\n" + BYE, [unknown("a", " x")], "done"),
    "none is fine": ("event:a\ndata:x\n\n" + BYE, [unknown("a", "x")], "done"),
    "the last name counts": (f"event: x\n{OPENED}{BYE}", [opened()], "done"),
    "later colons are value": ("event: a:b\ndata: c:d\n\n" + BYE, [unknown("a:b", "c:d")], "done"),
    "retry is nothing": (f"retry: 10\n\nretry: x\n{OPENED}{BYE}", [opened()], "done"),
}


@pytest.mark.parametrize("row", FRAMING)
def test_bytes_are_framed_as_the_standard_has_it(row: str, weather: Reading) -> None:
    stream, events, end = FRAMING[row]
    read = weather.read(stream.encode())
    assert list(read.events) == events
    assert read.end == end


def test_bytes_that_are_not_utf_8_become_replacement_characters(weather: Reading) -> None:
    stream = b"event: a\xffb\ndata: \xe2\x82\n\n" + BYE.encode()
    assert weather.read(stream).events == (unknown("a\ufffdb", "\ufffd"),)


@pytest.mark.parametrize(
    ("stream", "last_id"),
    [
        (OPENED, ""),
        (f"id: 1\n{OPENED}", "1"),
        (f"id: 1\n{OPENED}id\n{OPENED}", ""),
        (f"id: 1\n{OPENED}id: a\0b\n{OPENED}", "1"),
        (f"id: 1\n{OPENED}{OPENED}", "1"),
        (f"id: 1\n: comment\n{OPENED}", "1"),
        ("id: 1\n\n", "1"),
        ("id: 1\n", ""),
    ],
)
def test_the_last_id_is_the_one_of_the_last_block_that_ended(
    stream: str, last_id: str, weather: Reading
) -> None:
    assert weather.read(stream.encode()).last_event_id == last_id


# --- names and data -------------------------------------------------------------------------------

DATA = {
    "an unknown name is not read": ("event: new\ndata: {\n\n", unknown("new", "{")),
    "no name is the event message": (f"data: {TEXT}\n\n", unknown("message", TEXT)),
    "names are exact": ("event: Report.opened\ndata: x\n\n", unknown("Report.opened", "x")),
    "trailing blanks belong to the name": ("event: bye \ndata: x\n\n", unknown("bye ", "x")),
    "the end has to be exact without a name": ("data: [BYE] \n\n", unknown("message", "[BYE] ")),
    "no JSON": ("event: report.opened\ndata: {\n\n", refused("$")),
    "more than one value": (f"event: report.opened\ndata: {TEXT} {TEXT}\n\n", refused("$")),
    "no object": ("event: report.opened\ndata: []\n\n", refused("$")),
    "null": ("event: report.opened\ndata: null\n\n", refused("$")),
    "a required member missing": (
        'event: report.opened\ndata: {"id":"r1","status":"open"}\n\n',
        refused("$.readings"),
    ),
    "an optional member absent or null": (
        report(more=',"remarks":null,"opened_at":null'),
        opened(remarks=None, opened_at=None),
    ),
    "an unknown member": (report(more=',"new":{"a":[1]}'), opened(new={"a": [1]})),
    "an unknown value of an open enum": (
        'event: report.opened\ndata: {"id":"r1","status":"new","readings":[]}\n\n',
        opened(status="new"),
    ),
    "an unknown tag of an open union": (
        report('[{"kind":"snow","depth":"2"}]'),
        opened(readings=[{"kind": "snow", "depth": "2"}]),
    ),
    "a known tag with a wrong body": (
        report('[{"kind":"rain"},{"kind":"wind"}]'),
        refused("$.readings[1].speed"),
    ),
    "a tag missing": (report('[{"speed":0.5}]'), refused("$.readings[0].kind")),
    "a tag that is no string": (report('[{"kind":7}]'), refused("$.readings[0].kind")),
    "a string for an integer": (report(more=',"opened_at":"7"'), refused("$.opened_at")),
    "a boolean for an integer": (report(more=',"opened_at":true'), refused("$.opened_at")),
    "a fraction for an integer": (report(more=',"opened_at":7.5'), refused("$.opened_at")),
    "a boolean for a number": (
        report('[{"kind":"wind","speed":true}]'),
        refused("$.readings[0].speed"),
    ),
    "an integer for a number": (
        report('[{"kind":"wind","speed":1}]'),
        opened(readings=[{"kind": "wind", "speed": 1}]),
    ),
    "a fraction of zero": (report(more=',"opened_at":7.0'), opened(opened_at=7)),
    "an exponent": (report(more=',"opened_at":1.7e9'), opened(opened_at=1700000000)),
    "a huge integer": (report(more=f',"opened_at":{2**64}'), opened(opened_at=2**64)),
    "NaN": (report(more=',"x":NaN'), refused("$")),
    "Infinity": (report(more=',"x":-Infinity'), refused("$")),
    "a number that overflows": (report(more=',"x":1e400'), refused("$")),
    "a lone surrogate": (report(more=',"x":"\\ud800"'), refused("$")),
    "a lone surrogate in a name": (report(more=',"\\udc00":1'), refused("$")),
    "a pair of surrogates": (report(more=',"x":"\\ud83d\\ude00"'), opened(x="\U0001f600")),
    "depth 200": (deep(200), None),
    "depth 201": (deep(201), refused("$")),
    "brackets in strings are no depth": (report(more=f',"x":"{"[" * 300}"'), opened(x="[" * 300)),
    "thousands of digits": (report(more=f',"x":{"9" * 5000}'), refused("$")),
    "a control character in a string": (report(more=',"x":"\t"'), refused("$")),
    "a member twice": (report(more=',"id":"r2"'), opened(id="r2")),
}


@pytest.mark.parametrize("row", DATA)
def test_data_is_read_by_the_policy(row: str, weather: Reading) -> None:
    stream, expected = DATA[row]
    read = weather.read((stream + OPENED + BYE).encode())
    assert read.end == "done"
    assert len(read.events) == 2
    assert read.events[1] == opened(), "what comes after is read on"
    if expected is None:
        assert read.events[0].kind == "known"
    else:
        assert read.events[0] == expected
        assert type(read.events[0].data) is type(expected.data)


ERRORS = {
    "flat": ('{"text":"no wind","code":7}', {"text": "no wind", "code": 7}),
    "wrapped": ('{"fault":{"text":"no wind"}}', {"text": "no wind"}),
    "wrapped text": ('{"fault":"no wind"}', {"text": "no wind"}),
    "a string": ('"no wind"', {"text": "no wind"}),
    "plain text": ("no wind", {"text": "no wind"}),
    "cut JSON is plain text": ('{"text":', {"text": '{"text":'}),
    "empty": ("", {}),
    "nothing in it": ("{}", {}),
    "a list": ("[1]", {}),
    "a member of another type": ('{"text":1,"code":"x"}', {"code": "x"}),
    "a member that is null": ('{"text":"no wind","code":null}', {"text": "no wind", "code": None}),
    "an unknown member": ('{"text":"no wind","x":1}', {"text": "no wind", "x": 1}),
}


@pytest.mark.parametrize("row", ERRORS)
def test_an_error_counts_whatever_its_data_is(row: str, weather: Reading) -> None:
    data, expected = ERRORS[row]
    block = f"event: fault\ndata: {data}\n\n"
    for rest, more in (("", ()), (BYE, ()), (OPENED + BYE, (opened(),))):
        read = weather.read((block + rest).encode())
        assert read.events == (fault(**expected), *more)
        assert read.end == "done", "after an error any end is right"


# --- the end --------------------------------------------------------------------------------------

ENDS = {
    "the end": (BYE, 0, "done"),
    "the end with other data": ("event: bye\ndata: {}\n\n", 0, "done"),
    "the end with empty data": ("event: bye\ndata:\n\n", 0, "done"),
    "the end without data is none": ("event: bye\n\n", 0, "truncated"),
    "its data alone": ("data: [BYE]\n\n", 0, "done"),
    "nothing after it is read": (BYE + OPENED, 0, "done"),
    "without its blank line": (OPENED + "event: bye\ndata: [BYE]\n", 1, "done"),
    "without its line end": (OPENED + "event: bye\ndata: [BYE]", 1, "done"),
    "within its data": (OPENED + "event: bye\ndata: [B", 1, "done"),
    "before its data": (OPENED + "event: bye\nda", 1, "truncated"),
    "half an event": (OPENED + OPENED[:-1], 1, "truncated"),
    "no end": (OPENED, 1, "truncated"),
    "no bytes": ("", 0, "truncated"),
    "no events": ("<html></html>\n", 0, "truncated"),
}


@pytest.mark.parametrize("row", ENDS)
def test_the_end_of_the_stream_is_told_from_the_end_of_the_bytes(
    row: str, weather: Reading
) -> None:
    stream, events, end = ENDS[row]
    read = weather.read(stream.encode())
    assert (len(read.events), read.end) == (events, end)


def test_a_block_above_the_limit_is_refused_and_what_follows_is_read(weather: Reading) -> None:
    large = "x" * (MAX_BLOCK + 1)
    stream = f": {large}\n{OPENED}event: report.opened\ndata: {large}\n\n{OPENED}{BYE}"
    read = weather.read(stream.encode())
    too_large = Expected("report.opened", "invalid", error_class="too-large")
    assert read.events == (opened(), too_large, opened())
    assert read.end == "done"


# --- another protocol -----------------------------------------------------------------------------

TASK = '{"kind":"task.begun","name":"t","state":"running"}'


@pytest.mark.parametrize(
    ("stream", "events", "end"),
    [
        (f"data: {TASK}\n\n", [("task.begun", "known")], "eof"),
        (f"event: build\ndata: {TASK}\n\n", [("task.begun", "known")], "eof"),
        ('data: {"kind":"new"}\n\n', [("new", "unknown")], "eof"),
        ("data: {}\n\n", [("message", "unknown")], "eof"),
        ("event: fault\ndata: it burns\n\n", [("fault", "known")], "eof"),
        ("data: [DONE]\n\n", [("message", "unknown")], "eof"),
        (f"data: {TASK}\n", [], "truncated"),
        ("", [], "eof"),
        (': comment\n\ndata: {"kind":"task.begun"}\n\n', [("task.begun", "invalid")], "eof"),
        (
            'data: {"kind":"task.begun","name":"t","state":"new"}\n\n',
            [("task.begun", "invalid")],
            "eof",
        ),
    ],
)
def test_a_name_in_the_data_and_an_end_without_an_event(
    stream: str, events: list[tuple[str, str]], end: str, pipeline: Reading
) -> None:
    read = pipeline.read(stream.encode())
    assert [(event.event, event.kind) for event in read.events] == events
    assert read.end == end


def test_types_that_hold_themselves_are_read_at_every_depth(pipeline: Reading) -> None:
    plan = '{"name":"a","then":[{"name":"b","then":[{"name":7}]}]}'
    build = (
        '{"kind":"build","id":"b","state":"planned","trigger":{"by":"timer","every":1},'
        f'"class":"c","plan":{plan}}}'
    )
    read = pipeline.read(f"data: {build}\n\n".encode())
    assert read.events == (refused("$.plan.then[0].then[0].name", "build"),)


def test_a_nullable_object_is_refused_where_it_is_wrong_and_not_for_being_no_null() -> None:
    spec = spec_in(WEATHER)
    named = spec.types["Report"]
    assert isinstance(named, ObjectType)
    gust = dataclasses.replace(named.fields[-1], wire_name="gust", shape=Ref("Wind"))
    changed = dataclasses.replace(named, fields=(*named.fields, gust))
    reading = Reading(dataclasses.replace(spec, types={**spec.types, "Report": changed}))
    read = reading.read(report(more=',"gust":{"kind":"wind"}').encode())
    assert read.events == (refused("$.gust.speed"),)
