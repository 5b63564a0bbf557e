"""`threadwire serve`: cases or captured streams over HTTP, for whatever has a base URL to set."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Generator, Mapping
from pathlib import Path
from time import sleep
from types import FrameType
from typing import Any, NoReturn

import click

from .api import Api, load_api
from .capture import CaptureError
from .errors import KitError
from .playing import CUTTERS, Playlist, check_file
from .resources import ResourceError
from .server import PlayServer, is_loopback
from .suite import SuiteError, load_suite

URL_VARIABLE = "THREADWIRE_BASE_URL"
GRACE = 5.0  # seconds for a command to end after an interrupt, before it is ended
_TERMINATED = 128 + 15  # as a shell counts SIGTERM
_COMMAND = "threadwire.serve.command"

EPILOG = """\b
Example:
  threadwire serve
  threadwire serve first.sse second.sse --delay 20ms -- pytest tests/
  threadwire serve --loop capture.sse --port 8080

\b
Exit codes: that of CMD, 128 + N if signal N ended it; without CMD:
  0  ended by an interrupt
  2  usage, or files, a suite or an address that cannot be used
"""


_UNITS = {"ms": 0.001, "s": 1.0}


class _Delay(click.ParamType[float]):
    """A duration with its unit, as seconds."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read it; raises `click.BadParameter`."""
        if isinstance(value, float):
            return value
        match = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s)", str(value).strip())
        if match is None:
            self.fail(f"{value!r} is no duration such as 20ms or 1.5s", param, ctx)
        return float(match[1]) * _UNITS[match[2]]


