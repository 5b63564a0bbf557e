"""The process that atheris runs in: it instruments the package and never comes back."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["assistant_events"]):
    import assistant_events  # noqa: F401

from fuzz.target import check


def main() -> None:
    """Hand over to libFuzzer, with its own arguments."""
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
