"""Who writes next: the threads of this process take turns at all event files.

Whoever comes says what it wants done, and does all that is waiting if nobody else is at it; else it
waits for the answer, until its deadline. So no thread waits for a lock, and a signal's handler in
the middle of a write waits for nobody: the write that it interrupted does its work as well. Where
another process has the file, a thread of its own waits for that, since nobody can wait for a
process with a deadline, and asking again and again starves whoever asks less often.
"""

from __future__ import annotations

import _thread
import threading
import time
from collections import deque
from contextlib import suppress
from types import BuiltinFunctionType
from typing import TYPE_CHECKING

from kumi import forks
from kumi.reply import Reply
from kumi_exporters.eventfile import locks
from kumi_exporters.eventfile.sinks import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

_TURN = "thread"
BUSY = Outcome(0, "file_error", "another writer does not come to an end")
_INTERRUPTED = Outcome(0, "file_error", "the write was interrupted")
_STEP = 0.001  # between attempts, where there is no thread to wait


class Job:
    """Something to be done in turn. `left` says how many seconds of patience there still are."""

    def __init__(self, left: Callable[[], float]) -> None:
        self.left = left
        self.reply = Reply()
        self.outcome = _INTERRUPTED
        self.is_awaited = True

    def keep(self) -> None:
        """Copy what is needed: who wants this done may have gone on when another thread does it."""

    def hold(self, *, wait: bool) -> None:
        """Get hold of the file. Raises HeldError instead of waiting for another process."""

    def do(self) -> Outcome:
        """Do it."""
        raise NotImplementedError

    def let_go(self) -> None:
        """Let go of the file."""

    def settle(self) -> None:
        """Say what came of it, where nobody waits for that."""


class Turns:
    """The jobs that wait, and the thread whose turn it is."""

    def __init__(self) -> None:
        self.forked()
        forks.tell(self)

    def forked(self) -> None:
        """In a child, the threads of the parent do not exist."""
        self._taken: dict[str, int] = {}
        self._jobs: deque[Job] = deque()
        self._to_settle: deque[Job] = deque()

    def do(self, job: Job) -> Outcome | None:
        """What came of a job. None amid another one of this thread, which does it afterwards."""
        if self._is_mine():
            job.is_awaited = False
            job.keep()
            self._jobs.append(job)
            return None
        try:
            return self._awaited(job)
        finally:
            if self._is_mine():  # Ctrl-C came amid giving it back
                self._taken.clear()

    def hurry(self) -> None:
        """Have those that wait look again at how long they may."""
        for job in self._jobs.copy():
            job.reply.give(False)

    def _awaited(self, job: Job) -> Outcome:
        if not self._take():
            job.keep()
        self._jobs.append(job)
        self._work(job)
        return self._outcome(job)

    def _is_mine(self) -> bool:
        return self._taken.get(_TURN) == threading.get_ident()

    def _take(self) -> bool:
        me = threading.get_ident()
        return self._taken.setdefault(_TURN, me) == me  # one step: no other thread, no signal

    def _work(self, job: Job) -> None:
        """Do what waits, or see that somebody does."""
        try:
            while self._jobs and self._take():
                if not self._serve(wait=False) and self._goes_on_without(job):
                    break
        except BaseException:  # Ctrl-C: somebody else goes on
            self._wake_next()
            raise
        self._settle()

    def _goes_on_without(self, job: Job) -> bool:
        """Whether there is nothing that this thread can do while another process has the file."""
        if self._is_waited_for() or job.left() <= 0 or job not in self._jobs:
            return True
        time.sleep(_STEP)
        return False

    def _is_waited_for(self) -> bool:
        """Have a thread wait for the process that has the file; False where there can be none."""
        if not isinstance(_thread.start_new_thread, BuiltinFunctionType):
            return False  # a greenlet that waits would stop them all
        try:
            # `threading.Thread` has locks, which a signal's handler might find taken.
            _thread.start_new_thread(self._wait_and_work, ())
        except RuntimeError:  # the interpreter is shutting down
            return False
        return True

    def _wait_and_work(self) -> None:
        while self._jobs and self._take():
            self._serve(wait=True)
        self._settle()

    def _serve(self, *, wait: bool) -> bool:
        """Do all jobs. False where another process has the file, and is not to be waited for."""
        try:
            while self._jobs:
                self._one(wait=wait)
        except locks.HeldError:
            for job in self._jobs.copy():
                job.keep()
            return False
        finally:
            self._taken.clear()
        return True

    def _one(self, *, wait: bool) -> None:
        try:
            job = self._jobs[0]
        except IndexError:  # who wanted it has lost patience
            return
        job.hold(wait=wait)
        try:
            if self._is_removed(job):
                self._finish(job)
        finally:
            job.let_go()

    def _is_removed(self, job: Job) -> bool:
        """Whether it is for the caller to decide what becomes of a job: one only removes it."""
        try:
            self._jobs.remove(job)
        except ValueError:
            return False
        return True

    def _finish(self, job: Job) -> None:
        try:
            job.outcome = job.do()
        finally:
            if job.is_awaited:
                job.reply.give()
            else:
                self._to_settle.append(job)

    def _outcome(self, job: Job) -> Outcome:
        while not (is_done := job.reply.wait(job.left())):
            if is_done is None:
                return BUSY if self._is_removed(job) else _last_look(job)
            self._work(job)
        return job.outcome

    def _wake_next(self) -> None:
        for job in self._jobs.copy():
            job.reply.give(False)
            return

    def _settle(self) -> None:
        while self._to_settle:
            with suppress(IndexError):
                self._to_settle.popleft().settle()


def _last_look(job: Job) -> Outcome:
    """What came of a job that is being done; where it still is, what is written late is lost."""
    return job.outcome if job.reply.value else BUSY
