"""`threadwire export`: the suite as files, for people without Python."""

from __future__ import annotations

from pathlib import Path

import click

from . import resources
from .suite import SuiteError, load_suite

KIT_SCHEMAS = ("adapter-protocol", "report")


@click.command("export", epilog="\b\nExample:\n  threadwire export conformance-suite")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@click.option(
    "--suite",
    "source",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Another suite.",
)
def command(folder: Path, source: Path | None) -> int:
    """Write the suite to DIR: cases, transcripts, revisions, schemas, and how to read them.

    What is in DIR under the same names is written anew; nothing is removed.
    """
    try:
        suite = load_suite(source)
        files = exported(suite.folder)
    except (SuiteError, resources.ResourceError) as error:
        raise click.ClickException(str(error)) from error
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    click.echo(f"export: {len(files)} files in {folder}: {len(suite.cases)} cases")
    return 0


def exported(source: Path) -> dict[str, bytes]:
    """The files of an export by their paths: all of the suite, the kit's schemas, and a page."""
    files = {
        path.relative_to(source).as_posix(): path.read_bytes()
        for path in sorted(source.rglob("*"))
        if path.is_file()
    }
    for name in KIT_SCHEMAS:
        file = f"{name}.schema.json"
        files[file] = (resources.DATA / file).read_bytes()
    files.setdefault("README.md", (resources.DATA / "suite-readme.md").read_bytes())
    return files
