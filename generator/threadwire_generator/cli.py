"""The console script `threadwire`: a table of commands, each imported when it is called.

No room imports another for the sake of the command line: a row names a module and a function, and
`threadwire --help` needs neither.  A command is a `click.Command`; the number that its function
returns is the exit code.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Any, NamedTuple

import click

USAGE_ERROR = 2
INTERRUPTED = 130  # as a shell counts SIGINT
BROKEN_PIPE = 141  # as a shell counts SIGPIPE


class Row(NamedTuple):
    """One command: where it is, its line in the list, and whether it heeds `threadwire.toml`."""

    place: str  # module:function
    help: str
    project: bool = False


COMMANDS: dict[str, Row] = {
    "generate": Row(
        "threadwire_generator.commands:generate", "Write what a schema describes.", project=True
    ),
    "check": Row(
        "threadwire_generator.commands:check",
        "Be the gate: schema valid, files in step, no unaccepted break.",
        project=True,
    ),
    "diff": Row(
        "threadwire_generator.change.diff_command:diff",
        "Say what differs between two states of a protocol, and who breaks.",
        project=True,
    ),
    "import": Row(
        "threadwire_generator.change.import_command:command",
        "Bring a new official document into the spec.",
        project=True,
    ),
    "init": Row(
        "threadwire_generator.change.init_command:init", "Set all of it up in a repository."
    ),
    "decode": Row(
        "threadwire_conformance.decode:command", "Print a stream's events as JSON lines."
    ),
    "lint": Row("threadwire_conformance.lint:command", "Say what is wrong with captured streams."),
    "test": Row(
        "threadwire_conformance.test:command", "Run the suite against a decoder.", project=True
    ),
    "explain": Row(
        "threadwire_conformance.explain:command", "Tell a case, a rule, an event or a finding."
    ),
    "serve": Row(
        "threadwire_conformance.serve:command", "Play cases or captures over HTTP, as the API."
    ),
    "export": Row("threadwire_conformance.export:command", "Write the suite, to use elsewhere."),
}

EPILOG = """\b
Example:
  threadwire generate --schema schema

\b
Exit codes:
  0  in order
  1  findings or failures
  2  usage, or input that cannot be read
  3  an adapter is broken
  4  nothing ran
"""


class Commands(click.Group):
    """The table as a click group."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names, in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, function = COMMANDS[cmd_name].place.partition(":")
        command: click.Command = getattr(import_module(module), function)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments begin with; raises `click.UsageError`."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(f"no command {args[0]!r}. {_cure(args[0])}")
        name, command, rest = super().resolve_command(ctx, args)
        asked = rest[: rest.index("--")] if "--" in rest else rest
        helps = {"-h", "--help"} & set(asked)
        if name is not None and command is not None and COMMANDS[name].project and not helps:
            ctx.default_map = {name: _defaults(ctx, name, command)}
        return name, command, rest

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing one."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, row.help) for name, row in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; gives its exit code."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo(err=True)  # the line with ^C ends
            return INTERRUPTED
        except BrokenPipeError:
            _drop_output()
            return BROKEN_PIPE


def _defaults(ctx: click.Context, name: str, command: click.Command) -> dict[str, Any]:
    """What stands for parameters of a command that are not given: what the project file says.

    The project, or None, becomes the context's object; a file that is not in order ends it all.
    """
    from threadwire_generator.change.project import find_project, read_project

    here = Path()
    file = find_project(here)
    if file is None:
        return {}
    ctx.obj, findings = read_project(file, here)
    if ctx.obj is None:
        from threadwire_generator.screen import show_findings

        show_findings(findings)
        ctx.exit(USAGE_ERROR)
    options: dict[str, Any] = ctx.obj.options(name)
    defaults = {
        parameter.name: options[word]
        for parameter in command.params
        for word in parameter.opts
        if word in options and parameter.name
    }
    return {**defaults, **{word: options[word] for word in options if not word.startswith("-")}}


def _cure(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, COMMANDS, n=1)
    return f"Did you mean {near[0]!r}?" if near else "`threadwire --help` lists them."


def _drop_output() -> None:
    """Let what is still unwritten go nowhere: the reader has gone."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.command(
    cls=Commands,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    no_args_is_help=False,
    invoke_without_command=True,
)
@click.version_option(package_name="threadwire", message="threadwire %(version)s")
@click.pass_context
def threadwire(ctx: click.Context) -> int | None:
    """One YAML spec of an event stream: typed models, a decoder, and a conformance suite."""
    if os.environ.get("NO_COLOR"):
        ctx.color = False
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        return USAGE_ERROR
    return None


def run(args: Sequence[str] | None = None) -> int:
    """Run one command line, and give its exit code instead of raising what click raises."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal of few characters is no reason to fail
            stream.reconfigure(errors="backslashreplace")
    try:
        code = threadwire.main(args, prog_name="threadwire", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = USAGE_ERROR
    except click.Abort:
        code = INTERRUPTED
    except OSError as error:
        place = error.filename if isinstance(error.filename, (str, bytes)) else None
        text = f"{os.fsdecode(place)}: " if place else ""
        click.echo(f"threadwire: {text}{error.strerror or error}", err=True)
        code = USAGE_ERROR
    try:
        if sys.stdout is not None:  # the caller may have closed it
            sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
        return BROKEN_PIPE
    return code if isinstance(code, int) else 0


def main() -> None:
    """Be the console script."""
    sys.exit(run())


if __name__ == "__main__":
    main()
