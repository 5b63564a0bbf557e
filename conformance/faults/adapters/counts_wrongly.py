"""Answers with the number of the next run."""

from _right import conversation, say

for _, right in conversation(from_run=9):
    say({**right, "seq": right["seq"] + 1})
