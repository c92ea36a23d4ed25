"""Forked children begin anew, in one place: whoever has to says so here.

A child has one thread and a copy of everything else: locks that another thread of the parent held,
which nobody will ever release, and sockets and files that the parent goes on using.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:  # to make the class costs as much as to import another module
    from typing import Protocol

    class Forked(Protocol):
        """Something that must not go on in a child as it was in the parent."""

        def forked(self) -> None:
            """Called in the child, before anything else runs there."""


def tell(this: Forked) -> None:
    """Call `this.forked()` in every child, while it lives: in the order in which they asked."""
    _told[this] = None


def _after_fork() -> None:
    for this in list(_told):
        this.forked()


_told: WeakKeyDictionary[Forked, None] = WeakKeyDictionary()
if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_after_fork)
