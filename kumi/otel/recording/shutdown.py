"""How profiling ends, on the thread that asks for it: everything is handed over, within a deadline.

Why one thread waits for another here, and may have to finish alone: an end that hangs would keep
the process from ending, and what the owner calls at the end is anybody's code (exporters, id
generators). So there are two deadlines. With `exit_ms` at 2000:

    0 ms      the owner is asked to wind up: drain, and have the senders send what they hold
    1600 ms   whoever has not answered by now is not waited for any more; a fifth of the time is
              kept for what comes next, so that a slow exporter never costs the file its last line
    ... ms    the owner is asked to write the last line, usually long before
    2000 ms   it has not: it is stuck, and this thread counts in its place (`OwnerWork.give_up`)
"""

from __future__ import annotations

from functools import partial
from math import inf
from threading import current_thread
from time import perf_counter
from typing import TYPE_CHECKING, Any

from kumi.otel import log
from kumi.otel.owner import answered
from kumi.reply import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi.otel.recording.endings import Endings
    from kumi.otel.recording.owner_calls import OwnerCalls
    from kumi.otel.recording.owner_work import OwnerWork

_GRACE = 0.02
"""Seconds that runs of other threads have to end, where profiling ends before they do."""
_RESERVE = 0.2
"""The part of the time for the end that is kept for the last line."""


class Shutdown:
    """Ends the recording of a profiler, or only flushes it. Times are in seconds."""

    def __init__(
        self, work: OwnerWork, calls: OwnerCalls, endings: Endings, exit_seconds: float
    ) -> None:
        self._work = work
        self._calls = calls
        self._endings = endings
        self._exit_seconds = exit_seconds
        self.is_closed = False

    def drain(self, timeout: float, *, flush: bool = False) -> bool:
        """Hand everything over, and `flush` the exporters; False past `timeout` seconds."""
        if self.is_closed or not self._is_needed():
            return True
        deadline = perf_counter() + timeout
        hand_over = partial(self._work.hand_over, deadline if flush else None, current_thread())
        asked = self._work.owner.ask(hand_over, timeout)
        if asked is None:
            return False
        return all([answered(each, deadline) for each in asked])  # noqa: C419 - wait for each

    def look_again(self) -> None:
        """Before exit handlers run: a provider that was set meanwhile shuts down in one of them."""
        if self._is_needed():
            self._work.owner.ask(self._work.see_to_the_route, self._exit_seconds)

    def provider_closes(self) -> None:
        """The application's provider shuts down: hand over what there is, and use it no more."""
        if not self._is_needed():
            return
        self.drain(self._exit_seconds)
        self._work.owner.ask(self._work.outputs.close_traces, self._exit_seconds)

    def finish(self) -> None:
        """Hand everything over, as at the end; should the process go on, it streams."""
        if not self.is_closed and self._is_needed():
            self._calls.streams = True
            self._end(flush=True)

    def close(self) -> None:
        """Hand everything over, for good.

        A run of another thread that ends later is written then, before a last line of its own.
        """
        if self.is_closed:
            return
        self._calls.streams = self._work.is_closing = True
        if self._is_needed():
            self._let_runs_end()
            self._calls.remember_memory("end")
            self._end()
        self._endings.forget()
        self._work.pauses.end()
        self.is_closed = True

    def _is_needed(self) -> bool:
        """Whether anything was recorded that somebody has to see to."""
        return self._work.owner.has_started() or not self._work.channels.is_empty()

    def _let_runs_end(self) -> None:
        """Runs that other threads are in end as they began: give them a moment to."""
        channels = self._work.channels
        deadline = perf_counter() + _GRACE
        while (seconds := deadline - perf_counter()) > 0:
            closed = Reply()
            channels.closed = closed.give
            if not channels.all():
                break
            closed.wait(seconds)
        channels.closed = self._work.owner.wake

    def _end(self, *, flush: bool = False) -> None:
        """`flush`: also what processors of the application's hold, which nobody else will."""
        deadline = perf_counter() + self._exit_seconds
        until = deadline - _RESERVE * self._exit_seconds
        self._work.outputs.hurry(until - perf_counter())
        asked = self._ask(partial(self._work.wind_up, until if flush else None), until)
        for each in asked or ():
            answered(each, until)
        if asked is None or not self._ask(self._work.write_end, deadline):
            self._work.give_up()
        self._work.outputs.hurry(inf)  # the process may go on
        log.settle(max(_GRACE, deadline - perf_counter()))

    def _ask(self, work: Callable[[], Any], deadline: float) -> Any:
        """Ask the owner; where no thread can be started, this one does it."""
        if self._work.owner.can_start():
            return self._work.owner.ask(work, deadline - perf_counter())
        return work()
