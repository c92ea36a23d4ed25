"""Work that one thread does while others wait for it, but none of them without end.

A lock would be simpler. But work that calls anybody's code (a resource detector, an import) may
itself wait: for a thread that runs a schema, or for what a thread holds that a signal interrupted.
"""

from __future__ import annotations

from math import inf
from threading import get_ident
from time import monotonic, sleep
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_STEP = 0.001


class Turn:
    """One thread at a time works; inside of the work itself nobody waits."""

    def __init__(self) -> None:
        self._owner: dict[str, int] = {}
        self._since = inf
        self._inside = False

    def forked(self) -> bool:
        """In a child: whether another thread was working, which nobody will finish here."""
        abandoned = self._owner.get("thread", get_ident()) != get_ident()
        if abandoned:
            self._rest()
        return abandoned

    def run(self, work: Callable[[], object], patience: float) -> bool:
        """Do `work` once nobody else works.

        False inside of some work (a signal's handler, a finalizer, what the work calls), and where
        another thread's work takes longer than `patience` seconds since it began.
        """
        me = get_ident()
        if self._inside and self._owner.get("thread") == me:
            return False
        try:
            return self._is_taken(me, patience) and self._work(work)
        finally:  # also where Ctrl-C came amid taking it
            if self._owner.get("thread") == me:
                self._rest()

    def _is_taken(self, me: int, patience: float) -> bool:
        now = monotonic()
        while self._owner.setdefault("thread", me) != me:  # one step: no other thread, no signal
            if monotonic() > min(self._since, now) + patience:
                return False
            sleep(_STEP)
        return True

    def _work(self, work: Callable[[], object]) -> bool:
        self._since = monotonic()
        self._inside = True
        work()
        return True

    def _rest(self) -> None:
        self._since = inf
        self._inside = False
        self._owner.clear()
