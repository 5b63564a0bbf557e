"""The cuttings of a stream: the same bytes, cut where decoders break."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import case
from threadwire_conformance import cuts
from threadwire_conformance.cuts import Cut, cuttings, smaller, structure
from threadwire_conformance.suite import Case, Piece

PLAIN = case("plain/one-event")


def stream(*chunks: bytes, how: str = "structural") -> Case:
    return replace(PLAIN, stream=tuple(map(Piece, chunks)), cuts=how)


def named(found: list[Cut]) -> dict[str, list[bytes]]:
    return {cut.name: cut.chunks for cut in found}


_bytes = st.lists(
    st.sampled_from(
        [
            b"data: ",
            b"event: x",
            b"\n",
            b"\r\n",
            b"\r",
            b"\xc3\xa4",
            b"\xf0\x9f\x8e\x88",
            b"a",
            b"\xff",
        ]
    )
).map(b"".join)


@given(st.lists(_bytes, min_size=1, max_size=4), st.sampled_from(["every", "structural", "none"]))
def test_every_cutting_is_the_same_bytes_and_none_is_there_twice(
    chunks: list[bytes], how: str
) -> None:
    found = cuttings(stream(*chunks, how=how))
    assert found[0].name == "as written"
    assert found[0].chunks == chunks
    for cut in found:
        assert b"".join(cut.chunks) == b"".join(chunks)
        edges = [sum(map(len, cut.chunks[:n])) for n in range(1, len(cut.chunks))]
        assert list(cut.places) == edges
    assert len({cut.places for cut in found}) == len(found)


def test_a_short_stream_about_framing_is_cut_at_every_place() -> None:
    data = case("framing/wide-characters").data
    found = cuttings(stream(data, how="every"))
    assert {cut.places for cut in found} >= {(place,) for place in range(1, len(data))}
    assert found[-1].name == "byte by byte"
    assert len(found[-1].chunks) == len(data)


@pytest.mark.parametrize(
    ("kind", "marked"),
    [
        ("before each line end", "event: a|\r\ndata: {ä}|\n|\n"),
        ("inside each CRLF", "event: a\r|\ndata: {ä}\n\n"),
        ("after each line end", "event: a\r\n|data: {ä}\n|\n"),
        ("inside each field name", "ev|ent: a\r\nda|ta: {ä}\n\n"),
        ("inside each payload", "event: a\r\ndata: {|ä}\n\n"),
    ],
)
def test_the_structural_places_of_a_stream(kind: str, marked: str) -> None:
    data = marked.replace("|", "").encode()
    pieces = cuts.cut_at(data, structure(data)[kind], kind).chunks
    assert b"|".join(pieces).decode() == marked


def test_a_character_of_several_bytes_is_cut_between_any_two() -> None:
    data = "aä🎈".encode()
    assert structure(data)["inside each character of several bytes"] == [2, 4, 5, 6]


def test_a_stream_with_few_places_is_cut_at_each_alone() -> None:
    found = cuttings(PLAIN)
    assert all(len(c.places) <= 1 for c in found if c.name not in ("as written", "byte by byte"))
    assert "inside each field name" not in named(found)


def test_a_stream_with_many_places_is_cut_by_the_kind_of_place() -> None:
    found = named(cuttings(stream(PLAIN.data * 20)))
    assert set(found) >= {"as written", "before each line end", "inside each field name"}
    assert len(found) < 12
    names = [chunk for chunk in found["inside each field name"] if chunk.startswith(b"ent")]
    assert len(names) == 40


def test_a_long_stream_is_not_cut_byte_by_byte() -> None:
    assert "byte by byte" in named(cuttings(stream(b"x" * cuts.BYTES_UP_TO)))
    assert "byte by byte" not in named(cuttings(stream(b"x" * (cuts.BYTES_UP_TO + 1))))


def test_none_is_as_written_alone() -> None:
    assert list(named(cuttings(stream(b"a", b"b", how="none")))) == ["as written"]
    assert list(named(cuttings(case("framing/wide-characters"), every=False))) == ["as written"]


def test_the_smaller_cuts_of_a_cut_have_one_place_of_it_each() -> None:
    by_bytes = named(cuttings(PLAIN))["byte by byte"]
    tried = list(smaller(Cut("byte by byte", by_bytes, tuple(range(1, len(PLAIN.data))))))
    assert sorted(cut.places for cut in tried) == [(p,) for p in range(1, len(PLAIN.data))]
    first = PLAIN.data.index(b"\n")
    assert tried[0].places == (first,)
    assert list(smaller(Cut("cut at byte 3", [b"abc", b"d"], (3,)))) == []
