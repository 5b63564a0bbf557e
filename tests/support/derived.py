"""The suite that is derived from a spec, judged against the package that is generated from it."""

from __future__ import annotations

import importlib
import itertools
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from threadwire_conformance.inprocess import run_case
from threadwire_conformance.kinds import VERDICTS
from threadwire_conformance.replies import FEATURES, reply
from threadwire_conformance.suite import load_suite
from threadwire_generator import targets
from threadwire_generator.spec import Spec
from threadwire_generator.targets.suite import compile_suite

_numbers = itertools.count()


def red_cases(spec: Spec, folder: Path) -> tuple[int, list[str]]:
    """How many cases there are, and the ids of those that the generated package does not pass."""
    compiled = compile_suite(spec)
    assert [finding for finding in compiled.findings if finding.is_error] == []
    suite_folder = folder / "suite"
    _write(compiled.files(), suite_folder)
    suite = load_suite(suite_folder)
    name = f"derived_package_{next(_numbers)}"
    plan = targets.load("python")(spec)
    renamed = {f"{name}/{path.split('/', 2)[2]}": text for path, text in plan.items()}
    _write(renamed, folder / "python")
    sys.path.insert(0, str(folder / "python"))
    try:
        importlib.invalidate_caches()
        package: Any = importlib.import_module(name)
        red = [
            case.id
            for case in suite.cases
            if _is_red(
                run_case(
                    case, lambda chunks: reply(package, chunks), suite, FEATURES, cuts=False
                ).verdict
            )
        ]
    finally:
        sys.path.remove(str(folder / "python"))
        for loaded in [known for known in sys.modules if known.split(".")[0] == name]:
            del sys.modules[loaded]
    return len(suite.cases), red


def _is_red(verdict: str) -> bool:
    return VERDICTS[verdict].red or verdict == "warn"


def _write(files: Mapping[str, str | bytes], folder: Path) -> None:
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
