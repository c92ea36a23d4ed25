"""Runs as a caller waits for them, one by one: wall time, less the kernel's run delay.

python benchmarks/service.py FOLDER

Run so, with any checkout's Python, it prints what a streamed run takes: a JSON object of ns, with
the file in FOLDER. Nothing of Kumi's is imported but what an application imports.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import threading
import time
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from time import perf_counter_ns as now

import kumi
from kumi import otel

SCHEMA = Path(__file__).parent / "schemas" / "income_tax.kumi"
TAXPAYER = {
    "income": 85000.0,
    "deduction": 14600.0,
    "dependents": 2,
    "status": "single",
    "rate": 0.05,
}
PAUSE = 0.001
WARM_UP = 50
TIGHT, PAUSED, BESIDE = (
    "streamed run, in a tight loop",
    "streamed run, 1 ms of pause before each",
    "streamed run, beside a spinning thread (mean)",
)


def waited(run, given, times, pause=0.0):
    """How long each of so many runs took, in ns, after a `pause` in seconds."""
    delay, took = run_delay(), []
    for _ in repeat(None, times):
        if pause:
            time.sleep(pause)
        before, begun = delay(), now()
        run(**given)
        took.append(now() - begun)
        took[-1] -= delay() - before
    return took


def run_delay():
    """What reads for how many ns this thread has waited for a processor; 0 where nothing tells."""
    return _sum_of(["/proc/thread-self/schedstat"])


def others_run_delay():
    """The same of all threads of this process that there are now, but for this one, added up."""
    me = threading.get_native_id()
    others = [thread.native_id for thread in threading.enumerate() if thread.native_id != me]
    return _sum_of([f"/proc/self/task/{thread}/schedstat" for thread in others])


def _sum_of(paths):
    opened = [os.open(path, os.O_RDONLY) for path in paths if Path(path).exists()]

    def delay():
        return sum(int(os.pread(each, 64, 0).split()[1]) for each in opened)

    return delay


@contextmanager
def spinning():
    """A thread that takes the interpreter whenever it can."""
    over = threading.Event()

    def spin():
        while not over.is_set():
            sum(range(1000))

    thread = threading.Thread(target=spin)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def streamed(file, schema=None):
    """Time of a streamed run, in ns, by what is between and beside the runs.

    Medians; beside a thread that spins the mean, since there it depends on whose turn it is.
    """
    run = (schema or kumi.load(SCHEMA)).run
    with otel.profile(file=file, ops=True, stream=True, truncate=True):
        waited(run, TAXPAYER, WARM_UP)
        tight = waited(run, TAXPAYER, 2000)
        paused = waited(run, TAXPAYER, 300, PAUSE)
        with spinning():
            beside = waited(run, TAXPAYER, 40)
    return {
        TIGHT: statistics.median(tight),
        PAUSED: statistics.median(paused),
        BESIDE: statistics.fmean(beside),
    }


if __name__ == "__main__":
    print(json.dumps(streamed(Path(sys.argv[1]) / "p.jsonl")))
