"""`threadwire.toml`: what the commands do in a repository, when no option says otherwise.

The file is looked for from the working folder upwards, and not beyond the repository: settings of
another one never apply.  Its paths count from the folder that it is in, wherever a command is
called.  `find_project` and `read_project` give one value, the `Project`; nothing here is global.

What a command takes from it is told by the names of that command's options (`Project.options`),
so that commands of other rooms need not know this module, nor this one them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from threadwire_generator.findings import Finding, did_you_mean, finding_at, listed, show

FILE = "threadwire.toml"
ACCEPTED = "accepted-breaks.yaml"  # beside the folder of a protocol
OUT = "generated"  # where files go, if nothing says so
PROTOCOL_FILE = "protocol.yaml"
BREAKS = ("decoder", "server", "python")  # who can be broken
INTERPRETER = "{python}"  # in a test command: the interpreter that threadwire runs with
PACKAGE = "{package}"  # in a test command: the import name of the generated package


@dataclass(frozen=True, slots=True)
class Adapter:
    """What `threadwire test` runs, if no command is given: the words, how, and in which folder."""

    command: tuple[str, ...]
    filter: bool
    folder: Path


@dataclass(frozen=True, slots=True)
class Project:
    """The settings of a repository; its paths are as seen from the working folder."""

    file: Path
    schema: Path  # the folder of the protocol
    out: Path
    suite: Path
    cases: Path | None = None
    package: str | None = None  # instead of the one in `protocol.yaml`
    targets: tuple[str, ...] = ()  # none: all
    fail_on: tuple[str, ...] = BREAKS
    adapter: Adapter | None = None
    known_failures: Path | None = None
    revision: int | None = None
    is_bundled: bool = False  # whether the protocol came with threadwire, which has a suite of it

    @property
    def makes_suite(self) -> bool:
        """Whether the conformance suite is generated here."""
        return not self.targets or "suite" in self.targets

    def is_own(self, schema: Path) -> bool:
        """Whether this is the folder of the protocol that the settings are about."""
        return schema.resolve() == self.schema.resolve()

    def options(self, command: str) -> dict[str, Any]:
        """What stands for options of a command that are not given, by the options' names.

        `CMD` is the adapter, for a command that takes one.
        """
        table = {name: tell(self) for name, tell in OPTIONS.get(command, {}).items()}
        return {name: value for name, value in table.items() if value is not None}


_FILES: Mapping[str, Callable[[Project], Any]] = {
    "--schema": lambda project: str(project.schema),
    "--out": lambda project: str(project.out),
    "--suite": lambda project: str(project.suite),
    "--cases": lambda project: project.cases and str(project.cases),
    "--package": lambda project: project.package,
    "--target": lambda project: project.targets,
}

# Command, option, and what of a project stands for it.
OPTIONS: Mapping[str, Mapping[str, Callable[[Project], Any]]] = {
    "generate": _FILES,
    "check": {**_FILES, "--fail-on": lambda project: project.fail_on},
    "diff": {"--schema": lambda project: str(project.schema)},
    "import": {"--schema": lambda project: str(project.schema)},
    "test": {
        "--suite": lambda project: (
            str(project.suite) if project.makes_suite or not project.is_bundled else None
        ),
        "--known-failures": lambda project: project.known_failures and str(project.known_failures),
        "--revision": lambda project: project.revision,
        "CMD": lambda project: project.adapter,
    },
}


def find_project(folder: Path) -> Path | None:
    """The `threadwire.toml` of this folder, or of the nearest above it in the same repository.

    Outside of a repository nothing says how far up is still meant: there only the folder counts.
    """
    folder = folder.absolute()
    found: list[Path] = []
    for place in (folder, *folder.parents):
        found += [place / FILE] if (place / FILE).is_file() else []
        if (place / ".git").exists():
            return found[0] if found else None
    return folder / FILE if folder / FILE in found else None


def protocol_name(content: bytes) -> str | None:
    """What a protocol calls itself in its `protocol.yaml`; None if that cannot be read."""
    return protocol_fact(content, "protocol")


def protocol_fact(content: bytes, name: str) -> str | None:
    """A text on top of a `protocol.yaml`; None if that cannot be read."""
    from threadwire_generator.load import load_document

    document, _ = load_document(content, Path(PROTOCOL_FILE))
    data: Any = None if document is None else document.data
    text: Any = data.get(name) if _is_mapping(data) else None
    return text if isinstance(text, str) else None


def _is_mapping(value: Any) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(value, Mapping)


def protocols_beside(schema: Path) -> list[str]:
    """The names of the protocols in the folder that a protocol's folder lies in."""
    files = sorted(schema.resolve().parent.glob(f"*/{PROTOCOL_FILE}"))
    return sorted({name for file in files if (name := protocol_name(file.read_bytes()))})


