"""How long callers wait: for a run while the profile is written beside them, or within it."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.harness import Series, progress
from benchmarks.record import Discarding
from benchmarks.service import BESIDE, PAUSE, PAUSED, TIGHT, WARM_UP, streamed, waited
from benchmarks.subjects import income_tax, recorded
from kumi import otel
from kumi.observations import Level

RUNS = 2000
"""Of a round: two of them are beyond the p99.9."""


def figures(rounds):
    """Measure, and give the figures of the table."""
    tax = income_tax()
    with tempfile.TemporaryDirectory() as folder:
        each = [_round(tax, Path(folder), number, rounds) for number in range(rounds + 1)][1:]
    series = {name: Series(tuple(one[name] for one in each)) for name in each[0]}
    alone, ratio = series["alone"], series["written"] / series["alone"]
    return [
        Figure.ns("wall time: run of a service that pauses, recorded alone, p99.9", alone),
        Figure.ratio("the same while the profile is written beside it / alone", ratio, most=2),
        *(Figure.ns(f"wall time: {name}", series[name]) for name in (TIGHT, PAUSED, BESIDE)),
    ]


def _round(tax, folder, number, rounds):
    """Everything once; in every second round the other way round."""
    written = {"file": folder / "w.jsonl", "ops": True, "truncate": True}
    measured = {
        "alone": lambda: _tail(tax, recorded(Discarding(Level.OPERATIONS))),
        "written": lambda: _tail(tax, otel.profile(**written)),
    }
    names = list(measured) if number % 2 else list(measured)[::-1]
    found = {name: measured[name]() for name in names}
    progress(number, rounds)
    return found | streamed(folder / "s.jsonl", tax.schema)


def _tail(tax, around):
    """The p99.9 of a run."""
    with around:
        waited(tax.schema.run, tax.given, WARM_UP)
        took = waited(tax.schema.run, tax.given, RUNS, PAUSE)
    return statistics.quantiles(took, n=1000)[-1]
