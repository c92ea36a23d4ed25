"""A program from its first line to its last: `python script.py [how it ends]`."""

import os
import signal
import sys
import threading
import time

from shop import serve


def normally():
    pass


def with_an_exception():
    raise ValueError("as told")


def with_sys_exit():
    sys.exit(3)


def with_sys_exit_in_a_thread():
    def work():
        serve()
        sys.exit(4)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def when_told():
    while True:
        signal.pause()


def with_os_exit():
    time.sleep(0.3)
    os._exit(5)


def with_sigkill():
    time.sleep(0.3)
    os.kill(os.getpid(), signal.SIGKILL)


def as_pid_1():
    """The kernel gives PID 1 no signal whose action is the default one: it lives on."""
    os.kill(os.getpid(), signal.SIGTERM)
    serve()
    os._exit(6)


def main():
    for _ in range(15):
        serve()
    globals()[sys.argv[1] if len(sys.argv) > 1 else "normally"]()


if __name__ == "__main__":
    main()
