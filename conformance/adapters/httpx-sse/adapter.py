"""The adapter of httpx-sse: frames from an httpx response, and `json` for the payloads."""

import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
from httpx_sse import EventSource

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from framing_baseline import Frame, serve

HEADERS = {"content-type": "text/event-stream"}


def frames(chunks: Iterator[bytes]) -> Iterator[Frame]:
    """The frames of a stream in chunks."""
    response = httpx.Response(200, headers=HEADERS, content=chunks)
    for frame in EventSource(response).iter_sse():
        yield Frame(frame.event, frame.data, frame.id)


serve("httpx-sse", frames)
