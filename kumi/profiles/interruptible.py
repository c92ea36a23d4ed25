"""Ctrl-C while work is done outside of Python, such as a statement of DuckDB."""

from __future__ import annotations

from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")


def interruptible(work: Callable[[], _T], interrupt: Callable[[], None]) -> _T:
    """What `work` returns; where KeyboardInterrupt comes first, `interrupt` ends the work.

    Python raises KeyboardInterrupt on the main thread, and only between its own instructions: while
    that thread is in a statement of DuckDB, Ctrl-C does nothing. So the work is done on another
    thread, and the main one waits where it can be interrupted. At the interpreter's exit, when
    Python 3.12 and later start no thread any more, the work is done right here.
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
