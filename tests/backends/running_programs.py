"""Programs that tests start on free loopback ports, wait for, and stop."""

import os
import socket
import subprocess
import time
import urllib.request
from contextlib import ExitStack, contextmanager

from patience import HANG

TRIES = 5  # ports that were free may be taken by the time that the program asks for them


@contextmanager
def running(ports, command, ready, log, **environment):
    """Start what `command` says for free ports by name, until `ready` answers; then stop it.

    `command` and `ready` take the ports: they give the arguments, and what is asked by HTTP.
    """
    for _ in range(TRIES):
        found = dict(zip(ports, free_ports(len(ports)), strict=True))
        with log.open("wb") as output:
            process = subprocess.Popen(
                command(found), env=os.environ | environment,
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )  # fmt: skip
        try:
            if _answers(process, ready(found)):
                yield process, found
                return
        finally:
            process.kill()  # there is nothing to keep, and some take seconds to say goodbye
            process.wait(HANG)
    said = log.read_text(errors="replace")
    raise RuntimeError(f"{process.args[0]} did not start: {said[-2000:]}")


def free_ports(count):
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def eventually(ask, *, is_enough=bool):
    """What `ask` gives once it is enough, or at last."""
    deadline = time.monotonic() + HANG
    while not is_enough(answer := ask()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return answer


def _answers(process, request):
    """Whether it does at last; not where it has ended."""
    deadline = time.monotonic() + HANG
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(request, timeout=10).close()
            return True
        except OSError:
            time.sleep(0.05)
    return False
