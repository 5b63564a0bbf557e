"""Ends in the middle of an answer."""

from ._right import conversation, text, write

for _, right in conversation():
    write(text(right)[:20])
    break
