"""What `threadwire init` puts into a repository: files as values, without effects.

`scaffold` gives every file by its path below the repository's root.  Templates are beside this
module; the protocol's own files come as they are.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from jinja2 import Environment, StrictUndefined

from threadwire_generator.change.project import ACCEPTED, BREAKS, FILE, INTERPRETER, OUT, PACKAGE
from threadwire_generator.resources import change_template

HOOKS = ".pre-commit-config.yaml"
WORKFLOW = ".github/workflows/threadwire.yaml"
AT_THE_ROOT = (HOOKS, WORKFLOW)  # nobody reads these anywhere else
SHARED = (HOOKS,)  # holds what others put there


@dataclass(frozen=True, slots=True)
class Setup:
    """What is particular to one repository."""

    protocol: str  # the name of its folder
    package: str
    spec: Mapping[str, str]  # the files of that folder
    meta: Mapping[str, str]  # the JSON Schemas of these files, for editors
    targets: tuple[str, ...]
    version: str  # of threadwire
    bundled: bool = False  # whether threadwire brings a suite for it
    below: str = ""  # the folder, as seen from the repository's root; empty if it is the root

    @property
    def tested(self) -> bool:
        """Whether `threadwire test` can do without a command of the person's own."""
        return "python" in self.targets and ("suite" in self.targets or self.bundled)

    @property
    def schema(self) -> str:
        """The folder of the protocol."""
        return f"schema/{self.protocol}"


def scaffold(setup: Setup) -> dict[str, str]:
    """The files, by path."""
    gate = "threadwire check --against HEAD"
    below = shlex.quote(setup.below)
    facts = {
        "schema": setup.schema,
        "out": OUT,
        "package": setup.package,
        "targets": setup.targets,
        "own_suite": "suite" in setup.targets,
        "fail_on": BREAKS,
        "version": setup.version,
        "below": setup.below,
        "cd": f"cd {below}",
        "hook": f"sh -c {shlex.quote(f'cd {below} && exec {gate}')}" if setup.below else gate,
        "tested": setup.tested,
        "bundled": setup.bundled,
        "test_command": (
            *(INTERPRETER, "-m", "threadwire_conformance.adapter"),
            *("--package", PACKAGE, "--path", f"{OUT}/python"),
        ),
    }
    files = {f"{setup.schema}/{name}": text for name, text in setup.spec.items()}
    files |= {f"schema/meta/{name}": text for name, text in setup.meta.items()}
    files[f"schema/{ACCEPTED}"] = render("accepted-breaks.yaml", facts)
    files[FILE] = render("threadwire.toml", facts)
    files[HOOKS] = render("pre-commit-config.yaml", facts)
    files[WORKFLOW] = render("workflow.yaml", facts)
    return files


def render(name: str, facts: Mapping[str, object]) -> str:
    """A template with facts in it."""
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True)
    environment.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
    return environment.from_string(change_template(name)).render(facts)
