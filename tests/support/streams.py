"""Made-up streams for properties and fuzzing, by hypothesis, leaning towards the edges."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from support.payloads import FULL, frame
from support.values import dumps, loads, places, replaced, without

LINE_ENDS = ("\n", "\r\n", "\r")

_TEXTS = st.sampled_from(
    [
        "",
        " ",
        "x",
        " x",
        "x ",
        ":",
        "a:b",
        "[DONE]",
        "{}",
        "null",
        '{"a":1}',
        "é€😀",
        "\ufeff",
        "\u2028",
        "\x85",
        "\x00",
        "\t",
        "x" * 60,
        "message",
        "1",
        "007",
    ]
)
_NAMES = st.sampled_from(
    ["a", "b", "message", "", " ", "thread", "thread.created ", "done.", "Done", "\0", "é", "event"]
)
_DIGITS = st.sampled_from(
    ["0", "1", "3000", "007", "-1", "1.0", " 1", "1 ", "²", "", "12345678901"]
)
_FIELDS = st.one_of(
    st.builds("data{}{}".format, st.sampled_from([":", ": ", ":  "]), _TEXTS),
    st.builds("data{}{}".format, st.sampled_from([":", ": "]), _TEXTS),
    st.builds("event{}{}".format, st.sampled_from([":", ": "]), _NAMES),
    st.builds("id{}{}".format, st.sampled_from([":", ": "]), _TEXTS),
    st.builds("retry{}{}".format, st.sampled_from([":", ": "]), _DIGITS),
    st.builds(":{}".format, _TEXTS),
    st.sampled_from(["data", "event", "id", "retry", "colour: green", "Data: x", "data : x"]),
    st.sampled_from(["\ufeffdata: x", " data: x", "dat", "datas: x", "event : done", "x"]),
)
_RAW = st.sampled_from(
    [b"\xff", b"\xe2\x82", b"\xf0\x9f", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xc0"]
)


@st.composite
def blocks(draw: st.DrawFn) -> bytes:
    """A few lines of any fields, mostly with one kind of line end, and bytes that are no UTF-8."""
    main = draw(st.sampled_from(LINE_ENDS))
    ends = st.sampled_from([main] * 8 + list(LINE_ENDS))
    parts = []
    for line in draw(st.lists(_FIELDS, max_size=6)):
        parts.append(line.encode())
        if draw(st.integers(0, 15)) == 0:
            parts.append(draw(_RAW))
        parts.append(draw(ends).encode())
    parts.append(draw(ends).encode() if draw(st.integers(0, 9)) else b"")
    return b"".join(parts)


def usual_blocks() -> st.SearchStrategy[bytes]:
    """Blocks of the one form that nearly every block has."""
    return st.builds(
        lambda name, data: f"event: {name}\ndata: {data}\n\n".encode(),
        st.one_of(_NAMES, st.sampled_from(["thread.created", "error"])),
        st.one_of(_TEXTS, st.integers(0, 500).map("x".__mul__)),
    )


def ends() -> st.SearchStrategy[bytes]:
    """End events in several forms."""
    return st.sampled_from(
        [
            b"event: done\ndata: [DONE]\n\n",
            b"event: done\r\ndata:\r\n\r\n",
            b"data: [DONE]\n\n",
            b"data: x\revent: done\r\r",
            b"event: done\n\n",
            b"event: done\ndata: [DONE]\n",
        ]
    )


def streams(*, with_end: bool = True) -> st.SearchStrategy[bytes]:
    """Whole streams: runs of usual blocks, odd blocks, sometimes a BOM and an end in the middle."""
    pieces = [
        blocks(),
        blocks(),
        usual_blocks(),
        st.lists(usual_blocks(), max_size=8).map(b"".join),
    ]
    many = st.lists(st.one_of(*pieces, *([ends()] if with_end else [])), max_size=8).map(b"".join)
    return st.builds(
        lambda bom, rest: bom + rest, st.sampled_from([b"", b"", b"\xef\xbb\xbf"]), many
    )


# --- payloads -------------------------------------------------------------------------------------

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.integers(-(10**40), 10**40),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(st.characters(exclude_categories=("Cs",)), max_size=20),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.text(st.characters(exclude_categories=("Cs",)), max_size=8), inner, max_size=4
        ),
    ),
    max_leaves=12,
)

_EVENTS = {
    "Thread": ["thread.created"],
    "Run": ["thread.run.created", "thread.run.completed"],
    "RunStep": ["thread.run.step.created", "thread.run.step.failed"],
    "RunStepDelta": ["thread.run.step.delta"],
    "Message": ["thread.message.created"],
    "MessageDelta": ["thread.message.delta"],
}
_CASES = [
    (event, payload, [at for at, _ in places(payload) if at], _objects)
    for name, payloads in FULL.items()
    for payload in payloads
    for event in _EVENTS.get(name, [])
    for _objects in [[at for at, value in places(payload) if isinstance(value, dict)]]
]


@st.composite
def payload_events(draw: st.DrawFn) -> tuple[str, Any]:
    """An event's name and a payload shaped like a real one: changed, thinned out, added to."""
    event, payload, at_all, at_objects = draw(st.sampled_from(_CASES))
    payload = loads(dumps(payload))
    for _ in range(draw(st.integers(0, 4))):
        change = draw(st.sampled_from(["add", "add", "drop", "null", "any"]))
        at = draw(st.sampled_from(at_objects if change == "add" else at_all))
        if not _exists(payload, at):
            continue
        if change == "add":
            name = draw(st.text(st.characters(exclude_categories=("Cs",)), max_size=6))
            if isinstance(_value(payload, at), dict):
                payload = replaced(payload, at, _value(payload, at) | {name: draw(VALUES)})
        elif change == "drop" and isinstance(at[-1], str):
            payload = without(payload, at)
        else:
            payload = replaced(payload, at, None if change == "null" else draw(VALUES))
    return event, payload


def framed(event: tuple[str, Any]) -> bytes:
    """The block of a payload event."""
    return frame(*event)


def _value(payload: Any, at: tuple[Any, ...]) -> Any:
    for step in at:
        payload = payload[step]
    return payload


def _exists(payload: Any, at: tuple[Any, ...]) -> bool:
    try:
        _value(payload, at)
    except (KeyError, IndexError, TypeError):
        return False
    return True
