"""The commands `generate` and `check`: read a schema, plan its files, write or compare them.

Both end with one line, the verdict.  Exit codes: 0 in order, 1 findings, 2 a schema or an out
folder that cannot be used.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from threadwire_generator import targets
from threadwire_generator.disk import Outcome, State, inspect, publish
from threadwire_generator.effects import PublishError
from threadwire_generator.findings import Finding
from threadwire_generator.plan import Output, PlanError, plan_all
from threadwire_generator.publish import (
    Plan,
    differences,
    disturbances,
    obstacles,
    stale_manifest,
    unfinished,
)
from threadwire_generator.resources import ResourceError
from threadwire_generator.screen import (
    count,
    progress,
    show_differences,
    show_findings,
    show_verdict,
)
from threadwire_generator.spec import Spec

IN_ORDER, FINDINGS, UNUSABLE = 0, 1, 2
DEFAULT_OUT = "generated"
PROTOCOL_FILE = "protocol.yaml"

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Request:
    """What the options of either command say."""

    schema: Path
    out: Path
    targets: tuple[str, ...]
    default_schema: Path | None  # what it would be without --schema

    @property
    def place(self) -> str:
        """The out folder, as it is spelled in what a person reads."""
        return self.out.as_posix()

    @property
    def command(self) -> str:
        """The command that writes what was asked for, with the options that it needs."""
        words = ["threadwire", "generate"]
        if self.schema != self.default_schema:
            words += ["--schema", self.schema.as_posix()]
        if self.out != Path(DEFAULT_OUT):
            words += ["--out", self.out.as_posix()]
        for target in self.targets:
            words += ["--target", target]
        return shlex.join(words)


def _options(function: _Decorated) -> _Decorated:
    """Add the options that both commands have."""
    folder = click.Path(file_okay=False, path_type=Path)
    for option in (
        click.option(
            "--target",
            "names",
            multiple=True,
            type=click.Choice(list(targets.TABLE)),
            help="This target only, and others named like it; default: all.",
        ),
        click.option(
            "--out",
            type=folder,
            default=DEFAULT_OUT,
            show_default=True,
            help="Folder of the generated files.",
        ),
        click.option(
            "--schema",
            type=folder,
            help="Folder with protocol.yaml; default: the only one in schema/ here.",
        ),
    ):
        function = option(function)
    return function


@click.command(epilog="\b\nExample:\n  threadwire generate --schema schema --out generated")
@_options
@click.option("--force", is_flag=True, help="Overwrite what was edited by hand or is in the way.")
def generate(schema: Path | None, out: Path, names: tuple[str, ...], force: bool) -> int:
    """Write the files that a schema describes, and remove those it describes no more.

    Only files that were generated are replaced or removed; one that was edited by hand, and one of
    somebody else in the way, stop it before anything is written.
    """
    request = _request(schema, out, names)
    try:
        with progress() as doing:
            planned, findings = _plan(request, doing)
            outcome = None
            if planned:
                doing(f"writing {request.place}")
                outcome = publish(request.out, planned.plan, targets=request.targets, force=force)
    except (PublishError, ResourceError) as error:
        return _unusable(error)
    show_findings(findings)
    if planned is None or outcome is None:
        return _verdict(f"generate: {_errors_in(request, findings)}, nothing was written")
    if outcome.finished is not None:
        click.echo(f"finished a publication of {count(outcome.finished, 'file')} that was cut off")
    if outcome.stopped:
        stops = disturbances(outcome.disturbed, request.place, request.command)
        stops += obstacles(outcome.changes, outcome.manifest, request.place, request.command)
        show_findings(stops)
        files = count(len(stops), "file")
        return _verdict(f"generate: stopped by {files} in {request.place}, nothing was written")
    _summarise(planned.plan, outcome)
    return _verdict(f"generate: in order, {_in_step(request, planned)}", good=True)


@click.command(epilog="\b\nExample:\n  threadwire check --schema schema --out generated")
@_options
@click.option("--full", is_flag=True, help="Print differences to the last line.")
def check(schema: Path | None, out: Path, names: tuple[str, ...], full: bool) -> int:
    """Compare the generated files with what the schema describes, and write nothing.

    Prints a unified diff from the files as they are (a/) to the files as they should be (b/), and
    ends with the command that makes them so.
    """
    request = _request(schema, out, names)
    try:
        with progress() as doing:
            planned, findings = _plan(request, doing)
            state = None
            if planned:
                doing(f"comparing {request.place}")
                state = inspect(request.out, planned.plan, targets=request.targets)
    except (PublishError, ResourceError) as error:
        return _unusable(error)
    if planned is None or state is None:
        show_findings(findings)
        return _verdict(f"check: {_errors_in(request, findings)}, nothing was compared")
    if state.journal:
        cut_off = unfinished(state.journal, request.place, request.command)
        show_findings([*findings, cut_off])
        return _verdict(f"check: a publication was cut off; cure: {request.command}")
    show_differences(_differing(request, planned.plan, state), full=full)
    stops = obstacles(state.changes, state.manifest, request.place, request.command)
    found = stops + differences(state.changes, request.place, request.command)
    if not found and not state.manifest_in_step:
        found.append(stale_manifest(request.place, request.command))
    show_findings([*findings, *found])
    if not found:
        return _verdict(f"check: in order, {_in_step(request, planned)}", good=True)
    return _verdict(f"check: out of step, {count(len(found), 'finding')}; {_cure(request, stops)}")


# --- the way to a plan ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Planned:
    """A schema that has no errors, and the files it describes."""

    spec: Spec
    plan: dict[str, Output]


def _plan(request: Request, doing: Callable[[str], None]) -> tuple[Planned | None, list[Finding]]:
    """Read the schema and plan its files; gives findings, and nothing else if one is an error."""
    from threadwire_generator.build import read_spec  # brings YAML and JSON Schema

    doing(f"reading {request.schema.as_posix()}")
    spec, findings = read_spec(request.schema)
    if spec is None:
        return None, findings
    doing("rendering")
    try:
        return Planned(spec, plan_all(spec, request.targets)), findings
    except PlanError as error:
        return None, [*findings, _unsafe_path(request, error)]


def _unsafe_path(request: Request, error: PlanError) -> Finding:
    place = (request.schema / PROTOCOL_FILE).as_posix()
    cure = "rename the package, the file or the type that this path is made of"
    return Finding(place, 1, 1, "unsafe-path", "error", str(error), cure)


def _request(schema: Path | None, out: Path, names: tuple[str, ...]) -> Request:
    """Make sense of the options; raises `click.UsageError` if there is no one schema."""
    default = _only_protocol(Path("schema"))
    if schema is None:
        found = default
        asked = "--schema is not given, and schema/ here"
    else:
        found = schema if (schema / PROTOCOL_FILE).is_file() else _only_protocol(schema)
        asked = f"--schema {schema}"
    if found is None:
        candidates = _protocols(schema or Path("schema"))
        if candidates:
            several = ", ".join(path.as_posix() for path in candidates)
            fault, example = f"holds several protocols ({several})", candidates[0].as_posix()
        else:
            fault, example = f"holds no {PROTOCOL_FILE}, nor does a folder in it", "DIR"
        raise click.UsageError(f"{asked} {fault}. Name one: --schema {example}")
    return Request(found, out, tuple(dict.fromkeys(names)), default)


def _only_protocol(folder: Path) -> Path | None:
    protocols = _protocols(folder)
    return protocols[0] if len(protocols) == 1 else None


def _protocols(folder: Path) -> list[Path]:
    return sorted(path.parent for path in folder.glob(f"*/{PROTOCOL_FILE}"))


# --- what a person reads --------------------------------------------------------------------------


def _differing(
    request: Request, plan: Plan, state: State
) -> Iterator[tuple[str, bytes | None, bytes | None]]:
    """Give the files that a diff can show, by path: as they are, and as they should be."""
    changes = state.changes
    for path in sorted({*changes.create, *changes.replace, *changes.edited, *changes.foreign}):
        found = state.on_disk.get(path)
        if path in plan and (found is None or isinstance(found, bytes)):
            yield f"{request.place}/{path}", found, plan[path].content


def _summarise(plan: Plan, outcome: Outcome) -> None:
    """Print, for each target, how many files became what."""
    classes = ("created", "replaced", "removed", "unchanged")
    changes = outcome.changes
    became: dict[str, Counter[str]] = {}
    for word, paths in zip(
        classes,
        (
            changes.create,
            {*changes.replace, *changes.foreign, *changes.edited} & plan.keys(),
            {*changes.remove, *changes.edited} - plan.keys(),
            changes.same,
        ),
        strict=True,
    ):
        for path in paths:
            target = plan[path].target if path in plan else outcome.manifest[path].target
            became.setdefault(target, Counter())[word] += 1
    width = max(map(len, became), default=0)
    for target, counts in sorted(became.items()):
        words = ", ".join(f"{counts[word]} {word}" for word in classes)
        click.echo(f"{target:{width}}  {words}")


def _in_step(request: Request, planned: Planned) -> str:
    files = count(len(planned.plan), "file")
    events = count(len(planned.spec.events), "event")
    types = count(len(planned.spec.types), "type")
    schema = request.schema.as_posix()
    return f"{files} in {request.place}/ in step with {schema} ({events}, {types})"


def _errors_in(request: Request, findings: Sequence[Finding]) -> str:
    errors = sum(finding.is_error for finding in findings)
    return f"{count(errors, 'error')} in {request.schema.as_posix()}"


def _cure(request: Request, stops: Sequence[Finding]) -> str:
    """Give the command that makes all well, and what to look at first."""
    if not stops:
        return f"cure: {request.command}"
    files = "the file that stops it" if len(stops) == 1 else f"the {len(stops)} files that stop it"
    return f"cure: see to {files}, then: {request.command}"


def _verdict(text: str, *, good: bool = False) -> int:
    show_verdict(text, good=good)
    return IN_ORDER if good else FINDINGS


def _unusable(error: Exception) -> int:
    click.echo(f"threadwire: {error}", err=True)
    return UNUSABLE
