"""Where this decoder's framing differs from two widely used ones, and which clause decides it.

The streams are all of `test_framing.py`, and a few that are told here.  Each difference is a row of
a table: what the other gives, and the words of the standard that it goes against.  A difference
without a row fails, and so does a row without a difference.

https://html.spec.whatwg.org/multipage/server-sent-events.html

Runs only where the other is installed: `pip install '.[peers]'`.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from assistant_events import Done, data_text, decode
from test_framing import ALL

Events = list[tuple[str, str]] | str

# --- the clauses --------------------------------------------------------------------------------------

BOM = (
    "9.2.6: Streams must be decoded using the UTF-8 decode algorithm. "
    "(Encoding: UTF-8 decode drops one leading BOM.)"
)
NO_DATA = (
    "9.2.6, dispatch, 2: If the data buffer is an empty string, set the data buffer and the event "
    "type buffer to the empty string and return."
)
INCOMPLETE = (
    "9.2.6: Once the end of the file is reached, any pending data must be discarded. (If the file "
    "ends in the middle of an event, before the final empty line, the incomplete event is not "
    "dispatched.)"
)
REPLACEMENT = (
    "9.2.6: Streams must be decoded using the UTF-8 decode algorithm. "
    "(Encoding: its error mode is replacement: U+FFFD.)"
)

STREAMS = {example.about: example.stream for example in ALL} | {
    "a comment after an id": b"id: 7\n\n: ping\n\nevent: a\ndata: 1\n\n",
    "blank lines after an id": b"id: 7\nevent: a\ndata: 1\n\n\n\n",
}


def ours(stream: bytes) -> Events:
    """(name, data) of each event; empty where there was no name, as the others have it."""
    events = decode(stream, require_done=False)
    assert not any(isinstance(event, Done) for event in events)
    names = [event.event if event.event != "message" else "" for event in events]
    return [(name, data_text(event)) for name, event in zip(names, events, strict=True)]


# --- the official Python SDK --------------------------------------------------------------------------


def official_sdk(stream: bytes) -> Events:
    """The events of the SDK's decoder, or the exception that it ends with."""
    streaming = importlib.import_module("openai._streaming")
    decoder: Any = streaming.SSEDecoder()
    try:
        return [(e.event or "", e.data) for e in decoder.iter_bytes(iter([stream]))]
    except UnicodeDecodeError:
        return "UnicodeDecodeError"


_FAILS = ("UnicodeDecodeError", REPLACEMENT)
_NOT_STRIPPED = [("", "1")]
OFFICIAL_SDK: dict[str, tuple[Events, str]] = {
    "one BOM": (_NOT_STRIPPED, BOM),
    "one BOM before CRLF": (_NOT_STRIPPED, BOM),
}

# --- httpx-sse ----------------------------------------------------------------------------------------


def _httpx_sse() -> ModuleType:
    """Its decoders alone: the package itself cannot be imported without httpx."""
    spec = importlib.util.find_spec("httpx_sse")
    assert spec is not None
    assert spec.origin is not None
    name = "_threadwire_httpx_sse"
    if name not in sys.modules:
        folder = Path(spec.origin).parent
        inner = importlib.util.spec_from_file_location(
            name, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        assert inner is not None
        sys.modules[name] = importlib.util.module_from_spec(inner)
    return importlib.import_module(f"{name}._decoders")


def httpx_sse(stream: bytes) -> Events:
    """The events of its decoder, fed as its `EventSource` feeds it."""
    decoders = _httpx_sse()
    text = stream.decode("utf-8", "replace")  # httpx decodes the body so
    lines = decoders.SSELineDecoder()
    decoder = decoders.SSEDecoder()
    events = [decoder.decode(line) for line in [*lines.decode(text), *lines.flush()]]
    return [(event.event, event.data) for event in events if event is not None]


HTTPX_SSE: dict[str, tuple[Events, str]] = {}

# ------------------------------------------------------------------------------------------------------

PEERS: dict[str, tuple[str, Callable[[bytes], Events], dict[str, tuple[Events, str]]]] = {
    "the official Python SDK": ("openai", official_sdk, OFFICIAL_SDK),
    "httpx-sse": ("httpx_sse", httpx_sse, HTTPX_SSE),
}


@pytest.fixture(params=PEERS, name="peer")
def _peer(request: pytest.FixtureRequest) -> Any:
    package, read, table = PEERS[request.param]
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{request.param} is not installed: pip install '.[peers]'")
    return read, table


@pytest.mark.parametrize("about", STREAMS)
def test_each_difference_is_a_row_of_the_table(about: str, peer: Any) -> None:
    read, table = peer
    theirs = read(STREAMS[about])
    if about not in table:
        assert theirs == ours(STREAMS[about])
        return
    expected, clause = table[about]
    assert theirs == expected
    assert theirs != ours(STREAMS[about])
    assert clause.startswith("9.2.")


def test_each_row_is_about_a_stream(peer: Any) -> None:
    _, table = peer
    assert set(table) - set(STREAMS) == set()
