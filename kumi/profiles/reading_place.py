"""How far the file is read that was opened last: for whoever shows that while it is read.

Engines read in loops of their own, some outside of Python. So nobody tells anybody how far it is:
whoever wants to know asks the system where the file stands, which costs the reader nothing.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from typing import BinaryIO

_opened: Final[list[tuple[str, BinaryIO]]] = []


def being_read(name: str, file: BinaryIO) -> BinaryIO:
    """The same file, which from now on is the one that is asked about."""
    _opened[:] = [(name, file)]
    return file


def reading_place() -> tuple[str, int] | None:
    """What the file is called, and how many percent of it are read; None where none is open.

    This may be asked on any thread: it does not touch the reader's buffer.
    """
    try:
        name, file = _opened[0]
        number = file.fileno()
        done, size = os.lseek(number, 0, os.SEEK_CUR), os.fstat(number).st_size
    except (IndexError, OSError, ValueError):  # there was none, or it is closed
        return None
    return name, min(100, 100 * done // max(size, 1))
