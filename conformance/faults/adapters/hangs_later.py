"""Answers some runs, and then none any more."""

import time

from _right import conversation

for _ in conversation(from_run=9):
    time.sleep(3600)
