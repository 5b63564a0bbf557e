"""Sends back what it was sent, as a program that was started wrongly does."""

import sys

for line in sys.stdin.buffer:
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
