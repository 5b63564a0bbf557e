"""`threadwire init`: a protocol, its settings, a hook and a gate, in somebody's repository.

The protocol is one that comes with threadwire, or is drafted from an OpenAPI document.  Nothing
that is there is written over: a file in the way stops it before anything is written.  A file that
others use too is never touched; what belongs into it is printed.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from threadwire_generator import targets
from threadwire_generator.build import read_spec_files
from threadwire_generator.change.accepted import TO_DO
from threadwire_generator.change.contract import Contract
from threadwire_generator.change.project import FILE, OUT, PROTOCOL_FILE
from threadwire_generator.change.scaffold import AT_THE_ROOT, SHARED, WORKFLOW, Setup, scaffold
from threadwire_generator.change.writing import write_all
from threadwire_generator.findings import Finding, finding_at, show
from threadwire_generator.resources import meta_texts, protocols
from threadwire_generator.rules.names import PACKAGE_CURE, package_problem
from threadwire_generator.screen import count, show_findings, show_verdict
from threadwire_generator.spec import Mark, Source, Spec

IN_ORDER, FINDINGS, UNUSABLE = 0, 1, 2

_EPILOG = """\b
Examples:
  threadwire init
  threadwire init --from openapi.yaml --root WeatherStreamEvent --package weather_events
