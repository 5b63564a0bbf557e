"""The command `import`: bring a new official document into a spec.

Says what the document would do to the spec's files, as a diff and as lists, and with `--write`
edits them: all of them, or none.  Nothing is decided by guess; what a person has to decide is
listed.  Exit codes: 0 in order, 1 the spec would not be in order, 2 input that cannot be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from threadwire_generator.build import read_spec_files
from threadwire_generator.change.compare import compare
from threadwire_generator.change.contract import Change, Contract, Schema, Step
from threadwire_generator.change.document_texts import facts_of
from threadwire_generator.change.imports import Import, plan_import
from threadwire_generator.change.ledger import Item
from threadwire_generator.change.of_spec import contract_of_spec
from threadwire_generator.change.openapi import read_openapi
from threadwire_generator.change.outline import MAX_BYTES
from threadwire_generator.change.project import PROTOCOL_FILE
from threadwire_generator.change.walk import Facts
from threadwire_generator.change.writing import (
    JOURNAL,
    finish,
    is_unfinished,
    refusals,
    replace_all,
)
from threadwire_generator.change.yaml_edit import EditError
from threadwire_generator.findings import Finding, finding_at
from threadwire_generator.load import load_files, read_files
from threadwire_generator.request import only_protocol
from threadwire_generator.screen import (
    count,
    progress,
    show_differences,
    show_findings,
    show_verdict,
)
from threadwire_generator.spec import Mark, Spec

IN_ORDER, FINDINGS, UNUSABLE = 0, 1, 2
NOTHING = "nothing written"
_COMMIT = r"[0-9a-f]{7,64}"
_DATE = r"\d{4}-\d{2}-\d{2}"


@click.command(
    "import", epilog="\b\nExample:\n  threadwire import openapi.yaml --date 2026-08-21 --write"
)
@click.argument("document", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--write", is_flag=True, help="Edit the spec; without it, nothing is written.")
@click.option(
    "--schema",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder with protocol.yaml; default: the only one in schema/ here.",
)
@click.option("--root", metavar="NAME", help="The document's schema of the whole stream.")
@click.option("--commit", metavar="ID", help="Revision of the document, for `source` in the spec.")
@click.option("--date", metavar="DAY", help="Day of that revision, as in 2026-08-21.")
def command(
    document: Path,
    write: bool,
    schema: Path | None,
    root: str | None,
    commit: str | None,
    date: str | None,
) -> int:
    """Bring the official DOCUMENT into the spec: say what it would do, or do it with --write.

    Facts are taken over.  What is known of the wire, and every comment, stays; what the document
    has no longer stays as well, marked.  Where document and wire disagree, and what cannot be
    known, is listed.
    """
    folder = _folder(schema)
    facts = _given(commit, date)
    if is_unfinished(folder) and (code := _finished(folder, write=write)) != IN_ORDER:
        return code
    with document.open("rb") as stream:  # what cannot be read is told by the command line
        content = stream.read(MAX_BYTES + 1)
    with progress() as doing:
        doing(f"reading {folder.as_posix()}")
        files, findings = read_files(folder)
        spec, more = read_spec_files(files, folder)
        findings += more
        if spec is None:
            show_findings(findings)
            return _end(f"import: {folder.as_posix()} is not in order, {NOTHING}", FINDINGS)
        doing(f"reading {document.as_posix()}")
        likely = spec.source.root if spec.source is not None else None
        contract, found = read_openapi(content, document.as_posix(), root, likely)
        if contract is not None and contract.enveloped != (spec.selector is None):
            found.append(_elsewhere(document))
            contract = None
        show_findings(found)
        if contract is None:
            return _end(f"import: {document.as_posix()} cannot be used, {NOTHING}", UNUSABLE)
        doing("comparing")
        told = facts_of(content)
        facts = Facts(facts.commit or told.commit, facts.date or told.date)
        try:
            result = imported(files, spec, contract, facts, folder)
        except EditError as error:
            show_findings([_unusual(folder, error)])
            return _end(f"import: the spec cannot be edited, {NOTHING}", FINDINGS)
    return _tell(result, files, folder, document, write=write)


def _given(commit: str | None, date: str | None) -> Facts:
    import re

    if commit is not None and not re.fullmatch(_COMMIT, commit):
        raise click.UsageError(f"--commit {commit}: write 7 to 64 hexadecimal digits")
    if date is not None and not re.fullmatch(_DATE, date):
        raise click.UsageError(f"--date {date}: write it as in 2026-08-21")
    return Facts(commit, date)


def _folder(schema: Path | None) -> Path:
    """The folder of the spec that is meant; raises `click.UsageError` if there is no one."""
    asked = Path("schema") if schema is None else schema
    found = asked if (asked / PROTOCOL_FILE).is_file() else only_protocol(asked)
    if found is None:
        what = f"{asked.as_posix()} holds no {PROTOCOL_FILE}, nor does just one folder in it"
        raise click.UsageError(f"{what}. Name the folder of the spec: --schema DIR")
    return found


def _finished(folder: Path, *, write: bool) -> int:
    """Finish an import that was cut off, and say so."""
    if not write:
        cure = "finish it first, and import what you have: threadwire import DOCUMENT --write"
        mark = Mark((folder / JOURNAL).as_posix(), 1, 1)
        show_findings([finding_at(mark, "import/unfinished", "an import was cut off", cure)])
        return _end(f"import: {folder.as_posix()} is half written, {NOTHING}", FINDINGS)
    names, findings = finish(folder)
    show_findings(findings)
    if findings:
        return _end(f"import: an earlier one cannot be finished, {NOTHING}", FINDINGS)
    click.echo(f"finished an import of {count(len(names), 'file')} that was cut off")
    return IN_ORDER


def _unusual(folder: Path, error: EditError) -> Finding:
    cure = "edit the place by hand, or lay it out as the rest of the file"
    return finding_at(Mark(folder.as_posix(), 1, 1), "import/layout", str(error), cure)


def _elsewhere(document: Path) -> Finding:
    message = "its events are named elsewhere than the spec says: in the data, or beside it"
    cure = "name another schema of the document: --root NAME; or see `selector` in protocol.yaml"
    return finding_at(Mark(document.as_posix(), 1, 1), "import/selector", message, cure)


# --- the plan, held to what it must be ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Imported:
    """A plan, what is wrong with the spec after it, and what still differs from the document."""

    plan: Import
    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]  # that were not there before
    left: tuple[Item, ...]


def imported(
    files: Mapping[str, bytes], spec: Spec, contract: Contract, facts: Facts, folder: Path = Path()
) -> Imported:
    """Plan an import, and hold the spec that would come of it to all rules and to the document."""
    documents, _ = load_files(files, folder)
    plan = plan_import(documents, spec, contract, facts)
    after = {**files, **{name: text.encode("utf-8") for name, text in plan.files.items()}}
    whole, findings = read_spec_files(after, folder)
    _, before = read_spec_files(files, folder)
    said = {(finding.rule, finding.message) for finding in before}
    fresh = [f for f in findings if (f.rule, f.message) not in said and f.rule != "todo"]
    return Imported(
        plan,
        tuple(f for f in fresh if f.is_error),
        tuple(f for f in fresh if not f.is_error),
        () if whole is None else tuple(_left(whole, contract, plan)),
    )


def _left(spec: Spec, contract: Contract, plan: Import) -> Iterable[Item]:
    """What still differs, and nothing else has told."""
    told = {item.path for item in (*plan.questions, *plan.known)}
    for change in compare(contract_of_spec(spec, "documented"), contract).changes:
        is_told = change.path in told or change.detail in told
        if not (is_told or _is_beside(change, contract) or _is_ours(change, contract)):
            words = f"{change.kind.replace('_', ' ')} {change.detail}".strip()
            yield Item(change.path, f"still differs from the document: {words}")


def _is_beside(change: Change, contract: Contract) -> bool:
    """Whether a change is about a member beside an event's data, which no stream has."""
    match change.place.steps:
        case (Step("event", event), Step("member", name)) if event in contract.events:
            return name in {member.name for member in contract.events[event].beside}
        case _:
            return False


