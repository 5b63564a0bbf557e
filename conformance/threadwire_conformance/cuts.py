"""The cuttings of a stream: the same bytes in other chunks.

What a decoder makes of a stream must not depend on where the network cut it.  So each case is run
as it is written, whole, byte by byte, and cut in two at the places where decoders are known to
break: around line ends, inside field names, inside characters of several bytes, and inside the
payload.  A stream with many such places is not cut once for each of them, but once for each kind of
place, at all of them; if that fails, `smaller` says which cuts of one place to try, to find the one
that shows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from .suite import Case

AS_WRITTEN = "as written"
WHOLE = "whole"
BYTE_BY_BYTE = "byte by byte"

EVERY_UP_TO = 512  # bytes: cut at every place of these, in cases about framing
BYTES_UP_TO = 4096  # bytes: longer streams are not cut byte by byte
SINGLY_UP_TO = 24  # structural places: of more, those of a kind are cut at once
BYTES_IN_ALL = 1 << 20  # structural cuts are for streams that are no larger
SMALLER_AT_MOST = 600  # cuts that are tried to find the smallest

_LINE_END = re.compile(rb"\r\n|\r|\n")
_FIELD = re.compile(rb"(?:\A|(?<=[\r\n]))([a-z]{2,})(?=[:\r\n])")
_WIDE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]+")
_PAYLOAD = re.compile(rb"(?:\A|(?<=[\r\n]))data:[^\r\n]{4,}")


class Cut(NamedTuple):
    """One cutting: its name, its chunks, and where they begin (but for the first)."""

    name: str
    chunks: list[bytes]
    places: tuple[int, ...] = ()


def cuttings(case: Case, *, every: bool = True) -> list[Cut]:
    """The cuttings that a case is run in; the first is the case as it is written.

    Args:
        case: what is cut.
        every: if not, only as written.
    """
    chunks = case.chunks
    cuts = [Cut(AS_WRITTEN, chunks, _places(chunks))]
    if not every or case.cuts == "none":
        return cuts
    data = b"".join(chunks)
    cuts.append(Cut(WHOLE, [data]))
    if len(data) <= BYTES_IN_ALL:
        cuts.extend(_cut_places(data, case.cuts))
    if 1 < len(data) <= BYTES_UP_TO:
        cuts.append(cut_at(data, range(1, len(data)), BYTE_BY_BYTE))
    return _distinct(cuts)


def cut_at(data: bytes, places: Iterable[int], name: str) -> Cut:
    """The stream in pieces that begin at these places."""
    at = tuple(sorted(places))
    edges = (0, *at, len(data))
    return Cut(name, [data[a:b] for a, b in pairwise(edges)], at)


def smaller(cut: Cut) -> Iterator[Cut]:
    """The cuts in two at each place of this one, likely places first; nothing if it is one such."""
    if len(cut.places) < 2:
        return
    data = b"".join(cut.chunks)
    likely = [place for places in structure(data).values() for place in places]
    order = dict.fromkeys([place for place in likely if place in set(cut.places)])
    order.update(dict.fromkeys(cut.places))
    for place in list(order)[:SMALLER_AT_MOST]:
        yield _in_two(data, place)


def structure(data: bytes) -> dict[str, list[int]]:
    """Where decoders are known to break, by the kind of the place."""
    ends = [match.span() for match in _LINE_END.finditer(data)]
    places = {
        "before each line end": [start for start, _ in ends],
        "inside each CRLF": [start + 1 for start, end in ends if end - start == 2],
        "after each line end": [end for _, end in ends],
        "inside each field name": [(m.start(1) + m.end(1)) // 2 for m in _FIELD.finditer(data)],
        "inside each character of several bytes": [
            place for m in _WIDE.finditer(data) for place in range(m.start() + 1, m.end())
        ],
        "inside each payload": [(m.start() + 5 + m.end()) // 2 for m in _PAYLOAD.finditer(data)],
    }
    return {
        kind: sorted({place for place in found if 0 < place < len(data)})
        for kind, found in places.items()
    }


def _cut_places(data: bytes, cuts: str) -> Iterator[Cut]:
    kinds = structure(data)
    likely = {place for places in kinds.values() for place in places}
    places = set(range(1, min(len(data), EVERY_UP_TO + 1))) if cuts == "every" else set[int]()
    if len(likely - places) <= SINGLY_UP_TO:
        places |= likely
    else:
        yield from (cut_at(data, found, kind) for kind, found in kinds.items() if found)
    yield from (_in_two(data, place) for place in sorted(places))


def _in_two(data: bytes, place: int) -> Cut:
    return cut_at(data, [place], f"cut at byte {place}")


def _places(chunks: list[bytes]) -> tuple[int, ...]:
    at, places = 0, list[int]()
    for chunk in chunks[:-1]:
        at += len(chunk)
        places.append(at)
    return tuple(places)


def _distinct(cuts: list[Cut]) -> list[Cut]:
    """Each cutting once, under its first name."""
    found: dict[tuple[int, ...], Cut] = {}
    for cut in cuts:
        found.setdefault(cut.places, cut)
    return list(found.values())