"""


@click.command(epilog=_EPILOG)
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "document",
    metavar="DOCUMENT",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An OpenAPI document that the protocol is drafted from; default: a bundled protocol.",
)
@click.option("--root", metavar="NAME", help="The schema, in the document, of the whole stream.")
@click.option(
    "--protocol",
    metavar="NAME",
    help="The bundled protocol, if there are several; with --from, what to call the drafted one.",
)
@click.option("--package", metavar="NAME", help="Import name of the generated Python package.")
@click.option(
    "--target",
    "names",
    multiple=True,
    type=click.Choice([*targets.TABLE, targets.SUITE]),
    help="Generate this, and others named like it; default: all, but no suite of a bundled one.",
)
@click.option("--force", is_flag=True, help="Write over files that are there.")
def init(
    folder: Path,
    document: Path | None,
    root: str | None,
    protocol: str | None,
    package: str | None,
    names: tuple[str, ...],
    force: bool,
) -> int:
    """Set up a schema, its settings, a hook and a gate in the repository DIR.

    After it, generate, check, diff, import and test work there without options.
    """
    if package is not None and (reason := package_problem(package)):
        raise click.UsageError(f"--package {package}: it {reason} — {PACKAGE_CURE}")
    if document is None and root is not None:
        raise click.UsageError("--root is a schema of a document: --from DOCUMENT")
    if document is not None and protocol is not None:
        _check_name(protocol)
    findings: list[Finding] = []
    found: Found | None
    if document is None:
        found = _bundled(protocol)
    else:
        found, findings = _drafted(document, root, protocol, package)
    show_findings(findings)
    if found is None:
        show_verdict("init: nothing was written", good=False)
        return UNUSABLE
    if found.spec.protocol in _taken() and not found.bundled:
        _check_name(found.spec.protocol)
    chosen = names or tuple(t for t in (*targets.TABLE, targets.SUITE) if t not in found.without)
    inside = _repository_of(folder)
    files = scaffold(
        Setup(
            protocol=found.spec.protocol,
            package=package or found.spec.package,
            spec=found.files,
            meta=meta_texts(),
            targets=chosen,
            version=_version(),
            bundled=found.bundled,
            below=_below(folder, inside),
        )
    )
    return _write(folder, inside, files, found, force)


def _check_name(protocol: str) -> None:
    """Raise `click.UsageError` if a drafted protocol cannot be called that."""
    if protocol in (reserved := _taken()):
        raise click.UsageError(f"--protocol {protocol}: {reserved[protocol]}; name it otherwise")


def _taken() -> dict[str, str]:
    """Names that a drafted protocol cannot have, and why."""
    names = {
        folder.name: "a protocol that comes with threadwire is called so" for folder in protocols()
    }
    return {**names, _META: f"schema/{_META} holds the JSON Schemas for editors"}


_META = "meta"


def _below(folder: Path, inside: Path | None) -> str:
    """A folder as seen from the root of its repository; empty if it is the root."""
    return "" if inside is None else folder.resolve().relative_to(inside).as_posix()


@dataclass(frozen=True, slots=True)
class Found:
    """A protocol to begin with."""

    spec: Spec
    files: Mapping[str, str]
    without: tuple[str, ...] = ()  # targets that are made of it on demand only
    bundled: bool = False
    to_decide: tuple[str, ...] = ()  # what a person should look at


def _bundled(name: str | None) -> Found:
    """A protocol that came with threadwire; raises `click.UsageError` if there is no one."""
    folders = {folder.name: folder for folder in protocols()}
    if name is None and len(folders) == 1:
        (name,) = folders
    if name not in folders:
        wanted = "several protocols come" if name is None else f"no protocol {name} comes"
        raise click.UsageError(f"{wanted} with threadwire; there are: {', '.join(folders)}")
    paths = sorted(folders[name].glob("*.yaml"))
    files = {path.name: path.read_text(encoding="utf-8") for path in paths}
    spec, _ = _spec_of(files)
    assert spec is not None
    return Found(
        spec, files, without=(targets.SUITE,), bundled=True
    )  # threadwire brings its suite, too


def _drafted(
    document: Path, root: str | None, protocol: str | None, package: str | None
) -> tuple[Found | None, list[Finding]]:
    """A protocol as far as a document tells it."""
    from threadwire_generator.change.document_texts import describer
    from threadwire_generator.change.draft import drafted
    from threadwire_generator.change.openapi import read_openapi

    content = document.read_bytes()
    contract, findings = read_openapi(content, document.as_posix(), root)
    if contract is None:
        return None, findings
    if not contract.enveloped:
        message = f"the events of {show(contract.root)} are named in their data"
        cure = "no spec can be drafted of that: write one, with `selector: {in: data, member: …}`"
        mark = contract.marks[contract.root]
        return None, [*findings, finding_at(mark, "openapi/root", message, cure)]
    if left := _without_data(contract, document):
        return None, [*findings, *left]
    source = Source(TO_DO, document.name, contract.root, commit=TO_DO, date=TO_DO)
    describe = describer(content, contract.root)
    draft = drafted(contract, protocol=protocol, package=package, source=source, describe=describe)
    spec, more = _spec_of(draft.files)
    mark = contract.marks.get(contract.root, Mark(document.as_posix(), 1, 1))
    findings += [_undrafted(mark, finding) for finding in more if finding.is_error]
    if spec is None:
        return None, findings
    questions = (*draft.questions, *_no_suite(spec))
    return Found(spec, draft.files, to_decide=questions), findings


def _no_suite(spec: Spec) -> list[str]:
    """Why a suite could not be made of a drafted spec; nothing where one can."""
    from threadwire_generator.targets.suite import compile_suite
    from threadwire_generator.targets.suite.derive import DerivationError

    try:
        found = [each.message for each in compile_suite(spec).findings if each.is_error]
    except (DerivationError, RecursionError) as error:
        found = [str(error)]
    return [
        f"no suite can be generated as it is, leave it out or mend this: {why}" for why in found
    ]


def _without_data(contract: Contract, document: Path) -> list[Finding]:
    """The events of a document, where no spec can have any of them."""
    from threadwire_generator.change.draft import end_data, has_payload

    data = {name: event.data for name, event in contract.events.items()}
    if any(has_payload(contract, each) or end_data(contract, each) for each in data.values()):
        return []
    mark = contract.marks.get(contract.root, Mark(document.as_posix(), 1, 1))
    cure = "declare the members that its data has, or name another schema: --root NAME"
    return [
        finding_at(
            mark, "init/data", f"{show(name)}: its data is no object: no spec can have it", cure
        )
        for name in data
    ]


def _undrafted(mark: Mark, finding: Finding) -> Finding:
    """What is wrong with a drafted spec, which is not on the disk, at the document's place."""
    message = f"the spec drafted of it would not be in order: {finding.rule}: {finding.message}"
    return finding_at(mark, "init/draft", message, finding.cure)


def _spec_of(files: Mapping[str, str]) -> tuple[Spec | None, list[Finding]]:
    return read_spec_files({name: text.encode() for name, text in files.items()})


def _version() -> str:
    try:
        return version("threadwire")
    except PackageNotFoundError:
        return "0"


# --- writing, and what a person reads -------------------------------------------------------------


