"""What is logged while a lock of ours is held waits until the lock is free again.

The application's logging handlers have locks as well, and may run a schema while they hold them: a
thread in such a handler would wait for our lock, and the thread that has ours for the handler.
"""

from __future__ import annotations

import logging
import threading

from typing_extensions import override

_log = logging.getLogger("kumi.otel")


class _Held(threading.local):
    """Of each thread: its records that wait, and how many blocks they wait for."""

    def __init__(self) -> None:
        self.blocks = 0
        self.records: list[logging.LogRecord] = []


class _Keep(logging.Filter):
    @override
    def filter(self, record: logging.LogRecord) -> bool:
        if _held.blocks:
            _held.records.append(record)
        return not _held.blocks


class _Quiet:
    def __enter__(self) -> None:
        _held.blocks += 1

    def __exit__(self, *raised: object) -> None:
        _held.blocks -= 1
        if _held.records and not _held.blocks:
            _say()


def _say() -> None:
    records, _held.records = _held.records, []
    for record in records:
        _log.handle(record)


_held = _Held()
quiet = _Quiet()
"""What this thread logs for `kumi.otel` inside of `with quiet` is logged when the block is over."""
_log.addFilter(_Keep())
