"""Locks: between threads, and between processes. On Windows without the latter: one process a file.

A write holds `lockf`, for as long as it lasts. "In use" is a shared `flock`, held while the file is
open; emptying and renaming need the exclusive one.
"""

from __future__ import annotations

import errno
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

PATIENCE = 2.0
_STEP = 0.001
_HELD = (errno.EAGAIN, errno.EACCES)


class BusyError(OSError):
    """Somebody has held a lock for longer than a write can take."""


def let_go(lock: threading.RLock) -> None:
    """Release a lock as often as this thread holds it: also where Ctrl-C came amid taking it."""
    while lock._is_owned():  # type: ignore[attr-defined]  # noqa: SLF001 - what conditions ask, too
        lock.release()


if sys.platform == "win32":

    @contextmanager
    def writing(_fd: int, _patience: float = PATIENCE) -> Iterator[None]:
        """Nothing to take."""
        yield

    def wait_until_free(_fd: int, _patience: float) -> None:
        """There is nobody to wait for."""

    def share(_fd: int, _patience: float) -> None:
        """Nothing to take."""

    def exclude(_fd: int) -> bool:
        """There is nobody to exclude."""
        return True

else:
    import fcntl

    @contextmanager
    def writing(fd: int, patience: float = PATIENCE) -> Iterator[None]:
        """Be the only process that writes. Raises BusyError after `patience` seconds."""
        _patiently(lambda: fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB), patience)
        try:
            yield
        finally:
            _unlock(fd)

    def wait_until_free(fd: int, patience: float) -> None:
        """Wait until no other process writes. Raises BusyError after `patience` seconds."""
        _patiently(lambda: fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB), patience)
        _unlock(fd)

    def _unlock(fd: int) -> None:
        try:
            fcntl.lockf(fd, fcntl.LOCK_UN)
        except OSError:  # closing the file would let go of it as well
            return

    def share(fd: int, patience: float) -> None:
        """Say that the file is in use, until it is closed. Raises BusyError after `patience`."""
        _patiently(lambda: fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB), patience)

    def exclude(fd: int) -> bool:
        """Be the only process that has the file open, if it is so."""
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in _HELD:
                return False
            raise
        return True

    def _patiently(take: Callable[[], None], patience: float) -> None:
        deadline = time.monotonic() + patience
        while True:
            try:
                return take()
            except OSError as error:
                if error.errno not in _HELD:
                    return None  # a file system without locks: whole lines by O_APPEND alone
            if time.monotonic() > deadline:
                raise BusyError(errno.EAGAIN, "locked by another process")
            time.sleep(_STEP)
