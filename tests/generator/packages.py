"""Generated packages for the tests: from a spec or from YAML text to an imported module.

`tiny(types, …)` is a whole protocol in a few lines; what a test does not say is filled in.
"""

from __future__ import annotations

import functools
import importlib
import itertools
import sys
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from threadwire_generator import targets
from threadwire_generator.build import build, read_spec_files
from threadwire_generator.findings import format_finding
from threadwire_generator.load import load_folder
from threadwire_generator.spec import Spec

ROOT = Path(__file__).parents[2]
ASSISTANTS = ROOT / "schema" / "assistants"
PIPELINE = ROOT / "tests" / "protocols" / "pipeline"

EVENTS = "thing: {class: ThingCame, payload: Thing, when: A thing came.}"

_HEAD = """
protocol: tiny
title: Tiny stream
package: tiny_events
union: TinyEvent
description: A stream for one test.
selector: {in: event}
"""

_numbers = itertools.count()


def tiny_files(
    types: str, *, events: str = EVENTS, end: str = "eof", head: str = "", **more: str
) -> dict[str, str]:
    """A protocol whose types stand in `things.yaml`, and perhaps in more files, by stem."""
    protocol = f"{_HEAD}{head}end: {end}\nevents:\n" + textwrap.indent(
        textwrap.dedent(events), "  "
    )
    files = {"protocol.yaml": protocol}
    if types:
        files["things.yaml"] = textwrap.dedent(types)
    return files | {f"{stem}.yaml": textwrap.dedent(text) for stem, text in more.items()}


def accepted(files: Mapping[str, str]) -> Spec | None:
    """The spec in these texts, by file name; None when there are findings that forbid it."""
    spec, findings = read_spec_files({name: text.encode() for name, text in files.items()})
    assert (spec is None) == any(finding.is_error for finding in findings)
    return spec


def rules_broken(files: Mapping[str, str]) -> set[str]:
    """The rules of the errors that are found in these texts."""
    _, findings = read_spec_files({name: text.encode() for name, text in files.items()})
    return {finding.rule for finding in findings if finding.is_error}


def tiny(types: str, **parts: str) -> Spec:
    """The spec of a tiny protocol; one that is refused fails the test."""
    files = tiny_files(types, **parts)
    spec = accepted(files)
    assert spec is not None, rules_broken(files)
    return spec


@functools.cache
def spec_in(folder: Path) -> Spec:
    """The spec of a folder, whatever lint has to say about it."""
    documents, findings = load_folder(folder)
    assert findings == [], [format_finding(f) for f in findings]
    return build(documents)


@functools.cache
def plan_of(folder: Path, target: str = "python") -> Mapping[str, str]:
    """The plan of a target for a folder, made once."""
    return targets.load(target)(spec_in(folder))


def python_plan(spec: Spec) -> dict[str, str]:
    """The plan of the Python target."""
    return targets.load("python")(spec)


def write(plan: Mapping[str, str], folder: Path) -> Path:
    """The files of a plan below a folder."""
    for path, text in plan.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    return folder


@contextmanager
def imported(plan: Mapping[str, str], folder: Path) -> Iterator[Any]:
    """The package of a plan, copied and renamed so that no other test meets it, and imported."""
    name = f"package_under_test_{next(_numbers)}"
    renamed = {f"{name}/{path.split('/', 2)[2]}": text for path, text in plan.items()}
    write(renamed, folder)
    sys.path.insert(0, str(folder))
    try:
        importlib.invalidate_caches()
        module: ModuleType = importlib.import_module(name)
        yield module
    finally:
        sys.path.remove(str(folder))
        for loaded in [known for known in sys.modules if known.split(".")[0] == name]:
            del sys.modules[loaded]


def thing(package: Any, data: str) -> Any:
    """What the decoder of a tiny protocol makes of one payload."""
    stream = f"event: thing\ndata: {data}\n\n".encode()
    (event,) = package.decode(stream, errors="keep", require_done=False)
    return event
