"""The commands `generate` and `check`: read a schema, plan its files, write or compare them.

The files go into two rooms: the out folder, and the folder of the conformance suite, which has a
manifest of its own.  Nothing is written into either while something stops the other.

Both end with one line, the verdict.  Exit codes: 0 in order, 1 findings, 2 a schema or an out
folder that cannot be used.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from threadwire_generator import targets
from threadwire_generator.disk import Outcome, State, inspect, publish
from threadwire_generator.effects import PublishError
from threadwire_generator.findings import Finding
from threadwire_generator.plan import Output, PlanError, merge, plan_all
from threadwire_generator.publish import (
    Changes,
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

if TYPE_CHECKING:
    from threadwire_generator.cases import Authored
    from threadwire_generator.targets.suite import Suite

IN_ORDER, FINDINGS, UNUSABLE = 0, 1, 2
DEFAULT_OUT = "generated"
CONFORMANCE = Path("conformance")  # where there is one, cases are read and the suite is written
PROTOCOL_FILE = "protocol.yaml"

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Request:
    """What the options of either command say."""

    schema: Path
    out: Path
    targets: tuple[str, ...]
    default_schema: Path | None  # what it would be without --schema
    cases: Path | None  # the folder with the cases that people wrote
    suite: Path
    stated: tuple[str, ...] = ()  # the options about the suite, as they were given

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
        words = ["threadwire", "generate"]
        if self.schema != self.default_schema:
            words += ["--schema", self.schema.as_posix()]
        if self.out != Path(DEFAULT_OUT):
            words += ["--out", self.out.as_posix()]
        words += self.stated
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
            type=click.Choice([*targets.TABLE, targets.SUITE]),
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


@click.command(epilog="\b\nExample:\n  threadwire generate --schema schema --out generated")
@_options
@click.option("--force", is_flag=True, help="Overwrite what was edited by hand or is in the way.")
@click.option(
    "--freeze-revision",
    type=click.IntRange(min=1),
    metavar="N",
    help="Write the list of the suite's cases as revision N first.",
)
def generate(
    schema: Path | None,
    cases: Path | None,
    suite: Path | None,
    out: Path,
    names: tuple[str, ...],
    force: bool,
    freeze_revision: int | None,
) -> int:
    """Write the files that a schema describes, and remove those it describes no more.

    Only files that were generated are replaced or removed; one that was edited by hand, and one of
    somebody else in the way, stop it before anything is written.
    """
    request = _request(schema, cases, suite, out, names)
    outcomes: list[tuple[Room, Outcome]] = []
    try:
        with progress() as doing:
            if freeze_revision is not None:
                _freeze(request, freeze_revision, force)
            planned, findings = _plan(request, doing)
            if planned:
                outcomes = _publish(planned, doing, force)
    except (PublishError, ResourceError) as error:
        return _unusable(error)
    show_findings(findings)
    if planned is None:
        return _verdict(f"generate: {_errors_in(request, findings)}, nothing was written")
    finished = [o.finished for _, o in outcomes if o.finished is not None]
    if finished:
        files = count(sum(finished), "file")
        click.echo(f"finished a publication of {files} that was cut off")
    stops: list[Finding] = []
    for room, outcome in outcomes:
        if outcome.stopped:
            stops += disturbances(outcome.disturbed, room.place, request.command)
            stops += obstacles(outcome.changes, outcome.manifest, room.place, request.command)
    if stops:
        show_findings(stops)
        files = count(len(stops), "file")
        places = " and ".join(room.place for room, outcome in outcomes if outcome.stopped)
        return _verdict(f"generate: stopped by {files} in {places}, nothing was written")
    _summarise(outcomes)
    return _verdict(f"generate: in order, {_in_step(request, planned)}", good=True)


@click.command(epilog="\b\nExample:\n  threadwire check --schema schema --out generated")
@_options
@click.option("--full", is_flag=True, help="Print differences to the last line.")
def check(
    schema: Path | None,
    cases: Path | None,
    suite: Path | None,
    out: Path,
    names: tuple[str, ...],
    full: bool,
) -> int:
    """Compare the generated files with what the schema describes, and write nothing.

    Prints a unified diff from the files as they are (a/) to the files as they should be (b/), and
    ends with the command that makes them so.
    """
    request = _request(schema, cases, suite, out, names)
    states: list[tuple[Room, State]] = []
    try:
        with progress() as doing:
            planned, findings = _plan(request, doing)
            for room in planned.rooms if planned else ():
                doing(f"comparing {room.place}")
                states.append((room, inspect(room.folder, room.plan, targets=room.targets)))
    except (PublishError, ResourceError) as error:
        return _unusable(error)
    if planned is None:
        show_findings(findings)
        return _verdict(f"check: {_errors_in(request, findings)}, nothing was compared")
    cut_off = [
        unfinished(state.journal, room.place, request.command)
        for room, state in states
        if state.journal
    ]
    if cut_off:
        show_findings([*findings, *cut_off])
        return _verdict(f"check: a publication was cut off; cure: {request.command}")
    show_differences((row for states_ in states for row in _differing(*states_)), full=full)
    stops: list[Finding] = []
    found: list[Finding] = []
    for room, state in states:
        stops += obstacles(state.changes, state.manifest, room.place, request.command)
        found += differences(state.changes, room.place, request.command)
        if not (stops or found or state.manifest_in_step):
            found.append(stale_manifest(room.place, request.command))
    found += stops
    show_findings([*findings, *found])
    if not found:
        return _verdict(f"check: in order, {_in_step(request, planned)}", good=True)
    return _verdict(f"check: out of step, {count(len(found), 'finding')}; {_cure(request, stops)}")


# --- the way to a plan ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Room:
    """One folder that files go into, and the targets that they are of; none: of all."""

    folder: Path
    plan: dict[str, Output]
    targets: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """The folder, as it is spelled in what a person reads."""
        return self.folder.as_posix()


@dataclass(frozen=True, slots=True)
class Planned:
    """A schema that has no errors, and the files it describes."""

    spec: Spec
    rooms: tuple[Room, ...]


def _plan(request: Request, doing: Callable[[str], None]) -> tuple[Planned | None, list[Finding]]:
    """Read the schema and plan its files; gives findings, and nothing else if one is an error."""
    from threadwire_generator.build import read_spec  # brings YAML and JSON Schema

    doing(f"reading {request.schema.as_posix()}")
    spec, findings = read_spec(request.schema)
    if spec is None:
        return None, findings
    rooms: list[Room] = []
    try:
        if request.tables or not request.targets:
            doing("rendering")
            rooms.append(Room(request.out, plan_all(spec, request.tables), request.tables))
        if request.wants_suite:
            doing("compiling the suite")
            suite, more = _suite(request, spec)
            findings += more
            if suite is None:
                return None, findings
            rooms.append(Room(request.suite, merge({targets.SUITE: suite.files()})))
    except PlanError as error:
        return None, [*findings, _unsafe_path(request, error)]
    return Planned(spec, tuple(rooms)), findings


def _suite(
    request: Request, spec: Spec, anew: int | None = None
) -> tuple[Suite | None, list[Finding]]:
    """Compile the suite; None if a finding is an error.  `anew` is a revision to leave out."""
    from threadwire_generator.cases import read_cases
    from threadwire_generator.targets.suite import compile_suite
    from threadwire_generator.targets.suite.derive import DerivationError

    authored: Authored | None = None
    findings: list[Finding] = []
    if request.cases is not None:
        authored, findings = read_cases(request.cases, spec)
        if authored is None:
            return None, findings
        revisions = tuple(r for r in authored.revisions if r.number != anew)
        authored = replace(authored, revisions=revisions)
    try:
        suite = compile_suite(spec, authored)
    except (DerivationError, RecursionError) as error:
        place = (request.schema / PROTOCOL_FILE).as_posix()
        message = f"no suite can be made of it: {error}"
        cure = "nest its types less deeply, or leave the suite out: --target"
        findings.append(Finding(place, 1, 1, "suite-underivable", "error", message, cure))
        return None, findings
    findings += suite.findings
    return (None if any(f.is_error for f in suite.findings) else suite), findings


def _freeze(request: Request, number: int, force: bool) -> None:
    """Write the list of the cases as they are now; raises `click.UsageError` if it may not be."""
    from threadwire_generator.build import read_spec
    from threadwire_generator.cases import REVISIONS

    if request.cases is None:
        raise click.UsageError("--freeze-revision needs a folder of cases: --cases DIR")
    path = request.cases / REVISIONS / f"{number}.txt"
    if path.exists() and not force:
        raise click.UsageError(f"{path.as_posix()} is frozen; --force writes it anew")
    spec, _ = read_spec(request.schema)
    suite = None if spec is None else _suite(request, spec, anew=number)[0]
    if suite is None:
        return  # the findings come with the plan
    if number != suite.revision + 1:
        raise click.UsageError(f"the next revision is {suite.revision + 1}, not {number}")
    path.parent.mkdir(exist_ok=True)
    path.write_text(suite.ids, encoding="utf-8", newline="\n")


def _publish(
    planned: Planned, doing: Callable[[str], None], force: bool
) -> list[tuple[Room, Outcome]]:
    """Publish into every room, or into none if something stops one."""
    stopped: list[tuple[Room, Outcome]] = []
    for room in planned.rooms if len(planned.rooms) > 1 else ():
        state = inspect(room.folder, room.plan, targets=room.targets)
        if state.changes.stops(force=force):
            stopped.append((room, Outcome(state.changes, state.manifest, stopped=True)))
    if stopped:
        return stopped
    outcomes: list[tuple[Room, Outcome]] = []
    for room in planned.rooms:
        doing(f"writing {room.place}")
        outcome = publish(room.folder, room.plan, targets=room.targets, force=force)
        outcomes.append((room, outcome))
        if outcome.stopped:
            break
    return outcomes


def _unsafe_path(request: Request, error: PlanError) -> Finding:
    place = (request.schema / PROTOCOL_FILE).as_posix()
    cure = "rename the package, the file or the type that this path is made of"
    return Finding(place, 1, 1, "unsafe-path", "error", str(error), cure)


def _request(
    schema: Path | None, cases: Path | None, suite: Path | None, out: Path, names: tuple[str, ...]
) -> Request:
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
    stated: list[str] = []
    for option, folder in (("--cases", cases), ("--suite", suite)):
        stated += [] if folder is None else [option, folder.as_posix()]
    at_home = CONFORMANCE.is_dir() and found == default  # these cases are of this protocol
    if cases is None and at_home and (CONFORMANCE / "cases").is_dir():
        cases = CONFORMANCE / "cases"
    if suite is None:
        suite = CONFORMANCE / "suite" if at_home else out / "suite"
    named = tuple(dict.fromkeys(names))
    return Request(found, out, named, default, cases, suite, tuple(stated))


def _only_protocol(folder: Path) -> Path | None:
    protocols = _protocols(folder)
    return protocols[0] if len(protocols) == 1 else None


def _protocols(folder: Path) -> list[Path]:
    return sorted(path.parent for path in folder.glob(f"*/{PROTOCOL_FILE}"))


# --- what a person reads --------------------------------------------------------------------------


def _differing(room: Room, state: State) -> Iterator[tuple[str, bytes | None, bytes | None]]:
    """Give the files that a diff can show, by path: as they are, and as they should be."""
    changes = state.changes
    for path in sorted({*changes.create, *changes.replace, *changes.edited, *changes.foreign}):
        found = state.on_disk.get(path)
        if path in room.plan and (found is None or isinstance(found, bytes)):
            yield f"{room.place}/{path}", found, room.plan[path].content


def _summarise(outcomes: Sequence[tuple[Room, Outcome]]) -> None:
    """Print, for each target, how many files became what."""
    classes = ("created", "replaced", "removed", "unchanged")
    became: dict[str, Counter[str]] = {}
    for room, outcome in outcomes:
        for word, paths in zip(classes, _by_class(room.plan, outcome.changes), strict=True):
            for path in paths:
                row = room.plan.get(path) or outcome.manifest[path]
                became.setdefault(row.target, Counter())[word] += 1
    width = max(map(len, became), default=0)
    for target, counts in sorted(became.items()):
        words = ", ".join(f"{counts[word]} {word}" for word in classes)
        click.echo(f"{target:{width}}  {words}")


def _by_class(plan: Plan, changes: Changes) -> Iterator[Iterable[str]]:
    yield changes.create
    yield {*changes.replace, *changes.foreign, *changes.edited} & plan.keys()
    yield {*changes.remove, *changes.edited} - plan.keys()
    yield changes.same


def _in_step(request: Request, planned: Planned) -> str:
    files = " and ".join(f"{count(len(r.plan), 'file')} in {r.place}/" for r in planned.rooms)
    events = count(len(planned.spec.events), "event")
    types = count(len(planned.spec.types), "type")
    schema = request.schema.as_posix()
    return f"{files} in step with {schema} ({events}, {types})"


def _errors_in(request: Request, findings: Sequence[Finding]) -> str:
    errors = sum(finding.is_error for finding in findings)
    places = {path for path in (request.schema, request.cases) if path is not None}
    about = [p.as_posix() for p in places if any(p in Path(f.file).parents for f in findings)]
    return f"{count(errors, 'error')} in {' and '.join(sorted(about)) or request.schema.as_posix()}"


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
