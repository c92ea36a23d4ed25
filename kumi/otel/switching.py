"""The interpreter's switch interval, made short while somebody waits for us, or we for somebody.

A thread that wants the interpreter from one that computes waits for an interval, usually 5 ms:
a caller from the owner at work, and the owner, whom a caller waits for, from a third that spins.
"""

from __future__ import annotations

import sys

from kumi import forks

_SHORT = 0.0003


class _SwitchingSoon:
    """Has the interpreter change threads every 0.3 ms, while any thread is inside.

    There is no lock, so of threads that come or go at the same moment one may do without the short
    interval. It is never left short; and an interval that somebody else has set meanwhile stays.
    """

    def __init__(self) -> None:
        self._inside: list[None] = []
        self._before: float | None = None
        self._ours = 0.0

    def forked(self) -> None:
        """In a child nobody is inside."""
        self._inside.clear()
        self._lengthen()

    def __enter__(self) -> None:
        self._inside.append(None)
        before = sys.getswitchinterval()
        if self._before is None and before > _SHORT:
            self._before = before
            sys.setswitchinterval(_SHORT)
            self._ours = sys.getswitchinterval()

    def __exit__(self, *_: object) -> None:
        if self._inside:
            self._inside.pop()
        if not self._inside:
            self._lengthen()

    def _lengthen(self) -> None:
        before, self._before = self._before, None
        if before is not None and sys.getswitchinterval() == self._ours:
            sys.setswitchinterval(before)


switching_soon = _SwitchingSoon()
forks.tell(switching_soon)
