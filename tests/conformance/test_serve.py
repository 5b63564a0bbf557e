"""The play server over real sockets: what is played, when, to whom, and how it ends."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import yaml
from clients import FIRST, SECOND, Reply, ask, ask_run, load_playlist
from threadwire_conformance.api import Api, Route, load_api, slug, unslug
from threadwire_conformance.errors import KitError
from threadwire_conformance.playing import Play, Playlist, check_file, file_play
from threadwire_conformance.server import PlayServer, is_loopback
from threadwire_conformance.suite import Case, Suite, load_suite

HOUSE = Path(__file__).resolve().parents[2]
SMALL = Path(__file__).parent / "small_suite"


@pytest.fixture(scope="module")
def suite() -> Suite:
    return load_suite()


@pytest.fixture(scope="module")
def api(suite: Suite) -> Api:
    return load_api(suite.protocol, suite.folder)


@pytest.fixture(scope="module")
def served(suite: Suite, api: Api) -> Iterator[PlayServer]:
    with PlayServer(Playlist(api, suite)) as server:
        yield server


def usual(suite: Suite) -> Case:
    return next(case for case in suite.cases if case.origin == "run")


def names(case: Case) -> list[str]:
    return [event.event for event in case.expect.events]


# --- streams --------------------------------------------------------------------------------------


def test_chunks_arrive_one_by_one_and_apart() -> None:
    with PlayServer(load_playlist(), delay=0.2) as server:
        reply = ask_run(server.url, server.play([b"event: a\n", b"data: 1\n\n", b"x"]))
    assert reply.status == 200
    assert reply.type == "text/event-stream; charset=utf-8"
    assert reply.chunks == [b"event: a\n", b"data: 1\n\n", b"x"]
    assert reply.times[1] - reply.times[0] > 0.1
    assert reply.times[2] - reply.times[1] > 0.1


def test_without_a_delay_chunks_are_still_chunks() -> None:
    with PlayServer(load_playlist()) as server:
        chunks = [b"%d\n" % number for number in range(200)]
        assert ask_run(server.url, server.play(chunks)).chunks == chunks


def test_an_aborted_stream_arrives_and_then_the_connection_is_broken() -> None:
    with PlayServer(load_playlist()) as server:
        whole = ask_run(server.url, server.play([b"event: a\nda"]))
        lost = ask_run(server.url, server.play([b"event: a\nda"], abort=True))
    assert whole.broken is None
    assert isinstance(lost.broken, http.client.IncompleteRead)
    assert whole.data == lost.data == b"event: a\nda"


def test_a_stream_has_the_status_and_the_headers_that_it_is_given() -> None:
    with PlayServer(load_playlist()) as server:
        thread_id = server.play(
            [b"{}"], status=503, headers={"Content-Type": "x/y", "Retry-After": "9"}
        )
        reply = ask_run(server.url, thread_id)
    assert (reply.status, reply.type, reply.headers["retry-after"]) == (503, "x/y", "9")


def test_a_forgotten_stream_is_not_there() -> None:
    with PlayServer(load_playlist()) as server:
        thread_id = server.play([b"x"])
        assert ask_run(server.url, thread_id).data == b"x"
        assert ask_run(server.url, thread_id).data == b"x"  # a client may try again
        server.forget(thread_id)
        assert ask_run(server.url, thread_id).status == 404


def test_cases_are_played_as_they_are_written(served: PlayServer, suite: Suite) -> None:
    small = [case for case in suite.cases if 1 < len(case.stream) < 9 and len(case.data) < 9999]
    assert len(small) > 20
    for case in small[:40]:
        reply = ask(served.url, "GET", f"/cases/{slug(case.id)}")
        assert reply.chunks == [chunk for chunk in case.chunks if chunk]


@pytest.mark.parametrize("cuts", ["whole", "bytes"])
def test_cases_are_cut_as_is_wished(suite: Suite, api: Api, cuts: Any) -> None:
    case = suite.by_id["encoding/character-cut-between-chunks"]
    with PlayServer(Playlist(api, suite, cuts=cuts)) as server:
        reply = ask(server.url, "GET", f"/cases/{slug(case.id)}")
    whole = case.data
    assert reply.chunks == ([whole] if cuts == "whole" else [bytes([byte]) for byte in whole])


def test_streams_without_their_end_are_ended_or_lost_as_is_wished(suite: Suite, api: Api) -> None:
    truncated = next(case for case in suite.cases if case.expect.end == "truncated" and case.data)
    for lost in (False, True):
        with PlayServer(Playlist(api, suite, lost=lost)) as server:
            reply = ask(server.url, "GET", f"/cases/{slug(truncated.id)}")
            whole = ask(server.url, "GET", f"/cases/{slug(usual(suite).id)}")
        assert reply.data == truncated.data
        assert (reply.broken is not None) == lost
        assert whole.broken is None


# --- how a case is chosen -------------------------------------------------------------------------


def test_slugs_are_unique_reversible_and_fit_for_a_path(suite: Suite) -> None:
    ids = [case.id for case in suite.cases] + [
        "a~b/c=d%2F",
        "a/5B",
        "a[",
        "ä/«»",
        "a b",
        "~",
        "=",
        "%",
    ]
    slugs = [slug(case_id) for case_id in ids]
    assert [unslug(text) for text in slugs] == ids
    assert len(set(slugs)) == len(ids)
    assert all(quote(text, safe="=~") == text for text in slugs)


def test_the_paths_are_those_of_the_life_cycle(api: Api) -> None:
    text = (HOUSE / "schema" / "assistants" / "lifecycle.yaml").read_text(encoding="utf-8")
    streams = yaml.safe_load(text)["streams"]
    assert [str(route) for route in api.streams] == [row["request"] for row in streams.values()]


@pytest.mark.parametrize("base", ["", "/v1", "/openai", "/api/projects/p/v1", "/threads/v1"])
def test_streams_are_there_under_any_base_path(served: PlayServer, suite: Suite, base: str) -> None:
    case = usual(suite)
    word = slug(case.id)
    for path, body in [
        (f"/threads/thread_{word}/runs?api-version=1", {}),
        (f"/threads/thread_1/runs/run_{word}/submit_tool_outputs", {"tool_outputs": []}),
        ("/threads/runs", {"assistant_id": f"asst_{word}"}),
        ("/threads/thread_1/runs", {"metadata": {"deep": ["x", f"case_{word}"]}}),
        (f"/threads/thread_{quote(word, safe='')}/runs", {}),
    ]:
        reply = ask(served.url, "POST", base + path, {"stream": True, **body})
        assert reply.data == case.data, path


def test_requests_without_stream_are_answered_with_json(served: PlayServer, suite: Suite) -> None:
    word = slug(usual(suite).id)
    reply = ask(served.url, "POST", f"/v1/threads/thread_{word}/runs", {"stream": False})
    assert reply.type == "application/json"
    assert reply.json["thread_id"] == f"thread_{word}"
    assert reply.json["assistant_id"] == "asst_1"
    assert ask(served.url, "GET", "/v1/threads/t/runs/r7").json["id"] == "r7"
    assert ask(served.url, "GET", "/v1/threads/t/messages").json["data"] == []
    made = ask(served.url, "POST", "/v1/threads/t/messages", {"role": "user", "content": "Hey"})
    assert made.json["content"][0]["text"]["value"] == "Hey"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_the_plain_path_takes_slugs_ids_and_prefixes(
    served: PlayServer, suite: Suite, method: str
) -> None:
    case = suite.by_id["encoding/character-cut-between-chunks"]
    for word in (slug(case.id), case.id, f"thread_{slug(case.id)}"):
        assert ask(served.url, method, f"/base/cases/{word}").data == case.data


def test_the_index_lists_every_case_as_text_and_as_json(served: PlayServer, suite: Suite) -> None:
    text = ask(served.url, "GET", "/").data.decode()
    index = ask(served.url, "GET", "/", headers={"accept": "application/json"}).json
    assert [row["id"] for row in index["cases"]] == [case.id for case in suite.cases]
    assert all(f"\n{row['slug']}  " in text for row in index["cases"])


@pytest.mark.parametrize(
    ("path", "says"),
    [
        (
            "/v1/threads/thread_encoding~character-cut-between-chunk/runs",
            "did you mean encoding~character-cut-bet",
        ),
        ("/v1/threads/thread_byte-order-mark/runs", "did you mean encoding~byte-order-mark"),
        ("/v1/threads/plain/runs", "the request names no case"),
        ("/cases/../../etc/passwd", "no case '..~..~etc~passwd'"),
        ("/cases/%2e%2e%2fsuite.json", "no case '..~suite.json'. Put PREFIX_SLUG into an id"),
        ("/v1/nonsense", "no POST /v1/nonsense here; there are: POST /threads/{thread_id}/runs"),
    ],
)
def test_an_unknown_case_or_path_says_what_to_type(
    served: PlayServer, path: str, says: str
) -> None:
    reply = ask(served.url, "POST", path, {"stream": True})
    assert reply.status == 404
    assert says in reply.json["error"]["message"]
    assert reply.json["error"].keys() == {"message", "type", "param", "code"}


def test_a_protocol_without_paths_is_served_by_slugs_wherever_they_stand(tmp_path: Path) -> None:
    small = load_suite(SMALL)
    case = small.cases[0]
    with PlayServer(Playlist(load_api(small.protocol, small.folder), small)) as server:
        assert ask(server.url, "POST", f"/any/where/note_{slug(case.id)}").data == case.data
        assert ask(server.url, "POST", "/any", {"note": f"n_{slug(case.id)}"}).data == case.data
        assert ask(server.url, "POST", "/any", {"note": "n_nothing"}).status == 404
    (tmp_path / "serve.yaml").write_text("streams: [POST /notes]\nerror: {oops: '{message}'}\n")
    with PlayServer(Playlist(load_api("notes", tmp_path), small)) as server:
        body = {"stream": True, "id": f"n_{slug(case.id)}"}
        assert ask(server.url, "POST", "/v2/notes", body).data == case.data
        assert "no POST /any" in ask(server.url, "POST", "/any", body).json["oops"]


@pytest.mark.parametrize("text", ["streams: [/notes]", "strems: []", "- a", "{", "answers: 1"])
def test_a_wrong_serve_yaml_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "serve.yaml").write_text(text)
    with pytest.raises(KitError, match=r"serve\.yaml"):
        load_api("notes", tmp_path)


def test_the_more_exact_route_is_meant() -> None:
    exact, placed = Route("POST", ("a", "b")), Route("POST", ("{x}", "b"))
    api = Api(answers=((placed, "placed"), (exact, "exact")))
    assert api.answer("POST", ["v1", "a", "b"], None) == "exact"
    assert api.answer("POST", ["c", "b"], None) == "placed"
    assert api.answer("GET", ["a", "b"], None) is None


# --- an unmodified SDK ----------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_an_unmodified_sdk_needs_a_base_url_alone(served: PlayServer, suite: Suite) -> None:
    openai = pytest.importorskip("openai")
    case = usual(suite)
    word = slug(case.id)
    with openai.OpenAI(base_url=served.url + "/v1", api_key="x", max_retries=0) as client:
        threads = client.beta.threads
        assistant = client.beta.assistants.create(model="gpt-4o")
        thread = threads.create()
        assert threads.messages.create(thread.id, role="user", content="Hi").thread_id == thread.id
        with threads.runs.create(
            thread_id=f"thread_{word}", assistant_id=assistant.id, stream=True
        ) as stream:
            assert [event.event for event in stream] == names(case)
        with threads.create_and_run(assistant_id=f"asst_{word}", stream=True) as stream:
            assert [event.event for event in stream] == names(case)
        with threads.runs.submit_tool_outputs(
            f"run_{word}", thread_id=thread.id, tool_outputs=[], stream=True
        ) as stream:
            assert [event.event for event in stream] == names(case)
        with threads.runs.stream(thread_id=thread.id, assistant_id=f"asst_{word}") as helper:
            helper.until_done()
        assert threads.runs.retrieve("run_1", thread_id=thread.id).status == "completed"
        with pytest.raises(openai.NotFoundError, match="no case 'framing'; did you mean framing~"):
            threads.runs.create(thread_id="thread_framing", assistant_id="asst_1", stream=True)


# --- files ----------------------------------------------------------------------------------------


@pytest.fixture
def captures(tmp_path: Path) -> list[Path]:
    (tmp_path / "a.sse").write_bytes(FIRST)
    (tmp_path / "b.sse").write_bytes(SECOND)
    return [tmp_path / "a.sse", tmp_path / "b.sse"]


def test_successive_requests_get_successive_files_and_then_a_clear_error(
    suite: Suite, api: Api, captures: list[Path]
) -> None:
    with PlayServer(Playlist(api, suite, captures)) as server:
        first = ask_run(server.url, "thread_abc")
        assert first.chunks == [
            b"event: thread.created\ndata: {}\n\n",
            b": more\r\n\r\n",
            b"event: done\ndata: [DONE]\n\n",
        ]
        assert ask(server.url, "POST", "/v1/threads/thread_abc/messages", {}).status == 200
        named = ask_run(server.url, f"thread_{slug(usual(suite).id)}")
        assert named.data == usual(suite).data
        assert ask_run(server.url, "thread_abc").data == SECOND
        last = ask_run(server.url, "thread_abc")
        assert last.status == 404
        assert "all 2 files have been played" in last.json["error"]["message"]
        assert "--loop" in last.json["error"]["message"]


def test_with_loop_the_files_begin_again(suite: Suite, api: Api, captures: list[Path]) -> None:
    with PlayServer(Playlist(api, suite, captures, loop=True)) as server:
        got = [ask_run(server.url, "thread_abc").data for _ in range(5)]
    assert got == [FIRST, SECOND, FIRST, SECOND, FIRST]


def test_a_capture_of_curl_keeps_its_status_and_its_headers(
    suite: Suite, api: Api, tmp_path: Path
) -> None:
    head = (
        b"HTTP/2 429\r\ncontent-type: application/json\r\nretry-after: 7\r\ncontent-length: 999\r\n"
        b"transfer-encoding: chunked\r\nbad header: x\r\nset-cookie: secret\r\n\r\n"
    )
    (tmp_path / "limited.txt").write_bytes(head + b'{"error": {"message": "slow down"}}')
    with PlayServer(Playlist(api, suite, [tmp_path / "limited.txt"])) as server:
        reply = ask_run(server.url, "thread_abc")
    assert (reply.status, reply.type) == (429, "application/json")
    assert reply.headers["retry-after"] == "7"
    assert reply.headers.keys().isdisjoint({"content-length", "set-cookie", "bad header"})
    assert reply.json["error"]["message"] == "slow down"


def test_json_lines_are_played_as_frames(suite: Suite, api: Api, tmp_path: Path) -> None:
    (tmp_path / "c.jsonl").write_text('{"event": "done", "data": "[DONE]"}\n')
    with PlayServer(Playlist(api, suite, [tmp_path / "c.jsonl"])) as server:
        assert ask_run(server.url, "thread_abc").data == SECOND


def test_a_file_without_its_end_can_be_lost(suite: Suite, api: Api, tmp_path: Path) -> None:
    for text, lost in ((FIRST, False), (FIRST[:-30], True), (SECOND + b"event: x\n", True)):
        (tmp_path / "d.sse").write_bytes(text)
        assert file_play(tmp_path / "d.sse", Playlist(api, suite, lost=True)).abort == lost
        assert not file_play(tmp_path / "d.sse", Playlist(api, suite)).abort


def test_any_cutting_of_a_long_file_is_the_file(suite: Suite, api: Api, tmp_path: Path) -> None:
    # Files are read 64 KiB at a time: one of these line ends is cut in two by that.
    long = b"data: " + b"x" * ((1 << 17) - 7) + b"\n\n" + b"data: y\n\n" * 20_000
    long += b"data: " + b"x" * 300_000 + b"\r\n\r\n" + b"data: rest"
    (tmp_path / "e.sse").write_bytes(long)
    check_file(tmp_path / "e.sse")
    for cuts in ("written", "whole", "bytes"):
        play = file_play(tmp_path / "e.sse", Playlist(api, suite, cuts=cuts))
        chunks = list(play.chunks())
        assert b"".join(chunks) == long
        assert max(map(len, chunks)) <= 1 << 16
        assert cuts != "written" or chunks.count(b"data: y\n\n") == 20_000


# --- many clients, bad clients --------------------------------------------------------------------


def test_many_clients_at_once_each_get_their_own(suite: Suite, api: Api) -> None:
    cases = [case for case in suite.cases if len(case.data) < 1 << 16][:48]
    got: dict[str, bytes] = {}
    with PlayServer(Playlist(api, suite), delay=0.01) as server:

        def client(case: Case) -> None:
            got[case.id] = ask(server.url, "GET", f"/cases/{slug(case.id)}").data

        threads = [threading.Thread(target=client, args=(case,)) for case in cases]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert server.requests == len(cases)
    assert got == {case.id: case.data for case in cases}


def test_a_client_that_does_not_read_holds_up_nobody_and_is_not_read_ahead_for() -> None:
    made = 0
    parts = 4096

    def chunks() -> Iterator[bytes]:
        nonlocal made
        for _ in range(parts):
            made += 1
            yield b"x" * (1 << 16)

    with PlayServer(load_playlist()) as server:
        word = server.playlist.add(Play("endless", chunks))
        stalled = Reply(server.url, "GET", f"/cases/{word}", None)
        other = ask_run(server.url, server.play([b"quick"]))
        before = -1
        while before != made:  # until it waits for the client
            before = made
            time.sleep(0.2)
        assert other.data == b"quick"
        assert 0 < made < parts / 2  # what fits into the buffers of two sockets
        began = time.monotonic()
        server.close()
        assert time.monotonic() - began < 3
        stalled.close()


def test_a_client_that_goes_away_ends_its_stream() -> None:
    ended = threading.Event()

    def chunks() -> Iterator[bytes]:
        try:
            while True:
                yield b": still there\n"
        finally:
            ended.set()

    with PlayServer(load_playlist(), delay=0.01) as server:
        reply = Reply(
            server.url, "GET", f"/cases/{server.playlist.add(Play('endless', chunks))}", None
        )
        reply.read(3).close()
        assert ended.wait(5)


def test_a_big_case_does_not_need_its_size_in_memory(suite: Suite, api: Api) -> None:
    big = max(suite.cases, key=lambda case: sum(len(p.data) * p.times for p in case.stream))
    size = sum(len(piece.data) * piece.times for piece in big.stream)
    assert size > 16 << 20
    with PlayServer(Playlist(api, suite)) as server:
        tracemalloc.start()
        reply = Reply(server.url, "GET", f"/cases/{slug(big.id)}", None)
        got = 0
        while chunk := reply.response.read1(1 << 16):
            got += len(chunk)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        reply.close()
    assert got == size
    assert peak < size / 4


def test_bodies_of_requests_are_bounded(served: PlayServer) -> None:
    path = "/v1/threads/thread_1/runs"
    assert ask(served.url, "POST", path, {"x": "y" * ((1 << 20) - 20)}).status == 200
    long = ask(served.url, "POST", path, {"x": "y" * (3 << 20)})
    assert long.status == 413
    assert "longer than 1 MiB" in long.json["error"]["message"]
    at = urlsplit(served.url)
    with socket.create_connection((at.hostname or "", at.port or 0), timeout=10) as client:
        client.sendall(
            f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 9999999999\r\n\r\n".encode()
        )
        with pytest.raises(ConnectionError):
            send_without_end(client)


def send_without_end(client: socket.socket) -> None:
    while True:
        client.sendall(b"x" * (1 << 16))


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000, b'{"stream": tru}'])
def test_what_is_no_json_is_said_to_be_none(served: PlayServer, body: bytes) -> None:
    at = urlsplit(served.url)
    connection = http.client.HTTPConnection(at.hostname or "", at.port, timeout=10)
    connection.request("POST", "/v1/threads/thread_1/runs", body)
    response = connection.getresponse()
    assert response.status == 400
    assert b"no JSON" in response.read()
    connection.close()


def test_what_is_no_http_hurts_nobody(served: PlayServer) -> None:
    at = urlsplit(served.url)
    for junk in (
        b"\x16\x03\x01\x02\x00",
        b"GET\r\n\r\n",
        b"GET /" + b"x" * 200_000 + b" HTTP/1.1\r\n\r\n",
    ):
        with socket.create_connection((at.hostname or "", at.port or 0), timeout=10) as client:
            client.sendall(junk)
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_WR)
                client.recv(1 << 16)
    assert ask(served.url, "GET", "/").status == 200


# --- its end --------------------------------------------------------------------------------------


def test_nothing_is_left_of_a_server_that_was_closed() -> None:
    before = set(threading.enumerate())
    server = PlayServer(load_playlist(), delay=60)
    running = Reply(
        server.url, "POST", f"/threads/{server.play([b'a', b'b'])}/runs", {"stream": True}
    )
    running.read(1)
    began = time.monotonic()
    server.close()
    server.close()
    assert time.monotonic() - began < 3
    assert set(threading.enumerate()) == before
    assert not server.alive
    assert running.read().chunks == [b"a"]
    running.close()
    at = urlsplit(server.url)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((at.hostname or "", at.port or 0), timeout=5)


def test_a_port_that_is_taken_is_said(served: PlayServer) -> None:
    port = urlsplit(served.url).port or 0
    with pytest.raises(KitError, match=rf"127\.0\.0\.1, port {port}: "):
        PlayServer(port=port)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        *((host, True) for host in ("127.0.0.1", "127.9.9.9", "::1", "localhost")),
        *((host, False) for host in ("0.0.0.0", "::", "192.168.1.2", "example.org")),
    ],
)
def test_loopback_is_told_from_the_rest(host: str, loopback: bool) -> None:
    assert is_loopback(host) == loopback
