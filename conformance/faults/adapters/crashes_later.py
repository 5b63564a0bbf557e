"""Answers some runs, and then fails."""

from ._right import conversation

for _ in conversation():
    raise RuntimeError("out of luck")
