"""Every way in which a Python process ends, or its telemetry does, and how we hear of it.

Each ending is one entry of `ENDINGS`: something that has it call us, and gives what takes that back
(None where there is nothing to take back, or it does not exist here). They may overlap: whoever
comes second waits for the end under way, and finds nothing left to do.
"""

from __future__ import annotations

import atexit
import sys
import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from kumi.otel import sigterm

if TYPE_CHECKING:
    from collections.abc import Callable


class Ended(Protocol):
    """What is told of endings."""

    def look_again(self) -> None:
        """Exit handlers are about to run: use a tracer provider that will be shut down in one."""

    def finish(self) -> None:
        """Hand everything over: the process may be gone after this."""

    def close(self) -> None:
        """Hand everything over for good: the interpreter exits."""


class Endings:
    """Has `told` hear of every ending of this process."""

    def __init__(self, told: Ended) -> None:
        self._told = told
        self._undo: list[Callable[[], object]] = []

    def register(self) -> None:
        """Be the next to be called: handlers that came last run first, ours before a provider's."""
        self.forget()
        undone = [ending(self._told) for ending in ENDINGS]
        self._undo = [undo for undo in undone if undo is not None]

    def forget(self) -> None:
        """Have `told` hear of no ending any more."""
        undo, self._undo = self._undo, []
        for each in undo:
            each()

    def after_fork(self) -> None:
        """A child of `multiprocessing` forgets all finalizers, and then asks for new ones."""
        self.register()
        util = sys.modules.get("multiprocessing.util")
        if util is not None:
            util.register_after_fork(self, Endings.register)


def _before_exit_handlers(told: Ended) -> Callable[[], object] | None:
    """Exit, an unhandled exception, `sys.exit`: before the handlers of `atexit`.

    It has no public name; `concurrent.futures` ends its pools by it.
    """
    register = getattr(threading, "_register_atexit", None)
    if register is None:
        return None
    asked = [told]

    def look_again() -> None:
        for each in asked:
            each.look_again()

    with suppress(RuntimeError):  # the interpreter is shutting down already
        register(look_again)
    return asked.clear


def _exit_handler(told: Ended) -> Callable[[], object]:
    """Exit, among the handlers of `atexit`: the last time that we are told of it."""
    close = partial(sigterm.uninterrupted, told.close, at_exit=True)
    atexit.register(close)
    return partial(atexit.unregister, close)


def _multiprocessing(told: Ended) -> Callable[[], object] | None:
    """Children of `multiprocessing`, which run its finalizers and no exit handlers."""
    util: Any = sys.modules.get("multiprocessing.util")
    if util is None:
        return None
    cancel: Callable[[], object] = util.Finalize(None, told.finish, exitpriority=0).cancel
    return cancel


def _celery(told: Ended) -> Callable[[], object] | None:
    """Children of celery, recycled ones too: they leave by `os._exit`, and send only this."""
    signals: Any = sys.modules.get("celery.signals")
    if signals is None:
        return None

    def finish(**_sent: object) -> None:
        told.finish()

    signals.worker_process_shutdown.connect(finish, weak=False)
    return partial(signals.worker_process_shutdown.disconnect, finish)


def _sigterm(told: Ended) -> Callable[[], object]:
    """SIGTERM where nobody else handles it: so end uvicorn's servers, and the workers of a pool."""
    return sigterm.before_death(told.finish)


ENDINGS = (
    _before_exit_handlers,
    _exit_handler,
    _multiprocessing,
    _celery,
    _sigterm,
)
