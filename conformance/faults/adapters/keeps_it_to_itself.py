"""Answers all at once, when it is asked to stop."""

from ._right import conversation, text, write

held = [text(right) + "\n" for _, right in conversation()]
write("".join(held))
