"""Answers some runs, and then says the same thing for ever."""

from ._right import conversation, text, write

for _, right in conversation():
    while True:
        write((text(right) + "\n") * 1000)
