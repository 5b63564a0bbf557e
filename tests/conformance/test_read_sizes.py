"""What the cases say of themselves that lie across the ends of buffers: where it lies, in bytes."""

from __future__ import annotations

import pytest
from threadwire_conformance.suite import load_suite

CASES = {case.id: case for case in load_suite().cases}


@pytest.mark.parametrize("size", [1 << power for power in range(10, 17)])
def test_a_character_lies_across_the_end_of_every_buffer(size: int) -> None:
    data = CASES["encoding/characters-across-read-sizes"].data
    with pytest.raises(UnicodeDecodeError):
        data[:size].decode()


@pytest.mark.parametrize("size", [1 << power for power in range(4, 17)])
def test_a_cr_lf_lies_across_the_end_of_some_buffer(size: int) -> None:
    data = CASES["framing/cr-lf-across-read-sizes"].data
    borders = range(size, len(data), size)
    name = b"event: thread.message.delta\r"
    assert any(data[:at].endswith(name) and data[at:].startswith(b"\ndata") for at in borders)
