"""When two JSON values are the same, and where they differ first."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import suite
from threadwire_conformance.compare import ABSENT, difference, exact_difference

TYPES = suite().types
TEXT = {"type": "text", "value": "a"}

SAME: dict[str, tuple[Any, Any]] = {
    "members that are not declared": ({"id": "a", "new": 1}, {"id": "a"}),
    "null and absent": ({"id": "a", "text": None}, {"id": "a"}),
    "a type that is null and absent": ({"mode": None, "parts": None}, {}),
    "the order of members": ({"id": "a", "text": "b"}, {"text": "b", "id": "a"}),
    "1 and 1.0": ({"size": 1}, {"size": 1.0}),
    "integers that are the same double": ({"size": 2**60 + 1}, {"size": 2**60}),
    "an unknown variant": (
        {"parts": [{"type": "film", "reel": 1}]},
        {"parts": [{"type": "film", "reel": 2}]},
    ),
    "null in a map": ({"labels": {"a": None}}, {"labels": {}}),
    "members of a mixed union": ({"mode": {"name": "x", "new": 1}}, {"mode": {"name": "x"}}),
}
OTHER: dict[str, tuple[Any, Any, str]] = {
    "text": ({"text": "a"}, {"text": "b"}, "$.text"),
    "a number as text": ({"size": 1}, {"size": "1"}, "$.size"),
    "true and 1": ({"size": True}, {"size": 1}, "$.size"),
    "1 and true": ({"size": 1}, {"size": True}, "$.size"),
    "0 and absent": ({"size": 0}, {}, "$.size"),
    "empty and absent": ({"text": ""}, {}, "$.text"),
    "an empty list and absent": ({"parts": []}, {}, "$.parts"),
    "neighbours below 2^53": ({"size": 2**53 - 1}, {"size": 2**53 - 2}, "$.size"),
    "a longer list": ({"parts": []}, {"parts": [TEXT]}, "$.parts[0]"),
    "a shorter list": ({"parts": [TEXT]}, {"parts": []}, "$.parts[0]"),
    "the order of a list": (
        {"parts": [TEXT, {"type": "image"}]},
        {"parts": [{"type": "image"}, TEXT]},
        "$.parts[0].type",
    ),
    "a member of a variant": ({"parts": [TEXT]}, {"parts": [{"type": "text"}]}, "$.parts[0].value"),
    "another tag": ({"parts": [{"type": "film"}]}, {"parts": [{}]}, "$.parts[0].type"),
    "a key of a map": ({"labels": {"a b": 1}}, {"labels": {}}, '$.labels["a b"]'),
    "another branch of a mixed union": ({"mode": {"name": "x"}}, {"mode": "x"}, "$.mode"),
    "a member in a mixed union": ({"mode": {"name": "x"}}, {"mode": {}}, "$.mode.name"),
    "no object": ({"id": "a"}, [], "$"),
}


@pytest.mark.parametrize("name", SAME)
def test_declared_takes_for_the_same(name: str) -> None:
    one, other = SAME[name]
    assert difference(one, other, "Note", TYPES) is None
    assert difference(other, one, "Note", TYPES) is None


@pytest.mark.parametrize("name", OTHER)
def test_declared_finds_the_path_of_a_difference(name: str) -> None:
    one, other, path = OTHER[name]
    for pair in ((one, other), (other, one)):
        found = difference(*pair, "Note", TYPES)
        assert found is not None
        assert found.path == path


@pytest.mark.parametrize(
    ("one", "other", "path"),
    [
        ({"new": 1}, {}, "$.new"),
        ({"text": None}, {}, "$.text"),
        ({"size": 2**60 + 1}, {"size": 2**60}, "$.size"),
        ({"size": 2**60 + 1}, {"size": float(2**60 + 1)}, "$.size"),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, "$.a[0].b"),
    ],
)
def test_exact_looks_at_everything(one: Any, other: Any, path: str) -> None:
    for pair in ((one, other), (other, one)):
        found = exact_difference(*pair)
        assert found is not None
        assert found.path == path


def test_exact_takes_numbers_by_value_too() -> None:
    assert exact_difference({"a": 1, "b": 2}, {"b": 2.0, "a": 1}) is None


def test_a_difference_says_that_nothing_is_there() -> None:
    found = exact_difference({"a": 1}, {})
    assert found is not None
    assert (found.expected, found.found) == (1, ABSENT)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(_json, _json)
def test_a_difference_has_no_direction(one: Any, other: Any) -> None:
    assert exact_difference(one, one) is None
    assert (exact_difference(one, other) is None) == (exact_difference(other, one) is None)
    assert (difference(one, other, "Note", TYPES) is None) == (
        difference(other, one, "Note", TYPES) is None
    )
