"""Signals and the end: SIGTERM writes what was recorded first, and Ctrl-C does not cut that short.

This imports next to nothing, since `import kumi` installs the handler where KUMI_PROFILE is set. It
is done that early because of servers (uvicorn) that remember the handlers they find when they
begin, restore them when they shut down, and raise the signal again: they have to find ours.
"""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from kumi.otel.switches import is_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

_to_finish_first: dict[object, Callable[[], object]] = {}


def install() -> None:
    """Handle SIGTERM where nobody does; on the main thread only."""
    if (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    ):
        with suppress(ValueError):  # in an interpreter beside the first one there are no signals
            signal.signal(signal.SIGTERM, _handle)


def install_unless_off() -> None:
    """Handle SIGTERM, unless the environment says not to: before the settings are read."""
    if is_on(os.environ.get("KUMI_PROFILE_SIGTERM", "1")):
        install()


def before_death(finish: Callable[[], object]) -> Callable[[], object]:
    """Call `finish` before a SIGTERM ends the process; gives what takes that back."""
    key = object()
    _to_finish_first[key] = finish
    return lambda: _to_finish_first.pop(key, None)


def _handle(signum: int, _frame: FrameType | None) -> None:
    for finish in list(_to_finish_first.values()):
        uninterrupted(finish, at_exit=True)
    signal.signal(signum, signal.SIG_DFL)
    os.kill(os.getpid(), signum)


def uninterrupted(work: Callable[[], object], *, at_exit: bool = False) -> None:
    """Do `work` to its end, though somebody presses Ctrl-C once; twice means it.

    What was held back is raised afterwards; not `at_exit`, where nobody could catch it.
    """
    with _holding_ctrl_c() as pressed:
        work()
    if pressed and not at_exit:
        raise KeyboardInterrupt


@contextmanager
def _holding_ctrl_c() -> Iterator[list[int]]:
    pressed: list[int] = []

    def hold(signum: int, _frame: FrameType | None) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(signum)

    ours = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
    if ours:
        signal.signal(signal.SIGINT, hold)
    try:
        yield pressed
    finally:
        if ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)
