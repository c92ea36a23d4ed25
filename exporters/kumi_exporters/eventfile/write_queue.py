"""Who writes next: one thread at a time does what all of them want done at event files.

Why not a lock: a signal's handler runs in the middle of whatever its thread is doing. Where that
thread holds the lock, a handler that writes as well waits for itself, without end. And whoever
waits for a lock waits also for the process that its holder waits for, without a deadline.

So whoever comes puts a *request* into a queue. If it is nobody's turn the thread takes it, and does
all that waits in the queue; else it waits for its answer, until its deadline. An example: threads A
and B write, and so does the handler H of a signal that A gets.

    A   queues its lines, takes the turn, begins to write them
    B   queues its lines, sees that it is the turn of A, waits
    H   interrupts A; sees that it is the turn of its own thread; copies and queues its lines, and
        returns at once with None: to wait would be to wait for itself
    A   goes on, writes its own lines, those of B and those of H, gives the turn back
    B   has its answer, and returns
    A   says what became of the lines of H (`settle`), since nobody else is there to

Where another process has the file nobody can wait for that with a deadline, and asking for it again
and again starves whoever asks less often. So a thread is started that takes the turn, waits for
that process, and does what waits in the queue by then; the others wait for their answers, as B
does. Where no thread can be started each tries again every millisecond, until its deadline.

A request is done once, or given up once: whoever takes it out of the queue decides that, in one
step that no other thread and no signal can divide.
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
from kumi_exporters.eventfile.sink import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

_TURN = "thread"
BUSY = Outcome(0, "file_error", "another writer does not come to an end")
_INTERRUPTED = Outcome(0, "file_error", "the write was interrupted")
_STEP = 0.001  # between attempts, where there is no thread to wait


class Request:
    """Something to be done in turn. `left` says how many seconds its thread will still wait."""

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


class WriteQueue:
    """The requests that wait, and the thread whose turn it is, for all event files together."""

    def __init__(self) -> None:
        self.forked()
        forks.tell(self)

    def forked(self) -> None:
        """In a child, the threads of the parent do not exist."""
        self._taken: dict[str, int] = {}
        self._requests: deque[Request] = deque()
        self._to_settle: deque[Request] = deque()

    def do(self, request: Request) -> Outcome | None:
        """Have a request done, and say what came of it.

        None where this thread is doing another one already, which a signal has interrupted: that
        one is finished first, and this one after it.
        """
        if self._is_mine():
            request.is_awaited = False
            request.keep()
            self._requests.append(request)
            return None
        try:
            return self._awaited(request)
        finally:
            if self._is_mine():  # Ctrl-C came while the turn was given back
                self._taken.clear()

    def hurry(self) -> None:
        """Have those that wait look again at how long they may."""
        for request in self._requests.copy():
            request.reply.give(False)

    def _awaited(self, request: Request) -> Outcome:
        if not self._take():
            request.keep()
        self._requests.append(request)
        self._work(request)
        return self._outcome(request)

    def _is_mine(self) -> bool:
        return self._taken.get(_TURN) == threading.get_ident()

    def _take(self) -> bool:
        me = threading.get_ident()
        return self._taken.setdefault(_TURN, me) == me  # one step: no other thread, no signal

    def _work(self, request: Request) -> None:
        """Do what waits, or see that somebody does."""
        try:
            while self._requests and self._take():
                if not self._serve(wait=False) and self._goes_on_without(request):
                    break
        except BaseException:  # Ctrl-C: somebody else goes on
            self._wake_next()
            raise
        self._settle()

    def _goes_on_without(self, request: Request) -> bool:
        """Whether this thread can do nothing but wait while another process has the file."""
        if self._is_waited_for() or request.left() <= 0 or request not in self._requests:
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
        while self._requests and self._take():
            self._serve(wait=True)
        self._settle()

    def _serve(self, *, wait: bool) -> bool:
        """Do all that waits. False where another process has the file, and is not waited for."""
        try:
            while self._requests:
                self._one(wait=wait)
        except locks.HeldError:
            for request in self._requests.copy():
                request.keep()
            return False
        finally:
            self._taken.clear()
        return True

    def _one(self, *, wait: bool) -> None:
        try:
            request = self._requests[0]
        except IndexError:  # who wanted it has lost patience
            return
        request.hold(wait=wait)
        try:
            if self._takes_out(request):
                self._finish(request)
        finally:
            request.let_go()

    def _takes_out(self, request: Request) -> bool:
        """Take a request out; False where somebody else has, who decides what becomes of it."""
        try:
            self._requests.remove(request)
        except ValueError:
            return False
        return True

    def _finish(self, request: Request) -> None:
        try:
            request.outcome = request.do()
        finally:
            if request.is_awaited:
                request.reply.give()
            else:
                self._to_settle.append(request)

    def _outcome(self, request: Request) -> Outcome:
        while not (is_done := request.reply.wait(request.left())):
            if is_done is None:
                return BUSY if self._takes_out(request) else _last_look(request)
            self._work(request)
        return request.outcome

    def _wake_next(self) -> None:
        for request in self._requests.copy():
            request.reply.give(False)
            return

    def _settle(self) -> None:
        while self._to_settle:
            with suppress(IndexError):
                self._to_settle.popleft().settle()


def _last_look(request: Request) -> Outcome:
    """What came of a request that is being done; if it still is, what is written counts as lost."""
    return request.outcome if request.reply.value else BUSY
