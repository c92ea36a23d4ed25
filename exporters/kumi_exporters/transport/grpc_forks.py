"""Forks wait until no call of ours is inside gRPC.

gRPC makes itself anew in a child only where no thread is in a call of it when the process forks;
else it says "Other threads are currently calling into gRPC, skipping fork() handlers", and the
child's own calls may fail, hang or crash.
"""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PATIENCE = 1.0
"""Seconds that a fork waits for calls to end, before it cuts them off; they are tried again."""


class ForkGate:
    """Calls go through, many at a time, but none while the process forks."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Nothing is under way in a child."""
        self._changed = threading.Condition()
        self._cuts: list[Callable[[], None]] = []
        self._forks = 0

    @contextmanager
    def call(self, cut: Callable[[], None]) -> Iterator[None]:
        """A call, which `cut` ends at once. It waits for a fork that is under way."""
        cuts = self._cuts
        with self._changed:
            self._changed.wait_for(lambda: not self._forks)
            cuts.append(cut)
        try:
            yield
        finally:
            with self._changed:
                cuts.remove(cut)
                self._changed.notify_all()

    def close(self) -> None:
        """Let no call begin, and wait for those under way; cut off what takes too long."""
        with self._changed:
            self._forks += 1
            if not self._changed.wait_for(lambda: not self._cuts, _PATIENCE):
                for cut in tuple(self._cuts):
                    cut()
                self._changed.wait_for(lambda: not self._cuts, _PATIENCE)

    def open(self) -> None:
        """Let calls begin again, in the parent."""
        with self._changed:
            self._forks -= 1
            self._changed.notify_all()


GATE = ForkGate()
if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(before=GATE.close, after_in_parent=GATE.open, after_in_child=GATE.renew)
