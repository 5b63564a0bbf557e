"""Answers with the number of the next run."""

from ._right import conversation, say

for _, right in conversation():
    say({**right, "seq": right["seq"] + 1})
