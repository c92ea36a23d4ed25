"""The one seam through which anything watches a compile or a run.

The language below knows nothing of OpenTelemetry. A *watcher* (`kumi.otel` installs one) is told
of finished phases, and opens a *channel* for each program it wants recorded. Whoever executes
programs registers here, so that installing or removing a watcher rebinds them all.
"""

from __future__ import annotations

import enum
import threading
import weakref
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from importlib import import_module
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

from kumi import forks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sized
    from types import FunctionType


class Level(enum.IntEnum):
    """How much of a run is read: nothing, its declarations, or every operation."""

    NOTHING = 0
    DECLARATIONS = 1
    OPERATIONS = 2


@dataclass(slots=True, eq=False)
class Phase:
    """A stretch of work that is no run: `compile`, `parse`, the user's own.

    `start` and `end` are readings of `time.perf_counter`, in seconds. `token` belongs to the
    watcher: a place to keep the identity it gave the phase.
    """

    name: str
    schema: str | None
    start: float
    parent: Phase | None
    end: float = 0.0
    error: str | None = None
    token: Any = None


@dataclass(frozen=True, slots=True)
class FailedRun:
    """A run that raised: the readings so far, and where it stopped.

    `readings` begin at the run's start; the last one was taken when the exception arrived, so the
    failed operation lies between the last two. `failed` lists operation indexes with an error:
    one, or every LoadInput with a violation. `message` is Kumi's own text and holds no value of
    the input; `original` is the exception's own.
    """

    readings: tuple[float, ...]
    sizes: tuple[int, ...]
    failed: tuple[int, ...]
    error_type: str
    message: str
    original: str
    context: Any


class Channel(Protocol):
    """Where one program's readings go. Everything here is called on the caller's thread."""

    @property
    def level(self) -> Level:
        """How much of a run is read."""

    @property
    def queue(self) -> Sized:
        """What was kept and is not yet taken."""

    @property
    def limit(self) -> int:
        """The length of the queue past which a run calls `relieve`."""

    def bound(self, run: FunctionType) -> None:
        """Hear of a function that uses this: its globals `limit` and `admit` may be set anew."""

    @property
    def admit(self) -> Callable[[], Any]:
        """The caller's context for this run, or None where the run is not to be recorded."""

    @property
    def keep(self) -> Callable[[tuple[bytes, Any]], None]:
        """Take `(packed readings and axis sizes, context)`. Must be as cheap as an append."""

    def relieve(self) -> None:
        """Called when the queue is longer than `limit`: see that it is emptied."""

    def failed(self, run: FailedRun) -> None:
        """Take a run that raised."""


class Watcher(Protocol):
    """What `install` takes."""

    def open(self, program: Any) -> Channel | None:
        """The channel for a program, or None to leave it unrecorded."""

    def phase_ended(self, phase: Phase) -> None:
        """A phase is over; called on the thread it ran on, children before their parent."""


class Rebindable(Protocol):
    """Something that executes programs and can be told that the watcher changed."""

    def rebind(self) -> None:
        """Choose anew how to run, with what `watcher()` says now."""


@dataclass(slots=True, weakref_slot=True, eq=False)
class _Seam:
    watcher: Watcher | None = None
    starter: Callable[[], None] | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)
    starting: set[int] = field(default_factory=set)
    runners: weakref.WeakKeyDictionary[Any, None] = field(default_factory=weakref.WeakKeyDictionary)

    def forked(self) -> None:
        """In a child: another thread of the parent may have held the lock, or been starting.

        What that one was importing can never be imported here, and so nothing starts.
        """
        self.lock = threading.RLock()
        if self.starting - {threading.get_ident()}:
            self.starter = None


_seam = _Seam()
forks.tell(_seam)
_open_phase: ContextVar[Phase | None] = ContextVar("kumi_open_phase", default=None)


def set_starter(starter: Callable[[], None]) -> None:
    """Call `starter` once, before the first compile or run (the settings are read there)."""
    _seam.starter = starter


def start() -> None:
    """Run the starter if it has not run yet; never raises, what it cannot do now it does later.

    It imports much, and imports wait for each other. So threads that come at the same time all run
    it, and the last of them finds nothing left to do. But not a signal's handler in the middle of
    that: it would wait for another thread, which waits for the one that it has interrupted.
    """
    starter, thread = _seam.starter, threading.get_ident()
    if starter is None or thread in _seam.starting:
        return
    _seam.starting.add(thread)
    try:
        starter()
        _seam.starter = None
    except (
        ImportError
    ):  # a signal's handler, amid the same import by the application: the next time
        pass
    except Exception as error:  # noqa: BLE001 - there may be no file descriptor, or no memory left
        _say_that_it_failed(error)
    finally:
        _seam.starting.discard(thread)


def _say_that_it_failed(error: Exception) -> None:
    """With what there is: whoever fails to import one module may fail to import the next."""
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
        for reference in _seam.runners.keyrefs():  # a copy, which a signal's handler may add to
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
