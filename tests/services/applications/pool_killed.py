"""SIGTERM reaches a pool's worker while that writes its last events: the file is held until then."""

import fcntl
import multiprocessing
import os
import signal
import time
from multiprocessing import util
from pathlib import Path

from shop import serve

reading, writing = os.pipe()


def work(number):
    return serve()


def say_when_ending():
    util.Finalize(None, os.write, (writing, b"ending"), exitpriority=1000)


if __name__ == "__main__":
    with Path("profile.jsonl").open("a") as held:
        fcntl.lockf(held, fcntl.LOCK_EX)
        pool = multiprocessing.get_context("fork").Pool(1, say_when_ending)
        pool.map(work, range(40))
        worker = multiprocessing.active_children()[0]
        pool.close()
        os.read(reading, 6)
        time.sleep(0.2)  # whichever comes first, the signal or the write: nothing is lost
        os.kill(worker.pid, signal.SIGTERM)
        time.sleep(0.2)
        fcntl.lockf(held, fcntl.LOCK_UN)
    pool.join()
