"""The one seam through which anything watches a compile or a run.

The language below knows nothing of OpenTelemetry: it tells whichever *watcher* is installed here
(`kumi.otel` installs one). Whoever executes programs registers here, so that installing or removing
a watcher rebinds them all.
"""

from __future__ import annotations

import threading
import weakref
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from importlib import import_module
from time import perf_counter
from typing import TYPE_CHECKING, Any

from kumi import forks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kumi.observations import Phase
    from kumi.protocols import Rebindable, Watcher


class _Seam:
    def __init__(self) -> None:
        self.watcher: Watcher | None = None
        self.starter: Callable[[], None] | None = None
        self.lock = threading.RLock()
        self.starting: set[int] = set()
        self.runners: weakref.WeakKeyDictionary[Any, None] = weakref.WeakKeyDictionary()

    def forked(self) -> None:
        """In a forked child: a new lock, since a thread of the parent may have held the old one.

        Another thread may have been inside the starter, too. What it was importing stays half
        imported in the child for ever, so nothing is started here.
        """
        self.lock = threading.RLock()
        if self.starting - {threading.get_ident()}:
            self.starter = None


_seam = _Seam()
forks.tell(_seam)
_open_phase: ContextVar[Phase | None] = ContextVar("kumi_open_phase", default=None)


def set_starter(starter: Callable[[], None] | None) -> Callable[[], None] | None:
    """Call `starter` once, before the next compile (the settings are read there).

    Gives the one that it replaces; None where that has run, so that there may be programs already.
    """
    before, _seam.starter = _seam.starter, starter
    return before


def start() -> None:
    """Run the starter if it has not run yet. Never raises: what fails is tried again later.

    The starter imports many modules, and Python has threads that import the same module wait for
    each other. A lock of ours around that could deadlock, so threads that come at the same time all
    run the starter, which does nothing where another has done it. But not a signal's handler in the
    middle of that: it would wait for another thread, which waits for the one that it interrupted.
    """
    starter, thread = _seam.starter, threading.get_ident()
    if starter is None or thread in _seam.starting:
        return
    _seam.starting.add(thread)
    try:
        starter()
        _seam.starter = None
    except ImportError:
        pass  # a signal's handler, amid the application's import of the same: the next call tries
    except Exception as error:  # noqa: BLE001 - there may be no file descriptor, or no memory left
        _say_that_it_failed(error)
    finally:
        _seam.starting.discard(thread)


def _say_that_it_failed(error: Exception) -> None:
    """Log it where that is possible: whoever cannot import one module may not import logging."""
    with suppress(Exception):
        log = import_module("logging").getLogger("kumi.otel")
        log.warning("profiling has not begun, the next compile tries again: %s", error)


def watcher() -> Watcher | None:
    """The installed watcher."""
    return _seam.watcher


def install(new: Watcher | None) -> None:
    """Make `new` the watcher (None removes it) and rebind every program."""
    with _seam.lock:
        _seam.watcher = new
        # keyrefs() is a copy: a signal's handler may register another runner meanwhile.
        for reference in _seam.runners.keyrefs():
            runner = reference()
            if runner is not None:
                runner.rebind()


def register(runner: Rebindable) -> None:
    """Have `runner.rebind()` called whenever the watcher changes, while it lives."""
    with _seam.lock:
        _seam.runners[runner] = None


def lock() -> threading.RLock:
    """The lock under which programs are bound."""
    return _seam.lock


@contextmanager
def phase(name: str, schema: str | None = None) -> Iterator[Phase]:
    """Time a stretch of work and tell the watcher when it ends, also when it raises."""
    from kumi.observations import Phase  # noqa: PLC0415 - `import kumi` needs no dataclasses

    start()
    this = Phase(name, schema, perf_counter(), _open_phase.get())
    token = _open_phase.set(this)
    try:
        yield this
    except BaseException as error:
        this.error = type(error).__qualname__
        raise
    finally:
        _open_phase.reset(token)
        this.end = perf_counter()
        if _seam.watcher is not None:
            _seam.watcher.phase_ended(this)
