"""What is known of the terminal."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

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
