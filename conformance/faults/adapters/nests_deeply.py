"""Answers with lists in lists, a hundred thousand deep."""

from ._right import conversation, write

for _, right in conversation():
    depth = 100_000
    write(f'{{"seq": {right["seq"]}, "events": {"[" * depth}{"]" * depth}, "end": "done"}}\n')
