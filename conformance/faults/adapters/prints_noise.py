"""Prints what it does to standard output."""

from ._right import conversation, say

for request, right in conversation(from_run=1):
    print("decoding run", request["seq"])
    say(right)
