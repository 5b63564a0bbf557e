"""The adapter of openai-python: `client.beta.threads.runs.create(stream=True)`, iterated."""

from collections.abc import Iterator
from typing import Any

from answers import serve
from openai import OpenAI


def read(client: OpenAI, thread_id: str) -> Iterator[Any]:
    """The events of one request."""
    runs = client.beta.threads.runs
    with runs.create(thread_id=thread_id, assistant_id="asst_1", stream=True) as stream:
        yield from stream


if __name__ == "__main__":
    serve("openai-python", read)
