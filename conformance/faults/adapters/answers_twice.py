"""Answers each run twice."""

from _right import conversation, say

for _, right in conversation(from_run=9):
    say(right)
    say(right)
