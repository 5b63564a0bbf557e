"""Who reads the streams: each contender takes a stream in chunks and counts its events.

A contender drops each event before it asks for the next.  Packages that a contender needs are
imported when it is made; where one is missing, making it raises `ImportError`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from importlib.util import find_spec
from operator import or_
from typing import Annotated, Any, Literal

Chunks = Sequence[bytes]
Read = Callable[[Chunks], int]
"""Chunks of one stream to the number of its events, the end not counted."""

_URL = "http://bench.invalid"
_HEADERS = {"content-type": "text/event-stream"}


def _ours() -> Read:
    from assistant_events import iter_events

    def read(chunks: Chunks) -> int:
        count = -1  # the end
        for _ in iter_events(chunks):
            count += 1
        return count

    return read


def _ours_fed() -> Read:
    from assistant_events import Decoder

    def read(chunks: Chunks) -> int:
        count = -1
        decoder = Decoder()
        for chunk in chunks:
            count += len(decoder.feed(chunk))
        decoder.close()
        return count

    return read


def _ours_retaining() -> Read:
    from assistant_events import iter_events

    return lambda chunks: len(list(iter_events(chunks))) - 1


def _ours_over_http() -> Read:
    import httpx2
    from assistant_events import iter_events

    transport = _Transport()
    client = httpx2.Client(transport=httpx2.MockTransport(transport.answer))

    def read(chunks: Chunks) -> int:
        transport.chunks = chunks
        count = -1
        with client.stream("POST", _URL) as response:
            for _ in iter_events(response.iter_bytes()):
                count += 1
        return count

    return read


def _official() -> Read:
    """The official SDK, end to end, as its documentation has it."""
    import warnings

    import httpx2
    import openai

    warnings.simplefilter("ignore", DeprecationWarning)  # the whole API is deprecated
    transport = _Transport()
    client = openai.OpenAI(
        api_key="none",
        base_url=_URL,
        max_retries=0,
        http_client=httpx2.Client(transport=httpx2.MockTransport(transport.answer)),
    )

    def read(chunks: Chunks) -> int:
        transport.chunks = chunks
        count = 0
        with client.beta.threads.runs.create("thread", assistant_id="asst", stream=True) as events:
            for _ in events:
                count += 1
        return count

    return read


def _naive() -> Read:
    """What one would write: httpx-sse, `json.loads`, and one discriminated union of all events."""
    import httpx2

    httpx2.alias_httpx()  # httpx-sse asks for httpx; it reads the text of a response, of either
    import httpx_sse
    from assistant_events import EVENT_TYPES
    from pydantic import Field, TypeAdapter

    union: Any = reduce(or_, _envelopes(EVENT_TYPES))
    validate = TypeAdapter[Any](Annotated[union, Field(discriminator="event")]).validate_python

    def read(chunks: Chunks) -> int:
        count = 0
        response = httpx2.Response(200, headers=_HEADERS, content=iter(chunks))
        for sse in httpx_sse.EventSource(response).iter_sse():
            if sse.event == "done":
                break
            validate({"event": sse.event, "data": json.loads(sse.data)})
            count += 1
        return count

    return read


def _envelopes(event_types: Any) -> Iterable[type]:
    from pydantic import create_model

    for name, row in event_types.items():
        if row.payload is not None:
            fields: dict[str, Any] = {"event": Literal[name], "data": row.payload}
            fields = {member: (annotation, ...) for member, annotation in fields.items()}
            yield create_model(f"Envelope_{row.event.__name__}", **fields)


def _floor() -> Read:
    """Less is hardly possible: one regular expression over all bytes at once, and orjson."""
    import orjson

    blocks = re.compile(rb"^event: ([^\n]*)\ndata: ([^\n]+)\n\n", re.MULTILINE).findall
    loads = orjson.loads

    def read(chunks: Chunks) -> int:
        count = 0
        for name, data in blocks(b"".join(chunks)):
            if name != b"done":
                loads(data)
                count += 1
        return count

    return read


class _Transport:
    """Answers every request with the chunks that are set."""

    chunks: Chunks = ()

    def answer(self, request: Any) -> Any:
        import httpx2

        return httpx2.Response(200, headers=_HEADERS, content=iter(self.chunks), request=request)


CONTENDERS: dict[str, Callable[[], Read]] = {
    "ours": _ours,
    "ours, fed": _ours_fed,
    "ours, retained": _ours_retaining,
    "ours over httpx2": _ours_over_http,
    "openai over httpx2": _official,
    "naive union": _naive,
    "floor": _floor,
}
"""By name: what makes the contender."""

NEEDS: dict[str, tuple[str, ...]] = {
    "ours over httpx2": ("httpx2",),
    "openai over httpx2": ("openai", "httpx2"),
    "naive union": ("httpx_sse", "httpx2"),
    "floor": ("orjson",),
}
"""Modules that a contender needs beyond our own."""


def is_there(contender: str) -> bool:
    """Whether the packages that a contender needs are installed."""
    return all(find_spec(module) is not None for module in NEEDS.get(contender, ()))
