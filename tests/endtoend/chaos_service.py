"""One process of a round of `chaos.py`: it runs schemas on threads and in signal handlers, starts
children, and ends as its plan says. Every run leaves its time of return in a side file, which is
mapped into memory: it outlives any death, and nobody waits for a disk.

python chaos_service.py PLAN (JSON)
"""

from __future__ import annotations

import atexit
import faulthandler
import itertools
import json
import logging
import mmap
import multiprocessing
import os
import random
import resource
import signal
import struct
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import kumi

MOST_RUNS = 1 << 20
HEADER = struct.Struct("<QQQQ")
"""Of a side file: process id, when it went to its end, how (below), and 1 for long bursts."""
KILLED, BY_ITSELF, TERMINATED = range(3)
LONG = 100
DEEPEST = 4
OFTEN = 0.2
SHOW_THREADS = signal.SIGUSR2
FOREVER = 3600.0


class Alpha(kumi.Schema):
    class Input(kumi.Record):
        x: kumi.Field[float]

    doubled = kumi.value(Input.x * 2.0)
    more = kumi.value(doubled + 1.0)


class Beta(kumi.Schema):
    class Input(kumi.Record):
        prices: kumi.Array[float]

    doubled = kumi.value(Input.prices * 2.0)
    total = kumi.value(doubled.sum())


class Gamma(kumi.Schema):
    class Input(kumi.Record):
        a: kumi.Field[int]
        b: kumi.Field[int]

    good = kumi.value(Input.a + 1)
    bad = kumi.value(good % Input.b)


def alpha():
    assert Alpha.run(x=1.5).more == 4.0


def beta():
    assert Beta.run(prices=[1.0, 2.5]).total == 7.0


def gamma():
    """A run that fails, every time."""
    try:
        Gamma.run(a=1, b=0)
    except ZeroDivisionError:
        return
    raise AssertionError("a run that divides by zero did not fail")


WORK = {1: alpha, 2: beta, 3: gamma}
LATE = 4
"""Added to the number of the work: a run that may come after profiling ended, or before it began, in
a signal's handler amid the first import."""


class Diary:
    """The side file of this process: a number for each run, in the order of their returns."""

    def __init__(self, plan):
        path = Path(plan["side"]) / f"{os.getpid()}.runs"
        with unlimited(plan["limit"]), path.open("w+b") as file:
            file.truncate(HEADER.size + 8 * MOST_RUNS)
            self._map = mmap.mmap(file.fileno(), 0)
        self._tight = plan["burst"] > LONG
        self._note_end(0, KILLED)
        self._runs = memoryview(self._map)[HEADER.size :].cast("Q")
        self._next = itertools.count().__next__  # atomic, also for handlers amid each other
        self.late = 0

    def run(self, number, uncertain=0):
        """Do that work, and note that it is done; LATE where it may not have been recorded."""
        WORK[number]()
        self._runs[self._next()] = time.time_ns() << 3 | number | self.late | uncertain

    def ends(self, how):
        """Note that the end begins now."""
        self._note_end(time.time_ns(), how)

    def _note_end(self, at, how):
        HEADER.pack_into(self._map, 0, os.getpid(), at, how, self._tight)


@contextmanager
def unlimited(most_bytes):
    """From here on no file may grow beyond `most_bytes`, where that is not 0; within, they may."""
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes or hard, hard))


