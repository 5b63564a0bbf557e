"""The kinds of change: what each means, and who breaks by it.  One table; add a kind here.

Who breaks follows from what is admitted before and after.  An old decoder reads new streams: it is
safe if all that is admitted now was admitted before.  An old server is judged by the new contract:
it is safe if all that was admitted before still is.  Members that a decoder does not know are no
reason to fail; they are lost to the code behind it, which is why a field that comes is `lossy`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from threadwire_generator.change.contract import Decoder, Server

ADDITIVE = "additive"
NEW_CASE = "additive; breaks exhaustive matches"
BREAKING = "source-breaking"
FOR_CONSTRUCTORS = "source-breaking for constructors"
FOR_READERS = "source-breaking for readers"


class Classes(NamedTuple):
    """Who breaks: an old decoder, an old server, code written for the old Python package."""

    decoder: Decoder
    server: Server
    python: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of change: how a changelog tells it, and its classes by what decides, if anything."""

    section: Literal["Added", "Changed", "Removed"]
    entry: str
    cases: Mapping[str, Classes]
    several: bool = False  # whether one place can have several of it, told apart by their details


def _always(decoder: Decoder, server: Server, python: str) -> Mapping[str, Classes]:
    return {"": Classes(decoder, server, python)}


def _variance(python: str) -> Mapping[str, Classes]:
    return {
        "widened": Classes("BREAKING", "safe", python),
        "narrowed": Classes("safe", "BREAKING", python),
        "other": Classes("BREAKING", "BREAKING", python),
    }


# `open`: what came is admitted by the old contract, or what went still is by the new one.
_COMES = {
    "closed": Classes("BREAKING", "safe", NEW_CASE),
    "open": Classes("safe", "safe", NEW_CASE),
}
_GOES = {
    "closed": Classes("safe", "BREAKING", BREAKING),
    "open": Classes("safe", "safe", BREAKING),
}
_OPENS = _always("BREAKING", "safe", NEW_CASE)
_CLOSES = _always("safe", "BREAKING", BREAKING)

