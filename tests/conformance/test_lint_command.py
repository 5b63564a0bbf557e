"""`threadwire lint`: what is wrong with captured streams, and where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import FOLDER, suite, threadwire
from threadwire_conformance.captures import FINDINGS, Finding
from threadwire_conformance.captures.framing import read_blocks
from threadwire_conformance.captures.payloads import Payloads
from threadwire_conformance.captures.streams import response_findings, stream_findings

SCHEMAS = FOLDER.parent / "small_schemas"
MADE = b'event: note.made\ndata: {"id":"SECRET","text":"SECRET"}\n\n'
DONE = b"event: done\ndata: [DONE]\n\n"
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n\r\n"


def found(body: bytes, profile: str = "wire") -> list[Finding]:
    return stream_findings(body, suite(), Payloads(SCHEMAS, profile), profile)[1]


def note(text: str) -> bytes:
    return f"event: note.made\ndata: {text}\n\n".encode()


def lint(*options: str, stdin: bytes = b"", files: tuple[str, ...] = ("-",)) -> Any:
    protocol = ("--suite", str(FOLDER), "--schemas", str(SCHEMAS))
    return threadwire("lint", *protocol, *options, *files, stdin=stdin)


# Each finding: a stream, and where in it the finding is: (event, offset, path).
Place = tuple[int | None, int | None, str | None]
AT = len(MADE)
STREAMS: dict[str, tuple[bytes, Place]] = {
    "framing/bom-inside": (MADE + b"\xef\xbb\xbfevent: note.made\ndata: [DONE]\n\n", (2, AT, None)),
    "framing/invalid-utf8": (
        MADE + b'event: note.made\ndata: {"id":"\xff","text":""}\n\n' + DONE,
        (2, AT + 17, None),
    ),
    "framing/unknown-field": (MADE + b"Data: SECRET\n" + DONE, (2, AT, None)),
    "framing/no-data": (MADE + b"event: note.made\n\n" + DONE, (2, AT, None)),
    "framing/no-name": (MADE + b"data: {}\n\n" + DONE, (2, AT, None)),
    "framing/several-names": (MADE + b"event: x\n" + DONE, (2, AT + 9, None)),
    "framing/id-with-null": (MADE + b"id: a\0b\n" + DONE, (2, AT, None)),
    "framing/bad-retry": (MADE + b"retry: +5\n" + DONE, (2, AT, None)),
    "framing/lone-cr": (MADE + b": a\r" + DONE, (None, AT, None)),
    "framing/unfinished": (MADE + MADE[:-1], (2, AT, None)),
    "payload/no-json": (MADE + note('{"id": "SECRET",}') + DONE, (2, AT, None)),
    "payload/duplicate-key": (MADE + note('{"id":"a","id":"b","text":""}') + DONE, (2, AT, None)),
    "payload/schema": (MADE + note('{"id":"a","text":7}') + DONE, (2, AT, "$.text")),
    "payload/unknown-event": (MADE + b"event: note.sung\ndata: x\n\n" + DONE, (2, AT, None)),
    "stream/empty": (b": nothing\n\n", (None, None, None)),
    "stream/error": (MADE + b'event: error\ndata: {"message": "x"}\n\n', (2, AT, None)),
    "stream/no-end": (MADE, (1, 0, None)),
    "stream/after-end": (MADE + DONE + MADE, (3, AT + len(DONE), None)),
}


@pytest.mark.parametrize("name", STREAMS)
def test_a_finding_says_where_it_is(name: str) -> None:
    body, place = STREAMS[name]
    findings = {f.id: f for f in found(body)}
    assert name in findings
    finding = findings[name]
    assert (finding.event, finding.offset, finding.path) == place
    if place[1] is not None:
        assert body[place[1] :]


def test_every_finding_is_found_by_a_stream_or_a_response() -> None:
    elsewhere = {f for f in FINDINGS if f.startswith("http/")} | {"payload/undocumented-event"}
    assert STREAMS.keys() | elsewhere == FINDINGS.keys()


@pytest.mark.parametrize(
    "body",
    [
        MADE + DONE,
        b"\xef\xbb\xbf" + MADE + DONE,
        (MADE + DONE).replace(b"\n", b"\r\n"),
        MADE + DONE[:-1],
        MADE + DONE[:-2],
        MADE + b"data: [DONE]\n\n",
        b": ping\n\n" * 3 + b"id: 7\nretry: 3000\n\n" + MADE + DONE,
        b'event:note.made\ndata:{"id":"a",\ndata:"text":null}\n\n' + DONE,
        note('{"id":"a","text":"b","size":1.0,"new":[]}') + DONE,
    ],
)
def test_a_stream_that_is_in_order_has_no_findings(body: bytes) -> None:
    assert found(body) == []


def test_no_message_repeats_what_people_wrote() -> None:
    for body, _ in STREAMS.values():
        for profile in ("wire", "documented"):
            assert not any("SECRET" in f.text("file") for f in found(body, profile))


@pytest.mark.parametrize(
    ("payload", "path", "message"),
    [
        ('{"text":""}', "$", "missing: id"),
        ("{}", "$", "missing: id, text"),
        ("[]", "$", "expected object, found an array"),
        ('{"id":"a","text":"","size":true}', "$.size", "expected integer, found a boolean"),
        ('{"id":"a","text":"","size":-1}', "$.size", "minimum is 0"),
        (
            '{"id":"a","text":"","mode":{"name":1}}',
            "$.mode.name",
            "expected string, found an integer",
        ),
        ('{"id":"a","text":"","kind":"c"}', "$.kind", 'expected "a" or "b", found another value'),
    ],
)
def test_a_payload_is_refused_at_its_path(payload: str, path: str, message: str) -> None:
    (finding,) = found(note(payload) + DONE)
    assert (finding.id, finding.path) == ("payload/schema", path)
    assert finding.message.startswith(message)


@pytest.mark.parametrize("payload", ["NaN", '{"id": 1e', "", "[" * 100_000, "{'id': 'a'}"])
def test_what_is_no_json_is_a_finding_and_no_crash(payload: str) -> None:
    assert [f.id for f in found(note(payload) + DONE)] == ["payload/no-json"]


def test_the_profile_decides_what_a_payload_is() -> None:
    body = note('{"id":"a","text":null}') + DONE
    assert found(body, "wire") == []
    assert [(f.id, f.path) for f in found(body, "documented")] == [("payload/schema", "$.text")]
    other = b"event: note.sung\ndata: x\n\n" + DONE
    assert [f.level for f in found(other, "wire")] == ["note"]
    assert [f.id for f in found(other, "documented")] == ["payload/undocumented-event"]


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (200, {"content-type": "text/event-stream"}, []),
        (200, {"content-type": "Text/Event-Stream;charset=utf-8"}, []),
        (500, {"content-type": "text/event-stream"}, ["http/status"]),
        (204, {}, ["http/status", "http/content-type"]),
        (200, {"content-type": "application/json"}, ["http/content-type"]),
        (
            200,
            {"content-type": "text/event-stream", "content-encoding": "gzip"},
            ["http/content-encoding"],
        ),
    ],
)
def test_a_response_is_looked_at_too(
    status: int, headers: dict[str, str], expected: list[str]
) -> None:
    assert [f.id for f in response_findings(status, headers)] == expected


@given(st.binary(max_size=200))
def test_no_bytes_are_a_crash(body: bytes) -> None:
    for finding in found(body):
        assert finding.text("file").isprintable()


@given(
    st.lists(
        st.sampled_from([b"data: a", b"event: x", b": c", b"\n", b"\r\n", b"\n\n", b"id"])
    ).map(b"".join)
)
def test_blocks_begin_where_they_say(body: bytes) -> None:
    for block in read_blocks(body)[0]:
        assert body[block.offset :][:1] in (b"d", b"e", b"i")


# --- the command ----------------------------------------------------------------------------------


def test_findings_go_out_one_a_line_and_the_exit_code_is_one() -> None:
    result = lint(stdin=MADE + note('{"id":7}') + DONE)
    assert result.returncode == 1
    assert result.stdout.decode().splitlines() == [
        f"-:event 2:byte {AT}: error payload/schema $: missing: text",
        f"-:event 2:byte {AT}: error payload/schema $.id: expected string, found an integer",
    ]
    assert (
        result.stderr.decode()
        .rstrip()
        .endswith("lint: 3 events in 1 captures, profile wire: 2 errors, 0 warnings, 0 notes")
    )


def test_warnings_are_errors_with_strict_only() -> None:
    body = MADE + b"event: note.made\n\n" + DONE
    assert lint(stdin=body).returncode == 0
    assert lint("--strict", stdin=body).returncode == 1


def test_what_curl_prints_is_a_response_and_its_body() -> None:
    assert lint(stdin=HEAD + MADE + DONE).returncode == 0
    wrong = HEAD.replace(b"200 OK", b"502 Bad").replace(b"text/event-stream", b"text/html")
    result = lint(stdin=wrong + MADE + DONE)
    assert result.returncode == 1
    assert result.stdout.decode().splitlines() == [
        "-: error http/status: the status is 502",
        "-: error http/content-type: the content type is 'text/html'",
    ]


def test_lines_of_decode_are_judged_by_what_they_hold() -> None:
    rows = [{"event": "note.made", "data": {"id": "a"}}, {"event": "done", "data": "[DONE]"}]
    body = "".join(json.dumps(row) + "\n" for row in rows).encode()
    result = lint(stdin=body)
    assert result.stdout.decode() == "-:event 1: error payload/schema $: missing: text\n"


def test_several_captures_are_told_apart(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.sse", tmp_path / "bad.sse"
    good.write_bytes(MADE + DONE)
    bad.write_bytes(MADE)
    result = lint("--format", "json", files=(str(good), str(bad)))
    (row,) = map(json.loads, result.stdout.splitlines())
    assert (row["file"], row["id"], row["level"]) == (str(bad), "stream/no-end", "error")
    assert row["purpose"] == FINDINGS["stream/no-end"].purpose
    assert b"2 captures" in result.stderr


@pytest.mark.parametrize(
    ("options", "files", "stdin", "message"),
    [
        ((), ("/no/such.sse",), b"", "No such file"),
        ((), ("-",), b"HTTP/1.1 200 OK\r\n", "its headers do not end"),
        ((), ("-",), b'{"a": 1}\n', "line 1 is no"),
        (("--profile", "other"), ("-",), b"", "'other' is not one of"),
        (("--schemas", str(FOLDER)), ("-",), b"", "no bundle of payload schemas"),
    ],
)
def test_what_cannot_be_read_is_exit_code_two(
    options: tuple[str, ...], files: tuple[str, ...], stdin: bytes, message: str
) -> None:
    result = lint(*options, stdin=stdin, files=files)
    assert result.returncode == 2
    assert message in result.stderr.decode()
    assert b"Traceback" not in result.stderr


def test_an_event_that_is_selected_in_its_data_is_known_by_it(tmp_path: Path) -> None:
    content = json.loads((FOLDER / "suite.json").read_text(encoding="utf-8"))
    content.update(selector={"in": "data", "member": "kind"}, end_event=None)
    (tmp_path / "suite.json").write_text(json.dumps(content))
    options = ("--suite", str(tmp_path))
    good = lint(*options, stdin=b'data: {"kind":"error"}\n\n')
    assert (
        good.stdout.decode() == "-:event 1:byte 0: note stream/error: the server reports an error\n"
    )
