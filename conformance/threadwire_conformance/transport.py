"""How the bytes of a run reach an adapter: in its request, or over HTTP for whole SDKs.

    bytes   {"cmd": "run", "seq": 17, "chunks": ["base64", …]}
    http    {"cmd": "run", "seq": 17, "url": "http://127.0.0.1:8123", "thread_id": "thread_play.17"}

For http the adapter makes one request: `url` is the base URL of its SDK, and `thread_id` an id that
goes into the path or the body; a client that knows nothing of the API takes URL/cases/THREAD_ID.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from .protocol import run_line, visit_line

if TYPE_CHECKING:
    from .server import PlayServer

DELAY = 0.001  # seconds between chunks over HTTP, so that a client has a chance to see them apart


class Transport(Protocol):
    """Makes requests of runs, and puts away what they needed."""

    def request(self, seq: int, chunks: Sequence[bytes]) -> tuple[bytes, int]:
        """The line that asks for a run, and how many bytes are held for it."""
        ...

    def over(self, seq: int) -> None:
        """The run has been answered, or never will be."""
        ...


class Bytes:
    """The chunks are in the request."""

    def request(self, seq: int, chunks: Sequence[bytes]) -> tuple[bytes, int]:
        """The line that asks for a run, and its size."""
        line = run_line(seq, chunks)
        return line, len(line)

    def over(self, seq: int) -> None:
        """Nothing is held."""


class Http:
    """The chunks are on a server that the request names."""

    def __init__(self, server: PlayServer) -> None:
        self._server = server
        self._ids: dict[int, str] = {}

    def request(self, seq: int, chunks: Sequence[bytes]) -> tuple[bytes, int]:
        """The line that asks for a run, and the size of the stream."""
        thread_id = self._ids[seq] = self._server.play(chunks)
        return visit_line(seq, self._server.url, thread_id), sum(map(len, chunks))

    def over(self, seq: int) -> None:
        """The stream is there no more."""
        self._server.forget(self._ids.pop(seq))
