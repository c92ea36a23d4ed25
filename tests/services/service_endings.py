"""How a service is ended, once its work is done."""

from __future__ import annotations

import signal
import time


def by_itself(service):
    """It needs nobody."""


def by_signal(number, rest=0.0):
    """With a signal to its first process, after a rest of so many seconds."""

    def end(service):
        time.sleep(rest)
        service.process.send_signal(number)

    return end


def interrupted_twice(service):
    """Ctrl-C, and once more while profiling waits for a collector that does not answer."""
    service.process.send_signal(signal.SIGINT)
    service.wait_for((service.folder / "exiting").exists)
    time.sleep(0.3)  # for profiling to begin its end
    service.process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    service.received.release()
