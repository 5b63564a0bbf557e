"""Iteration, sync and async, over what HTTP clients yield: in time, lazily, closing the source."""

from __future__ import annotations

import asyncio
import gc
import importlib
import threading
import warnings
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from assistant_events import (
    Decoder,
    InvalidEvent,
    PayloadError,
    StreamError,
    ThreadCreated,
    TruncatedStreamError,
    UnknownEvent,
    aiter_events,
    decode,
    iter_events,
)
from support.cuts import all_ways
from support.payloads import END, frame, thread

PING = frame("ping", "x")
PONG = frame("pong", "y")
BAD = frame("thread.created", "{")
NAMES = ["ping", "pong", "done"]


class Source:
    """Chunks that can be counted and closed, like the body of a response.

    Attributes:
        read: how many chunks were taken.
        closed: how often it was closed.
    """

    def __init__(self, *chunks: bytes | BaseException) -> None:
        self.chunks = list(chunks)
        self.read = 0
        self.closed = 0

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self.read == len(self.chunks):
            raise StopIteration
        self.read += 1
        chunk = self.chunks[self.read - 1]
        if isinstance(chunk, BaseException):
            raise chunk
        return chunk

    def close(self) -> None:
        self.closed += 1


class AsyncSource(Source):
    """The same, awaited."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        await asyncio.sleep(0)
        try:
            return super().__next__()
        except StopIteration:
            raise StopAsyncIteration from None

    async def aclose(self) -> None:
        await asyncio.sleep(0)
        self.closed += 1


async def _all(events: Any) -> list[Any]:
    return [event async for event in events]


def run(awaited: Any) -> Any:
    return asyncio.run(awaited)


# --- in order, in time, lazily --------------------------------------------------------------------


def test_events_come_in_order_however_the_bytes_are_cut() -> None:
    stream = b"\xef\xbb\xbf" + PING + b": x\r\n\r\n" + PONG + END
    for how, chunks in all_ways(stream):
        assert [event.event for event in iter_events(chunks)] == NAMES, how
    for how, chunks in list(all_ways(stream))[:12]:
        assert [
            event.event for event in run(_all(aiter_events(AsyncSource(*chunks))))
        ] == NAMES, how


def test_each_event_is_there_before_another_chunk_is_asked_for() -> None:
    source = Source(PING + PONG[:5], PONG[5:-1], PONG[-1:], b"event: done\ndata: x\n", b"\n", b"!")
    events = iter_events(source)
    assert source.read == 0
    assert (next(events).event, source.read) == ("ping", 1)
    assert (next(events).event, source.read) == ("pong", 3)
    assert (next(events).event, source.read) == ("done", 5)
    assert list(events) == []
    assert source.read == 5


def test_each_event_is_there_before_another_chunk_is_awaited() -> None:
    async def check() -> None:
        source = AsyncSource(PING + PONG[:5], PONG[5:-1], PONG[-1:], END, b"!")
        events = aiter_events(source)
        assert source.read == 0
        assert ((await events.__anext__()).event, source.read) == ("ping", 1)
        assert ((await events.__anext__()).event, source.read) == ("pong", 3)
        assert ((await events.__anext__()).event, source.read) == ("done", 4)
        assert await _all(events) == []
        assert source.read == 4

    run(check())


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_one_event_a_chunk_waits_for_no_other_chunk(end: bytes) -> None:
    source = Source(*[b"event: ping" + end + b"data: x" + end + end] * 3)
    for number, _ in enumerate(iter_events(source, require_done=False), start=1):
        assert source.read == number


def test_iteration_can_be_interrupted_and_taken_up_again() -> None:
    events = iter_events([PING + PONG, END])
    for event in events:
        assert event.event == "ping"
        break
    assert [event.event for event in events] == ["pong", "done"]


def test_empty_chunks_are_no_end() -> None:
    chunks = [b"", PING, b"", b"", PONG, b"", END]
    assert [event.event for event in iter_events(chunks)] == NAMES
    assert [event.event for event in run(_all(aiter_events(AsyncSource(*chunks))))] == NAMES


# --- errors ---------------------------------------------------------------------------------------


def test_an_error_is_raised_when_it_is_reached_and_not_before() -> None:
    source = Source(PING + BAD + PONG, END)
    events = iter_events(source)
    assert next(events).event == "ping"
    with pytest.raises(PayloadError) as caught:
        next(events)
    assert caught.value.offset == len(PING)
    assert source.read == 1


def test_an_error_is_raised_when_it_is_awaited() -> None:
    async def check() -> None:
        events = aiter_events(AsyncSource(PING + BAD, END))
        assert (await events.__anext__()).event == "ping"
        with pytest.raises(PayloadError):
            await events.__anext__()

    run(check())


def test_kept_errors_are_events_in_their_place() -> None:
    chunks = [PING + BAD, PONG + END]
    for events in (
        list(iter_events(chunks, errors="keep")),
        run(_all(aiter_events(AsyncSource(*chunks), errors="keep"))),
        decode(b"".join(chunks), errors="keep"),
    ):
        assert [event.event for event in events] == ["ping", "thread.created", "pong", "done"]
        assert isinstance(events[1], InvalidEvent)


def test_only_two_ways_of_treating_errors_are_known() -> None:
    for call in (iter_events, aiter_events, decode):
        with pytest.raises(ValueError, match="errors must be 'raise' or 'keep', not 'ignore'"):
            call(b"", errors="ignore")  # type: ignore[call-overload]


@pytest.mark.parametrize("errors", ["raise", "keep"])
def test_truncation_is_raised_after_all_events(errors: Any) -> None:
    seen: list[str] = []
    with pytest.raises(TruncatedStreamError):
        seen.extend(event.event for event in iter_events([PING, PONG[:-1]], errors=errors))
    assert seen == ["ping"]

    async def check() -> None:
        async for event in aiter_events(AsyncSource(PING, PONG[:-1]), errors=errors):
            seen.append(event.event)

    with pytest.raises(TruncatedStreamError):
        run(check())
    assert seen == ["ping", "ping"]


def test_options_reach_the_decoder() -> None:
    large = frame("ping", "x" * 100)
    assert list(iter_events([PING], require_done=False)) == [UnknownEvent("ping", "x")]
    for events in (
        list(iter_events([large, END], errors="keep", max_event_bytes=50)),
        run(_all(aiter_events(AsyncSource(large, END), errors="keep", max_event_bytes=50))),
        decode(large + END, errors="keep", max_event_bytes=50),
    ):
        assert isinstance(events[0], InvalidEvent)


def test_the_error_of_decode_carries_what_was_read_before() -> None:
    with pytest.raises(StreamError) as caught:
        decode(PING + BAD + PONG + END)
    assert caught.value.events == [UnknownEvent("ping", "x")]
    with pytest.raises(TruncatedStreamError) as truncated:
        decode(PING + BAD + PONG, errors="keep")
    assert [event.event for event in truncated.value.events] == ["ping", "thread.created", "pong"]


def test_an_error_of_the_source_comes_through_as_it_is() -> None:
    error = ConnectionResetError("gone")
    events = iter_events(Source(PING, error))
    assert next(events).event == "ping"
    with pytest.raises(ConnectionResetError) as caught:
        next(events)
    assert caught.value is error

    async def check() -> None:
        await _all(aiter_events(AsyncSource(PING, error)))

    with pytest.raises(ConnectionResetError):
        run(check())


@pytest.mark.parametrize("wrong", ["text", ["text"], [None], b"bytes", [[1]]])
def test_what_is_no_chunks_is_a_type_error(wrong: Any) -> None:
    with pytest.raises(TypeError, match="a chunk must be bytes, not"):
        list(iter_events(wrong))


def test_async_chunks_of_text_are_a_type_error() -> None:
    with pytest.raises(TypeError, match="a chunk must be bytes, not str"):
        run(_all(aiter_events(AsyncSource("text"))))  # type: ignore[arg-type]


# --- closing the source ---------------------------------------------------------------------------


def test_with_closes_the_source_at_the_end() -> None:
    source = Source(PING, END)
    with iter_events(source) as events:
        assert [event.event for event in events] == ["ping", "done"]
        assert not source.closed
    assert source.closed == 1


def test_with_closes_the_source_on_an_early_exit() -> None:
    source = Source(PING + PONG, END)
    with iter_events(source) as events:
        for _ in events:
            break
    assert (source.closed, source.read) == (1, 1)
    assert list(events) == []


@pytest.mark.parametrize("chunk", [BAD, ConnectionResetError(), "text"])
def test_with_closes_the_source_on_an_error(chunk: Any) -> None:
    source = Source(chunk)
    with pytest.raises((PayloadError, ConnectionResetError, TypeError)):  # noqa: SIM117
        with iter_events(source) as events:
            list(events)
    assert source.closed == 1


def test_with_closes_the_source_on_an_error_of_the_caller() -> None:
    source = Source(PING)
    with pytest.raises(ZeroDivisionError), iter_events(source):
        raise ZeroDivisionError
    assert source.closed == 1


def test_with_closes_a_source_that_was_never_read() -> None:
    source = Source(PING)
    with iter_events(source):
        pass
    assert (source.closed, source.read) == (1, 0)


def test_a_source_without_close_is_fine() -> None:
    for chunks in ([PING, END], (PING, END), iter([PING, END])):
        with iter_events(chunks) as events:
            assert next(events).event == "ping"


def test_a_generator_is_closed() -> None:
    closed = []

    def chunks() -> Iterator[bytes]:
        try:
            yield PING
            yield PONG
        finally:
            closed.append(True)

    with iter_events(chunks()) as events:
        next(events)
        assert not closed
    assert closed == [True]


def test_without_with_a_generator_that_is_dropped_lets_go_of_its_source() -> None:
    closed = []

    def chunks() -> Iterator[bytes]:
        try:
            yield PING
        finally:
            closed.append(True)

    for _ in iter_events(chunks()):
        break
    gc.collect()
    assert closed == [True]


def test_async_with_closes_the_source_at_the_end_and_early() -> None:
    async def check(leave: bool) -> AsyncSource:
        source = AsyncSource(PING, END)
        async with aiter_events(source) as events:
            async for _ in events:
                if leave:
                    break
            assert not source.closed
        return source

    assert run(check(False)).closed == 1
    early = run(check(True))
    assert (early.closed, early.read) == (1, 1)


@pytest.mark.parametrize("chunk", [BAD, ConnectionResetError(), "text"])
def test_async_with_closes_the_source_on_an_error(chunk: Any) -> None:
    source = AsyncSource(chunk)

    async def check() -> None:
        async with aiter_events(source) as events:
            await _all(events)

    with pytest.raises((PayloadError, ConnectionResetError, TypeError)):
        run(check())
    assert source.closed == 1


def test_async_with_closes_an_async_generator_and_one_that_was_never_read() -> None:
    closed = []

    async def chunks() -> AsyncIterator[bytes]:
        try:
            yield PING
            yield PONG
        finally:
            await asyncio.sleep(0)
            closed.append(True)

    async def check() -> None:
        async with aiter_events(chunks()) as events:
            await events.__anext__()
        assert closed == [True]
        async with aiter_events(chunks()):
            pass

    run(check())


def test_async_with_takes_sources_with_a_plain_close_or_none() -> None:
    class Plain:
        """As aiohttp's responses have it: closing is no coroutine."""

        closed = 0

        def __init__(self, answer: Any) -> None:
            self.answer = answer

        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield PING

        def close(self) -> Any:
            Plain.closed += 1
            return self.answer

    class Bare:
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield PING

    async def check() -> None:
        for source in (Plain(None), Plain(True), Bare()):
            async with aiter_events(source) as events:
                assert (await events.__anext__()).event == "ping"

    run(check())
    assert Plain.closed == 2


