"""The command `diff`: what differs between two sides, and who breaks by it.

A report, not a gate: it ends with 0 whatever differs, unless --fail-on says who may not break.
Exit codes: 0 in order, 1 somebody breaks who may not, 2 a side that cannot be read.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from threadwire_generator.change.kinds import BREAKS
from threadwire_generator.request import SCHEMA, only_protocol
from threadwire_generator.screen import progress, show_findings

if TYPE_CHECKING:
    from threadwire_generator.change.of_spec import ProfileName
    from threadwire_generator.change.project import Project

IN_ORDER, BROKEN, UNREADABLE = 0, 1, 2

EPILOG = """\b
OLD and NEW are each one of
  schema/weather       the folder of a spec
  HEAD~3               a git revision: the project's spec as it was
  openapi.yaml         an OpenAPI 3.0 or 3.1 document, YAML or JSON
  sdk:openai           the types of the installed official Python SDK

\b
Examples:
  threadwire diff HEAD schema/weather
  threadwire diff old/openapi.yaml openapi.yaml --fail-on decoder
  threadwire diff v1.0 HEAD --format changelog

\b
Who breaks:
  decoder  an old decoder that reads new streams: BREAKING, lossy (drops a field), safe
  server   an old server that is judged by the new side: BREAKING, safe
  python   code written for the old package: source-breaking, additive
"""


@click.command(epilog=EPILOG)
@click.argument("old")
@click.argument("new")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown", "github", "changelog"]),
    default="text",
    show_default=True,
    help="How to tell it; github: annotations of a workflow.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the report into this file instead.",
)
@click.option(
    "--fail-on",
    multiple=True,
    type=click.Choice(list(BREAKS)),
    help="End with 1 if this one breaks; may be given several times.",
)
@click.option("--root", metavar="NAME", help="The schema of the whole stream in a document.")
@click.option(
    "--profile",
    type=click.Choice(["wire", "documented"]),
    help="What of a spec is compared; default: wire between specs, documented with other sides.",
)
@click.option(
    "--schema",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the project's spec, for revisions; default: the only one in schema/ here.",
)
@click.pass_context
def diff(
    context: click.Context,
    /,
    old: str,
    new: str,
    form: str,
    output: Path | None,
    fail_on: tuple[str, ...],
    root: str | None,
    profile: ProfileName | None,
    schema: Path | None,
) -> int:
    """Say what differs between OLD and NEW, and who breaks by it.

    Compared is what the schemas admit, not how they are written: other names of schemas, references
    or their text, ways to write null or a constant, and order make no difference.
    """
    from threadwire_generator.change.compare import compare
    from threadwire_generator.change.report import FORMATS, Report
    from threadwire_generator.change.sources import read_sides

    project: Project | None = context.obj
    folder = schema or only_protocol(SCHEMA)
    is_own = project is not None and folder is not None and project.is_own(folder)
    package = project.package if project is not None and is_own else None
    with progress() as doing:
        doing(f"reading {old} and {new}")
        sides = read_sides(old, new, schema=folder, package=package, root=root, profile=profile)
        difference = compare(*sides.contracts) if sides.contracts is not None else None
    show_findings(sides.findings)
    if difference is None or sides.contracts is None:
        return UNREADABLE
    report = Report(*sides.contracts, difference, sides.note, frozenset(fail_on))
    text = FORMATS[form](report)
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(click.unstyle(text), encoding="utf-8", newline="\n")
        click.echo(report.summary)
    return BROKEN if report.failures else IN_ORDER
