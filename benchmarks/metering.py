"""What metrics cost the owner: blocks through all stages, with a meter provider and without one.

The stages run where they are called, so that nothing hides in another thread. The provider is the
SDK's with one reader, which nobody asks for anything meanwhile.

`python -m benchmarks.metering` measures this alone.
"""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path

import numpy as np
from opentelemetry.metrics import NoOpMeterProvider
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from benchmarks.figures import Figure
from benchmarks.harness import Case, measure
from benchmarks.record import Discarding
from benchmarks.subjects import income_tax, recorded
from kumi.observations import Level
from kumi.otel.delivery.batch import Batch
from kumi.otel.delivery.counts import Counts
from kumi.otel.delivery.metrics.durations import Durations
from kumi.otel.delivery.metrics.instruments import RUN_DURATION, histogram
from kumi.otel.delivery.metrics.meters import Meters
from kumi.otel.delivery.outputs import Outputs
from kumi.otel.delivery.processors import DrainHook
from kumi.otel.delivery.route import Router
from kumi.otel.delivery.run_queue import RunQueue
from kumi.otel.delivery.stages import Stages
from kumi.otel.owner import Owner
from kumi.otel.settings import Settings
from kumi.spans.decode import decode
from kumi.spans.identify import runs_per_block
from kumi.spans.layout import layout

BLOCK = 256
BULK_NS = 42


def figures(rounds):
    """Measure, and give the figures of the table."""
    tax = income_tax()
    operations = len(tax.machine.program.operations)
    with tempfile.TemporaryDirectory() as folder:
        cases = [*_histogram(), *_counted(tax), *_stages(tax, Path(folder))]
        series = measure(cases, rounds)
    bulk = series["block"] - series["one"].times(1 / BLOCK)
    return [
        Figure.ns("a run in `kumi.run.duration`, in bulk", bulk, most=BULK_NS),
        Figure.ns("a run in it by `record`", series["one"]),
        Figure.ns("metrics, a run: declarations recorded", series["declarations"]),
        Figure.ns(f"metrics, a run: {operations} operations recorded", series["operations"]),
        Figure.ns("metrics, an operation", series["operations"].times(1 / operations)),
        Figure.ratio(
            "blocks to the file and metrics / to the file", series["both"] / series["file"]
        ),
        Figure.ns("a run for metrics alone, no file, no traces", series["alone"]),
    ]


def _histogram():
    """A block of runs, one run by itself as the block has it, and what the block is instead of."""
    took = (np.random.default_rng(1).lognormal(-11, 1, BLOCK) * 1e9).astype(np.int64)
    attributes = {"kumi.schema.name": "IncomeTax"}
    measured = Durations(histogram(_provider().get_meter("kumi"), RUN_DURATION))

    def block(times):
        for _ in repeat(None, times):
            measured.record(took, attributes)

    def one(times):
        for _ in repeat(None, times):
            measured.record(took[:1], attributes)

    return [Case("block", block, 40, BLOCK), Case("one", one, 400)]


def _counted(tax):
    """The stage alone, as large as blocks of these programs are."""
    return [_block(tax, level) for level in (Level.DECLARATIONS, Level.OPERATIONS)]


def _block(tax, level):
    of_runs, kept = _kept(tax, level)
    kept = kept[: runs_per_block(of_runs)]
    batch = Batch(of_runs, kept, decode(of_runs, kept))
    metering = Meters(_provider(), Owner, lambda: (0, 0)).metering()
    counts = Counts()

    def count(times):
        for _ in repeat(None, times):
            metering.count([batch])
            metering.record([batch])
            metering.say(counts, None)

    return Case(level.name.lower(), count, 100, len(kept))


def _stages(tax, folder):
    """The whole way of a block, but for where the owner waits."""
    kept = _kept(tax, Level.OPERATIONS)
    ways = (
        ("file", folder / "file.jsonl", NoOpMeterProvider()),
        ("both", folder / "both.jsonl", _provider()),
        ("alone", None, _provider()),
    )
    for name, file, provider in ways:
        delivery = _Delivery(kept, file, provider)
        yield Case(name, delivery, 8, BLOCK, delivery.empty_file)


def _kept(tax, level):
    """A block of runs as callers leave them, and their layout."""
    discarding = Discarding(level)
    with recorded(discarding):
        tax.run(BLOCK)
    return layout(tax.machine.program, level, "1"), list(discarding.queue)


def _provider():
    return MeterProvider([InMemoryMetricReader()], shutdown_on_exit=False)


class _Delivery:
    """Takes a block through the stages, as often as it is told."""

    def __init__(self, kept, file, provider):
        self._layout, self._runs = kept
        self._file = file
        settings = Settings(file=file and str(file), persistent=True, traces="off")
        hook = DrainHook(lambda _: True, lambda: None)
        router = Router(
            off=True,
            native=None,
            most_spans=settings.max_spans,
            given=None,
            exporters=(),
            hook=hook,
            halted=lambda: False,
        )
        outputs = Outputs(settings, router, Meters(provider, Owner, lambda: (0, 0)))
        outputs.begin()
        self._stages = Stages(settings, outputs, lambda: None)

    def __call__(self, times):
        queue = RunQueue(self._layout)
        for _ in repeat(None, times):
            queue.queue.extend(self._runs)
            self._stages.deliver([queue])

    @contextmanager
    def empty_file(self):
        if self._file:
            os.truncate(self._file, 0)
        yield


def main():
    """This part of the table alone."""
    for figure in figures(int(sys.argv[1]) if len(sys.argv) > 1 else 31):
        print("  ".join(figure.cells()))


if __name__ == "__main__":
    main()
