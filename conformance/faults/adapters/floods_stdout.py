"""Answers some runs, and then says the same thing for ever."""

from _right import conversation, text, write

for _, right in conversation(from_run=9):
    while True:
        write((text(right) + "\n") * 1000)
