"""Exit codes of a command that did not go well, and what is said then."""

from __future__ import annotations

import os
import sys

from kumi.cli.terminal import say, width
from kumi.errors import KumiError, SchemaError
from kumi.letters import visible

FAILED, INTERRUPTED, UNREAD = 1, 130, 141
"""The last two are what a shell says of programs that end by SIGINT and SIGPIPE."""


def message(error: KumiError | OSError) -> str:
    """What is said of an error of the user or the system: one line, or each mistake located."""
    if isinstance(error, SchemaError):
        return error.shown(width(sys.stderr))
    if isinstance(error, OSError) and error.filename:
        return f"Error: {visible(str(error.filename))}: {error.strerror}"
    if isinstance(error, OSError) and error.strerror:
        return f"Error: standard output: {error.strerror}"
    return f"Error: {error}"


def failure(error: Exception) -> str:
    """What is said of a run that failed: what the language says of it, or what Python does."""
    is_ours = isinstance(error, KumiError | ArithmeticError | ValueError | TypeError)
    return str(error) if is_ours else f"{type(error).__name__}: {error}"


def output_failed(error: OSError) -> int:
    """Say that standard output takes no more; the exit code."""
    say(message(error), err=True)
    discard_output()
    return FAILED


def unread() -> int:
    """End quietly where nobody reads on what we print, as after `| head`; the exit code."""
    discard_output()
    return UNREAD


def discard_output() -> None:
    """Let the rest of the output go nowhere: what waits in the buffer would fail again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
