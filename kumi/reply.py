"""What somebody waits for, until a deadline that holds.

It is a lock, which is taken to begin with, and released by whoever answers. A `SimpleQueue` would
be the obvious choice, but may wait without end: where a signal interrupts its `get`, and the
handler lasts longer than the timeout, CPython (seen in 3.11) goes on with a negative timeout, which
stands for none. A lock that is interrupted so gives up at once, as it should.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any


class Reply:
    """An answer. Several may give one who do not know of each other: one wait is over by that."""

    __slots__ = ("_given", "value")

    def __init__(self) -> None:
        self.value: Any = None
        self._given = threading.Lock()
        self._given.acquire()

    def give(self, value: Any = True) -> None:
        """Answer; where nobody has waited for an earlier answer yet, in the place of that."""
        self.value = value
        with suppress(RuntimeError):  # there is an answer already
            self._given.release()

    def wait(self, timeout: float) -> Any:
        """The answer; None where there is none in `timeout` seconds."""
        if self._given.acquire(timeout=min(max(0.0, timeout), threading.TIMEOUT_MAX)):
            return self.value
        return None
