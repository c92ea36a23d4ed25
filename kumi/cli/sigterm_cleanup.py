"""SIGTERM while a command has files in the temporary folder: they go first."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def cleaned_up_at_sigterm() -> Iterator[None]:
    """SIGTERM ends the block as Ctrl-C does, and then the process, as if nobody had looked at it.

    Where somebody else handles the signal, or none can be on this thread, nothing changes.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    seen = []

    def interrupt(number: int, _frame: object) -> None:
        seen.append(number)
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if seen:
            os.kill(os.getpid(), signal.SIGTERM)
