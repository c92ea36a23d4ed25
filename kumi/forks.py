"""Forked children begin anew: what another thread of the parent held or was amid is not theirs."""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet


class Forked(Protocol):
    """Something that must not go on in a child as it was in the parent."""

    def forked(self) -> None:
        """Called in the child, before anything else runs there."""


def tell(this: Forked) -> None:
    """Call `this.forked()` in every child, while it lives."""
    _told.add(this)


def _after_fork() -> None:
    for this in list(_told):
        this.forked()


_told: WeakSet[Forked] = WeakSet()
if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_after_fork)
