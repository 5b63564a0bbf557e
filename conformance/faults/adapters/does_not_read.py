"""Greets, and reads nothing any more."""

import time

from ._right import HELLO, say

say(dict(HELLO))
time.sleep(3600)
