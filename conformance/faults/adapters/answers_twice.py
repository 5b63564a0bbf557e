"""Answers each run twice."""

from ._right import conversation, say

for _, right in conversation():
    say(right)
    say(right)
