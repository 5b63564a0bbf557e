"""Starts a program that holds its pipes, and ends without it."""

import os
import subprocess
import sys

from _right import conversation

SLEEPER = [sys.executable, "-c", "import time; time.sleep(3600)", "left-behind"]

for _ in conversation(from_run=9):
    child = subprocess.Popen([*SLEEPER, os.environ.get("THREADWIRE_MARK", "")])
    break
