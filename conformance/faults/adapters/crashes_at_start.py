"""Fails before it has read anything."""

import sys

sys.exit("the decoder is not installed")
