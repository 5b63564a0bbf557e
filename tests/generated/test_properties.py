"""What holds of every stream, tried on made-up ones.

The examples are the same in every run; `make fuzz` tries others, for as long as one likes.
"""

from __future__ import annotations

from typing import Any

from assistant_events import (
    Decoder,
    Done,
    ErrorEvent,
    EventTooLargeError,
    InvalidEvent,
    StreamError,
    UnknownEvent,
    aiter_events,
    data_text,
    decode,
    decode_event,
    encode,
    iter_events,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import decoded, told
from support.cuts import by_bytes, cut
from support.standard import Block, read
from support.streams import framed, payload_events, streams
from support.values import differences, loads

budget = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=200,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
LIMITS = st.sampled_from([1 << 24, 1 << 24, 64, 20, 5])
CUTS = st.lists(st.integers(0, 2000), max_size=12)


def _cut(stream: bytes, places: list[int]) -> list[bytes]:
    return cut(stream, *(place % (len(stream) + 1) for place in places))


@budget
@given(st.one_of(streams(), st.binary(max_size=300)), CUTS, LIMITS)
def test_any_cut_of_the_same_bytes_gives_the_same_events(
    stream: bytes, places: list[int], limit: int
) -> None:
    whole = decoded([stream], max_event_bytes=limit)
    assert decoded(_cut(stream, places), max_event_bytes=limit) == whole
    assert decoded(by_bytes(stream), max_event_bytes=limit) == whole


@budget
@given(
    st.lists(payload_events().map(framed), min_size=1, max_size=2),
    CUTS,
    st.sampled_from([b"", b"\r"]),
)
def test_any_cut_of_payloads_gives_the_same_events(
    blocks: list[bytes], places: list[int], before: bytes
) -> None:
    stream = before + b"".join(blocks)
    assert decoded(_cut(stream, places)) == decoded([stream])


def _is_end(block: Block) -> bool:
    return block.name == "done" or (block.name in ("", "message") and block.data == "[DONE]")


@budget
@given(streams(), CUTS)
def test_framing_is_that_of_the_plain_reading(stream: bytes, places: list[int]) -> None:
    reading = read(stream)
    end = next((i for i, block in enumerate(reading.blocks) if _is_end(block)), None)
    blocks = reading.blocks if end is None else reading.blocks[: end + 1]
    expected = [("done" if _is_end(b) else b.name or "message", b.data) for b in blocks]
    for chunks in ([stream], _cut(stream, places)):
        decoder = Decoder(require_done=False)
        events = [event for chunk in chunks for event in decoder.feed(chunk)]
        assert [(event.event, data_text(event)) for event in events] == expected
        if end is None:
            assert (decoder.last_event_id, decoder.retry) == (reading.last_event_id, reading.retry)
            half = decoder.close()  # an end event without its blank line, which the standard drops
            assert half == [] or isinstance(half[0], Done)
        else:
            assert decoder.last_event_id == blocks[-1].last_event_id


@budget
@given(streams(with_end=False), CUTS, st.sampled_from([70, 30, 12]))
def test_blocks_above_a_low_limit_are_those_of_the_plain_reading(
    stream: bytes, places: list[int], limit: int
) -> None:
    blocks = read(stream, limit=limit).blocks
    expected = [(b.data, b.offset if b.data is None else None) for b in blocks if not _is_end(b)]
    for chunks in ([stream], _cut(stream, places)):
        decoder = Decoder(require_done=False, max_event_bytes=limit)
        fed = (event for chunk in chunks for event in decoder.feed(chunk))
        events = [event for event in fed if not isinstance(event, Done)]
        assert [_too_large_at(event) for event in events] == expected[: len(events)]
        assert len(events) == len(expected) or decoder.done


def _too_large_at(event: Any) -> tuple[str | None, int | None]:
    """(None, offset) of an event above the limit, (text, None) of any other."""
    if isinstance(event, InvalidEvent) and isinstance(event.error, EventTooLargeError):
        return None, event.offset
    return data_text(event), None


@budget
@given(streams(with_end=False))
def test_an_offset_is_where_the_block_begins(stream: bytes) -> None:
    blocks = read(stream).blocks
    events = decode(stream, errors="keep", require_done=False)
    for event, block in zip(events, blocks, strict=False):
        if isinstance(event, InvalidEvent):
            assert event.offset == block.offset == event.error.offset


@budget
@given(payload_events())
def test_encoding_and_decoding_is_the_identity(event: tuple[str, Any]) -> None:
    name, payload = event
    (one,) = decode(framed(event), errors="keep", require_done=False)
    assert one.event == name
    back = decode(encode(one), errors="keep", require_done=False)
    assert [told(again) for again in back] == [told(one)]
    if not isinstance(one, InvalidEvent):
        assert differences(payload, loads(data_text(one))) == []
        assert back == [one]
        assert encode(back[0]) == encode(one)


@budget
@given(streams(), LIMITS)
def test_encoding_all_events_gives_a_stream_of_the_same_events(stream: bytes, limit: int) -> None:
    events = decode(stream, errors="keep", require_done=False, max_event_bytes=limit)
    kept = [e for e in events if not isinstance(getattr(e, "error", None), EventTooLargeError)]
    again = b"".join(map(encode, kept))
    # offsets differ, since comments and the spelling of fields are not kept
    told_again = [told(e)[:3] for e in decode(again, errors="keep", require_done=False)]
    assert told_again == [told(e)[:3] for e in kept]


_text = st.text(st.characters(exclude_characters="\r", exclude_categories=("Cs",)), max_size=40)
_names = st.text(
    st.characters(exclude_characters="\r\n", exclude_categories=("Cs",)), min_size=1, max_size=20
)


@budget
@given(_names, _text)
def test_any_name_and_text_come_back(name: str, data: str) -> None:
    event = decode_event(name, data)
    back = decode(encode(event), require_done=False)
    assert back == [event]
    assert data_text(back[0]) == data
    assert isinstance(event, (UnknownEvent, Done, ErrorEvent))


@budget
@given(
    st.one_of(
        st.binary(max_size=400),
        streams(),
        st.builds(
            lambda name, data: f"event: {name}\ndata: ".encode() + data + b"\n\n",
            st.sampled_from(["thread.created", "thread.run.created", "error", "done"]),
            st.binary(max_size=60),
        ),
        payload_events().map(framed),
    ),
    LIMITS,
)
def test_no_bytes_raise_anything_but_stream_errors(stream: bytes, limit: int) -> None:
    decoder = Decoder(max_event_bytes=limit)
    for chunk in (stream, stream):
        for event in decoder.feed(chunk):
            repr(event)
            str(event)
    for errors in ("raise", "keep"):
        try:
            list(iter_events([stream], errors=errors, max_event_bytes=limit))  # type: ignore[call-overload]
        except StreamError as error:
            str(error)


@budget
@given(st.text(max_size=40), st.one_of(st.text(max_size=60), st.binary(max_size=60)))
def test_no_name_and_data_raise_anything_but_stream_errors(name: str, data: str | bytes) -> None:
    for event in (name, "thread.created", "error", "done", None):
        try:
            decode_event(event, data)
        except StreamError as error:
            str(error)


def test_sync_and_async_iteration_and_decode_give_the_same_events() -> None:

    @budget
    @given(streams(), CUTS)
    def check(stream: bytes, places: list[int]) -> None:
        chunks = _cut(stream, places)

        async def source() -> Any:
            for chunk in chunks:
                yield chunk

        async def collect() -> list[Any]:
            return [e async for e in aiter_events(source(), errors="keep", require_done=False)]

        expected = [told(e) for e in decode(stream, errors="keep", require_done=False)]
        one = iter_events(chunks, errors="keep", require_done=False)
        assert [told(e) for e in one] == expected
        assert [told(e) for e in runner.run(collect())] == expected

    with _Runner() as runner:
        check()


class _Runner:
    """One event loop for many short coroutines (`asyncio.Runner` came with Python 3.11)."""

    def __enter__(self) -> _Runner:
        import asyncio

        self._loop = asyncio.new_event_loop()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def run(self, awaited: Any) -> Any:
        return self._loop.run_until_complete(awaited)
