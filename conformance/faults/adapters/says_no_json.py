"""Prints its answers as the language prints dictionaries."""

from ._right import conversation, write

for _, right in conversation():
    write(f"{right}\n")
