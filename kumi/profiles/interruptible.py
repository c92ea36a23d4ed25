"""Ctrl-C for work that is done outside of Python."""

from __future__ import annotations

from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")


def interruptible(work: Callable[[], _T], interrupt: Callable[[], None]) -> _T:
    """Do the work on a thread of its own, since this one is where KeyboardInterrupt arrives.

    When it does, `interrupt` is called to end the work, and the exception goes on. At the
    interpreter's exit, where Python 3.12 and later start no thread, the work is done right here.
    """
    outcome: Future[_T] = Future()
    thread = Thread(target=_carry_out, args=(work, outcome))
    try:
        return outcome.result() if _is_started(thread) else work()
    except KeyboardInterrupt:
        interrupt()
        raise
    finally:
        if thread.is_alive():
            thread.join()


def _is_started(thread: Thread) -> bool:
    try:
        thread.start()
    except RuntimeError:
        return False
    return True


def _carry_out(work: Callable[[], _T], outcome: Future[_T]) -> None:
    try:
        outcome.set_result(work())
    except BaseException as error:  # noqa: BLE001 - the waiting thread raises it
        outcome.set_exception(error)
