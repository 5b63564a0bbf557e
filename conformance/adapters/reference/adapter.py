"""The generated Python package behind the adapter protocol, with every feature there is.

    threadwire test -- python conformance/adapters/reference/adapter.py

With `--package NAME` it is another package that `threadwire generate` made.
"""

from threadwire_conformance.adapter import main

if __name__ == "__main__":
    main()
