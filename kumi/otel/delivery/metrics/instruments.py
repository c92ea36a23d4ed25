"""The instruments, one entry each: names, units and meanings as docs/metrics.md shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from kumi.spans import attributes as names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from opentelemetry.metrics import CallbackOptions, Histogram, Meter, Observation

NANOSECONDS: Final = 1e9
"""In a second, which is the unit of all times that are shown."""
COMPONENT_TYPE: Final = "otel.component.type"
COMPONENT_NAME: Final = "otel.component.name"


class Instrument(NamedTuple):
    """What is measured, and by which attributes; `error.type` only where something failed."""

    name: str
    kind: Literal["counter", "histogram", "up-down counter"]
    unit: str
    attributes: tuple[str, ...]
    description: str


_BY_RUN: Final = (names.SCHEMA_NAME, names.ERROR_TYPE)
_BY_OPERATION: Final = (names.SCHEMA_NAME, names.OPERATION_NAME)
_BY_QUEUE: Final = (COMPONENT_TYPE, COMPONENT_NAME)
_BY_OUTCOME: Final = (*_BY_QUEUE, names.ERROR_TYPE)

RUNS: Final = Instrument(
    "kumi.runs", "counter", "{run}", _BY_RUN, "Runs of a schema that were recorded."
)
RUN_TIME: Final = Instrument(
    "kumi.run.time", "counter", "s", _BY_RUN, "Time that runs of a schema took, added up."
)
RUN_DURATION: Final = Instrument(
    "kumi.run.duration", "histogram", "s", _BY_RUN, "How long a run of a schema took."
)
OPERATIONS: Final = Instrument(
    "kumi.operations", "counter", "{operation}", _BY_OPERATION, "Operations that were executed."
)
OPERATION_TIME: Final = Instrument(
    "kumi.operation.time", "counter", "s", _BY_OPERATION, "Time that operations took, added up."
)
PROCESSED: Final = Instrument(
    "otel.sdk.processor.span.processed",
    "counter",
    "{span}",
    _BY_OUTCOME,
    "The number of spans for which the processing has finished, either successful or failed.",
)
QUEUE_SIZE: Final = Instrument(
    "otel.sdk.processor.span.queue.size",
    "up-down counter",
    "{span}",
    _BY_QUEUE,
    "The number of spans in the queue of a given instance of an SDK span processor.",
)
QUEUE_CAPACITY: Final = Instrument(
    "otel.sdk.processor.span.queue.capacity",
    "up-down counter",
    "{span}",
    _BY_QUEUE,
    "The maximum number of spans the queue of a given instance of an SDK span processor can hold.",
)
EXPORTED: Final = Instrument(
    "otel.sdk.exporter.span.exported",
    "counter",
    "{span}",
    _BY_OUTCOME,
    "The number of spans for which the export has finished, either successful or failed.",
)

INSTRUMENTS: Final = (
    RUNS,
    RUN_TIME,
    RUN_DURATION,
    OPERATIONS,
    OPERATION_TIME,
    PROCESSED,
    QUEUE_SIZE,
    QUEUE_CAPACITY,
    EXPORTED,
)

BOUNDARIES: Final = (
    1e-6, 2.5e-6, 5e-6,
    1e-5, 2.5e-5, 5e-5,
    1e-4, 2.5e-4, 5e-4,
    1e-3, 2.5e-3, 5e-3,
    1e-2, 2.5e-2, 5e-2,
    0.1, 0.25, 0.5,
    1.0, 2.5, 5.0,
    10.0,
)  # fmt: skip
"""The upper bounds of the histogram's buckets in seconds, where no view asks for others."""


def observe(
    meter: Meter,
    instrument: Instrument,
    figures: Callable[[CallbackOptions], Iterable[Observation]],
) -> None:
    """Have the readers of `meter` ask for `figures`: totals, or levels, as they are then."""
    make = {
        "counter": meter.create_observable_counter,
        "up-down counter": meter.create_observable_up_down_counter,
    }[instrument.kind]
    make(instrument.name, [figures], instrument.unit, instrument.description)


def histogram(meter: Meter, instrument: Instrument) -> Histogram:
    """A histogram of seconds; before OpenTelemetry 1.30 none could be asked for its buckets."""
    told = (instrument.name, instrument.unit, instrument.description)
    try:
        return meter.create_histogram(*told, explicit_bucket_boundaries_advisory=BOUNDARIES)
    except TypeError:
        return meter.create_histogram(*told)
