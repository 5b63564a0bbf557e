"""Answers some runs, and then ends as if all were said."""

from ._right import conversation

for _ in conversation():
    break
