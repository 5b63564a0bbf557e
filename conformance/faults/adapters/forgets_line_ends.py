"""Ends no line."""

from ._right import conversation, text, write

for _, right in conversation():
    write(text(right))
