"""Answers the first run before it was asked."""

from ._right import answer, requests, say

for request in requests():
    right = answer(request)
    if right is None:
        break
    say(right)
    if request["cmd"] == "start":
        say({"seq": 1, "events": [], "end": "done"})
