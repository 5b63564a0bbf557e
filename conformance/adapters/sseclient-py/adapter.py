"""The adapter of sseclient-py: frames from an iterable of bytes, and `json` for the payloads."""

import sys
from collections.abc import Iterator
from pathlib import Path

from sseclient import SSEClient

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from framing_baseline import Frame, serve


def frames(chunks: Iterator[bytes]) -> Iterator[Frame]:
    """The frames of a stream in chunks."""
    for frame in SSEClient(chunks).events():
        yield Frame(frame.event, frame.data, frame.id)


serve("sseclient-py", frames)
