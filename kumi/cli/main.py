"""The command `kumi`: a table of commands, each imported only when it is called."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

import click

from kumi.cli.exit_codes import (
    FAILED,
    INTERRUPTED,
    is_of_the_user,
    message,
    output_failed,
    unread,
)
from kumi.cli.terminal import say, say_error
from kumi.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "run": "Compute a schema for one input.",
    "check": "Find every static error of schemas.",
    "ops": "List the operations of a schema, as the VM runs them.",
    "functions": "Say what functions the language has, and what each does.",
    "profile": "Report where the time of a profile went.",
    "compare": "Compare two schemas, or two profiles, operation by operation.",
    "record": "Run a Python program and record its schemas.",
    "replay": "Send a profile to an OTLP backend.",
    "demo": "Run three real schemas, and show their profile.",
}
"""The module of each command has its name, and so has the command in it."""


class _Lazy(click.Group):
    """Lists its commands from the table, and imports the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"kumi.cli.{cmd_name}"), cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from kumi.errors import did_you_mean  # noqa: PLC0415 - only a mistake needs it

            ctx.fail(f"there is no command {args[0]!r}; {did_you_mean(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # click would make a failure of it
            return unread()

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kumi")
def kumi() -> None:
    """Calculation schemas, and profiles of their every operation.

    \b
    Examples:
      kumi demo
      kumi run tax.kumi --input tax.json --profile tax.jsonl
      kumi profile tax.jsonl --summary
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line (by default `sys.argv`) and exit.

    Codes: 0 fine, 1 failed, 2 wrong usage, 130 interrupted, 141 nobody reads on.
    """
    _open_streams()
    try:
        code = _invoke(arguments)
        _flush()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        code = unread()
    except OSError as error:
        code = output_failed(error)
    sys.exit(code)


def _flush() -> None:
    """Write what waits in the buffer: its errors are to come now, not at the interpreter's exit.

    A program that was recorded may have closed the stream, or put another object in its place.
    """
    if not getattr(sys.stdout, "closed", True):
        sys.stdout.flush()


def _open_streams() -> None:
    """Open streams that the shell has closed (`>&-`), on the null device.

    Else a file that is opened later would get the stream's number, and be written to by others.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - open as long as we run; pathlib takes 6 ms


def _invoke(arguments: Sequence[str] | None) -> int:
    try:
        result: Any = kumi.main(arguments, prog_name="kumi", standalone_mode=False)
    except click.ClickException as error:
        say_error(error)
        return error.exit_code
    except click.Abort:
        return INTERRUPTED
    except Exception as error:
        if not is_of_the_user(error):
            raise
        say(message(error), err=True)
        return FAILED
    return result if isinstance(result, int) else 0
