"""A small coverage-guided fuzzer, for where atheris cannot be had.

Inputs that reach a line of the package after another line than ever before are kept and mutated on.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from typing import Any

from fuzz.target import TOKENS

Steps = set[tuple[str, int, int]]


def fuzz(check: Callable[[bytes], None], seeds: list[bytes], seconds: float, seed: int) -> int:
    """Try mutated inputs until the time is over; give back how many.

    Raises:
        Exception: what `check` raised; the input is in the note of it (`input`).
    """
    generator = random.Random(seed)
    corpus = list(seeds)
    known: Steps = set()
    tried, end = 0, time.monotonic() + seconds
    for data in corpus:
        known |= _steps(check, data)
    while time.monotonic() < end:
        data = mutated(generator, generator.choice(corpus), corpus)
        steps = _steps(check, data) if tried % 4 == 0 else _plain(check, data)
        tried += 1
        if not steps <= known:
            known |= steps
            corpus.append(data)
    return tried


def mutated(generator: random.Random, data: bytes, corpus: list[bytes]) -> bytes:
    """An input changed in one to four places."""
    for _ in range(generator.randint(1, 4)):
        at = generator.randint(0, len(data))
        end = min(len(data), at + generator.choice([0, 0, 1, 1, 2, 5, 20, 100]))
        kind = generator.random()
        if kind < 0.4:
            new = generator.choice(TOKENS)
        elif kind < 0.6:
            new = bytes([generator.randrange(256)])
        elif kind < 0.7:
            new = b""
        elif kind < 0.85:
            new = data[at:end] * 2
        else:
            other = generator.choice(corpus)
            start = generator.randint(0, len(other))
            new = other[start : start + generator.randint(0, 300)]
        data = (data[:at] + new + data[end:])[:20_000]
    return data


def _plain(check: Callable[[bytes], None], data: bytes) -> Steps:
    try:
        check(data)
    except BaseException as error:
        error.args = (*error.args, f"input: {data!r}")
        raise
    return set()


def _steps(check: Callable[[bytes], None], data: bytes) -> Steps:
    """The steps from line to line that an input takes through the package."""
    steps: Steps = set()

    def enter(frame: Any, _kind: str, _argument: Any) -> Any:
        code = frame.f_code
        if "assistant_events" not in code.co_filename:
            return None
        name, last = code.co_filename, -code.co_firstlineno

        def step(frame: Any, kind: str, _argument: Any) -> Any:
            nonlocal last
            if kind == "line":
                steps.add((name, last, frame.f_lineno))
                last = frame.f_lineno
            return step

        return step

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        _plain(check, data)
    finally:
        sys.settrace(before)
    return steps
