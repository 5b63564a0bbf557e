"""Takes its time for every answer."""

import time

from ._right import conversation, say

for _, right in conversation():
    time.sleep(30)
    say(right)
