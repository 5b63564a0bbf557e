"""A client that sees chunks, and what the tests of `threadwire serve` share."""

from __future__ import annotations

import http.client
import json
import sys
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from threadwire_conformance.api import load_api
from threadwire_conformance.playing import Playlist

FIRST = b"event: thread.created\ndata: {}\n\n: more\r\n\r\nevent: done\ndata: [DONE]\n\n"
SECOND = b"event: done\ndata: [DONE]\n\n"


class Reply:
    """A response, its body in the chunks of the transfer encoding, and when they came."""

    def __init__(self, url: str, method: str, path: str, body: Any, headers: Any = None) -> None:
        at = urlsplit(url)
        self._connection = http.client.HTTPConnection(at.hostname or "", at.port, timeout=20)
        content = json.dumps(body) if body is not None else None
        self._connection.request(method, path, content, headers or {})
        self.response = self._connection.getresponse()
        self.status = self.response.status
        self.type = self.response.getheader("content-type", "")
        self.headers = {name.lower(): text for name, text in self.response.getheaders()}
        self.chunks: list[bytes] = []
        self.times: list[float] = []
        self.broken: http.client.HTTPException | None = None

    def read(self, chunks: int = sys.maxsize) -> Reply:
        """Read on, so many chunks at most."""
        try:
            while len(self.chunks) < chunks and (chunk := self.response.read1(1 << 20)):
                self.chunks.append(chunk)
                self.times.append(time.monotonic())
        except http.client.HTTPException as error:
            self.broken = error
        return self

    def close(self) -> None:
        self.response.close()
        self._connection.close()

    @property
    def data(self) -> bytes:
        return b"".join(self.chunks)

    @property
    def json(self) -> Any:
        return json.loads(self.data)


def ask(
    url: str, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
) -> Reply:
    reply = Reply(url, method, path, body, headers).read()
    reply.close()
    return reply


def ask_run(url: str, thread_id: str) -> Reply:
    return ask(url, "POST", f"/v1/threads/{thread_id}/runs", {"stream": True})


def load_playlist() -> Playlist:
    return Playlist(load_api("assistants"))
