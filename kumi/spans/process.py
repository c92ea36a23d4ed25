"""What tells one process's runs from another's: 8 hex digits, and a counter."""

from __future__ import annotations

import os
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from kumi import forks

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NUMBERS = 1 << 31
"""Of runs that are numbered many at a time; those from here on are numbered one by one."""


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
        self._one = count(_NUMBERS)

    def numbers(self, count: int) -> NDArray[np.uint32]:
        """The next `count` run numbers; one thread only hands them out."""
        first = self._next
        self._next = (first + count) % _NUMBERS
        return np.arange(first, first + count, dtype=np.uint32) % np.uint32(_NUMBERS)

    def number(self) -> int:
        """The number of a run that needs one at once; on any thread, in one step."""
        return next(self._one) % (2 * _NUMBERS)


THIS_PROCESS = Process()
