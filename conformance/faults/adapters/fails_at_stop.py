"""Answers rightly, and ends with another status than 0."""

import sys

from ._right import conversation, say

for _, right in conversation(from_run=1):
    say(right)
sys.exit(7)
