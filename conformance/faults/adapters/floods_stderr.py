"""Answers rightly, and writes a mebibyte to standard error with each answer."""

import sys

from ._right import conversation, say

for _, right in conversation(from_run=1):
    sys.stderr.write("chatter\n" * 131072)
    say(right)
