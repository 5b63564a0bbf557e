"""`threadwire decode`: what is printed, what is reported, and with which exit code it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from threadwire_conformance.capture import CaptureError, read_capture

PAYLOAD = b'{"id":"msg_1","object":"thread.message.delta","delta":{}}'
DELTA = b"event: thread.message.delta\ndata: " + PAYLOAD + b"\n\n"
DONE = b"event: done\ndata: [DONE]\n\n"
NEW = b'event: thread.paused\ndata: {"a": 1}\n\n'


def decode(*args: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "threadwire_generator.cli", "decode", *args]
    return subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=60)


def rows(output: bytes) -> list[tuple[str, object]]:
    return [(row["event"], row["data"]) for row in map(json.loads, output.splitlines())]


def test_a_whole_stream_is_one_object_a_line_and_exit_code_zero() -> None:
    result = decode("-", stdin=DELTA + NEW + DONE)
    assert rows(result.stdout) == [
        ("thread.message.delta", {"id": "msg_1", "object": "thread.message.delta", "delta": {}}),
        ("thread.paused", '{"a": 1}'),
        ("done", "[DONE]"),
    ]
    assert (result.returncode, result.stderr) == (0, b"")


def test_an_invalid_event_is_reported_with_number_offset_and_path_and_the_rest_is_read() -> None:
    bad = b'event: thread.message.delta\ndata: {"id":"SECRET","object":"thread.message.delta"}\n\n'
    result = decode("-", stdin=DELTA + bad + DONE)
    assert [name for name, _ in rows(result.stdout)] == ["thread.message.delta", "done"]
    assert result.returncode == 1
    report = result.stderr.decode()
    assert f"-: event 2: thread.message.delta at byte {len(DELTA)}: $.delta: expected" in report
    assert "SECRET" not in report


def test_a_stream_that_was_cut_off_is_a_finding_unless_it_may_be() -> None:
    result = decode("-", stdin=DELTA)
    assert (len(rows(result.stdout)), result.returncode) == (1, 1)
    assert f"ended at byte {len(DELTA)} before 'done'" in result.stderr.decode()
    assert decode("-", "--allow-truncated", stdin=DELTA).returncode == 0


def test_an_error_is_the_same_object_whatever_shape_it_came_in() -> None:
    shapes = [b"went wrong", b'{"error":{"message":"went wrong"}}', b'{"message":"went wrong"}']
    result = decode("-", stdin=b"".join(b"event: error\ndata: %s\n\n" % data for data in shapes))
    assert rows(result.stdout) == [("error", {"message": "went wrong"})] * 3
    assert result.returncode == 0
    raw = [json.loads(line).get("raw") for line in result.stdout.splitlines()]
    assert raw == [*(data.decode() for data in shapes[:2]), None]
    assert decode("-", stdin=result.stdout).stdout == result.stdout


def test_nothing_is_lost_of_an_error_that_says_more_than_its_payload() -> None:
    text = '{"error":{"message":"m"},"request_id":"r"}'
    (line,) = decode("-", stdin=f"event: error\ndata: {text}\n\n".encode()).stdout.splitlines()
    assert json.loads(line) == {"event": "error", "data": {"message": "m"}, "raw": text}


def test_a_closed_pipe_is_no_finding(tmp_path: Path) -> None:
    (tmp_path / "long.sse").write_bytes(DELTA * 20_000 + DONE)
    command = [sys.executable, "-m", "threadwire_generator.cli", "decode", "long.sse"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, cwd=tmp_path) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert process.returncode not in (0, 1, 2)


def test_how_large_an_event_may_be_can_be_said() -> None:
    assert decode("-", "--max-event-bytes", "20", stdin=DELTA + DONE).returncode == 1
    assert decode("-", "--max-event-bytes", "2000", stdin=DELTA + DONE).returncode == 0


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b'{"error": {"message": "m"}}', "as decode prints it"),
        (b'{"event": "a\\nb", "data": "x"}'.replace(b"\\\\", b"\\"), "line end"),
        (b'{"event": "a", "data": "x\\ry"}'.replace(b"\\\\", b"\\"), "line end"),
        (b'{"event": 5, "data": "x"}', "as decode prints it"),
        (b"{nonsense", "no JSON"),
        (b'\xef\xbb\xbf{"evnt": 1}', "as decode prints it"),
    ],
)
def test_a_line_that_is_no_event_is_unusable_input(line: bytes, words: str) -> None:
    result = decode("-", stdin=line + b"\n")
    assert result.returncode == 2
    assert words in result.stderr.decode()
    assert b"Traceback" not in result.stderr


def test_a_long_line_takes_time_by_its_length() -> None:
    chunk = b"{" + b"x" * 65_535
    with pytest.raises(CaptureError, match="longer than"):
        list(read_capture(chunk for _ in range(2_000)).chunks)


def test_what_it_printed_it_reads_again(tmp_path: Path) -> None:
    first = decode("-", stdin=DELTA + NEW + DONE).stdout
    (tmp_path / "capture.jsonl").write_bytes(first)
    assert decode(str(tmp_path / "capture.jsonl")).stdout == first


def test_events_are_printed_as_they_arrive() -> None:
    command = [sys.executable, "-m", "threadwire_generator.cli", "decode", "-"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, env=dict(os.environ)) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(DELTA)
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["event"] == "thread.message.delta"
        process.stdin.write(DONE)
        process.stdin.close()
        assert json.loads(process.stdout.readline())["event"] == "done"
        assert process.wait(30) == 0


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["no-such-file"], "No such file"),
        ([], "Missing argument"),
        (["-", "--package", "json"], "no generated package"),
        (["-", "--package", "no_such_package"], "no_such_package"),
    ],
)
def test_unusable_input_is_exit_code_two_and_no_traceback(args: list[str], words: str) -> None:
    result = decode(*args)
    assert result.returncode == 2
    assert words in result.stderr.decode()
    assert b"Traceback" not in result.stderr


def test_the_head_of_a_http_response_is_taken_off_however_it_is_cut() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Id: a:b\r\n\r\n"
    body = DELTA + DONE
    for size in (1, 7, 1000):
        whole = head + body
        capture = read_capture(whole[at : at + size] for at in range(0, len(whole), size))
        assert (capture.form, capture.status) == ("http", 200)
        assert capture.headers == {"content-type": "text/event-stream", "x-id": "a:b"}
        assert b"".join(capture.chunks) == body


def test_of_several_responses_the_last_counts() -> None:
    capture = read_capture([b"HTTP/1.1 100 Continue\r\n\r\nHTTP/2 429 \r\na: b\r\n\r\n", b"{}"])
    assert (capture.status, capture.headers, b"".join(capture.chunks)) == (429, {"a": "b"}, b"{}")


def test_headers_that_do_not_end_are_an_error() -> None:
    with pytest.raises(CaptureError, match="do not end"):
        read_capture([b"HTTP/1.1 200 OK\r\nA: b\r\n"])


def test_a_line_that_is_no_event_is_named_by_its_number() -> None:
    capture = read_capture([b'{"event": "done", "data": "[DONE]"}\n{"evnt": 1}\n'])
    with pytest.raises(CaptureError, match="line 2"):
        list(capture.chunks)


def test_json_lines_become_frames() -> None:
    capture = read_capture(
        [b'{"event": "a", "data": {"x": 1}}\n', b'{"event": "b", "data": "t\\nu"}']
    )
    assert b"".join(capture.chunks) == b'event: a\ndata: {"x": 1}\n\nevent: b\ndata: t\ndata: u\n\n'
