"""Prints NaN, which its language takes for JSON."""

from ._right import conversation, say

for _, right in conversation():
    say({**right, "events": [{"event": "x", "data": float("nan")}]})
