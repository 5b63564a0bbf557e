"""`threadwire lint`: what is wrong with captured streams."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from .capture import CaptureError, read_capture
from .captures import FINDINGS, Finding
from .errors import KitError
from .resources import ResourceError, bundle_folder
from .suite import Suite, SuiteError, load_suite

if TYPE_CHECKING:
    from .captures.payloads import Payloads

EPILOG = """\b
Examples:
  threadwire lint capture.sse
  curl -isN … | threadwire lint -
  threadwire lint --profile documented recorded/*.sse

\b
Exit codes: 0 in order; 1 errors, with --strict warnings too; 2 a capture that cannot be read.
"""
_CHUNK = 1 << 20
_COLOURS = {"error": "red", "warning": "yellow", "note": "blue"}


@click.command("lint", epilog=EPILOG)
@click.argument("captures", nargs=-1, required=True, type=click.File("rb"), metavar="CAPTURE...|-")
@click.option(
    "--profile",
    type=click.Choice(["wire", "documented"]),
    default="wire",
    show_default=True,
    help="What payloads are held to: what real streams carry, or what the document says.",
)
@click.option("--strict", is_flag=True, help="Warnings are errors.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="json: one finding a line.",
)
@click.option("--suite", "folder", type=click.Path(exists=True, path_type=Path), metavar="DIR")
@click.option(
    "--schemas",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder with PROFILE.schema.json of another protocol.",
)
def command(
    captures: tuple[IO[bytes], ...],
    profile: str,
    strict: bool,
    form: str,
    folder: Path | None,
    schemas: Path | None,
) -> int:
    """Say what is wrong with captured streams: response, framing, payloads, end.

    A CAPTURE is the body of a stream, what `curl -i` printed (then status and content type count
    too), or the JSON lines that `threadwire decode` prints; - is standard input.
    `threadwire explain ID` says what a finding means.
    """
    from .captures.payloads import Payloads  # brings JSON Schema

    try:
        suite = load_suite(folder)
        payloads = Payloads(schemas or bundle_folder(), profile)
    except (SuiteError, KitError, ResourceError) as error:
        raise click.ClickException(str(error)) from error
    counts: Counter[str] = Counter()
    for file in captures:
        name = _name(file)
        try:
            findings = _findings(file, suite, payloads, profile, counts)
        except (CaptureError, OSError) as error:
            raise click.FileError(name, str(error)) from error
        for finding in findings:
            counts[finding.level] += 1
            _show(finding, name, form)
    bad = counts["error"] + (counts["warning"] if strict else 0)
    found = ", ".join(f"{counts[level]} {level}s" for level in _COLOURS)
    line = (
        f"lint: {counts['events']} events in {len(captures)} captures, profile {profile}: {found}"
    )
    click.secho(line, fg="red" if bad else "green", bold=True, err=True)
    return 1 if bad else 0


def _findings(
    file: IO[bytes], suite: Suite, payloads: Payloads, profile: str, counts: Counter[str]
) -> list[Finding]:
    from .captures.streams import response_findings, stream_findings

    capture = read_capture(_chunks(file))
    findings: list[Finding] = []
    if capture.form == "http":
        findings += response_findings(capture.status, capture.headers)
    body = b"".join(capture.chunks)
    events, found = stream_findings(body, suite, payloads, profile, framed=capture.form != "jsonl")
    counts["events"] += events
    return findings + found


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def _name(file: IO[bytes]) -> str:
    name = getattr(file, "name", "-")
    return "-" if name in ("<stdin>", 0) else str(name)


def _show(finding: Finding, file: str, form: str) -> None:
    if form == "json":
        row = {
            "file": file,
            "id": finding.id,
            "level": finding.level,
            "event": finding.event,
            "offset": finding.offset,
            "path": finding.path,
            "message": finding.message,
            "purpose": FINDINGS[finding.id].purpose,
        }
        click.echo(json.dumps(row, ensure_ascii=False))
        return
    place, _, rest = finding.text(file).partition(f": {finding.level} ")
    click.echo(f"{place}: {click.style(finding.level, fg=_COLOURS[finding.level])} {rest}")
