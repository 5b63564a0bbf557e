"""Reads, and never answers anything."""

import time

time.sleep(3600)
