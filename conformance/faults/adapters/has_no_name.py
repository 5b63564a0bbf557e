"""Does not say who it is."""

from ._right import say

say({"features": []})
