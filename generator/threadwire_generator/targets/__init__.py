"""The targets: what a protocol can be turned into.

A target is a folder beside this file whose package has a function `plan(spec)`.  It gives, for
each file that it wants, a POSIX path below the out folder and the text: lines end in LF, the last
one too.  It reads the spec and its own templates, and nothing else: no clock, no environment, no
other target, so that the same spec gives the same bytes everywhere.

To add one, add the folder and its line in `TABLE`.  The target `SUITE` is another matter: it reads
the cases that people wrote, and its files go into a folder of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TypeAlias

from threadwire_generator.spec import Spec

PlanFunction: TypeAlias = Callable[[Spec], dict[str, str]]

# Strings, not functions: a target is imported when it is asked for, with all that it needs.
TABLE: dict[str, str] = {
    "python": "threadwire_generator.targets.python:plan",
    "jsonschema": "threadwire_generator.targets.jsonschema:plan",
    "docs": "threadwire_generator.targets.docs:plan",
}
SUITE = "suite"


def load(name: str) -> PlanFunction:
    """Import the plan function of a target; raises KeyError for a name that is not in `TABLE`."""
    module, _, function = TABLE[name].partition(":")
    plan: PlanFunction = getattr(import_module(module), function)
    return plan
