"""What a watcher and the language ask of each other: the methods that each has to have.

A *watcher* is told of finished phases, and opens a *channel* for each program that it wants
recorded. `kumi.hooks` is where one is installed, `kumi.otel` has the one that makes spans.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sized
    from types import FunctionType

    from kumi.observations import FailedRun, Level, Phase


class Channel(Protocol):
    """Where one program's readings go. Everything here is called on the caller's thread."""

    @property
    def level(self) -> Level:
        """How much of a run is read."""

    @property
    def times_cpu(self) -> bool:
        """Whether the thread's CPU time is read as well, at the beginning of a run and its end."""

    @property
    def least(self) -> float | None:
        """Seconds: of shorter runs the two ends are enough; None where all of all runs is kept.

        See `ends_format`. Where there are such seconds, another function is made for it.
        """

    @property
    def queue(self) -> Sized:
        """What was kept and is not yet taken."""

    @property
    def limit(self) -> int:
        """The length of the queue past which a run calls `relieve`."""

    def bound(self, run: FunctionType) -> None:
        """Called with each function that uses this channel, which may change its globals."""

    @property
    def admit(self) -> Callable[[], Any]:
        """The caller's context for this run, or None where the run is not to be recorded."""

    @property
    def keep(self) -> Callable[[tuple[bytes, Any]], None]:
        """Take `(packed record, context)`: see `record_format`. Must be as cheap as an append."""

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
