"""Locks between processes. On Windows there are none: one process a file.

There are two kinds. `lockf` is held for one write, so that lines of two processes do not mix. A
shared `flock` is held for as long as the file is open, and says that it is in use: whoever wants to
empty or rename the file needs that lock for itself alone.
"""

from __future__ import annotations

import errno
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE = 10.0
"""Seconds that a write waits for others: as long as OpenTelemetry gives an exporter."""

_HELD = (errno.EAGAIN, errno.EACCES)


class HeldError(OSError):
    """Another process has the file in its hands."""


if sys.platform == "win32":

    def lock(_fd: int, *, wait: bool) -> None:
        """Nothing to take."""

    def unlock(_fd: int) -> None:
        """Nothing was taken."""

    def share(_fd: int, *, wait: bool) -> None:
        """Nothing to take."""

    def exclude(_fd: int) -> bool:
        """There is nobody to exclude."""
        return True

else:
    import fcntl

    def lock(fd: int, *, wait: bool) -> None:
        """Be the only process that writes. Raises HeldError instead of waiting."""
        _take(fcntl.lockf, fd, fcntl.LOCK_EX, wait=wait)

    def unlock(fd: int) -> None:
        """Let others write."""
        try:
            fcntl.lockf(fd, fcntl.LOCK_UN)
        except OSError:  # closing the file would let go of it as well
            return

    def share(fd: int, *, wait: bool) -> None:
        """Say that the file is in use, until it is closed. Raises HeldError instead of waiting."""
        _take(fcntl.flock, fd, fcntl.LOCK_SH, wait=wait)

    def exclude(fd: int) -> bool:
        """Be the only process that has the file open, if it is so."""
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in _HELD:
                return False
            raise
        return True

    def _take(take: Callable[[int, int], object], fd: int, kind: int, *, wait: bool) -> None:
        try:
            take(fd, kind if wait else kind | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in _HELD:
                raise HeldError(errno.EAGAIN, "is locked by another process") from error
            # A file system without locks: whole lines by O_APPEND alone.
