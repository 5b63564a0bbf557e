"""The commands `generate` and `check`: read a schema, plan its files, write or compare them.

The files go into two rooms: the out folder, and the folder of the conformance suite, which has a
manifest of its own.  Nothing is written into either while something stops the other.  With
`--against`, `check` holds the schema to what it was, too.

Both end with one line, the verdict.  Exit codes: 0 in order, 1 findings, 2 a schema or an out
folder that cannot be used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from threadwire_generator import targets
from threadwire_generator.change.base import BaseError, read_base
from threadwire_generator.change.project import BREAKS, PROTOCOL_FILE, protocols_beside
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
from threadwire_generator.request import Request, options, request_of
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
    from threadwire_generator.change.accepted import Row
    from threadwire_generator.change.gate import Judgement
    from threadwire_generator.targets.suite import Suite

IN_ORDER, FINDINGS, UNUSABLE = 0, 1, 2


@click.command(epilog="\b\nExample:\n  threadwire generate --schema schema --out generated")
@options
@click.option("--force", is_flag=True, help="Overwrite what was edited by hand or is in the way.")
@click.option(
    "--freeze-revision",
    type=click.IntRange(min=1),
    metavar="N",
    help="Write the list of the suite's cases as revision N first.",
)
@click.pass_context
def generate(context: click.Context, /, force: bool, freeze_revision: int | None, **_: Any) -> int:
    """Write the files that a schema describes, and remove those it describes no more.

    Only files that were generated are replaced or removed; one that was edited by hand, and one of
    somebody else in the way, stop it before anything is written.
    """
    request = request_of(context)
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


@click.command(epilog="\b\nExamples:\n  threadwire check\n  threadwire check --against origin/main")
@options
@click.option("--full", is_flag=True, help="Print differences and warnings to the last line.")
@click.option("--against", metavar="REV", help="Refuse breaks since that git revision.")
@click.option(
    "--fail-on",
    multiple=True,
    type=click.Choice(BREAKS),
    default=BREAKS,
    help="Whose breaks --against refuses; default: everybody's.",
)
@click.pass_context
def check(
    context: click.Context, /, full: bool, against: str | None, fail_on: tuple[str, ...], **_: Any
) -> int:
    """Be the gate: compare the generated files with what the schema describes, and write nothing.

    Prints a unified diff from the files as they are (a/) to the files as they should be (b/), and
    ends with the command that makes them so.  With --against, a change of the schema since that
    revision that breaks somebody is refused too, unless accepted-breaks.yaml says why it is meant.
    """
    request = request_of(context)
    states: list[tuple[Room, State]] = []
    gate: Judgement | None = None
    accepted = _accepted(request)
    try:
        with progress() as doing:
            planned, findings = _plan(request, doing)
            for room in planned.rooms if planned else ():
                doing(f"comparing {room.place}")
                states.append((room, inspect(room.folder, room.plan, targets=room.targets)))
            if planned and against is not None and not accepted.findings:
                doing(f"comparing with {against}")
                gate = _judge(request, planned.spec, against, fail_on, accepted)
    except (PublishError, ResourceError) as error:
        return _unusable(error)
    except BaseError as error:
        return _unusable(f"--against {against}: {error}")
    if planned is None:
        show_findings([*findings, *accepted.findings], full=full)
        return _verdict(f"check: {_errors_in(request, findings)}, nothing was compared")
    cut_off = [
        unfinished(state.journal, room.place, request.command)
        for room, state in states
        if state.journal
    ]
    if cut_off:
        show_findings([*findings, *cut_off], full=full)
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
    refused = gate.findings if gate else ()
    show_findings([*findings, *found, *accepted.findings, *refused], full=full)
    if gate and gate.rows:
        click.echo(f"# to accept, each with its reason: {gate.list.as_posix()}\n{gate.rows}")
    if not (found or refused or accepted.findings):
        summary = f"; {gate.summary}" if gate else ""
        return _verdict(f"check: in order, {_in_step(request, planned)}{summary}", good=True)
    faults = [f"out of step, {count(len(found), 'finding')}; {_cure(request, stops)}"] * bool(found)
    if accepted.findings:
        faults.append(f"{count(len(accepted.findings), 'finding')} in {accepted.path.as_posix()}")
    if gate and refused:
        cure = f"; cure: take back, or accept in {gate.list.as_posix()}, what breaks"
        found_text = f"{count(len(refused), 'finding')} against {against}"
        faults.append(found_text + (cure if gate.rows else ""))
    return _verdict(f"check: {'; '.join(faults)}")


@dataclass(frozen=True, slots=True)
class Accepted:
    """The list of accepted breaks: where it lies, its rows, what is wrong with it."""

    path: Path
    rows: tuple[Row, ...]
    findings: list[Finding]
    protocols: list[str]  # that it is about


def _accepted(request: Request) -> Accepted:
    from threadwire_generator.change.accepted import place_of, read_accepted

    path = place_of(request.schema)
    protocols = protocols_beside(request.schema)
    content = path.read_bytes() if path.is_file() else b""
    return Accepted(path, *read_accepted(content, path, protocols), protocols)


def _judge(
    request: Request, spec: Spec, against: str, fail_on: Sequence[str], accepted: Accepted
) -> Judgement:
    """Hold a schema to what it was; raises `BaseError` if nobody can tell."""
    from threadwire_generator.change.gate import judge

    base = read_base(request.schema, against, common=True)
    if request.package is not None and "--package" in request.stated:  # for this once
        base = replace(base, package=request.package)
    own = len(accepted.protocols) < 2
    return judge(spec, base, accepted.rows, accepted.path, fail_on, own=own)


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
    spec = replace(spec, package=request.package or spec.package)
    rooms: list[Room] = []
    try:
        if request.tables or not request.targets:
            doing("rendering")
            of_targets = () if request.whole else request.tables
            rooms.append(Room(request.out, plan_all(spec, request.tables), of_targets))
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


def _unusable(error: Exception | str) -> int:
    click.echo(f"threadwire: {error}", err=True)
    return UNUSABLE
