"""What a person sees of a command: findings, differences, the verdict, and that it is at work.

Findings go to stderr, all else to stdout; colours only to a terminal (click takes them out
elsewhere), and none with NO_COLOR.
"""

from __future__ import annotations

import contextlib
import difflib
import sys
from collections import Counter
from collections.abc import Callable, Generator, Iterable
from typing import TextIO

import click

from threadwire_generator.findings import Finding, format_finding, one_line, sorted_findings
from threadwire_generator.publish import OUT_OF_STEP

LINES_A_FILE = 40
LINES_A_NEW_FILE = 8
LINES_IN_ALL = 200
FINDINGS_A_RULE = 6  # of warnings, and of files that `generate` would put right
_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def show_findings(findings: Iterable[Finding], *, full: bool = False) -> None:
    """Print findings, sorted, one a line.

    Unless `full`, of what one rule gives over and over only the first are shown, and how many there
    are besides; errors that a person has to mend are always shown.
    """
    _flush(sys.stdout)  # on a terminal both streams are one
    given: Counter[str] = Counter()
    for finding in sorted_findings(findings):
        given[finding.rule] += not finding.is_error or finding.rule in OUT_OF_STEP
        if full or given[finding.rule] <= FINDINGS_A_RULE:
            click.echo(format_finding(finding), err=True)
    for rule, number in sorted(given.items()):
        if number > FINDINGS_A_RULE and not full:
            more = count(number - FINDINGS_A_RULE, "more finding")
            click.echo(f"… {more} of {rule}: threadwire check --full shows them", err=True)


def _flush(stream: TextIO | None) -> None:
    """Write what is buffered; a stream that the caller has closed is None."""
    if stream is not None:
        stream.flush()


def show_verdict(text: str, *, good: bool) -> None:
    """Print the last line of a command."""
    _flush(sys.stderr)
    click.secho(text, fg="green" if good else "red", bold=True)


def show_differences(
    files: Iterable[tuple[str, bytes | None, bytes | None]], *, full: bool
) -> None:
    """Print unified diffs of files (path, as they are, as they should be; None: not there).

    Unless `full`, of each file and of all together only the first lines are shown, and how many
    there are besides.
    """
    shown = left_out = files_left_out = 0
    for path, is_now, should_be in files:
        lines = difference(path, is_now, should_be)
        cap = LINES_A_FILE if is_now is not None else LINES_A_NEW_FILE
        room = len(lines) if full else min(cap, LINES_IN_ALL - shown)
        for line in lines[:room]:
            _show_line(line)
        shown += min(len(lines), room)
        if len(lines) > room:
            left_out += len(lines) - room
            files_left_out += 1
    if left_out:
        files_text = count(files_left_out, "file")
        click.echo(f"… {count(left_out, 'more line')} in {files_text}: --full shows them")


def difference(path: str, is_now: bytes | None, should_be: bytes | None) -> list[str]:
    """Give the unified diff of one file, as lines without line ends."""
    if is_now is not None and is_now.replace(b"\r\n", b"\n") == should_be:
        return [f"--- a/{path}", f"+++ b/{path}", "only the line ends differ: CRLF on disk"]
    lines = difflib.unified_diff(
        _lines(is_now),
        _lines(should_be),
        f"a/{path}" if is_now is not None else "/dev/null",
        f"b/{path}" if should_be is not None else "/dev/null",
        lineterm="",
    )
    return [part for line in lines for part in line.split("\n")]


def _lines(content: bytes | None) -> list[str]:
    """Give a file's lines; the last one says so if it does not end."""
    *lines, last = (content or b"").decode("utf-8", errors="backslashreplace").split("\n")
    return [*lines, f"{last}\n\\ No newline at end of file"] if last else lines


def _show_line(line: str) -> None:
    if sys.stdout is not None and sys.stdout.isatty():
        line = one_line(line)  # a file's control characters are not the terminal's
    click.secho(line, fg=_COLOURS.get(line[:1]))


@contextlib.contextmanager
def progress() -> Generator[Callable[[str], None], None, None]:
    """Give a function that says what is being done, on a terminal; elsewhere it says nothing."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # costs more than a whole --help

    with Console(stderr=True).status("starting") as status:
        yield status.update


def count(number: int, noun: str) -> str:
    """Spell a number of things: `1 file`, `2 files`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
