"""A caller in a process of its own: the demo's schemas in turns, each run with its run delay.

python benchmarks/caller.py RUNS ROWS OUT WARM_UP

Started by `benchmarks.caller_pauses`, with any checkout's Python: nothing of Kumi's is imported but
what an application imports. Profiled or not, its environment says. Writes to OUT, for each schema,
when each run began and ended (ns of `perf_counter_ns`), and the kernel's run delay in between: how
long the caller's thread could have worked and had no processor, and how long the process's others.
WARM_UP runs of each come before that.
"""

from __future__ import annotations

import sys
from array import array
from pathlib import Path
from time import perf_counter_ns as now

from service import others_run_delay, run_delay

import kumi
from kumi import examples, otel
from kumi.examples.generate import GENERATORS


def main():
    runs, rows, warm_up = (int(sys.argv[n]) for n in (1, 2, 4))
    out = Path(sys.argv[3])
    subjects = [(kumi.load(examples.path(name)), GENERATORS[name](rows)) for name in examples.NAMES]
    measured = [array("q") for _ in subjects]
    _run(subjects, [array("q") for _ in subjects], warm_up)
    _run(subjects, measured, runs)
    otel.flush(60)
    otel.uninstrument()
    for name, each in zip(examples.NAMES, measured, strict=True):
        out.with_suffix(f".{name}").write_bytes(each.tobytes())


def _run(subjects, measured, times):
    """Every schema in its turn; begin, end and run delays of each run, one after the other."""
    own, others = run_delay(), others_run_delay()
    each = [
        (schema.run, given, kept.extend)
        for (schema, given), kept in zip(subjects, measured, strict=True)
    ]
    for _ in range(times):
        for run, given, keep in each:
            before, theirs, begun = own(), others(), now()
            run(given)
            ended = now()
            keep((begun, ended, own() - before, others() - theirs))


if __name__ == "__main__":
    main()