def _is_ours(change: Change, contract: Contract) -> bool:
    """Whether the spec names the format of a value of which the document says nothing."""
    return change.kind == "format_changed" and all(
        getattr(part, "format", None) is None
        for part in (contract.resolve(change.new).parts if isinstance(change.new, Schema) else ())
    )


# --- what a person reads --------------------------------------------------------------------------


def _tell(
    result: Imported, files: Mapping[str, bytes], folder: Path, document: Path, *, write: bool
) -> int:
    plan = result.plan
    place = folder.as_posix()
    texts = {name: text.encode("utf-8") for name, text in plan.files.items()}
    show_differences(((f"{place}/{n}", files.get(n), t) for n, t in texts.items()), full=True)
    _list("edits", plan.edits)
    _list("conflicts between document and wire; the wire stays", plan.conflicts)
    _list("to decide", [*plan.questions, *result.left])
    _list("known differences, with their reasons in the spec", plan.known)
    show_findings([*result.errors, *result.warnings])
    if result.errors:
        what = count(len(result.errors), "error")
        return _end(f"import: the spec would have {what}, {NOTHING}", FINDINGS)
    summary = _summary(plan, result)
    if not plan.files:
        return _end(f"import: {place} is in step with {document.as_posix()}{summary}; {NOTHING}")
    if not write:
        return _end(f"import: {count(len(plan.files), 'file')} would change{summary}; {NOTHING}")
    refused = refusals(folder, plan.files)
    if refused:
        show_findings(refused)
        return _end(
            f"import: {count(len(refused), 'file')} cannot be replaced, {NOTHING}", FINDINGS
        )
    replace_all(folder, plan.files, files)
    written = count(len(plan.files), "file")
    return _end(f"import: {written} in {place} written{summary}; next: threadwire generate")


def _list(title: str, items: Sequence[Item]) -> None:
    if items:
        click.echo()
        click.secho(f"{title}:", bold=True)
    for item in items:
        click.echo(f"  {item.path}: {item.says}")


def _summary(plan: Import, result: Imported) -> str:
    parts = [
        (len(plan.edits), "edit"),
        (len(plan.conflicts), "conflict"),
        (len(plan.questions) + len(result.left), "thing to decide"),
        (len(plan.known), "known difference"),
    ]
    told = [count(number, noun) for number, noun in parts if number]
    told = [each.replace("thing to decides", "things to decide") for each in told]
    return f" ({', '.join(told)})" if told else ""


def _end(text: str, code: int = IN_ORDER) -> int:
    click.echo()
    show_verdict(text, good=code == IN_ORDER)
    return code
