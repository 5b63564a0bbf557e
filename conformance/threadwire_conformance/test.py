"""`threadwire test`: a suite, an adapter, a verdict."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from time import monotonic
from typing import Protocol

import click
from click.core import ParameterSource

from .errors import AdapterError, KitError
from .known import Known, apply_known, known_text, load_known, renewed
from .plan import NothingMatchesError, at_revision, select, smoke_cases
from .progress import watched
from .protocol import Hello
from .report import FORMATS
from .resources import ResourceError
from .results import NOTHING_RAN, Fault, Report, Result
from .runner import Runner, Settings, sorted_results
from .suite import Case, Suite, SuiteError, load_suite

EPILOG = """\b
Examples:
  threadwire test -- python adapter.py
  threadwire test --filter -- ./decode-stdin
  threadwire test --case framing          with the command of threadwire.toml
  threadwire test --case framing --format junit --output report.xml -- node adapter.mjs

\b
Exit codes:
  0  in order
  1  failures, or a list of known failures that is not true
  2  usage, or a suite that cannot be read
  3  the adapter is broken
  4  nothing ran
"""


class Adapter(Protocol):
    """What runs if no command is given, as the caller's settings have it."""

    @property
    def command(self) -> tuple[str, ...]:
        """The program and its arguments; `{python}` is this interpreter."""
        ...

    @property
    def filter(self) -> bool:
        """Whether it is a filter."""
        ...

    @property
    def folder(self) -> Path:
        """Where it runs."""
        ...


@dataclass(frozen=True)
class Wishes:
    """What the options say."""

    smoke: bool
    strict: bool
    exit_first: bool
    revision: int | None
    known: Path | None
    write_known: bool


@click.command("test", epilog=EPILOG)
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="-- CMD...")
@click.option("--filter", "as_filter", is_flag=True, help="CMD is a filter: one process a case.")
@click.option("--smoke", is_flag=True, help="Only the smoke check: a few plain streams.")
@click.option("--list", "listing", is_flag=True, help="Print the cases, and run nothing.")
@click.option("--case", "patterns", multiple=True, metavar="GLOB", help="These cases only.")
@click.option("--strict", is_flag=True, help="Warnings (should-cases) are red too.")
@click.option(
    "--cuts", type=click.Choice(["all", "none"]), default="all", help="Other chunks too, or not."
)
@click.option("-x", "--exitfirst", is_flag=True, help="Stop at the first failure.")
@click.option("-j", "--jobs", type=click.IntRange(1, 256), help="Processes at a time; all CPUs.")
@click.option(
    "--timeout",
    type=click.FloatRange(0.05, 3600),
    default=10.0,
    show_default=True,
    help="Seconds for one run.",
)
@click.option("--revision", type=click.IntRange(1), help="Judge by the cases of that revision.")
@click.option(
    "--known-failures", "known", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE"
)
@click.option("--write-known-failures", "write_known", is_flag=True, help="Write FILE anew.")
@click.option(
    "--suite",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Another suite.",
)
@click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), default="text", help="Of the report."
)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="Where the report goes."
)
@click.pass_context
def command(
    context: click.Context,
    command: tuple[str, ...],
    as_filter: bool,
    smoke: bool,
    listing: bool,
    patterns: tuple[str, ...],
    strict: bool,
    cuts: str,
    exitfirst: bool,
    jobs: int | None,
    timeout: float,
    revision: int | None,
    known: Path | None,
    write_known: bool,
    folder: Path | None,
    form: str,
    output: Path | None,
) -> int:
    """Run the suite against a decoder, in whatever language.

    CMD is an adapter: it answers requests on standard input, one JSON object a line.  With
    --filter it reads one stream from standard input and prints its events.  The smoke check comes
    first and tells a wrong adapter from a wrong decoder.  Without CMD, the command that
    threadwire.toml names is run.
    """
    if write_known and known is None:
        raise click.UsageError("--write-known-failures needs --known-failures FILE")
    wishes = Wishes(smoke, strict, exitfirst, revision, known, write_known)
    if folder is not None and not folder.exists():
        raise click.UsageError(_no_suite(folder, context.get_parameter_source("folder")))
    try:
        suite = load_suite(folder)
        chosen = at_revision(suite, select(suite, patterns), revision)
        if listing:
            return _list(chosen)
        adapter: Adapter | None = None if command else context.lookup_default("CMD")
        if not command and adapter is None:
            raise click.UsageError("there is no adapter: threadwire test -- CMD")
        entries = _entries(wishes)
    except NothingMatchesError as error:
        click.echo(f"threadwire: {error}", err=True)
        return NOTHING_RAN
    except (SuiteError, KitError, ResourceError) as error:
        raise click.ClickException(str(error)) from error
    settings = Settings(
        command=command,
        filter=as_filter,
        timeout=timeout,
        jobs=jobs or os.cpu_count() or 1,
        cuts=cuts == "all",
    )
    if adapter is not None:
        words = tuple(word.replace("{python}", sys.executable) for word in adapter.command)
        filters = as_filter or adapter.filter
        settings = replace(settings, command=words, filter=filters, folder=adapter.folder)
    report = run(suite, chosen, settings, wishes, entries)
    _write(report, form, output)
    return report.exit_code


