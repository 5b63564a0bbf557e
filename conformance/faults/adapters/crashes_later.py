"""Answers some runs, and then fails."""

from _right import conversation

for _ in conversation(from_run=9):
    raise RuntimeError("out of luck")
