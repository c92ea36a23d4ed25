"""How far something has come, on a terminal: one line, written over itself, gone at the end."""

from __future__ import annotations

import sys
import time
from threading import Event, Thread
from typing import TYPE_CHECKING, Final, NamedTuple

from kumi.cli.terminal import width
from kumi.letters import shortened, visible

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

_AFTER: Final = 1.0  # seconds: what is over by then needs no word
_EVERY: Final = 0.2
_MINUTE: Final = 60
_HOUR: Final = 3600


class HowFar(NamedTuple):
    """How many spans are done, how much of all that there is, and what it is waiting for."""

    spans: int
    done: int
    waiting: str = ""


class Progress:
    """Shows a line on standard error while the block lasts, where that is a terminal.

    `ask` is called now and then, on another thread. `total` is in the unit of its `done`; None
    where it is not known.
    """

    def __init__(self, total: int | None, ask: Callable[[], HowFar]) -> None:
        self._total, self._ask = total, ask
        self._width = width(sys.stderr)
        self._begun = time.monotonic()
        self._is_over = Event()
        self._thread = Thread(target=self._show, daemon=True)
        self._shown = 0

    def __enter__(self) -> Self:
        if self._width:
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_over.set()
        if self._width:
            self._thread.join()
            self._write("")

    def _show(self) -> None:
        wait = _AFTER
        while not self._is_over.wait(wait):
            self._write(self._line(self._ask()))
            wait = _EVERY

    def _line(self, now: HowFar) -> str:
        spans, done, waiting = now
        if waiting:
            return f"{spans:,} spans, waiting: {visible(waiting)}"
        seconds = time.monotonic() - self._begun
        line = f"{spans:,} spans, {spans / seconds:,.0f} a second"
        if not (spans and self._total and 0 < done <= self._total):
            return line
        left = seconds * (self._total - done) / done
        return f"{line}, {100 * done // self._total} %, {_duration(left)} left"

    def _write(self, line: str) -> None:
        """Write over what stands there: with blanks, which every terminal understands."""
        if line or self._shown:
            line = shortened(line, (self._width or 1) - 1)
            blank = " " * max(0, self._shown - len(line))
            sys.stderr.write(f"\r{line}{blank}" + ("" if line else "\r"))
            sys.stderr.flush()
            self._shown = len(line)


def _duration(seconds: float) -> str:
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    return f"{whole // _MINUTE} min" if whole < _HOUR else f"{whole / _HOUR:.1f} h"
