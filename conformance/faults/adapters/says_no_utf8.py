"""Prints text in another encoding than UTF-8."""

from ._right import conversation, write

for _, right in conversation():
    write(f'{{"seq": {right["seq"]}, "events": [], "end": "done", "x": "ü"}}\n'.encode("latin-1"))
