"""Answers with a list of events, and nothing around it."""

from ._right import conversation, say

for _, right in conversation():
    say(right["events"])
