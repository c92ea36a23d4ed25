"""Exit codes of a command that did not go well, and what is said then.

The language's errors are imported where there is one: most commands end without, and to import
them takes as long as a small profile is read.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TypeGuard

from kumi.cli.terminal import say, width
from kumi.letters import visible

if TYPE_CHECKING:
    from kumi.errors import KumiError

FAILED, INTERRUPTED, UNREAD = 1, 130, 141
"""The last two are what a shell says of programs that end by SIGINT and SIGPIPE."""


def is_of_the_user(error: Exception) -> TypeGuard[KumiError | OSError]:
    """Whether it is about what somebody wrote or gave, or about a file.

    An error about a file names it. One that names none is about standard output.
    """
    from kumi.errors import KumiError  # noqa: PLC0415 - only where there is an error

    return isinstance(error, KumiError) or (isinstance(error, OSError) and bool(error.filename))


def message(error: KumiError | OSError) -> str:
    """What is said of an error of the user or the system: one line, or each mistake located."""
    from kumi.errors import SchemaError  # noqa: PLC0415 - only where there is an error

    if isinstance(error, SchemaError):
        return error.shown(width(sys.stderr))
    if isinstance(error, OSError) and error.filename:
        return f"Error: {visible(str(error.filename))}: {error.strerror}"
    if isinstance(error, OSError) and error.strerror:
        return f"Error: standard output: {error.strerror}"
    return f"Error: {error}"


def failure(error: Exception) -> str:
    """What is said of a run that failed: what the language says of it, or what Python does."""
    from kumi.errors import KumiError  # noqa: PLC0415 - only where there is an error

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
