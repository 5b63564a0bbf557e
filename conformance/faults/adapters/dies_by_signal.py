"""Answers some runs, and is then ended by the system."""

import os
import signal

from ._right import conversation

for _ in conversation():
    os.kill(os.getpid(), signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
