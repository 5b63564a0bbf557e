"""Ends in the middle of an answer."""

from _right import conversation, text, write

for _, right in conversation(from_run=9):
    write(text(right)[:20])
    break
