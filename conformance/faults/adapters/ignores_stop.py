"""Answers rightly, and does not end when it is asked to."""

import time

from ._right import answer, requests, say

for request in requests():
    right = answer(request)
    if right is not None:
        say(right)
while True:
    time.sleep(3600)
