"""Answers the first run before it was asked for anything but to start."""

from _right import conversation, say

say({"seq": 1, "events": [], "end": "done"})
for _, right in conversation():
    say(right)
