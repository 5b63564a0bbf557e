"""Ends no line."""

from _right import conversation, text, write

for _, right in conversation(from_run=9):
    write(text(right))
