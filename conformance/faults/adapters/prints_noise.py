"""Prints what it does to standard output."""

from _right import conversation, say

for request, right in conversation():
    print("decoding run", request["seq"])
    say(right)
