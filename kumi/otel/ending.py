"""Being called when the process ends, in each of the ways in which Python processes do."""

from __future__ import annotations

import atexit
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Ending:
    """Calls `close` at exit.

    Children of `multiprocessing` run no exit handlers, but its finalizers.
    """

    def __init__(self, close: Callable[[], None]) -> None:
        self._close = close
        self._finalizer: Any = None

    def register(self) -> None:
        """Be the next to be called: handlers run last in, first out, ours before a provider's."""
        self.forget()
        atexit.register(self._close)
        self._add_finalizer()

    def forget(self) -> None:
        """Do not call any more."""
        atexit.unregister(self._close)
        if self._finalizer is not None:
            self._finalizer.cancel()
            self._finalizer = None

    def after_fork(self) -> None:
        """A child of `multiprocessing` forgets all finalizers; later it asks for new ones."""
        self._finalizer = None
        util = _multiprocessing()
        if util is not None:
            util.register_after_fork(self, Ending._add_finalizer)

    def _add_finalizer(self) -> None:
        util = _multiprocessing()
        if util is not None:
            self._finalizer = util.Finalize(None, self._close, exitpriority=0)


def _multiprocessing() -> Any:
    return sys.modules.get("multiprocessing.util")
