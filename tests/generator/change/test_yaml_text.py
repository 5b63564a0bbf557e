"""YAML text as a person would have written it: what goes in is what the reader of specs gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from threadwire_generator.change.yaml_text import WIDTH, entry, in_flow, scalar
from threadwire_generator.load import load_document

TEXTS = st.text(
    st.characters(exclude_categories=("C", "Zl", "Zp"))
    | st.sampled_from(" :#,[]{}\"'`|>&*!%@-?=~<.0129nNyeoft\\$/_"),
    max_size=30,
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    TEXTS | st.booleans() | st.integers(-(10**9), 10**9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def loaded(text: str) -> Any:
    document, findings = load_document(text.encode(), Path("text.yaml"))
    assert document is not None, (findings, text)
    return document.data


@settings(max_examples=200, deadline=None)
@given(TEXTS, VALUES, st.integers(0, 3))
def test_what_is_written_is_read(key: str, value: Any, indent: int) -> None:
    lines = entry(key, value, 2 * indent)
    assert all(line == line.rstrip() for line in lines)
    assert loaded("\n".join(lines)) == {key: value}


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_a_text_is_one_for_other_readers_too(text: str) -> None:
    for flow in (True, False):
        written = scalar(text, flow=flow)
        told = yaml.safe_load(f"[{written}]" if flow else f"a: {written}")
        found = told[0] if flow else told["a"]
        assert found == text or str(found) == text  # a date, which is none for specs


@pytest.mark.parametrize(
    ("text", "flow", "plain"),
    [
        ("thread.run", "thread.run", "thread.run"),
        ("What it is, and why: so.", '"What it is, and why: so."', '"What it is, and why: so."'),
        ("What it is, and why.", '"What it is, and why."', "What it is, and why."),
        ("no", '"no"', '"no"'),
        ("1_000", '"1_000"', '"1_000"'),
        ("2026-08-21", "2026-08-21", "2026-08-21"),
        ("[DONE]", '"[DONE]"', '"[DONE]"'),
        ("", '""', '""'),
        ("a #b", '"a #b"', '"a #b"'),
        ("a:", '"a:"', '"a:"'),
        ("`a` is b", '"`a` is b"', '"`a` is b"'),
    ],
)
def test_quotes_stand_where_they_are_needed(text: str, flow: str, plain: str) -> None:
    assert in_flow(text) == flow
    assert scalar(text, flow=False) == plain


def test_what_is_too_long_for_a_line_is_written_on_several() -> None:
    words = [f"word_{number}" for number in range(30)]
    for value in (words, " ".join(words), dict.fromkeys(words, "x")):
        lines = entry("a_key", value, 4)
        assert len(lines) > 1
        assert max(map(len, lines)) <= WIDTH
        assert loaded("\n".join(lines)) == {"a_key": value}
