"""Payloads of every kind that a spec knows, one place at a time."""

from __future__ import annotations

from typing import NamedTuple

from threadwire_generator.load import Json

UNKNOWN = "not_known_yet"  # a value, tag or member that no spec has
SOMETHING: Json = {"some": ["thing", 1, None]}


class Variation(NamedTuple):
    """One payload of a kind; `what` stands in the title, `covers` is what of the spec it has."""

    path: str
    aspect: str
    payload: Json
    what: str = ""
    covers: tuple[str, ...] = ()
