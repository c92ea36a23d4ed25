"""What became of the runs: the figures of `profile_end`."""

from __future__ import annotations

import threading
from collections import Counter


class Counts:
    """Runs seen, spans written and sent, spans dropped by reason, and how long runs waited.

    Callers, the worker and the sender count here, so each change is made under a lock (one that a
    signal handler may take again).
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Start from zero, as a forked child does."""
        self._lock = threading.RLock()
        self.runs = 0
        self.written = 0
        self.sent = 0
        self.dropped: Counter[str] = Counter()
        self.waited = 0.0

    def saw(self, runs: int) -> None:
        """Runs that left the queue, to be made into spans."""
        with self._lock:
            self.runs += runs

    def wrote(self, spans: int) -> None:
        """Spans that are in the file."""
        with self._lock:
            self.written += spans

    def send(self, spans: int) -> None:
        """Spans that a trace destination has taken."""
        with self._lock:
            self.sent += spans

    def drop(self, reason: str, spans: int) -> None:
        """Spans that reached no file, or no trace destination."""
        if spans:
            with self._lock:
                self.dropped[reason] += spans

    def wait(self, seconds: float) -> None:
        """Time that a run spent waiting for room."""
        with self._lock:
            self.waited += seconds
