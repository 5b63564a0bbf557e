"""The five-minute start: a stream on standard input, its events on standard output.

    threadwire test --filter -- python filter.py

Put your decoder where this one is: it reads frames in the plainest way, and fails many cases.
"""

import json
import sys

name, data, done = "message", list[str](), False
for line in sys.stdin.buffer.read().decode("utf-8", "replace").split("\n"):
    field, _, value = line.partition(": ")
    if field == "event":
        name = value
    elif field == "data":
        data.append(value)
    elif not line and data:
        text = "\n".join(data)
        if name == "done":
            done = True
        else:
            # Python reads NaN, and JSON has none: then this raises, and the status is an error
            print(json.dumps({"event": name, "data": json.loads(text)}, allow_nan=False))
        name, data = "message", list[str]()
if not done:
    print(json.dumps({"end": "eof"}))
