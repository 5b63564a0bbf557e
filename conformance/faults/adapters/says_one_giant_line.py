"""Prints a line that does not end."""

from ._right import conversation, write

for _ in conversation():
    write('{"seq": 9, "events": ["')
    while True:
        write("x" * 1048576)
