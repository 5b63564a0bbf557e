"""Framing: from bytes to blocks, each example as the standard reads it.

https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

The expected values are written by hand.  Every example is read whole, byte by byte, at every single
cut, and with more data after it.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from assistant_events import Decoder
from reading import Outcome, decoded, row
from support.cuts import all_ways, by_bytes
from support.standard import read

BOM = b"\xef\xbb\xbf"
TAIL = b"event: tail\ndata: t\n\n"


@dataclass(frozen=True)
class Example:
    """A stream of unknown events, and the (name, data) of each.

    Attributes:
        within: the stream ends within a block, so that nothing can follow it.
    """

    about: str
    stream: bytes
    events: tuple[tuple[str, str], ...]
    last_event_id: str = ""
    retry: int | None = None
    within: bool = False


def _id(example: Example) -> str:
    return example.about.replace(" ", "-")


A = (("a", "1"),)
AB = (("a", "1"), ("b", "2"))
NONE: tuple[tuple[str, str], ...] = ()

BOMS = [
    Example("one BOM", BOM + b"event: a\ndata: 1\n\n", A),
    Example("one BOM before CRLF", BOM + b"event: a\r\ndata: 1\r\n\r\n", A),
    Example("one BOM before a blank line", BOM + b"\nevent: a\ndata: 1\n\n", A),
    Example("one BOM before a comment", BOM + b": hello\nevent: a\ndata: 1\n\n", A),
    Example(
        "a second BOM belongs to the field name, which is unknown then",
        BOM + BOM + b"event: a\ndata: 1\n\n",
        (("message", "1"),),
    ),
    Example(
        "a BOM after the first line belongs to the field name",
        b"event: a\n" + BOM + b"data: 0\ndata: 1\n\n",
        A,
    ),
    Example(
        "a BOM after a blank line belongs to the field name",
        b"\n" + BOM + b"event: a\ndata: 1\n\n",
        (("message", "1"),),
    ),
    Example("a BOM in a value", b"event: a\ndata: " + BOM + b"1\n\n", (("a", "\ufeff1"),)),
    Example(
        "a BOM at the start of the second block",
        b"event: a\ndata: 1\n\n" + BOM + b"event: b\ndata: 2\n\n",
        (("a", "1"), ("message", "2")),
    ),
    Example("a BOM and nothing else", BOM, NONE),
    Example(
        "a BOM that breaks off is no BOM",
        b"\xef\xbbevent: a\ndata: 1\n\n",
        (("message", "1"),),
    ),
    Example("two bytes of a BOM and nothing else", b"\xef\xbb", NONE, within=True),
]

LINE_ENDS = [
    Example("LF", b"event: a\ndata: 1\n\nevent: b\ndata: 2\n\n", AB),
    Example("CR", b"event: a\rdata: 1\r\revent: b\rdata: 2\r\r", AB),
    Example("CRLF", b"event: a\r\ndata: 1\r\n\r\nevent: b\r\ndata: 2\r\n\r\n", AB),
    Example("LF then CRLF", b"event: a\ndata: 1\n\r\nevent: b\r\ndata: 2\r\n\n", AB),
    Example("CR then LF then CR", b"event: a\rdata: 1\n\revent: b\rdata: 2\r\n\r", AB),
    Example("LF LF then CR CR", b"event: a\ndata: 1\n\nevent: b\rdata: 2\r\r", AB),
    Example("LF CR is two line ends", b"event: a\ndata: 1\n\r", A),
    Example("CRLF CR is two line ends", b"event: a\r\ndata: 1\r\n\r", A),
    Example("CR CRLF is two line ends", b"event: a\rdata: 1\r\r\n", A),
    Example("CR LF is one line end", b"event: a\r\ndata: 0\r\ndata: 1\r\n\r\n", (("a", "0\n1"),)),
    Example("a stream that begins with LF", b"\nevent: a\ndata: 1\n\n", A),
    Example("a stream that begins with CRLF", b"\r\nevent: a\r\ndata: 1\r\n\r\n", A),
    Example("many blank lines", b"\n\r\n\r\n\n\nevent: a\ndata: 1\n\n\r\r\n\n", A),
    Example("blank lines alone", b"\n\r\r\n\n", NONE),
    Example(
        "other separators are text",
        "event: a\u2028b\ndata: 1\u20282\u20293\u00854\x0b5\x0c6\x1c7\x1d8\x1e9\n\n".encode(),
        (("a\u2028b", "1\u20282\u20293\u00854\x0b5\x0c6\x1c7\x1d8\x1e9"),),
    ),
    Example("no bytes", b"", NONE),
]

FIELDS = [
    Example("a comment", b": hello\n\n", NONE),
    Example("an empty comment", b":\n\n", NONE),
    Example("comments within a block", b":a\nevent: a\n: b\ndata: 1\n:c: d\n\n", A),
    Example("a comment that looks like a field", b":data: 0\nevent: a\ndata: 1\n\n", A),
    Example("a line that begins with a space", b" data: 0\nevent: a\ndata: 1\n\n", A),
    Example("a comment after an event", b"event: a\ndata: 1\n\n: bye\n", A),
    Example("an unknown field", b"colour: green\n\n", NONE),
    Example("an unknown field within a block", b"event: a\ncolour: green\ndata: 1\n\n", A),
    Example("field names count by case", b"Event: b\nevent: a\nDATA: 0\ndata: 1\n\n", A),
    Example("a field name with a space", b"data : 0\nevent: a\ndata: 1\n\n", A),
    Example("a field name with a prefix", b"xdata: 0\ndatax: 0\nevent: a\ndata: 1\n\n", A),
    Example("no space after the colon", b"event:a\ndata:1\n\n", A),
    Example("only one space is dropped", b"event:  a \ndata:  1 \n\n", ((" a ", " 1 "),)),
    Example("a tab is no space", b"event:\ta\ndata:\t1\n\n", (("\ta", "\t1"),)),
    Example("colons in values", b"event: a:b\ndata: c:d: e\n\n", (("a:b", "c:d: e"),)),
    Example("data before the name", b"data: 1\nevent: a\n\n", A),
    Example("the last name counts", b"event: b\nevent: a\ndata: 1\n\n", A),
    Example("the last name counts if empty", b"event: b\nevent\ndata: 1\n\n", (("message", "1"),)),
    Example("an empty name", b"event: \ndata: 1\n\n", (("message", "1"),)),
    Example("a NUL in name and data", b"event: a\0\ndata: \0\n\n", (("a\0", "\0"),)),
    Example(
        "several data lines",
        b"event: a\ndata: 1\ndata: 2\ndata\ndata: 3\n\n",
        (("a", "1\n2\n\n3"),),
    ),
    Example("data lines apart", b"data: 1\nevent: a\n:\ndata: 2\nid: 4\n\n", (("a", "1\n2"),), "4"),
    Example("an id alone", b"id: 7\n\n", NONE, "7"),
    Example("an id in a block", b"id: 7\nevent: a\ndata: 1\n\n", A, "7"),
    Example("an id is kept", b"id: 7\n\nevent: a\ndata: 1\n\n", A, "7"),
    Example("the last id counts", b"id: 7\nid: 8\n\nid: 9\n\n", NONE, "9"),
    Example("an empty id takes it back", b"id: 7\n\nid\nevent: a\ndata: 1\n\n", A, ""),
    Example("an id with a NUL does not count", b"id: 7\n\nid: 8\0\n\n", NONE, "7"),
    Example("an id that is a NUL does not count", b"id: 7\nid: \0\n\n", NONE, "7"),
    Example("an id counts from its blank line on", b"id: 7\n\nid: 8\n", NONE, "7", within=True),
    Example("an id is text", "id: é 7\n\n".encode(), NONE, "é 7"),
    Example("a retry alone", b"retry: 3000\n\n", NONE, retry=3000),
    Example("a retry counts at once", b"retry: 3000\n", NONE, retry=3000, within=True),
    Example("the last retry counts", b"retry: 1\nretry: 2\n\n", NONE, retry=2),
    Example("a retry of zero", b"retry: 0\n\n", NONE, retry=0),
    Example("a retry with leading zeros", b"retry: 0010\n\n", NONE, retry=10),
    Example("a retry with many leading zeros", b"retry: " + b"0" * 30 + b"10\n\n", NONE, retry=10),
    Example("an empty retry", b"retry: 5\nretry:\nretry\n\n", NONE, retry=5),
    Example("a retry with a sign", b"retry: 5\nretry: -1\nretry: +1\n\n", NONE, retry=5),
    Example("a retry with a space", b"retry: 5\nretry: 1 \nretry:  1\n\n", NONE, retry=5),
    Example("a retry with a point", b"retry: 5\nretry: 1.0\nretry: 1_0\n\n", NONE, retry=5),
    Example("a retry in other digits", "retry: 5\nretry: ١٢\nretry: ²\n\n".encode(), NONE, retry=5),
    Example(
        "id and retry between events",
        b"event: a\ndata: 1\n\nid: 7\nretry: 5\n\nevent: b\ndata: 2\n\n",
        AB,
        "7",
        5,
    ),
]

WITHOUT_DATA = [
    Example("a name alone", b"event: a\n\n", NONE),
    Example("a name is forgotten", b"event: b\n\ndata: 1\n\n", (("message", "1"),)),
    Example("a name and an id", b"event: a\nid: 7\n\n", NONE, "7"),
    Example("a name and a comment", b"event: a\n: data\n\n", NONE),
    Example("data in a line of its own block", b"event: b\n\nevent: a\ndata: 1\n\n", A),
]

EMPTY_DATA = [
    Example("data with a colon", b"event: a\ndata:\n\n", (("a", ""),)),
    Example("data with a colon and a space", b"event: a\ndata: \n\n", (("a", ""),)),
    Example("data without a colon", b"event: a\ndata\n\n", (("a", ""),)),
    Example("data alone", b"data\n\n", (("message", ""),)),
    Example("two empty data lines", b"event: a\ndata\ndata:\n\n", (("a", "\n"),)),
    Example("an empty line before text", b"event: a\ndata:\ndata: 1\n\n", (("a", "\n1"),)),
    Example("an empty line after text", b"event: a\ndata: 1\ndata:\n\n", (("a", "1\n"),)),
]

UTF_8 = [
    Example("characters of every length", "event: é\ndata: aé€😀\n\n".encode(), (("é", "aé€😀"),)),
    Example("bytes that cannot be", b"event: a\ndata: x\xff\xfey\n\n", (("a", "x\ufffd\ufffdy"),)),
    Example("a character that breaks off", b"event: a\ndata: \xe2\x82x\n\n", (("a", "\ufffdx"),)),
    Example(
        "one that breaks off at the line end",
        b"event: a\ndata: \xf0\x9f\x98\n\n",
        (("a", "\ufffd"),),
    ),
    Example("one that breaks off at CR", b"event: a\rdata: \xe2\x82\r\r", (("a", "\ufffd"),)),
    Example("a lone continuation", b"event: a\ndata: \x80\xbf\n\n", (("a", "\ufffd\ufffd"),)),
    Example("an overlong form", b"event: a\ndata: \xc0\xaf\n\n", (("a", "\ufffd\ufffd"),)),
    Example("a surrogate", b"event: a\ndata: \xed\xa0\x80\n\n", (("a", "\ufffd" * 3),)),
    Example("above U+10FFFF", b"event: a\ndata: \xf4\x90\x80\x80\n\n", (("a", "\ufffd" * 4),)),
    Example("in a name", b"event: a\xff\ndata: 1\n\n", (("a\ufffd", "1"),)),
    Example("in an id", b"id: 7\xff\n\n", NONE, "7\ufffd"),
    Example("in a field name", b"data\xff: 0\nevent: a\ndata: 1\n\n", A),
    Example("in a comment", b":\xff\xfe\nevent: a\ndata: 1\n\n", A),
]

HALF_BLOCKS = [
    Example("no blank line", b"event: a\ndata: 1\n\nevent: b\ndata: 2\n", A, within=True),
    Example("no line end", b"event: a\ndata: 1\n\nevent: b\ndata: 2", A, within=True),
    Example("half a field name", b"event: a\ndata: 1\n\nev", A, within=True),
    Example("a name only", b"event: a\ndata: 1\n\nevent: b\n", A, within=True),
    Example("CR at the very end", b"event: a\rdata: 1\r\revent: b\rdata: 2\r", A, within=True),
    Example("half a character", b"event: a\ndata: 1\n\ndata: \xe2\x82", A, within=True),
    Example("a comment at the very end", b"event: a\ndata: 1\n\n: half", A),
]

ALL = BOMS + LINE_ENDS + FIELDS + WITHOUT_DATA + EMPTY_DATA + UTF_8 + HALF_BLOCKS


def _check(example: Example) -> None:
    events = [("unknown", name, data) for name, data in example.events]
    expected = Outcome(events, "truncated", example.last_event_id, example.retry)
    for how, chunks in all_ways(example.stream):
        assert decoded(chunks) == expected, f"{example.about}, {how}"


@row("a byte order mark at the very start")
@pytest.mark.parametrize("example", BOMS, ids=_id)
def test_a_byte_order_mark_is_dropped_once_at_the_very_start(example: Example) -> None:
    _check(example)


@row("LF, CR and CRLF, mixed, cut anywhere")
@pytest.mark.parametrize("example", LINE_ENDS, ids=_id)
def test_line_ends(example: Example) -> None:
    _check(example)


@row("comments, unknown fields, `id`, `retry`")
@pytest.mark.parametrize("example", FIELDS, ids=_id)
def test_fields(example: Example) -> None:
    _check(example)


@row("a block without a `data` line")
@pytest.mark.parametrize("example", WITHOUT_DATA, ids=_id)
def test_a_block_without_data_is_no_event(example: Example) -> None:
    _check(example)


@row("a block whose `data` line is empty")
@pytest.mark.parametrize("example", EMPTY_DATA, ids=_id)
def test_a_block_with_empty_data_is_an_event(example: Example) -> None:
    _check(example)


@row("bytes that are not UTF-8")
@pytest.mark.parametrize("example", UTF_8, ids=_id)
def test_what_is_not_utf_8_is_read_as_the_replacement_character(example: Example) -> None:
    _check(example)


@row("half a block at the end of input")
@pytest.mark.parametrize("example", HALF_BLOCKS, ids=_id)
def test_half_a_block_at_the_end_is_no_event(example: Example) -> None:
    _check(example)


@pytest.mark.parametrize("example", [e for e in ALL if not e.within], ids=_id)
def test_data_that_follows_changes_nothing(example: Example) -> None:
    stream = example.stream + TAIL
    for how, chunks in all_ways(stream):
        told = decoded(chunks).events
        assert told[:-1] == [("unknown", *event) for event in example.events], how
        # after a comment without a line end the tail begins within the comment
        assert told[-1][0] == "unknown", how


@pytest.mark.parametrize("example", ALL, ids=_id)
def test_the_plain_reading_says_the_same(example: Example) -> None:
    """The reading that the properties rely on is held to the same hand-written values."""
    reading = read(example.stream)
    assert (
        tuple((block.name or "message", block.data) for block in reading.blocks) == example.events
    )
    assert (reading.last_event_id, reading.retry) == (example.last_event_id, example.retry)


@row("comments, unknown fields, `id`, `retry`")
def test_a_known_event_keeps_its_name_beside_other_fields() -> None:
    stream = b"id: 1\nevent: done\n: keep-alive\nretry: 5\ndata: [DONE]\n\n"
    for how, chunks in all_ways(stream):
        assert decoded(chunks) == Outcome([("done", "[DONE]")], "done", "1", 5), how


@row("LF, CR and CRLF, mixed, cut anywhere")
@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_an_event_is_there_with_the_first_byte_of_its_blank_line(end: bytes) -> None:
    stream = b"event: a" + end + b"data: 1" + end + end
    decoder = Decoder()
    needed = len(stream) - len(end) + 1
    for chunk in by_bytes(stream[: needed - 1]):
        assert decoder.feed(chunk) == []
    assert len(decoder.feed(stream[needed - 1 : needed])) == 1
    assert decoder.feed(stream[needed:]) == []


@row("LF, CR and CRLF, mixed, cut anywhere")
def test_long_lines_and_long_runs_are_cut_like_short_ones() -> None:
    """Long enough to meet every threshold at which the decoder changes its way."""
    sizes = [1, 300, 399, 400, 401, 65_520, 65_536, 65_537, 140_000]
    for end in ("\n", "\r\n", "\r"):
        blocks = [f"event: n{n}{end}data: {'x' * n}{end}{end}" for n in sizes]
        stream = "".join(blocks).encode()
        expected = [("unknown", f"n{n}", "x" * n) for n in sizes]
        for size in (len(stream), 1 << 16, 1400, 17):
            chunks = [stream[i : i + size] for i in range(0, len(stream), size)]
            assert decoded(chunks).events == expected, (end, size)


@row("LF, CR and CRLF, mixed, cut anywhere")
def test_a_cr_at_a_window_of_64_kib_and_its_lf_after_it_are_one_line_end() -> None:
    for filler in range(65_536 - 40, 65_536 + 3):
        head = b"event: a\r\ndata: " + b"x" * filler
        stream = head + b"\r\ndata: y\r\n\r\n"
        assert decoded([stream]).events == [("unknown", "a", "x" * filler + "\ny")], filler