def run(
    suite: Suite, chosen: Sequence[Case], settings: Settings, wishes: Wishes, entries: list[Known]
) -> Report:
    """Run cases, and make one value of it; whatever the adapter does, there is a report."""
    began = monotonic()

    def red(result: Result) -> bool:
        (judged,), _ = apply_known(entries, [result], suite, date.today())
        verdict = judged.outcome.verdict
        return verdict in ("fail", "broken") or (verdict == "warn" and wishes.strict)

    settings = replace(settings, stop_at=red if wishes.exit_first else settings.stop_at)
    results: list[Result] = []
    fault: Fault | None = None
    smoke = smoke_cases(suite)
    planned = list(smoke) if wishes.smoke else list(chosen)
    with Runner(suite, settings) as runner:
        hello = None
        try:
            hello = runner.start()
            first = runner.smoke(smoke)
            if wishes.smoke:
                results = first
            else:
                with closing(runner.run(planned)) as coming:
                    results.extend(watched(coming, len(planned)))
        except AdapterError as error:
            fault = Fault(str(error), error.cure, error.stderr)
        stopped = runner.stopped
        notes = runner.notes
    if wishes.write_known and wishes.known is not None and fault is None:
        entries = renewed(results, entries)
        wishes.known.write_text(known_text(entries), encoding="utf-8", newline="\n")
        notes.append(f"{wishes.known} has {len(entries)} entries now; say why, one by one")
    judged, problems = apply_known(entries, results, suite, date.today())
    return Report(
        suite=suite,
        adapter=hello,
        mode=_mode(settings, hello),
        planned=len(planned),
        results=sorted_results(suite, judged),
        strict=wishes.strict,
        revision=wishes.revision or suite.revision,
        problems=tuple(problems),
        notes=tuple(notes),
        fault=fault,
        only="smoke check" if wishes.smoke else None,
        seconds=monotonic() - began,
        stopped=stopped,
    )


def _no_suite(folder: Path, source: ParameterSource | None) -> str:
    """What to say where no suite is; another protocol's is never run instead."""
    missing = f"the suite {folder.as_posix()} does not exist"
    if source is ParameterSource.COMMANDLINE:
        return f"{missing}: name the folder that holds suite.json"
    return f'{missing}: threadwire generate writes it, with "suite" in targets of threadwire.toml'


def _mode(settings: Settings, hello: Hello | None) -> str:
    if settings.filter:
        return "filter"
    return "http" if hello is not None and hello.transport == "http" else "stdio"


def _entries(wishes: Wishes) -> list[Known]:
    if wishes.known is None or (wishes.write_known and not wishes.known.exists()):
        return []
    return load_known(wishes.known)


def _list(cases: Sequence[Case]) -> int:
    for case in cases:
        click.echo(f"{case.level:<8}{case.id}  {case.title}")
    click.echo(f"{len(cases)} cases", err=True)
    return 0


def _encoded(text: str) -> bytes:
    """UTF-8; a lone surrogate, which a reply may have, becomes the escape that JSON has for it."""
    return text.encode("utf-8", "backslashreplace")


def _write(report: Report, form: str, output: Path | None) -> None:
    text = FORMATS[form].render(report)
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_bytes(_encoded(click.unstyle(text)))
    elif form == "text":
        click.echo(text, nl=False, color=False if os.environ.get("NO_COLOR") else None)
    else:
        sys.stdout.buffer.write(_encoded(text))
        sys.stdout.buffer.flush()
    if output is not None or form != "text":
        click.echo(report.last_line, err=True)