def test_a_cancelled_task_closes_the_source() -> None:
    class Hanging(AsyncSource):
        async def __anext__(self) -> bytes:
            if self.read:
                await asyncio.sleep(3600)
            return await super().__anext__()

    source = Hanging(PING)

    async def read() -> None:
        async with aiter_events(source) as events:
            async for _ in events:
                pass

    async def check() -> None:
        task = asyncio.create_task(read())
        for _ in range(5):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(check())
    assert source.closed == 1


def test_closing_twice_is_closing_once_or_twice_and_no_error() -> None:
    events = iter_events(Source(PING))
    events.close()
    events.close()
    assert list(events) == []


def test_an_error_in_closing_the_source_is_seen() -> None:
    class Stubborn(Source):
        def close(self) -> None:
            raise OSError("no")

    with pytest.raises(OSError, match="no"), iter_events(Stubborn(PING)):
        pass


# --- what HTTP clients yield ----------------------------------------------------------------------

BODY = frame("thread.created", thread(id="Größe 🌊")) + PING + PONG + END
EXPECTED = ["thread.created", *NAMES]


class RequestsLike:
    """A response as requests has it: `iter_content`, and a `close` of its own."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.closed = False

    def iter_content(self, chunk_size: int | None = 1) -> Iterator[bytes]:
        size = chunk_size or 37
        for i in range(0, len(self.body), size):
            yield self.body[i : i + size]

    def __iter__(self) -> Iterator[bytes]:
        return self.iter_content(128)

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("size", [None, 1, 7, 1024])
def test_what_requests_yields(size: int | None) -> None:
    response = RequestsLike(BODY)
    events = [event.event for event in iter_events(response.iter_content(chunk_size=size))]
    assert events == EXPECTED
    with iter_events(response) as whole:
        assert [event.event for event in whole] == EXPECTED
    assert response.closed


class AiohttpLike:
    """A body as aiohttp has it: `iter_any` and `iter_chunked` give objects without `aclose`."""

    def __init__(self, body: bytes, size: int) -> None:
        self.chunks = iter([body[i : i + size] for i in range(0, len(body), size)])

    def iter_any(self) -> AiohttpLike:
        return self

    def __aiter__(self) -> AiohttpLike:
        return self

    async def __anext__(self) -> bytes:
        chunk = next(self.chunks, b"")
        if not chunk:
            raise StopAsyncIteration
        return chunk


@pytest.mark.parametrize("size", [1, 7, 1024])
def test_what_aiohttp_yields(size: int) -> None:
    async def check() -> list[str]:
        async with aiter_events(AiohttpLike(BODY, size).iter_any()) as events:
            return [event.event async for event in events]

    assert run(check()) == EXPECTED


def test_what_a_file_yields() -> None:
    import io

    assert [event.event for event in iter_events(io.BytesIO(BODY))] == EXPECTED
    with iter_events(file := io.BytesIO(BODY)) as events:
        next(events)
    assert file.closed
    raw = io.BytesIO(BODY)
    assert [event.event for event in iter_events(iter(lambda: raw.read1(5), b""))] == EXPECTED


@pytest.mark.parametrize("package", ["httpx", "httpx2"])
class TestHttpx:
    """Responses of the real library over its mock transport."""

    def _httpx(self, package: str) -> Any:
        return pytest.importorskip(package, reason=f"{package} is not installed")

    @pytest.mark.parametrize("method", ["iter_bytes", "iter_raw"])
    @pytest.mark.parametrize("size", [None, 1, 7])
    def test_sync(self, package: str, method: str, size: int | None) -> None:
        httpx = self._httpx(package)
        source = Source(*(BODY[i : i + 11] for i in range(0, len(BODY), 11)))

        class Body(httpx.SyncByteStream):
            def __iter__(self) -> Iterator[bytes]:
                yield from source

            def close(self) -> None:
                source.close()

        transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=Body()))
        with (
            httpx.Client(transport=transport) as client,
            client.stream("GET", "https://example.org/") as response,
            iter_events(getattr(response, method)(size)) as events,
        ):
            first = next(events)
            assert isinstance(first, ThreadCreated)
            assert first.data.id == "Größe 🌊"
            assert source.read < len(source.chunks)
            assert [event.event for event in events] == NAMES
        assert source.closed

    @pytest.mark.parametrize("leave", [False, True])
    def test_async(self, package: str, leave: bool) -> None:
        httpx = self._httpx(package)
        source = AsyncSource(*(BODY[i : i + 11] for i in range(0, len(BODY), 11)))

        class Body(httpx.AsyncByteStream):
            async def __aiter__(self) -> AsyncIterator[bytes]:
                async for chunk in source:
                    yield chunk

            async def aclose(self) -> None:
                await source.aclose()

        async def check() -> None:
            transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=Body()))
            async with (
                httpx.AsyncClient(transport=transport) as client,
                client.stream("GET", "https://example.org/") as response,
                aiter_events(response.aiter_bytes()) as events,
            ):
                names = []
                async for event in events:
                    names.append(event.event)
                    if leave:
                        break
                assert names == (EXPECTED[:1] if leave else EXPECTED)

        run(check())
        assert source.closed

    def test_text_and_lines_are_a_type_error(self, package: str) -> None:
        httpx = self._httpx(package)
        for method in ("iter_text", "iter_lines"):
            response = httpx.Response(200, content=BODY)
            with pytest.raises(TypeError, match="iter_bytes"):
                list(iter_events(getattr(response, method)()))


@pytest.mark.parametrize("form", ["streamed", "whole"])
def test_what_the_official_sdk_yields_as_a_raw_response(form: str) -> None:
    openai = pytest.importorskip("openai", reason="openai is not installed")
    httpx = importlib.import_module(
        "httpx2" if "httpx2" in openai.DefaultHttpxClient.__mro__[1].__module__ else "httpx"
    )
    transport = httpx.MockTransport(
        lambda _: httpx.Response(200, content=BODY, headers={"content-type": "text/event-stream"})
    )
    client = openai.OpenAI(api_key="none", http_client=httpx.Client(transport=transport))
    runs = client.beta.threads.runs
    arguments: Any = {"thread_id": "t", "assistant_id": "a", "stream": True}

    def names() -> list[str]:
        if form == "whole":
            raw = runs.with_raw_response.create(**arguments)
            return [event.event for event in iter_events(raw.http_response.iter_bytes())]
        with (
            runs.with_streaming_response.create(**arguments) as response,
            iter_events(response.iter_bytes()) as events,
        ):
            return [event.event for event in events]

    with warnings.catch_warnings():  # its own, that the API is deprecated
        warnings.simplefilter("ignore", DeprecationWarning)
        assert names() == EXPECTED
    client.close()


# --- several streams ------------------------------------------------------------------------------


def test_streams_that_are_read_in_turn_do_not_mix() -> None:
    one, other = (iter_events([c.encode() for c in f"event: {n}\ndata: {n}\n\n" * 3]) for n in "ab")
    pairs = [next(events, None) for _ in range(3) for events in (one, other)]
    assert pairs == [UnknownEvent("a", "a"), UnknownEvent("b", "b")] * 3


def test_many_threads_may_decode_at_once() -> None:
    failures: list[BaseException] = []

    def read() -> None:
        try:
            assert [event.event for event in iter_events([BODY] * 1)] == EXPECTED
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(16)]
    for thread_ in threads:
        thread_.start()
    for thread_ in threads:
        thread_.join()
    assert failures == []


def test_a_decoder_is_small() -> None:
    with pytest.raises(AttributeError):
        Decoder().colour = "green"  # type: ignore[attr-defined]
