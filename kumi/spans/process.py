"""What tells one process's runs from another's: 8 hex digits, and a counter."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from kumi import forks

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NUMBERS = 1 << 32


class Process:
    """The identity of a process: `id` never changes while it lives, a forked child gets its own."""

    id: str

    def __init__(self) -> None:
        self.forked()
        forks.tell(self)

    def forked(self) -> None:
        """Begin as a new process: another id, runs numbered from 0."""
        self.id = os.urandom(4).hex()
        self._next = 0

    def numbers(self, count: int) -> NDArray[np.uint32]:
        """The next `count` run numbers; one thread only hands them out."""
        first = self._next
        self._next = (first + count) % _NUMBERS
        return np.arange(first, first + count).astype(np.uint32)  # past 2**32 from 0 again


THIS_PROCESS = Process()
