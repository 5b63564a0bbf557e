"""The closed lists of the kit: levels, verdicts, kinds of failure, features of a reply's end.

Each is one table, and nothing else in the kit lists them again: reports, schemas and `threadwire
explain` read these.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Level: TypeAlias = Literal["must", "should", "observe"]
End: TypeAlias = Literal["done", "eof", "error"]

LEVELS: dict[str, str] = {
    "must": "A failure is a bug: the implementation loses or invents something.",
    "should": "A failure is a warning: its users pay for it. It is red only with --strict.",
    "observe": "Both ways are right; what came is recorded.",
}


class Verdict(NamedTuple):
    """A row of the table of verdicts."""

    means: str
    red: bool  # whether it makes the run fail by itself


VERDICTS: dict[str, Verdict] = {
    "pass": Verdict("The reply is what the case expects.", False),
    "tolerated": Verdict("The reply is another outcome that the standards allow.", False),
    "known": Verdict("A listed failure that failed as listed.", False),
    "fail": Verdict("The reply is not what the case expects.", True),
    "warn": Verdict("The same, in a should-case: red only with --strict.", False),
    "observed": Verdict("Nothing is right or wrong here; what came is recorded.", False),
    "not-applicable": Verdict("The case needs a feature that the adapter does not state.", False),
    "broken": Verdict(
        "No reply that could be judged: crash, time-out or nonsense. Never excused.", True
    ),
}


class Kind(NamedTuple):
    """A row of the table of failure kinds."""

    means: str
    look: str  # where to look first
    broken: bool = False


KINDS: dict[str, Kind] = {
    "missing-event": Kind(
        "An event of the stream is not in the reply, or one that cannot be read was passed over.",
        "What ends a block, and what drops an event in silence.",
    ),
    "extra-event": Kind(
        "The reply has an event that the stream does not have.",
        "Blocks without data, comments, and names that are not known.",
    ),
    "wrong-event": Kind(
        "An event came under another name, or as one that is not known.",
        "What the name is taken from, and what resets it.",
    ),
    "wrong-data": Kind(
        "The data of an event is not what stands in the stream; the JSON path says where.",
        "The type that this event is read into.",
    ),
    "delivered-invalid": Kind(
        "Data that is not the payload of its event came as if it were.",
        "What checks the payload: it has to be refused, or marked as invalid.",
    ),
    "refused": Kind(
        "An error where an event is due.",
        "What the decoder demands and the stream may leave out, and what it has never heard of.",
    ),
    "wrong-end": Kind(
        "The reply tells another end than the stream has: complete, or cut off.",
        "What ends the stream, and what happens at the end of input.",
    ),
    "wrong-class": Kind(
        "The error is of another class: server, payload, truncated, too-large.",
        "What the decoder raises, and how the adapter tells its errors apart.",
    ),
    "chunking": Kind(
        "The same bytes in other chunks give other events; the smallest cut is shown.",
        "What is kept between chunks: half a line, half a CRLF, half a character.",
    ),
    "crash": Kind("The adapter ended in the middle of a run.", "Its standard error.", broken=True),
    "timeout": Kind("No reply within the time allowed.", "A wait for more input.", broken=True),
    "nonsense": Kind(
        "What came is no reply: no JSON, other members, another run's number.",
        "Prints to standard output that are no replies.",
        broken=True,
    ),
}

ERROR_CLASSES: dict[str, str] = {
    "server": "The server said in the stream that something went wrong.",
    "payload": "The data of a known event is no JSON, or not its payload.",
    "truncated": "The input ended before the stream did.",
    "too-large": "An event is larger than the implementation allows.",
    "other": "Anything else, or an implementation that does not tell its errors apart.",
}
