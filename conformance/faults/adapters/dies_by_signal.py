"""Answers some runs, and is then ended by the system."""

import os
import signal

from _right import conversation

for _ in conversation(from_run=9):
    os.kill(os.getpid(), signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
