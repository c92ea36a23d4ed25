"""A caller in a process of its own: the demo's schemas in turns, each run with its run delay.

python benchmarks/caller.py RUNS ROWS OUT

Started by `benchmarks.pauses`, with any checkout's Python: nothing of Kumi's is imported but what
an application imports. Profiled or not, its environment says. Writes to OUT, for each schema, when
each run began and ended (ns of `perf_counter_ns`), and the kernel's run delay in between: how long
the thread could have worked and had no processor.
"""

from __future__ import annotations

import os
import sys
from array import array
from pathlib import Path
from time import perf_counter_ns as now

import kumi
from kumi import examples, otel
from kumi.examples.generate import GENERATORS

WARM_UP = 200


def main():
    runs, rows, out = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    subjects = [(kumi.load(examples.path(name)), GENERATORS[name](rows)) for name in examples.NAMES]
    measured = [array("q") for _ in subjects]
    _run(subjects, [array("q") for _ in subjects], WARM_UP)
    _run(subjects, measured, runs)
    otel.flush(60)
    otel.uninstrument()
    for name, each in zip(examples.NAMES, measured, strict=True):
        out.with_suffix(f".{name}").write_bytes(each.tobytes())


def _run(subjects, measured, times):
    """Every schema in its turn; begin, end and run delay of each run, one after the other."""
    delay = _run_delay()
    each = [
        (schema.run, given, kept.extend)
        for (schema, given), kept in zip(subjects, measured, strict=True)
    ]
    for _ in range(times):
        for run, given, keep in each:
            before, begun = delay(), now()
            run(given)
            ended = now()
            keep((begun, ended, delay() - before))


def _run_delay():
    """What reads this thread's run delay so far, in ns."""
    stat = os.open("/proc/thread-self/schedstat", os.O_RDONLY)

    def delay():
        return int(os.pread(stat, 64, 0).split()[1])

    return delay


if __name__ == "__main__":
    main()
