"""Write MATRIX.md anew: `python -m faults`."""

from __future__ import annotations

from threadwire_conformance.suite import load_suite

from .derived import Derived
from .fault import the_spec
from .matrix import matrix_of_all
from .page import PAGE, page


def main() -> None:
    """Compute the matrix of the suite in this checkout, and write the page."""
    suite = load_suite()
    text = page(matrix_of_all(), suite, Derived(suite, the_spec()))
    PAGE.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
