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
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from assistant_events import Decoder, Done, data_text, decode
from test_framing import ALL

Events = list[tuple[str, str]] | str
Row = tuple[Events, str]

# --- the clauses ----------------------------------------------------------------------------------

BOM = (
    "9.2.6: Streams must be decoded using the UTF-8 decode algorithm. "
    "(Encoding: UTF-8 decode drops one leading BOM.)"
)
NO_DATA = (
    "9.2.6, dispatch, 2: If the data buffer is an empty string, set the data buffer and the event "
    "type buffer to the empty string and return."
)
DIGITS = (
    "9.2.6, field retry: If the field value consists of only ASCII digits, then interpret the "
    "field value as an integer in base ten […] Otherwise, ignore the field."
)
REPLACEMENT = (
    "9.2.6: Streams must be decoded using the UTF-8 decode algorithm. "
    "(Encoding: its error mode is replacement: U+FFFD.)"
)

EMPTY = ("", "")
ONE = ("a", "1")

STREAMS = {example.about: example.stream for example in ALL} | {
    "a comment after an id": b"id: 7\n\n: ping\n\nevent: a\ndata: 1\n\n",
    "blank lines after an id": b"id: 7\nevent: a\ndata: 1\n\n\n\n",
}


def _told(events: Iterable[tuple[str | None, str]]) -> Events:
    """(name, data) of each event; the name is empty where there was none."""
    return [("" if name in (None, "message") else str(name), data) for name, data in events]


def ours(stream: bytes) -> Events:
    """The events of the decoder that is tested here."""
    events = decode(stream, require_done=False)
    assert not any(isinstance(event, Done) for event in events)
    return _told((event.event, data_text(event)) for event in events)


def _rows(clause: str, events: Mapping[str, Events]) -> dict[str, Row]:
    """Rows of a table that the same clause decides."""
    return {about: (theirs, clause) for about, theirs in events.items()}


# Both of them dispatch an event for a block that has a name, an id or a retry and no data; and once
# an id was given, for every blank line that follows.
WITHOUT_DATA: dict[str, Events] = {
    "an id alone": [EMPTY],
    "an id is kept": [EMPTY, ONE],
    "the last id counts": [EMPTY, EMPTY],
    "an empty id takes it back": [EMPTY, ONE],
    "an id with a NUL does not count": [EMPTY, EMPTY],
    "an id that is a NUL does not count": [EMPTY],
    "an id counts from its blank line on": [EMPTY],
    "an id is text": [EMPTY],
    "a comment after an id": [EMPTY, EMPTY, ONE],
    "blank lines after an id": [ONE, EMPTY, EMPTY],
    "a retry alone": [EMPTY],
    "the last retry counts": [EMPTY],
    "a retry of zero": [EMPTY],
    "a retry with leading zeros": [EMPTY],
    "a retry with many leading zeros": [EMPTY],
    "an empty retry": [EMPTY],
    "a retry with a sign": [EMPTY],
    "a retry with a space": [EMPTY],
    "a retry with a point": [EMPTY],
    "a retry in other digits": [EMPTY],
    "id and retry between events": [ONE, EMPTY, ("b", "2")],
    "a name alone": [("a", "")],
    "a name is forgotten": [("b", ""), ("", "1")],
    "a name and an id": [("a", "")],
    "a name and a comment": [("a", "")],
    "data in a line of its own block": [("b", ""), ONE],
}
# Neither drops the BOM, so that the first field has another name.
KEPT_BOM: dict[str, Events] = {"one BOM": [("", "1")], "one BOM before CRLF": [("", "1")]}


# --- the official Python SDK ----------------------------------------------------------------------


def official_sdk(stream: bytes) -> Events:
    """The events of the SDK's decoder, or the exception that it ends with."""
    streaming = importlib.import_module("openai._streaming")
    decoder: Any = streaming.SSEDecoder()
    try:
        return _told((e.event, e.data) for e in decoder.iter_bytes(iter([stream])))
    except UnicodeDecodeError:
        return "UnicodeDecodeError"


NOT_UTF_8 = [
    "a BOM that breaks off is no BOM",
    "two bytes of a BOM and nothing else",
    "bytes that cannot be",
    "a character that breaks off",
    "one that breaks off at the line end",
    "one that breaks off at CR",
    "a lone continuation",
    "an overlong form",
    "a surrogate",
    "above U+10FFFF",
    "in a name",
    "in an id",
    "in a field name",
    "in a comment",
    "half a character",
]
OFFICIAL_SDK = (
    _rows(BOM, KEPT_BOM)
    | _rows(NO_DATA, WITHOUT_DATA)
    | _rows(REPLACEMENT, dict.fromkeys(NOT_UTF_8, "UnicodeDecodeError"))
)

# --- httpx-sse ------------------------------------------------------------------------------------


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
    return _told((event.event, event.data) for event in events if event is not None)


HTTPX_SSE = (
    _rows(BOM, KEPT_BOM) | _rows(NO_DATA, WITHOUT_DATA) | _rows(NO_DATA, {"in an id": [EMPTY]})
)

# --------------------------------------------------------------------------------------------------

PEERS: dict[str, tuple[str, Callable[[bytes], Events], dict[str, Row]]] = {
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


@pytest.mark.parametrize(
    ("value", "theirs"), [("-1", -1), ("+1", 1), ("  1 ", 1), ("1_0", 10), ("١٢", 12), ("5", 5)]
)
def test_what_counts_as_digits_of_a_retry(value: str, theirs: int, peer: Any) -> None:
    """Both take what Python's `int` takes; only ASCII digits count, by the clause of the field."""
    read, _ = peer
    stream = f"retry: {value}\ndata: 1\n\n"
    decoder = Decoder()
    decoder.feed(stream.encode())
    assert decoder.retry == (5 if value == "5" else None), DIGITS
    if read is official_sdk:
        (event,) = (
            importlib.import_module("openai._streaming")
            .SSEDecoder()
            .iter_bytes(iter([stream.encode()]))
        )
    else:
        decoders = _httpx_sse()
        other = decoders.SSEDecoder()
        lines = decoders.SSELineDecoder().decode(stream)
        (event,) = filter(None, map(other.decode, lines))
    assert event.retry == theirs