class _WithCommand(click.Command):
    """Takes what stands after -- off, before options and files are told apart."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse what stands before --; raises `click.UsageError`."""
        if "--" in args:
            at = args.index("--")
            ctx.meta[_COMMAND], args = args[at + 1 :], args[:at]
            if not ctx.meta[_COMMAND]:
                raise click.UsageError("there is no command after --", ctx)
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Show it in the usage line."""
        return [*super().collect_usage_pieces(ctx), "[-- CMD...]"]


@click.command("serve", cls=_WithCommand, epilog=EPILOG)
@click.argument(
    "files",
    nargs=-1,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="[FILES]...",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default=True,
    help="The port; 0 is a free one.",
)
@click.option("--delay", type=_Delay(), default="0ms", help="Between two chunks: 20ms, 1.5s.")
@click.option(
    "--cuts",
    type=click.Choice(list(CUTTERS)),
    default="written",
    show_default=True,
    help="Chunks as the case has them (of a file, events), as few as can be, or single bytes.",
)
@click.option("--loop", is_flag=True, help="After the last of FILES comes the first again.")
@click.option(
    "--lost",
    is_flag=True,
    help="Streams without their end are cut off like a lost connection, rather than ended.",
)
@click.option(
    "--suite",
    "folder",
    type=click.Path(exists=True, path_type=Path),
    metavar="DIR",
    help="Another suite.",
)
@click.option("-v", "--verbose", is_flag=True, help="A line for each request.")
@click.pass_context
def command(
    ctx: click.Context,
    files: tuple[Path, ...],
    host: str,
    port: int,
    delay: float,
    cuts: Any,
    loop: bool,
    lost: bool,
    folder: Path | None,
    verbose: bool,
) -> int:
    """Play cases of the suite, or captured streams, at the API's own paths.

    A client asks for a case by an id in its request: PREFIX_SLUG; GET / lists the slugs.  Requests
    that name no case get FILES, one after another: bodies of streams, what `curl -i` printed (with
    its status and headers), or the JSON lines of `threadwire decode`.

    With -- CMD the command runs against the server, its URL in THREADWIRE_BASE_URL and in the
    variables that SDKs read, and its exit code is the result.
    """
    try:
        suite = load_suite(folder)
        api = load_api(suite.protocol, suite.folder)
        for file in files:
            _check(file)
    except (SuiteError, KitError, ResourceError) as error:
        raise click.ClickException(str(error)) from error
    playlist = Playlist(api, suite, files, cuts, loop, lost)
    if not is_loopback(host):
        _say(f"warning: {host} can be reached from other machines")
    log = _say if verbose else None
    try:
        server = PlayServer(playlist, host=host, port=port, delay=delay, log=log)
    except KitError as error:
        raise click.ClickException(str(error)) from error
    program: list[str] | None = ctx.meta.get(_COMMAND)
    with _terminable(), server:
        try:
            if program is None:
                return _until_interrupted(server, len(suite.cases), len(files))
            return _run(program, environment(api, server.url, os.environ))
        finally:
            _say(_account(playlist, server))


def environment(api: Api, url: str, present: Mapping[str, str]) -> dict[str, str]:
    """The variables of a command that runs against the server."""
    changed = {**present, URL_VARIABLE: url}
    changed.update({name: text.replace("{url}", url) for name, text in api.environment.items()})
    for name, text in api.environment_defaults.items():
        changed.setdefault(name, text)
    for name in ("NO_PROXY", "no_proxy"):  # the way to this server leads through no proxy
        changed[name] = ",".join(filter(None, [present.get(name), "127.0.0.1", "localhost", "::1"]))
    return changed


def _until_interrupted(server: PlayServer, cases: int, files: int) -> int:
    click.echo(server.url)
    sys.stdout.flush()
    _say(f"{cases} cases and {files} files; {server.url}/ lists them, Ctrl-C ends")
    try:
        while server.alive:
            sleep(0.5)
    except (KeyboardInterrupt, _TerminatedError):
        return 0
    raise click.ClickException("the server has ended by itself")


def _run(program: list[str], variables: Mapping[str, str]) -> int:
    """Run a command to its end; an interrupt ends it too."""
    try:
        process = subprocess.Popen(program, env=dict(variables))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise click.UsageError(f"{program[0]}: cannot be started: {reason}") from error
    try:
        status = process.wait()
    except _TerminatedError:
        process.terminate()
        return _TERMINATED
    except KeyboardInterrupt:
        if sys.platform != "win32" and not sys.stdin.isatty():
            process.send_signal(signal.SIGINT)  # a terminal has sent it to both
        raise
    finally:
        _end(process)
    return status if status >= 0 else 128 - status


def _end(process: subprocess.Popen[bytes]) -> None:
    """Wait for a process that was asked to end, and insist."""
    for insist in (process.terminate, process.kill):
        with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            process.wait(GRACE)
        if process.poll() is not None:
            return
        insist()
    process.wait()


def _check(file: Path) -> None:
    if not file.is_file():
        raise KitError(f"{file}: not a regular file, and it may be played more than once")
    try:
        check_file(file)
    except (CaptureError, OSError) as error:
        raise KitError(f"{file}: {error}") from error


def _account(playlist: Playlist, server: PlayServer) -> str:
    requests = f"{server.requests} request{'s' if server.requests != 1 else ''}"
    if not playlist.files:
        return requests
    played, there = playlist.played, len(playlist.files)
    again = f" ({played} times in all)" if played > there else ""
    return f"{requests}, {min(played, there)} of {there} files played{again}"


def _say(text: str) -> None:
    click.echo(f"threadwire serve: {text}", err=True)


# --- signals --------------------------------------------------------------------------------------


class _TerminatedError(BaseException):
    """The process was asked to end."""


@contextlib.contextmanager
def _terminable() -> Generator[None, None, None]:
    """Make of SIGTERM what an interrupt is: an exception, so that everything is put away."""

    def terminated(_: int, __: FrameType | None) -> NoReturn:
        raise _TerminatedError

    try:
        before = signal.signal(signal.SIGTERM, terminated)
    except ValueError:  # not the main thread: somebody else sees to signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
