"""What tells one process's runs from another's: 8 hex digits, and a counter."""

from __future__ import annotations

import os
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NUMBERS = 1 << 32


class Process:
    """The identity of a process: `id` never changes while it lives, a forked child gets its own."""

    id: str

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Begin as a new process: another id, runs numbered from 0, a lock that nobody holds."""
        self.id = os.urandom(4).hex()
        self._next = 0
        self._lock = Lock()

    def numbers(self, count: int) -> NDArray[np.uint32]:
        """The next `count` run numbers."""
        with self._lock:
            first = self._next
            self._next = (first + count) % _NUMBERS
        return ((np.arange(count, dtype=np.uint64) + first) % _NUMBERS).astype(np.uint32)


THIS_PROCESS = Process()
if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=THIS_PROCESS.renew)
