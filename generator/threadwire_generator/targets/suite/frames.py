"""Events as bytes of a stream, the way that a server of the protocol writes them."""

from __future__ import annotations

from threadwire_generator.cases import compact
from threadwire_generator.load import Json
from threadwire_generator.spec import Spec


def frame(spec: Spec, event: str, data: Json) -> str:
    """One block: the name, unless the data holds it, and the data as compact JSON."""
    in_data = isinstance(data, dict) and spec.selector is not None
    named = in_data and isinstance(data, dict) and data.get(spec.selector or "") == event
    name = "" if named else f"event: {event}\n"
    return f"{name}data: {compact(data)}\n\n"


def end(spec: Spec) -> str:
    """The block that ends a stream; nothing where a stream ends with its bytes."""
    return "" if spec.end is None else f"event: {spec.end.event}\ndata: {spec.end.data}\n\n"
