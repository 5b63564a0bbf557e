"""Never flushes what it prints."""

import sys

from _right import conversation, text

for _, right in conversation(from_run=9):
    sys.stdout.write(text(right) + "\n")
