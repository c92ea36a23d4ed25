"""What rules cost a caller: runs that are not their turn, and runs that are not kept whole.

Runs one by one, in turns in one process: not profiled; not their turn (`sample`); the same for a
meter provider; recorded with all operations, and read by nobody; and recorded with a rule that
keeps none of them whole, so that the owner writes a line for each. CPU time of the process, owner
and all.

`python -m benchmarks.rules [ROUNDS]`
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from benchmarks.figures import Figure
from benchmarks.harness import Case, measure
from benchmarks.record import Discarding
from benchmarks.subjects import income_tax, recorded
from kumi import otel
from kumi.observations import Level

RUNS = 20_000
NEVER = 1_000_000_000
ADDED_NS, ADDED_WITH_METRICS_NS, KEPT_RATIO = 150, 250, 1.05


def figures(rounds):
    """Measure, and give the figures of the table."""
    tax = income_tax()
    with tempfile.TemporaryDirectory() as folder:
        series = measure(list(_cases(tax, Path(folder))), rounds)
    off, alone = series["off"], series["recorded"]
    return [
        Figure.ns("a run, not profiled", off),
        Figure.ns("added where it is not its turn", series["sampled"] - off, most=ADDED_NS),
        Figure.ns("added so, with metrics", series["metered"] - off, most=ADDED_WITH_METRICS_NS),
        Figure.ratio("SLOW_MS not reached / recorded", series["slow"] / alone, most=KEPT_RATIO),
        Figure.ratio("SLOW_MS=3x / recorded", series["relative"] / alone),
    ]


def _cases(tax, folder):
    provider = MeterProvider([InMemoryMetricReader()], shutdown_on_exit=False)
    discarding = Discarding(Level.OPERATIONS)
    yield Case("off", tax.run, RUNS)
    yield Case("recorded", tax.run, RUNS, 1, lambda: recorded(discarding))
    ways = {
        "sampled": {"sample": NEVER},
        "metered": {"sample": NEVER, "meter_provider": provider},
        "slow": {"ops": True, "slow_ms": 1000},
        "relative": {"ops": True, "slow_ms": "3x"},
    }
    for name, options in ways.items():
        yield Case(name, tax.run, RUNS, 1, _within(name, options, folder, tax))


def _within(name, options, folder, tax):
    @contextmanager
    def profiled():
        with otel.profile(file=folder / f"{name}.jsonl", truncate=True, block_ms=10_000, **options):
            tax.run(10)
            yield

    return profiled


def main():
    """The table."""
    for figure in figures(int(sys.argv[1]) if len(sys.argv) > 1 else 15):
        print("  ".join(figure.cells()))


if __name__ == "__main__":
    main()
