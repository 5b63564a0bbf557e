"""The adapter of openai-python's helper: `runs.stream()` with an event handler.

What `on_event` is given is what counts.  The snapshots that the helper makes of it are no events.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openai import AssistantEventHandler, OpenAI
from typing_extensions import override

sys.path.append(str(Path(__file__).parents[1] / "openai-python"))
from answers import serve


class Handler(AssistantEventHandler):
    """Keeps the event that came last."""

    last: Any = None

    @override
    def on_event(self, event: Any) -> None:
        self.last = event


def read(client: OpenAI, thread_id: str) -> Iterator[Any]:
    """The events of one request; also one that the helper then fails on."""
    handler = Handler()
    runs = client.beta.threads.runs
    with runs.stream(thread_id=thread_id, assistant_id="asst_1", event_handler=handler) as stream:
        try:
            for _ in stream:
                yield handler.last
                handler.last = None
        except Exception:
            if handler.last is not None:
                yield handler.last
            raise


if __name__ == "__main__":
    serve("openai-python-helper", read)
