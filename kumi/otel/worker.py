"""A daemon thread that works when it is woken, and at least once an interval."""

from __future__ import annotations

import threading
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from kumi.otel.log import trouble

if TYPE_CHECKING:
    from collections.abc import Callable


class Worker:
    """Calls `step` in a thread of its own, every `interval` seconds (None: only when woken).

    Waking it is safe in signal handlers and finalizers: `SimpleQueue.put` is reentrant, which
    `threading.Event.set` is not.
    """

    def __init__(self, name: str, step: Callable[[], object], interval: float | None) -> None:
        self._name = name
        self._step = step
        self._interval = interval
        self.renew()

    def renew(self) -> None:
        """Forget the thread: it does not exist in a forked child."""
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None
        self._calls: SimpleQueue[None] = SimpleQueue()
        self._called = False
        self._halted = False

    def start(self) -> bool:
        """See that the thread runs. False where it cannot (the interpreter is shutting down)."""
        if self._thread is None and not self._halted:
            with self._lock:
                self._thread = self._thread or self._started()
        return self._thread is not None and not self._halted

    def wake(self) -> bool:
        """Have it work now, and not when the interval is over; False where it cannot."""
        if not self._called:
            self._called = True
            self._calls.put(None)
        return self.start()

    def halt(self) -> None:
        """Have the thread end after what it is doing; it does not start again."""
        self._halted = True
        self._calls.put(None)

    def is_current(self) -> bool:
        """Whether it is the caller's thread."""
        return self._thread is threading.current_thread()

    def join(self, timeout: float) -> bool:
        """Wait until a halted thread has ended; False where it has not in `timeout` seconds."""
        thread = self._thread
        if thread is None or self.is_current():
            return True
        thread.join(max(0.0, timeout))
        return not thread.is_alive()

    def _started(self) -> threading.Thread | None:
        thread = threading.Thread(name=self._name, target=self._run, daemon=True)
        try:
            thread.start()
        except RuntimeError:
            return None
        return thread

    def _run(self) -> None:
        while not self._halted:
            self._pause()
            self._called = False
            try:
                self._step()
            except BaseException as error:  # noqa: BLE001 - a thread that dies loses every later run
                trouble(f"working in the thread {self._name}", error)

    def _pause(self) -> None:
        try:
            self._calls.get(timeout=self._interval)
        except Empty:
            return
