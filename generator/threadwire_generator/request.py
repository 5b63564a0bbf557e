"""What the options of `generate` and `check` say, made sense of.

An option that is not given stands as `threadwire.toml` has it; without one, as the folders here
suggest: the only protocol in `schema/`, and the cases and the suite of `conformance/`.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from threadwire_generator import targets
from threadwire_generator.change.project import OUT, PROTOCOL_FILE, Project
from threadwire_generator.change.rooms import room_problem

CONFORMANCE = Path("conformance")  # where there is one, cases are read and the suite is written
SCHEMA = Path("schema")

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Request:
    """What the options of either command say."""

    schema: Path
    out: Path
    targets: tuple[str, ...]
    cases: Path | None  # the folder with the cases that people wrote
    suite: Path
    package: str | None  # instead of the one that the schema names
    whole: bool = False  # these targets are all that there are; files of others are no more
    stated: tuple[str, ...] = ()  # the options that a command needs to mean the same

    @property
    def wants_suite(self) -> bool:
        """Whether the conformance suite is asked for."""
        return not self.targets or targets.SUITE in self.targets

    @property
    def tables(self) -> tuple[str, ...]:
        """The targets of the out folder that are asked for; none for all, if any is."""
        return tuple(name for name in self.targets if name != targets.SUITE)

    @property
    def command(self) -> str:
        """The command that writes what was asked for, with the options that it needs."""
        return shlex.join(["threadwire", "generate", *self.stated])


def options(function: _Decorated) -> _Decorated:
    """Add the options that both commands have."""
    folder = click.Path(file_okay=False, path_type=Path)
    for option in (
        click.option(
            "--target",
            "names",
            multiple=True,
            type=click.Choice([*targets.TABLE, targets.SUITE]),
            help="This target only, and others named like it; default: all.",
        ),
        click.option(
            "--package",
            metavar="NAME",
            help="Import name of the generated package; default: what the schema says.",
        ),
        click.option(
            "--out",
            type=folder,
            default=OUT,
            show_default=True,
            help="Folder of the generated files.",
        ),
        click.option(
            "--suite",
            type=folder,
            help="Folder of the conformance suite; default: conformance/suite, or suite in --out.",
        ),
        click.option(
            "--cases",
            type=click.Path(file_okay=False, exists=True, path_type=Path),
            help="Folder of the cases that people wrote; default: conformance/cases.",
        ),
        click.option(
            "--schema",
            type=folder,
            help="Folder with protocol.yaml; default: the only one in schema/ here.",
        ),
    ):
        function = option(function)
    return function


def request_of(context: click.Context) -> Request:
    """Make sense of the options; raises `click.UsageError` if there is no one schema."""
    given = context.params
    project: Project | None = context.obj
    default = only_protocol(SCHEMA) if project is None else project.schema
    schema = _schema(given["schema"], default)
    if project is not None and not project.is_own(schema):
        given = _of_another(context, project, schema)
    at_home = project is None and CONFORMANCE.is_dir() and schema == default
    cases: Path | None = given["cases"]
    if cases is None and at_home and (CONFORMANCE / "cases").is_dir():
        cases = CONFORMANCE / "cases"  # these are of this protocol
    out: Path = given["out"]
    suite = given["suite"] or (CONFORMANCE / "suite" if at_home else out / "suite")
    package: str | None = given["package"]
    if package is not None:
        _check_package(package)
    if problem := room_problem(schema, out, suite):
        raise click.UsageError(f"--{problem.which}: {problem.message} — {problem.cure}")
    return Request(
        schema=schema,
        out=out,
        targets=tuple(dict.fromkeys(given["names"])),
        cases=cases,
        suite=suite,
        package=package,
        whole=context.get_parameter_source("names") is not ParameterSource.COMMANDLINE,
        stated=_stated(context, schema, default),
    )


def _of_another(context: click.Context, project: Project, schema: Path) -> dict[str, Any]:
    """The options for a protocol that the settings are not about: only what was given counts.

    Raises `click.UsageError` if its files would go where those of the project's own protocol are.
    """
    given = {
        name: value
        for name, value in context.params.items()
        if name not in _OF_THE_PROTOCOL
        or context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }
    given = dict.fromkeys(_OF_THE_PROTOCOL) | given
    about = f"{schema.as_posix()} is not the protocol of {project.file.as_posix()}"
    out: Path | None = given["out"]
    if out is None:
        raise click.UsageError(f"{about}: say where its files are: --out DIR")
    taken = [each.resolve() for each in (project.out, project.suite)]
    for path in (out, given["suite"] or out / "suite"):
        if any(each in (path.resolve(), *path.resolve().parents) for each in taken):
            message = f"{about}, whose files {path.as_posix()} is for"
            raise click.UsageError(f"{message}: name a folder elsewhere: --out DIR")
    return given


_OF_THE_PROTOCOL = ("out", "suite", "cases", "package")  # what of the settings is for one only


def _stated(context: click.Context, schema: Path, default: Path | None) -> tuple[str, ...]:
    """The options that were given and are not what they would be without, as words."""
    given = {
        name: context.params[name]
        for name in ("out", "cases", "suite", "package")
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }
    words = [] if schema == default else ["--schema", schema.as_posix()]
    if context.obj is None and given.get("out") == Path(OUT):
        del given["out"]
    for name, value in given.items():
        words += [f"--{name}", value.as_posix() if isinstance(value, Path) else value]
    if context.get_parameter_source("names") is ParameterSource.COMMANDLINE:
        for target in dict.fromkeys(context.params["names"]):
            words += ["--target", target]
    return tuple(words)


def _check_package(name: str) -> None:
    from threadwire_generator.rules.names import PACKAGE_CURE, package_problem

    if reason := package_problem(name):
        raise click.UsageError(f"--package {name}: it {reason} — {PACKAGE_CURE}")


def _schema(schema: Path | None, default: Path | None) -> Path:
    """The folder of the protocol that is meant; raises `click.UsageError` if there is no one."""
    if schema is None:
        found = default
        asked = "--schema is not given, and schema/ here"
    else:
        found = schema if (schema / PROTOCOL_FILE).is_file() else only_protocol(schema)
        asked = f"--schema {schema}"
    if found is not None:
        return found
    candidates = _protocols(schema or SCHEMA)
    if candidates:
        several = ", ".join(path.as_posix() for path in candidates)
        fault, example = f"holds several protocols ({several})", candidates[0].as_posix()
    else:
        fault, example = f"holds no {PROTOCOL_FILE}, nor does a folder in it", "DIR"
    raise click.UsageError(f"{asked} {fault}. Name one: --schema {example}")


def only_protocol(folder: Path) -> Path | None:
    """The one folder in a folder that holds a protocol; None if there are none or several."""
    protocols = _protocols(folder)
    return protocols[0] if len(protocols) == 1 else None


def _protocols(folder: Path) -> list[Path]:
    return sorted(path.parent for path in folder.glob(f"*/{PROTOCOL_FILE}"))
