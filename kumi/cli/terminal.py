"""What is known of the terminal, and the one way to it for whatever is said."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

import click

from kumi.letters import harmless, visible

if TYPE_CHECKING:
    from typing import TextIO

_USUAL, _LEAST = 80, 20


def width(stream: TextIO) -> int | None:
    """Columns of the terminal that a stream leads to; None where it leads to a file or a pipe.

    COLUMNS says more than the terminal itself does, as in other programs. A terminal of less than
    20 columns folds what it gets by itself.
    """
    if not stream.isatty():
        return None
    said = os.environ.get("COLUMNS", "")
    columns = int(said) if said.isdecimal() else _measured(stream)
    return max(_LEAST, columns or _USUAL)


def _measured(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except OSError:
        return 0


def say(text: str, *, err: bool = False) -> None:
    """Print a message of some lines. It may hold names from anywhere: none steers the terminal."""
    if err:
        click.echo(harmless(text), err=True)
    else:
        emit(harmless(text) + "\n")


def say_error(error: click.ClickException) -> None:
    """Print what the command line says of wrong usage, or we through it."""
    shown = io.StringIO()
    error.show(shown)
    message = error.format_message()
    ours = visible(message) if isinstance(error, click.UsageError) else message  # that is one line
    said = shown.getvalue().removesuffix("\n")
    say(said.replace(click.unstyle(message), ours), err=True)  # click leaves colours out


def emit(text: str) -> None:
    """Write what is drawn or data to standard output, whatever its encoding can hold.

    Names in it are escaped already: a drawing has colours, which steer the terminal.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.stdout.write(text)
    sys.stdout.flush()  # a closed pipe is met here, where click keeps silent about it
