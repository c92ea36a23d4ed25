"""What the runtime says: each thing once, through the logger `kumi.otel`, and never into a run.

The application's logging handlers have locks, and may run a schema while they hold them. So what
our own threads log is handed to one that does nothing else: nobody ever waits for that one.
"""

from __future__ import annotations

import logging
import queue
import threading
from contextlib import suppress
from typing import Any

from typing_extensions import override

from kumi import forks
from kumi.reply import Reply

logger = logging.getLogger("kumi.otel")
_said: set[str] = set()


def warn_once(message: str) -> None:
    """Log a warning, unless this process has logged the same before."""
    if message not in _said:
        _said.add(message)
        logger.warning("%s", message)


def trouble(where: str, error: BaseException) -> None:
    """Log, once for each `where`, that profiling failed there; the calculation goes on."""
    if where not in _said:
        _said.add(where)
        logger.warning("profiling failed while %s; the run is unharmed", where, exc_info=error)


def by_another_thread() -> None:
    """From now on have what this thread logs for `kumi.otel` logged by another one."""
    _here.hands_over = True


def settle(timeout: float) -> None:
    """Wait, `timeout` seconds at most, until all that was handed to that other one is logged."""
    _clerk.settle(timeout)


class _Here(threading.local):
    hands_over = False


class _Clerk(logging.Filter):
    """Takes the records of our own threads, and logs them on its own."""

    def __init__(self) -> None:
        super().__init__()
        self.forked()
        forks.tell(self)

    def forked(self) -> None:
        """In a child there is no such thread; what it had not said, the parent says."""
        self._inbox: Any = None
        self._thread: threading.Thread | None = None

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        return not (_here.hands_over and self._takes(record))

    def settle(self, timeout: float) -> None:
        if self._inbox is not None and self._thread is not threading.current_thread():
            done = Reply()
            self._inbox.put(done)
            done.wait(timeout)

    def _takes(self, record: logging.LogRecord) -> bool:
        if self._inbox is None and not self._start():
            return False
        self._inbox.put(record)
        return True

    def _start(self) -> bool:
        inbox: Any = queue.SimpleQueue()
        thread = threading.Thread(target=self._live, args=(inbox,), name="kumi-log", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the interpreter is shutting down, or there are too many
            return False
        self._thread, self._inbox = thread, inbox
        return True

    def _live(self, inbox: Any) -> None:
        while True:
            record = inbox.get()
            if isinstance(record, logging.LogRecord):
                with suppress(BaseException):  # handlers are anybody's code, and say it themselves
                    logger.handle(record)
            else:
                record.give()


_here = _Here()
_clerk = _Clerk()
logger.addFilter(_clerk)
