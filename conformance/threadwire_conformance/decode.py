"""`threadwire decode`: the events of a captured stream, one JSON object a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from typing import IO, Any

import click

from .capture import CaptureError, read_capture
from .reference import DEFAULT, Decoder, Package, load

_CHUNK = 64 * 1024


@click.command("decode")
@click.argument("file", type=click.File("rb"), metavar="FILE|-")
@click.option(
    "--package",
    default=DEFAULT,
    show_default=True,
    metavar="NAME",
    help="Import name of the generated package that decodes.",
)
@click.option("--allow-truncated", is_flag=True, help="A stream that was cut off is no finding.")
@click.option(
    "--max-event-bytes",
    type=click.IntRange(1),
    metavar="N",
    help="How large an event may be; 16 MiB if not said.",
)
def command(
    file: IO[bytes], package: str, allow_truncated: bool, max_event_bytes: int | None
) -> None:
    """Print the events of a captured stream, one JSON object a line, as they arrive.

    FILE holds the body of a stream, what `curl -i` printed, or lines that this command printed
    before; - is standard input.  What cannot be read is reported on standard error, with its number
    and its byte offset in the body, and the rest is read on.

    \b
    Exit codes: 0 the stream is whole; 1 an event is invalid, or the end is missing;
                2 the input cannot be read.

    \b
    Example:
        threadwire decode capture.sse
        curl -sN … | threadwire decode - | jq .event
    """
    try:
        decoding = load(package)
    except (ImportError, TypeError, ValueError) as error:
        raise click.UsageError(f"--package {package}: {error}") from error
    out = getattr(sys.stdout, "buffer", None)
    if out is None:
        raise click.UsageError("standard output is closed")
    limit = {} if max_event_bytes is None else {"max_event_bytes": max_event_bytes}
    decoder = decoding.Decoder(require_done=not allow_truncated, **limit)
    try:
        findings = _decode(file, decoding, decoder, out)
    except CaptureError as error:
        raise click.UsageError(f"{_name(file)}: {error}") from error
    raise SystemExit(1 if findings else 0)


def _decode(file: IO[bytes], package: Package, decoder: Decoder, out: IO[bytes]) -> int:
    """Print events to `out` and findings to standard error; how many findings there were."""
    findings = 0

    def report(text: object) -> None:
        nonlocal findings
        findings += 1
        click.echo(f"{_name(file)}: {text}", err=True)

    number = 0
    for events in _feed(file, package, decoder, report):
        for event in events:
            number += 1
            if isinstance(event, package.InvalidEvent):
                report(f"event {number}: {event.error}")
            else:
                out.write(json_line(package, event))
        out.flush()
    if findings:
        click.echo(f"{_name(file)}: {number} events, {findings} findings", err=True)
    return findings


def _feed(
    file: IO[bytes], package: Package, decoder: Decoder, report: Callable[[object], None]
) -> Iterator[list[Any]]:
    for chunk in read_capture(_chunks(file)).chunks:
        yield decoder.feed(chunk)
        if decoder.done:
            return
    try:
        yield decoder.close()
    except package.StreamError as error:
        report(error)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    """What is there now, rather than a full buffer: a pipe is read as it fills."""
    read = getattr(file, "read1", file.read)
    while True:
        try:
            chunk = read(_CHUNK)
        except OSError as error:
            raise CaptureError(str(error)) from error
        if not chunk:
            return
        yield chunk


def _name(file: IO[bytes]) -> str:
    name = getattr(file, "name", "-")
    return "-" if name in ("<stdin>", 0) else str(name)


def json_line(package: Package, event: Any) -> bytes:
    """An event as one line: its payload as JSON; text where it has none, or nobody has parsed it.

    An error goes out as the payload that was read of it, whatever shape it came in; what came is
    told in `raw` where that is not the same.
    """
    row = {"event": event.event, "data": event.data}
    if not isinstance(event.data, str):
        row["data"] = _value(package.data_text(type(event)(event.data)))
        raw = getattr(event, "raw", None)
        if raw is not None and _value(raw) != row["data"]:
            row["raw"] = raw
    return (json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
