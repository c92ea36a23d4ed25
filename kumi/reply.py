"""What somebody waits for, until a deadline.

A lock that is taken to begin with, and let go of by who answers. Not a `SimpleQueue`: where a
signal interrupts its `get`, and the handler lasts longer than the timeout, that waits without end
(CPython computes a negative rest, which stands for none: seen in 3.11). Locks do that right.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any


class Reply:
    """Given once, or more often by people who do not know of each other; the first one counts."""

    __slots__ = ("_given", "value")

    def __init__(self) -> None:
        self.value: Any = None
        self._given = threading.Lock()
        self._given.acquire()

    def give(self, value: Any = True) -> None:
        """Answer."""
        self.value = value
        with suppress(RuntimeError):  # it is given
            self._given.release()

    def wait(self, timeout: float) -> Any:
        """The answer; None where there is none in `timeout` seconds."""
        if self._given.acquire(timeout=min(max(0.0, timeout), threading.TIMEOUT_MAX)):
            return self.value
        return None