def _write(
    folder: Path, inside: Path | None, files: Mapping[str, str], found: Found, force: bool
) -> int:
    if other := _other_protocol(folder, found.spec.protocol):
        settings = (folder / FILE).as_posix()
        message = f"is about {other}, and would be about schema/{found.spec.protocol} alone"
        cure = "set the second protocol up in a folder of its own: threadwire init DIR; or move "
        cure += f"{settings} away, if it is to take the first one's place"
        show_findings([finding_at(Mark(settings, 1, 1), "other-protocol", message, cure)])
        show_verdict("init: there is a protocol here already, nothing was written", good=False)
        return FINDINGS
    notes: dict[str, str] = {}
    if inside is not None:
        for path in AT_THE_ROOT:
            notes[path] = f"belongs at the root of the repository, {inside.as_posix()}"
    for path in SHARED:
        if _differs(folder / path, files[path]):
            notes.setdefault(path, "is there already, and was left as it is")
    plan = {path: text for path, text in files.items() if path not in notes}
    blocked = {path for path in map(folder.joinpath, plan) for path in _blocking(path)}
    differing = {folder / path for path, text in plan.items() if _differs(folder / path, text)}
    in_the_way = blocked or (set() if force else differing)
    if in_the_way:
        cure = "move it away" if blocked else "move it away, or write over it: --force"
        show_findings(
            finding_at(Mark(path.as_posix(), 1, 1), "file-in-the-way", "is there already", cure)
            for path in in_the_way
        )
        what = "is" if len(in_the_way) == 1 else "are"
        text = f"init: {count(len(in_the_way), 'file')} {what} in the way, nothing was written"
        show_verdict(text, good=False)
        return FINDINGS
    write_all(folder, plan)
    _show_files(folder, plan)
    for path, note in notes.items():
        click.echo(f"\n{path} {note}. What it would hold:\n")
        click.echo("".join(f"    {line}\n" for line in files[path].splitlines()), nl=False)
    _show_questions(found, folder, files)
    tested = "threadwire test\n" in files[WORKFLOW]
    click.echo(f"\nNext:\n{_next(folder, tested=tested)}")
    spec = found.spec
    events, types = count(len(spec.events), "event"), count(len(spec.types), "type")
    show_verdict(f"init: {spec.protocol} ({events}, {types}) is set up", good=True)
    return IN_ORDER


def _other_protocol(folder: Path, protocol: str) -> str | None:
    """The protocol, another one, that the settings in a folder are about."""
    from threadwire_generator.change.toml_file import lax_toml

    file = folder / FILE
    if not file.is_file():
        return None
    schema = lax_toml(file.read_bytes()).get("schema")
    if not isinstance(schema, str) or "\0" in schema:
        return None
    same = (folder / schema).resolve() == (folder / "schema" / protocol).resolve()
    return None if same or not (folder / schema / PROTOCOL_FILE).is_file() else schema


def _repository_of(folder: Path) -> Path | None:
    """The root of the repository that a folder lies in; None if it is one, or lies in none."""
    place = folder.resolve()
    if (place / ".git").exists():
        return None
    return next((above for above in place.parents if (above / ".git").exists()), None)


def _differs(path: Path, text: str) -> bool:
    """Whether something else than this text is in the place of a file."""
    try:
        return path.read_text(encoding="utf-8") != text
    except FileNotFoundError:
        return path.is_symlink()
    except (OSError, ValueError):
        return True


def _blocking(path: Path) -> list[Path]:
    """What stands where a folder has to be, or a folder where the file has to be."""
    above = [place for place in path.parents if place.exists() and not place.is_dir()]
    return above or ([path] if path.is_dir() else [])


def _show_files(folder: Path, plan: dict[str, str]) -> None:
    """Print what was written, a line a folder."""
    rows: dict[str, list[str]] = {}
    for path in plan:
        parent, _, name = path.rpartition("/")
        rows.setdefault(f"{parent}/" if parent else "", []).append(name)
    for parent, names in rows.items():
        if parent.endswith("/meta/"):
            names = [f"{len(names)} JSON Schemas, for editors"]
        place = folder.as_posix() if folder != Path() else ""
        here = f"{place}/{parent}" if place else parent
        if parent:
            click.echo(f"{here:34} {', '.join(names)}")
        else:
            for name in names:
                click.echo(f"{here}{name}")


def _show_questions(found: Found, folder: Path, files: Mapping[str, str]) -> None:
    """Print what is left to a person, and where."""
    to_do = sum(text.count(TO_DO) for text in found.files.values())
    if not (found.to_decide or to_do):
        return
    click.echo("\nTo decide:")
    for question in found.to_decide:
        click.echo(f"  {question}")
    if to_do:
        place = next(path for path in files if path.endswith(f"/{PROTOCOL_FILE}"))
        schema = (folder / place).parent.as_posix()
        click.echo(f"  what the document does not say: {to_do} times {TO_DO} in {schema}/")


def _next(folder: Path, *, tested: bool) -> str:
    test = ("threadwire test", f"run the suite; to test your own decoder, name it in {FILE}")
    steps = [
        ("threadwire generate", f"write {OUT}/"),
        ("threadwire check --against HEAD", "the gate, as a hook calls it"),
        *([test] if tested else []),
        ("git add . && git commit", "all of it belongs into the repository"),
        ("pre-commit install", "or let .git/hooks/pre-commit call the gate"),
    ]
    if folder != Path():
        steps.insert(0, (shlex.join(["cd", folder.as_posix()]), ""))
    width = max(len(command) for command, _ in steps)
    lines = [f"  {command:{width}}  {what}".rstrip() for command, what in steps]
    return "".join(f"{line}\n" for line in lines)
