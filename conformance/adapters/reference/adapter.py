"""The generated Python package behind the adapter protocol, with every feature there is.

    threadwire test -- python conformance/adapters/reference/adapter.py

With `--package NAME` it is another package that `threadwire generate` made.
"""

from __future__ import annotations

import json
import sys
from binascii import a2b_base64
from importlib.metadata import PackageNotFoundError, version

from threadwire_conformance.reference import DEFAULT, load
from threadwire_conformance.replies import FEATURES, reply_members


def main() -> None:
    """Answer requests until `stop` or the end of input."""
    name = sys.argv[sys.argv.index("--package") + 1] if "--package" in sys.argv else DEFAULT
    package = load(name)
    try:
        number = version("threadwire")
    except PackageNotFoundError:
        number = "unknown"
    hello = {
        "name": "reference" if name == DEFAULT else name,
        "version": number,
        "language": "python",
        "features": FEATURES,
    }
    out = sys.stdout.buffer
    for line in sys.stdin.buffer:
        request = json.loads(line)
        if request["cmd"] == "stop":
            return
        if request["cmd"] == "start":
            answer = json.dumps(hello)
        else:
            members = reply_members(package, map(a2b_base64, request["chunks"]))
            answer = f'{{"seq": {request["seq"]}, {members}}}'
        out.write(answer.encode() + b"\n")
        out.flush()


if __name__ == "__main__":
    main()
