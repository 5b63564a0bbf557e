"""Tests that show a defect which is not mended yet, by `file::test`, with what is wrong.

They are expected to fail, strictly: mending one makes its test an error until it is struck off.
"""

OPEN_DEFECTS: dict[str, str] = {}
