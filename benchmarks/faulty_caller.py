"""A service whose collector has a fault: `python -m benchmarks.faulty_caller SECONDS`.

It runs a schema a thousand times a second at most, and prints as JSON what runs took (ns, less the
time in which the thread waited for a processor), and when it had nothing more to do. How it is
profiled, its environment says.
"""

from __future__ import annotations

import json
import statistics
import sys
import time

import kumi
from benchmarks.service import PAUSE, SCHEMA, TAXPAYER, WARM_UP, waited


def main():
    seconds = float(sys.argv[1])
    schema = kumi.load(SCHEMA)
    waited(schema.run, TAXPAYER, WARM_UP)
    took, deadline = [], time.monotonic() + seconds
    while time.monotonic() < deadline:
        took += waited(schema.run, TAXPAYER, 100, PAUSE)
    tail = statistics.quantiles(took, n=1000)[-1]
    found = {"runs": WARM_UP + len(took), "median": statistics.median(took), "tail": tail}
    print(json.dumps(found | {"longest": max(took), "done": time.monotonic()}), flush=True)


if __name__ == "__main__":
    main()
