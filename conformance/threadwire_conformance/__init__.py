"""Suite in, verdict out: the conformance kit of threadwire.

For decoders written in Python, `cases()` and `judge_decoder(case, decode)` run the suite in one's
own pytest; anything else goes through an adapter and `threadwire test`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .inprocess import ConformanceFailure, cases, judge_decoder

__all__ = ["ConformanceFailure", "cases", "judge_decoder"]


def __getattr__(name: str) -> Any:
    """Import on use: no command pays for what it does not need."""
    if name in __all__:
        from . import inprocess

        return getattr(inprocess, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
