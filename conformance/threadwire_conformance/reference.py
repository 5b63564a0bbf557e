"""The generated package, as the kit sees it: the one place where it is imported.

`load` gives any package that `threadwire generate` made, by its import name; they all have the same
shape, whatever the protocol.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, cast

DEFAULT = "assistant_events"


class Decoder(Protocol):
    """What the kit uses of a generated `Decoder`."""

    done: bool

    def feed(self, chunk: bytes) -> list[Any]:
        """The events that a chunk completes."""
        ...

    def close(self) -> list[Any]:
        """What is left at the end of input."""
        ...


class Package(Protocol):
    """What the kit uses of a generated package."""

    EVENT_TYPES: Mapping[str, Any]
    Decoder: Callable[..., Decoder]
    EventTooLargeError: type[Exception]
    InvalidEvent: type[Any]
    PayloadError: type[Exception]
    StreamError: type[Exception]
    TruncatedStreamError: type[Exception]
    UnknownEvent: type[Any]
    data_text: Callable[[Any], str]
    encode: Callable[[Any], bytes]
    iter_events: Callable[..., Iterable[Any]]


def load(name: str = DEFAULT) -> Package:
    """A generated package by its import name.

    Raises:
        ImportError: there is no such module, or it is no generated package.
    """
    module = importlib.import_module(name)
    missing = [attribute for attribute in Package.__annotations__ if not hasattr(module, attribute)]
    if missing:
        raise ImportError(f"{name} is no generated package: it has no {', '.join(missing)}")
    return cast(Package, module)
