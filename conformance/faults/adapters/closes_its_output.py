"""Closes its standard output, and lives on."""

import os
import time

from ._right import conversation

for _ in conversation():
    os.close(1)
    time.sleep(3600)
