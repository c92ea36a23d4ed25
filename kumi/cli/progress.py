"""How far something has come, on a terminal: one line, written over itself, gone at the end."""

from __future__ import annotations

import sys
import time
from threading import Event, Thread
from typing import TYPE_CHECKING, Final, NamedTuple

from kumi.cli.terminal import width
from kumi.letters import shortened, visible
from kumi.profiles.reading_place import reading_place

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

_AFTER: Final = 1.0  # seconds: what is over by then needs no word
_EVERY: Final = 0.2
_CTRL_C: Final = len("^C")  # a terminal shows it behind the line
_MINUTE: Final = 60
_HOUR: Final = 3600


class HowFar(NamedTuple):
    """How many spans are done, how much of all that there is, and what it is waiting for."""

    spans: int
    done: int
    waiting: str = ""


class Progress:
    """Shows a line on standard error while the block lasts, where that is a terminal.

    `line` is called now and then, on another thread, with the seconds that have passed.
    """

    def __init__(self, line: Callable[[float], str]) -> None:
        self._line = line
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
            self._write(self._line(time.monotonic() - self._begun))
            wait = _EVERY

    def _write(self, line: str) -> None:
        """Write over what stands there: with blanks, which every terminal understands."""
        if line or self._shown:
            room = (self._width or 1) - 1
            line = shortened(line, room)
            blank = " " * (min(self._shown + _CTRL_C, room) - len(line))
            sys.stderr.write(f"\r{line}{blank}" + ("" if line else "\r"))
            sys.stderr.flush()
            self._shown = len(line)


def sent(now: HowFar, total: int | None, seconds: float) -> str:
    """The line of a replay; `total` is in the unit of `done`, None where it is not known."""
    spans, done, waiting = now
    if waiting:
        return f"{spans:,} spans, waiting: {visible(waiting)}"
    line = f"{spans:,} spans, {spans / seconds:,.0f} a second"
    if not (spans and total and 0 < done <= total):
        return line
    left = seconds * (total - done) / done
    return f"{line}, {100 * done // total} %, {_duration(left)} left"


def reading() -> Progress:
    """Shows which file of a profile is read and how far, while a block lasts that reads some."""
    return Progress(_read)


def _read(seconds: float) -> str:
    """The line of a profile. What comes after the files, or before, only takes its time."""
    place = reading_place()
    if place is None:
        return f"reading and counting, {_duration(seconds)}"
    name, percent = place
    return f"reading {visible(name)}, {percent} %"


def _duration(seconds: float) -> str:
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    return f"{whole // _MINUTE} min" if whole < _HOUR else f"{whole / _HOUR:.1f} h"