def read_project(file: Path, here: Path) -> tuple[Project | None, list[Finding]]:
    """The settings in a file, with paths as seen from `here`; None when there is any finding."""
    from threadwire_generator.change.toml_file import load_toml
    from threadwire_generator.shape import check_shape  # brings JSON Schema

    shown = _seen(file.parent, file.name, here)
    document, findings = load_toml(file.read_bytes(), shown)
    if document is None:
        return None, findings
    findings = check_shape(document, "project")
    if findings:
        return None, findings
    problems = list(_odd_paths(document.data))
    project = None if problems else _project(document.data, file, here)
    if project is not None:
        problems = _problems(project, document.data, file.parent)
    for steps, message, cure in problems:
        findings.append(finding_at(document.mark(steps), "project/value", message, cure))
    return (None if findings else project), findings


def _seen(root: Path, path: str, here: Path) -> Path:
    """A path of the file, as it is spelled in the working folder."""
    try:
        return Path(os.path.relpath(root / path, here.absolute()))
    except ValueError:  # another drive
        return root / path


def _project(data: Any, file: Path, here: Path) -> Project:
    """The value of a file that has the right shape."""

    def path(name: str, table: Mapping[str, Any] = data) -> Path | None:
        return _seen(file.parent, table[name], here) if name in table else None

    from threadwire_generator.resources import protocols

    test = data.get("test", {})
    out = data.get("out", OUT)
    stated = file.parent / data["schema"] / PROTOCOL_FILE
    name = protocol_name(stated.read_bytes()) if stated.is_file() else None
    words = tuple(test.get("command", ()))
    command = tuple(_with_package(word, data, stated) for word in words)
    root = _seen(file.parent, "", here)
    return Project(
        file=root / file.name,
        schema=_seen(file.parent, data["schema"], here),
        out=_seen(file.parent, out, here),
        suite=_seen(file.parent, data.get("suite", f"{out}/suite"), here),
        cases=path("cases"),
        package=data.get("package"),
        targets=tuple(data.get("targets", ())),
        fail_on=tuple(data.get("fail_on", BREAKS)),
        adapter=Adapter(command, test.get("filter", False), root) if command else None,
        known_failures=path("known_failures", test),
        revision=test.get("revision"),
        is_bundled=name in [folder.name for folder in protocols()],
    )


def _with_package(word: str, data: Any, protocol: Path) -> str:
    """A word of the test command, with the name of the package in its place."""
    if PACKAGE not in word:
        return word
    content = protocol.read_bytes() if protocol.is_file() else b""
    name = data.get("package") or protocol_fact(content, "package")
    return word.replace(PACKAGE, name or "")


def _odd_paths(data: Any) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Texts that no system takes: steps, message, cure."""
    test = data.get("test", {})
    texts: list[tuple[tuple[str | int, ...], Any]] = [((name,), data.get(name)) for name in _PATHS]
    texts.append((("test", "known_failures"), test.get("known_failures")))
    texts += [(("test", "command", at), word) for at, word in enumerate(test.get("command", ()))]
    for steps, text in texts:
        if text is not None and "\0" in text:
            yield steps, f"{show(text)} has a NUL in it, which no path can have", "take it out"


_PATHS = ("schema", "out", "suite", "cases")


def _problems(
    project: Project, data: Any, root: Path
) -> list[tuple[tuple[str | int, ...], str, str]]:
    """What the JSON Schema cannot know: steps, message, cure."""
    from threadwire_generator import targets
    from threadwire_generator.change.rooms import room_problem
    from threadwire_generator.rules.names import PACKAGE_CURE, package_problem

    found: list[tuple[tuple[str | int, ...], str, str]] = []
    if not (root / data["schema"] / PROTOCOL_FILE).is_file():
        message = f"there is no {PROTOCOL_FILE} in {show(data['schema'])}"
        cure = f"name the folder that holds it, counted from {project.file.name}"
        found.append((("schema",), message, cure))
    elif project.schema.resolve() in (root.resolve(), *root.resolve().parents):
        message = "the protocol lies in the folder of the settings, and its list of breaks above it"
        cure = "move it into a folder of its own, as in `schema/weather`"
        found.append((("schema",), message, cure))
    elif problem := room_problem(project.schema, project.out, project.suite):
        steps = (problem.which,) if problem.which in data else ("schema",)
        found.append((steps, problem.message, problem.cure))
    if "cases" in data and not (root / data["cases"]).is_dir():
        message = f"there is no folder {show(data['cases'])}"
        found.append((("cases",), message, "name the folder of your cases, or remove the line"))
    if project.package is not None and (reason := package_problem(project.package)):
        message = f"{show(project.package)} cannot be imported as a package: it {reason}"
        found.append((("package",), message, PACKAGE_CURE))
    known = [*targets.TABLE, targets.SUITE]
    for index, name in enumerate(project.targets):
        if name not in known:
            cure = did_you_mean(name, known, f"there are {listed(known)}")
            found.append((("targets", index), f"there is no target {show(name)}", cure))
    return found
