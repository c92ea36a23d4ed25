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

    The variable COLUMNS is believed before the terminal, as other programs do. What is written for
    20 columns a narrower terminal has to fold by itself.
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
    """Print a message of some lines. Letters in it that could steer the terminal are escaped."""
    if err:
        click.echo(harmless(text), err=True)
    else:
        emit(harmless(text) + "\n")


def say_error(error: click.ClickException) -> None:
    """Print what click says of wrong usage, or what we say by one of its exceptions."""
    shown = io.StringIO()
    error.show(shown)
    message = error.format_message()
    ours = visible(message) if isinstance(error, click.UsageError) else message  # that is one line
    said = shown.getvalue().removesuffix("\n")
    say(said.replace(click.unstyle(message), ours), err=True)  # click leaves colours out


def emit(text: str) -> None:
    """Write a drawing or data to standard output; letters that its encoding lacks are escaped.

    Nothing else is: colours of a drawing steer the terminal, and names in it are escaped already.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.stdout.write(text)
    sys.stdout.flush()  # a closed pipe is met here, where click keeps silent about it
