"""The owner: the one thread of a process that decides, drains, makes spans, writes and logs.

Callers append, and go on. Where one has to wait it *asks*: it puts a piece of work into the owner's
inbox and waits for the answer, with a deadline. So nothing of the owner's is ever interrupted by a
signal (handlers run on the main thread), nor needs a lock.

It rests until it is woken, gives callers a moment to add more, works until nothing is left, and
rests again: an idle process does not wake up at all, but for what it has put off until some moment.

Why that is delicate: a run pays nothing for waking the owner, so it does not look whether somebody
has to; it only compares the length of its queue with a limit (see `ProgramChannel`). If the owner
looked at the queues, found nothing, and then went to rest, a run that came in between would wait in
its queue until the next one came, perhaps for good. So the owner says that it rests, and has the
next run call it, *before* it looks for the last time; and a run appends before it looks at
the limit, and sets that before it looks whether the owner rests. Whoever comes second then sees
what the other has done:

    owner                                   run
    at_rest = True
    limit = 0 (`try_to_rest`)
                                            appended; 1 > 0, so it calls `relieve`
                                            limit = 2048; `wake`: at rest, so it puts WAKE in
    looks into the queues: one run waits
    works once more, and takes WAKE out
    at_rest = True, limit = 0, nothing waits: it rests

Had the run come before `limit = 0` it would have called nobody, but the last look would have seen
it. Had it come after the last look, its WAKE would have ended the rest.
"""

from __future__ import annotations

import queue
import threading
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeAlias

from kumi.otel import log
from kumi.otel.switching import switching_soon
from kumi.reply import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

GATHER = 0.05
"""Seconds in which callers may add more before the owner begins: what a kill can lose."""

Work: TypeAlias = "Callable[[], Any]"


class Owner:
    """A daemon thread with an inbox, started when it is first needed.

    `work` does all there is to do; `try_to_rest` has the next run call `wake`, and then says
    whether nothing is left. `longest_rest` says how long it may rest then, None where nothing was
    put off. All are called on the thread. Times are in seconds.

    `at_rest` says that somebody has to wake it; `answered` grows while it gets on with its work.
    """

    def __init__(
        self,
        work: Work,
        try_to_rest: Callable[[], bool],
        gather: float = GATHER,
        longest_rest: Callable[[], float | None] = lambda: None,
    ) -> None:
        self._work = work
        self._try_to_rest = try_to_rest
        self._longest_rest = longest_rest
        self._gather_seconds = gather
        self._inbox: Any = None
        self._hurried = Reply()
        self._thread: threading.Thread | None = None
        self._unstarted = [True]
        self._is_called = self._gathers = self._attends = self._over = False
        self.at_rest = True
        self.answered = 0

    # On callers' threads.

    def wake(self) -> bool:
        """Have it work soon; False where it cannot (no thread can be started)."""
        if not self._is_started():
            return False
        if self.at_rest:
            self.at_rest = False
            self._inbox.put(_WAKE)
        return True

    def hurry(self) -> bool:
        """Have it work now; False where it cannot."""
        if not self._is_started():
            return False
        self._call(_HURRY)
        return True

    def ask(self, work: Work, timeout: float) -> Any:
        """What `work` gives, done on the owner's thread; None where that takes too long.

        None at once where there can be no owner, and on its own thread: what it calls is anybody's
        code, which may run schemas, and waits for nobody.
        """
        if self.is_current() or not self._is_started():
            return None
        answer = Reply()
        with switching_soon:
            self._call((work, answer))
            return None if self._over else answer.wait(timeout)

    def tell(self, work: Work) -> None:
        """Have `work` done, without waiting for it."""
        if self._is_started():
            self._call((work, None))

    def is_current(self) -> bool:
        """Whether this is the owner's thread."""
        return self._thread is threading.current_thread()

    def has_started(self) -> bool:
        """Whether there is anybody to ask."""
        return self._inbox is not None

    def can_start(self) -> bool:
        """Whether there is an owner, or can be."""
        return self._is_started()

    def _call(self, token: Any) -> None:
        """For what does not wait until callers have gathered."""
        self._inbox.put(token)
        if self._gathers:
            self._hurried.give()

    def _is_started(self) -> bool:
        return self._inbox is not None or self._start()

    def _start(self) -> bool:
        """Queue and thread are looked up at the same time.

        gevent replaces both when it patches: a queue from before and a thread from after it would
        stop the process for good.
        """
        try:
            self._unstarted.pop()  # one step: only one thread can do this
        except IndexError:
            return self._inbox is not None
        inbox: Any = queue.SimpleQueue()
        self._inbox = inbox
        thread = threading.Thread(target=self._live, args=(inbox,), name="kumi-owner", daemon=True)
        self._thread = thread
        try:
            thread.start()
        except RuntimeError:  # the interpreter is shutting down, or there are too many
            self._inbox = self._thread = None
            self._unstarted.append(True)
            return False
        return True

    # On the owner's thread.

    def attend(self) -> None:
        """Answer those who have asked in the meantime; called between two pieces of work.

        Not within an answer: each of those who wait would be one level deeper in the stack.
        """
        self.answered += 1
        if self._attends or self._inbox is None:
            return
        self._attends = True
        try:
            while not self._inbox.empty():
                self._answer(self._inbox.get())
        finally:
            self._attends = False

    def end(self) -> None:
        """Take no more work after what is being done now."""
        self._over = True

    def _live(self, inbox: Any) -> None:
        log.by_another_thread()
        while not self._over:
            self._take(self._next(inbox))
        self.attend()

    def _next(self, inbox: Any) -> Any:
        """What comes next; where nothing does in time, it is called by itself."""
        try:
            return inbox.get(timeout=self._longest_rest())
        except queue.Empty:
            return _WAKE

    def _take(self, token: Any) -> None:
        """In a function of its own, whose end lets go of what was asked: a rest may be long."""
        self._answer(token)
        if self._is_called:
            self._work_until_idle()

    def _work_until_idle(self) -> None:
        """Work until there is nothing left, though more may come in the meantime."""
        self._is_called = False
        while not self._over:
            self._gather()
            self._do(self._work)
            self.at_rest = True
            if self._do(self._try_to_rest) is not False:  # where it fails, too, a run wakes us
                return
            self.at_rest = False

    def _gather(self) -> None:
        """Let callers add more for a while; whoever waits, or has no room, ends that.

        The owner says that it gathers before it looks into its inbox, and callers look whether it
        does after they have put something in. So one of the two sees the other, and nobody who
        waits is left until the while is over.
        """
        self._hurried = Reply()
        self._gathers = True
        if self._inbox.empty():
            self._hurried.wait(self._gather_seconds)
        self._gathers = False
        self.attend()

    def _answer(self, token: Any) -> None:
        """The answer is given last: whoever it wakes needs the interpreter, which is free then."""
        if token is _WAKE or token is _HURRY:
            self._is_called = True
            return
        work, answer = token
        result = self._do(work)
        if answer is not None:
            answer.give(result)

    def _do(self, work: Work) -> Any:
        with switching_soon:
            try:
                return work()
            except BaseException as error:  # noqa: BLE001 - a thread that dies loses every later run
                log.trouble("working", error)
                return None


def answered(answer: Reply | None, deadline: float) -> bool:
    """Whether an answer comes in time; None stands for one that never does."""
    return answer is not None and bool(answer.wait(deadline - perf_counter()))


def left(deadline: float | None) -> float | None:
    """The seconds until then, none of them negative."""
    return None if deadline is None else max(0.0, deadline - perf_counter())


_WAKE, _HURRY = "wake", "hurry"
