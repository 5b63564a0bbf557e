"""The part of a generated Python package that is the same for every protocol.

`threadwire generate` copies these modules beside the tables and types that it writes.  With the
stand-in `events.py` they are a package of their own, which is how they are checked.
"""