class Life:
    """What this process does until its end."""

    def __init__(self, plan):
        self.plan = plan
        self.diary = Diary(plan)
        self._random = random.Random(f"{plan['seed']}:{os.getpid()}")
        self._over = threading.Event()
        self._depth = 0
        self._has_run = False
        self._numbers = [1, 1, 2, 3] if plan["fails"] else [1, 1, 2]

    def lead(self):
        """Live it; in a forked child, from here on the child's own."""
        self._shown = _show_threads_on_demand(self.plan["side"])
        if self.plan["warm"]:
            self.diary.run(1)
            self._has_run = True
        self._handle_signals()
        threads = [threading.Thread(target=self._work) for _ in range(self.plan["threads"])]
        for thread in threads:
            thread.start()
        self._start_killer()
        children = []
        for child in self.plan["children"]:
            self._work_for(child["after"])
            started = start(child)
            if started is None:
                return lead(child)
            children.append((child, started))
        self._work_for(self.plan["seconds"])
        self._over.set()
        for thread in threads:
            thread.join()
        for child, ended in children:
            self._check(child, ended())
        return self._end()

    def _work(self):
        while not self._over.is_set():
            self._burst()

    def _work_for(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._burst()

    def _burst(self):
        for _ in range(self._random.randint(1, self.plan["burst"])):
            self.diary.run(self._random.choice(self._numbers))
            self._has_run |= threading.current_thread() is threading.main_thread()
        time.sleep(self.plan["pause"] * self._random.random())

    def _handle_signals(self):
        """Each alarm runs a schema, wherever the main thread is at that moment."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self._alarmed)
        signal.setitimer(signal.ITIMER_REAL, self.plan["alarm"])

    def _alarmed(self, *_):
        """The next one comes after this handler, or now and then in the middle of it."""
        if self._depth < DEEPEST and self._random.random() < OFTEN:
            signal.setitimer(signal.ITIMER_REAL, self.plan["alarm"])
        self._depth += 1
        self.diary.run(1, uncertain=0 if self._has_run else LATE)
        self._depth -= 1
        signal.setitimer(signal.ITIMER_REAL, self.plan["alarm"])

    def _start_killer(self):
        if self.plan["end"] in ("SIGTERM", "SIGKILL"):
            self.plan["seconds"] = FOREVER
            threading.Timer(self.plan["dies"], self._kill).start()

    def _kill(self):
        self._show_threads()
        self.diary.ends(TERMINATED if self.plan["end"] == "SIGTERM" else KILLED)
        os.kill(os.getpid(), getattr(signal, self.plan["end"]))

    def _show_threads(self):
        """What everybody is at, in case that too little was written by now."""
        faulthandler.dump_traceback(self._shown, all_threads=True)

    def _check(self, child, status):
        expected = {"SIGTERM": -15, "SIGKILL": -9}.get(child["end"], 0)
        if status != expected:
            print(f"UNEXPECTED: {child['kind']}, {child['end']}: status {status}", file=sys.stderr)

    def _end(self):
        if self.plan["late"]:
            self.diary.late = LATE
        else:
            signal.signal(signal.SIGALRM, signal.SIG_IGN)
        if self.plan["end"] == "os._exit":
            time.sleep(0.3)
            self._show_threads()
            self.diary.ends(KILLED)
            os._exit(0)
        self.diary.ends(BY_ITSELF)
        if self.plan["end"] == "sys.exit":
            sys.exit(0)


def lead(plan):
    """Be the process of this plan."""
    Life(plan).lead()


def start(child):
    """Start a child; gives what waits for its status, and None in a forked child itself."""
    if child["kind"] == "fork":
        pid = os.fork()
        if not pid:
            multiprocessing.process._children.clear()  # else it would join its siblings at exit
            return None
        return lambda: os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if child["kind"] == "subprocess":
        return subprocess.Popen([sys.executable, __file__, json.dumps(child)]).wait
    method = child["kind"].removeprefix("multiprocessing ")
    process = multiprocessing.get_context(method).Process(target=lead, args=(child,))
    process.start()

    def ended():
        process.join()
        return process.exitcode

    return ended


def _show_threads_on_demand(folder):
    """On a signal, and without the interpreter's help: it may be what hangs."""
    shown = os.open(Path(folder) / f"{os.getpid()}.threads", os.O_WRONLY | os.O_CREAT)
    faulthandler.register(SHOW_THREADS, file=shown, all_threads=True)
    return shown


def _stop_alarms():
    """The very last: without its handlers the interpreter would die of one."""
    signal.setitimer(signal.ITIMER_REAL, 0)


atexit.register(_stop_alarms)  # before anybody else

if __name__ == "__main__":
    plan = json.loads(sys.argv[1])
    if plan["logging"]:
        logging.basicConfig(level=logging.INFO)
    lead(plan)
