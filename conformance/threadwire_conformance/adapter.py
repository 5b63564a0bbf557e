r"""A generated Python package behind the adapter protocol, with every feature there is.

    threadwire test -- \\
      python -m threadwire_conformance.adapter --package weather_events --path generated/python

`--path` is a folder to look for the package in, before all others.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from binascii import a2b_base64
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from .reference import DEFAULT, load
from .replies import FEATURES, reply_members


def main(args: Sequence[str] | None = None) -> None:
    """Answer requests until `stop` or the end of input."""
    parser = ArgumentParser(description="Answer the requests of `threadwire test`.")
    parser.add_argument("--package", default=DEFAULT, help="import name of the generated package")
    parser.add_argument("--path", help="folder that it is in")
    options = parser.parse_args(args)
    if options.path is not None:
        sys.path.insert(0, options.path)
    name: str = options.package
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
