"""States a feature that there is not."""

from ._right import HELLO, say

say({**HELLO, "features": ["everything"]})
