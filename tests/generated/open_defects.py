"""Tests that show a defect which is not mended yet, under what is wrong.

They are expected to fail, strictly: mending one makes its test an error until it is struck off.  A
name without brackets stands for all parameters of a test.  The run ends with this list.
"""

_BY_DEFECT: dict[str, list[str]] = {}

OPEN_DEFECTS = {test: defect for defect, tests in _BY_DEFECT.items() for test in tests}
