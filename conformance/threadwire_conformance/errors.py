"""What can go wrong with an adapter, in the order of the life of a run.

    start      the program is found and started      AdapterError: it is not there, it ended
               → start ← name, features              AdapterError: silence, no JSON, no version
    smoke      → a few plain runs, one at a time     SmokeError: whatever breaks, or no event comes
                                                     out of any of them
    run        → runs, several in flight ← replies   BreakageError: crash, timeout, nonsense; that
                                                     case is `broken`, the program is started again,
                                                     and the run goes on
    give up    too many restarts                     what is left is `broken` too
    stop       → stop ← the program exits            a note: it did not, or it said more

An error before the first verdict says what to do, and ends with exit code 3.  A breakage after it
is part of the report.  What an adapter *answers* is never an error here: the judge sees to that.
"""

from __future__ import annotations


class KitError(Exception):
    """The kit cannot do what was asked: exit code 2."""


class AdapterError(Exception):
    """The adapter is wrong, not the decoder behind it: exit code 3.

    Attributes:
        cure: what its author can do.
        stderr: the last that the program wrote to standard error.
    """

    def __init__(self, message: str, cure: str, stderr: str = "") -> None:
        super().__init__(message)
        self.cure = cure
        self.stderr = stderr


class SmokeError(AdapterError):
    """The adapter started, and not even the plainest streams come through it."""


class BreakageError(Exception):
    """A run got no reply that can be judged.

    Attributes:
        kind: `crash`, `timeout` or `nonsense`.
        stderr: the last that the program wrote to standard error.
    """

    def __init__(self, kind: str, message: str, stderr: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.stderr = stderr


class NonsenseError(ValueError):
    """A line is not what the adapter protocol has in this place; the message says what it is."""