KINDS: Mapping[str, Kind] = {
    # --- events
    "event_added": Kind("Added", "the event `{detail}`", _COMES, several=True),
    "event_removed": Kind("Removed", "the event `{detail}`", _GOES, several=True),
    "event_payload_changed": Kind(
        "Changed", "`{path}` has another payload: `{detail}`", {}  # as what differs in it
    ),
    "events_opened": Kind("Changed", "`{path}` admits events of other names", _OPENS),
    "events_closed": Kind("Changed", "`{path}` admits no other events than are listed", _CLOSES),
    # --- fields
    "field_added": Kind(
        "Added",
        "`{path}`, {detail}",
        {
            "required": Classes("lossy", "BREAKING", FOR_CONSTRUCTORS),
            "optional": Classes("lossy", "safe", ADDITIVE),
        },
    ),
    "field_removed": Kind(
        "Removed",
        "`{path}`, {detail}",
        {
            "required": Classes("BREAKING", "safe", BREAKING),
            "optional": Classes("safe", "safe", BREAKING),
            "required, closed": Classes("BREAKING", "BREAKING", BREAKING),
            "optional, closed": Classes("safe", "BREAKING", BREAKING),
        },
    ),
    "optional_to_required": Kind(
        "Changed", "`{path}` has to be there", _always("safe", "BREAKING", FOR_CONSTRUCTORS)
    ),
    "required_to_optional": Kind(
        "Changed", "`{path}` may be absent", _always("BREAKING", "safe", FOR_READERS)
    ),
    "members_opened": Kind(
        "Changed", "`{path}` may have other members", _always("lossy", "safe", ADDITIVE)
    ),
    "members_closed": Kind(
        "Changed",
        "`{path}` may have no other members than are listed",
        _always("safe", "BREAKING", BREAKING),
    ),
    # --- values
    "nullable_added": Kind(
        "Changed", "`{path}` may be null", _always("BREAKING", "safe", FOR_READERS)
    ),
    "nullable_removed": Kind(
        "Changed", "`{path}` may not be null", _always("safe", "BREAKING", FOR_CONSTRUCTORS)
    ),
    "type_changed": Kind("Changed", "`{path}` is of another type: `{detail}`", _variance(BREAKING)),
    "constant_changed": Kind(
        "Changed",
        "`{path}` is another constant: `{detail}`",
        _always("BREAKING", "BREAKING", BREAKING),
    ),
    "enum_value_added": Kind("Added", "`{path}` may be `{detail}`", _COMES, several=True),
    "enum_value_removed": Kind("Removed", "`{path}` is no longer `{detail}`", _GOES, several=True),
    "enum_opened": Kind("Changed", "`{path}` admits other values: `{detail}`", _OPENS),
    "enum_closed": Kind("Changed", "`{path}` admits no other values: `{detail}`", _CLOSES),
    "variant_added": Kind("Added", "`{path}` may be `{detail}`", _COMES, several=True),
    "variant_removed": Kind("Removed", "`{path}` is no longer `{detail}`", _GOES, several=True),
    "union_opened": Kind("Changed", "`{path}` admits other tags: `{detail}`", _OPENS),
    "union_closed": Kind("Changed", "`{path}` admits no other tags: `{detail}`", _CLOSES),
    # --- limits, and what is said of a value without limiting it
    "constraint_tightened": Kind(
        "Changed",
        "`{path}` has less room: {detail}",
        _always("safe", "BREAKING", ADDITIVE),
        several=True,
    ),
    "constraint_loosened": Kind(
        "Changed",
        "`{path}` has more room: {detail}",
        _always("BREAKING", "safe", ADDITIVE),
        several=True,
    ),
    "constraint_changed": Kind(
        "Changed",
        "`{path}` has another limit: {detail}",
        _always("BREAKING", "BREAKING", ADDITIVE),
        several=True,
    ),
    "format_changed": Kind(
        "Changed", "`{path}` has another format: {detail}", _always("safe", "safe", ADDITIVE)
    ),
    # --- between two specs: how a stream is framed, and what things are called in code
    "selector_changed": Kind(
        "Changed",
        "the names of events of `{path}` stand elsewhere: `{detail}`",
        _always("BREAKING", "BREAKING", ADDITIVE),
    ),
    "end_changed": Kind(
        "Changed",
        "a stream of `{path}` ends otherwise: `{detail}`",
        {
            "other": Classes("BREAKING", "BREAKING", ADDITIVE),
            # A generated decoder knows the end by its name, whatever data it carries.
            "data": Classes("safe", "BREAKING", ADDITIVE),
        },
    ),
    "ends_changed": Kind(
        # The last of something promises that nothing follows.  A promise that comes narrows what
        # streams may be, so that old servers may fail it; one that goes widens it, and who stopped
        # there misses what follows.
        "Changed",
        "`{path}` is the last event of something else: `{detail}`",
        _variance(ADDITIVE),
    ),
    "error_changed": Kind(
        "Changed",
        "an error of `{path}` comes otherwise: `{detail}`",
        _always("BREAKING", "BREAKING", ADDITIVE),
    ),
    "name_changed": Kind(
        "Changed",
        "`{path}` has another name in code: `{detail}`",
        _always("safe", "safe", BREAKING),
    ),
}

BREAKS: Mapping[str, tuple[str, ...]] = {  # the classes that count as a break, by who breaks
    "decoder": ("BREAKING",),
    "server": ("BREAKING",),
    "python": (BREAKING, FOR_CONSTRUCTORS, FOR_READERS),
}


def classes(kind: str, case: str = "") -> Classes:
    """Who breaks by a change of this kind; `case` is what decides it, where anything does."""
    return KINDS[kind].cases[case]


def worst(found: Iterable[Classes]) -> Classes:
    """Who breaks by all of these together; there is at least one."""
    rows = list(found)
    decoders: list[Decoder] = [row.decoder for row in rows]
    servers: list[Server] = [row.server for row in rows]
    return Classes(
        min(decoders, key=_FROM_WORST.index), min(servers, key=_FROM_WORST.index), rows[0].python
    )


_FROM_WORST = ("BREAKING", "lossy", "safe")
