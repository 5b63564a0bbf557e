"""The same bytes in other chunks."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator


def cut(stream: bytes, *places: int) -> list[bytes]:
    """A stream in chunks, cut at these places."""
    edges = [0, *sorted(places), len(stream)]
    return [stream[a:b] for a, b in itertools.pairwise(edges)]


def by_bytes(stream: bytes) -> list[bytes]:
    """One byte a chunk."""
    return [stream[i : i + 1] for i in range(len(stream))]


def single_cuts(stream: bytes) -> Iterator[list[bytes]]:
    """Two chunks, cut at every place in turn."""
    for place in range(1, len(stream)):
        yield cut(stream, place)


def random_cuts(stream: bytes, seed: int, *, times: int = 1) -> Iterator[list[bytes]]:
    """Chunks of random lengths, from a few bytes to thousands."""
    generator = random.Random(seed)
    for _ in range(times):
        mean = generator.choice([3, 50, 700, 5000])
        places = generator.sample(range(len(stream)), min(len(stream), len(stream) // mean))
        yield cut(stream, *places)


def all_ways(stream: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Every way in which a short stream is read in tests, with its name."""
    yield "whole", [stream]
    yield "byte by byte", by_bytes(stream)
    yield "byte by byte, with empty chunks", [c for byte in by_bytes(stream) for c in (byte, b"")]
    for chunks in single_cuts(stream):
        yield f"cut at {len(chunks[0])}", chunks
