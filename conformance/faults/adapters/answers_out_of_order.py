"""Answers a run only after the next one."""

from ._right import conversation, say

held = None
for _, right in conversation():
    if held is None:
        held = right
        continue
    say(right)
    say(held)
    held = None
