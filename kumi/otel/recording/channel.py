"""Where the readings of one program go, on its callers' threads."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, Protocol

from kumi.vm.convention import ADMIT, KEEP, LEAST, LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FunctionType

    from kumi.observations import FailedRun, Level
    from kumi.otel.delivery.run_queue import RunQueue
    from kumi.otel.recording.one_in import OneIn

_MOST_RUNS = 4096
_MOST_READINGS = _MOST_RUNS * 25
_EVERY_RUN = -1


class Recording(Protocol):
    """What a channel needs of the recording that it belongs to."""

    @property
    def streams(self) -> bool:
        """Whether a run waits until it is written."""

    def wake(self) -> None:
        """Have the owner come soon."""

    def hurry(self) -> None:
        """Have the owner come now."""

    def stream(self, channel: ProgramChannel) -> None:
        """Wait, no longer than a run may, until what is queued is written."""

    def make_room(self, channel: ProgramChannel) -> None:
        """Wait, no longer than a run may, until there is room; drop the older half if not."""


class ProgramChannel:
    """The queue of one program at one level: see `kumi.protocols.Channel`.

    `closed` is told when no function is left. `one_in` says which runs it is the turn of.

    A run must pay nothing for asking whether the owner has to be woken, so it does not ask: after
    its append it compares the length of the queue with `limit`, a global of its own function, as it
    has to in any case, and calls `relieve` where the queue is longer. What `limit` is, says what
    that call is for. It has three steps: 0 while the owner rests, so that the first run wakes it;
    then half of the `ceiling`, and a run that finds more has the owner come at once; then the
    ceiling less one, and a run that finds no room waits. With a ceiling of 4096:

        run     queue  limit        what happens
        1       1      0 -> 2048    `wake`: the owner gives callers 50 ms to add more
        2       2      2048         nothing; so do the next two thousand
        2049    2049   2048 -> 4095 `hurry`: the owner begins now, and need not gather
        2050    2050   4095         nothing
        4096    4096   4095         `make_room`: this run waits, 100 ms at most, and then goes on
        (the owner comes for them)  `has_room`: 4095 -> 2048
        (the owner finds no more)   `rest`: 2048 -> 0

    Where runs are streamed the limit is -1, so that each of them calls.
    """

    def __init__(
        self,
        run_queue: RunQueue,
        recording: Recording,
        closed: Callable[[ProgramChannel], object],
        one_in: OneIn,
    ) -> None:
        self._closed = closed
        self.run_queue = run_queue
        self.one_in = one_in
        self.queue = run_queue.queue
        self.keep: Callable[[tuple[Any, Any]], None] = self.queue.append
        self.admit: Callable[[], Any] = _unadmitted
        self.ceiling = max(2, min(_MOST_RUNS, _MOST_READINGS // run_queue.layout.readings))
        self.limit = 0
        self.least: float | None = None
        self._recording = recording
        self._functions: tuple[weakref.ref[FunctionType], ...] = ()

    def __del__(self) -> None:
        """Also at exit, where the finalizers of `weakref` are over before we are."""
        self._closed(self)

    @property
    def level(self) -> Level:
        """How much of a run is read."""
        return self.run_queue.layout.level

    @property
    def times_cpu(self) -> bool:
        """Whether the CPU time of runs is read."""
        return self.run_queue.layout.times_cpu

    def bound(self, run: FunctionType) -> None:
        """Have one more function follow what is set here."""
        alive = [each for each in self._functions if each() is not None]
        self._functions = (*alive, weakref.ref(run))
        told = {LIMIT: self.limit, LEAST: self.least, ADMIT: self.admit, KEEP: self.keep}
        run.__globals__.update(told)

    def admit_by(self, admit: Callable[[], Any]) -> None:
        """Have runs ask `admit` from now on, if it is their turn."""
        self.admit = self.one_in.of(admit)
        self._set(ADMIT, self.admit)

    def trim_below(self, least: float | None) -> None:
        """Have runs that take less than so many seconds keep only their two ends from now on.

        A function that was made where there were none goes on keeping all, and the owner decides:
        to make others for all programs would hold up whoever changes a rule. One that was made for
        some must find a number.
        """
        self.least = least if self.run_queue.can_be_trimmed else None
        self._set(LEAST, self.least or 0.0)

    def keep_by(self, keep: Callable[[tuple[Any, Any]], None] | None) -> None:
        """Have runs kept by `keep` from now on, which appends them at last; None only appends."""
        keep = keep or self.queue.append
        if self.keep != keep:
            self.keep = keep
            self._set(KEEP, keep)

    def rest(self) -> None:
        """Have the next run wake the owner; or each, where runs are streamed."""
        self._limit_to(_EVERY_RUN if self._recording.streams else 0)

    def has_room(self) -> None:
        """The owner is taking runs: from now on half of the ceiling is enough to hurry it."""
        if self.limit > self.ceiling // 2:
            self._limit_to(self.ceiling // 2)

    def relieve(self) -> None:
        """See that the owner comes for what is queued; never raises."""
        waiting, half = len(self.queue), self.ceiling // 2
        if self._recording.streams:
            self._recording.stream(self)
        elif waiting >= self.ceiling:
            self._recording.make_room(self)
        elif waiting > half:
            self._limit_to(self.ceiling - 1)
            self._recording.hurry()
        else:
            self._limit_to(half)  # before it is woken: it may be going to rest, and sets this to 0
            self._recording.wake()

    def failed(self, run: FailedRun) -> None:
        """Take a run that raised, in its place among the others."""
        self.keep((run, run.context))
        if len(self.queue) > self.limit:
            self.relieve()

    def _limit_to(self, runs: int) -> None:
        self.limit = runs
        self._set(LIMIT, runs)

    def _set(self, name: str, value: object) -> None:
        for reference in self._functions:
            run = reference()
            if run is not None:
                run.__globals__[name] = value


def _unadmitted() -> None:
    """Set anew before the first run."""
