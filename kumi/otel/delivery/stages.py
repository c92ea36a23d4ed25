"""The stages that runs go through, as a tuple: readings become spans, and reach who wants them.

A stage takes the batches of a round and leaves in them what the next one needs. A new rule or a new
consumer is one more entry: a rule that keeps some runs stands where they are decoded, and have no
ids yet. Everything here is called on the owner's thread.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from opentelemetry.context import Context

from kumi.observations import FailedRun
from kumi.otel.delivery import sampling
from kumi.otel.delivery.balance import Balance
from kumi.otel.delivery.batch import rounds, sampled
from kumi.otel.delivery.counts import FAILED
from kumi.otel.delivery.keep import Rules
from kumi.otel.delivery.real_spans import TimedRun
from kumi.otel.log import trouble
from kumi.spans import attributes as names
from kumi.spans.clock import anchor
from kumi.spans.decode import decode, decode_failed
from kumi.spans.identify import identify
from kumi.spans.origin import HandedRun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from kumi.otel.delivery.batch import Batch
    from kumi.otel.delivery.event_log import EventLog
    from kumi.otel.delivery.lanes.native import NativeLane
    from kumi.otel.delivery.outputs import Outputs
    from kumi.otel.delivery.route import Route
    from kumi.otel.delivery.run_queue import RunQueue
    from kumi.otel.settings import Settings
    from kumi.spans.block import Block
    from kumi.spans.decode import Decoded
    from kumi.spans.layout import Layout


class Stages:
    """The stages in their order, before the `outputs`; `balance` is what became of it all.

    `between` is called between two rounds of work, for whoever waits.
    """

    def __init__(self, settings: Settings, outputs: Outputs, between: Callable[[], None]) -> None:
        self.stages: tuple[Callable[[list[Batch]], None], ...] = (
            self._decode,
            self._count,
            self._keep,
            self._identify,
            self._to_file,
            self._to_traces,
            self._to_metrics,
        )
        self._in_hand: list[Batch] = []
        self.balance = Balance(outputs, self._in_hand, settings.file)
        self._values = settings.values
        self._outputs = outputs
        self._counts = outputs.counts
        self._between = between
        self.keep_by(Rules(settings))

    def deliver(self, queues: Iterable[RunQueue], *, some: bool = False) -> None:
        """Take what waits in `queues` to its destinations, some megabytes at a time.

        `some`: no more than those megabytes.
        """
        for sender in self._outputs.senders:
            sender.delivery_begins()
        for batches in rounds(queues, self._in_hand, self.rules.blockfuls):
            for stage in self.stages:
                stage(batches)
            batches.clear()
            if some:
                return
            self._between()

    # Decode and identify.

    def _decode(self, batches: Sequence[Batch]) -> None:
        """What runs have packed becomes columns."""
        for batch in batches:
            self._make(batch, self._columns)

    def keep_by(self, rules: Rules) -> None:
        """From now on by these rules."""
        self.rules = rules
        self._counts.usual = rules.usual

    def _keep(self, batches: list[Batch]) -> None:
        """Of some runs only the run is left; not where the end has counted them as they were."""
        if not self._outputs.is_given_up:
            self.rules.keep(batches)

    def _identify(self, batches: Sequence[Batch]) -> None:
        """Columns get ids and parents: a block."""
        for batch in batches:
            if batch.decoded and self._outputs.want_spans():
                self._make(batch, self._block)
            if batch.counting.take():
                self.balance.count(batch)

    def _make(self, batch: Batch, make: Callable[[Batch], None]) -> None:
        try:
            make(batch)
        except BaseException as error:  # noqa: BLE001 - id generators and resources are anybody's code
            self._counts.drop(FAILED, batch.span_count)
            trouble("making spans of runs", error)

    def _columns(self, batch: Batch) -> None:
        if isinstance(batch.runs, FailedRun):
            anchored = _anchor(batch.runs.context)
            batch.decoded = decode_failed(batch.layout, batch.runs, anchored, values=self._values)
        elif batch.may_be_handed:
            anchors = np.array([_anchor(context) or anchor() for _, context in batch.runs])
            batch.decoded = decode(batch.layout, batch.runs, anchors)
        else:
            batch.decoded = decode(batch.layout, batch.runs)

    def _block(self, batch: Batch) -> None:
        route, decoded = self._outputs.route, batch.decoded
        assert route is not None  # noqa: S101 - decided before anything is taken
        assert decoded is not None  # noqa: S101 - what could not be decoded goes no further
        identity = self._outputs.identity()
        if route.root is None:
            contexts = [_decided(context, batch.layout, route) for context in decoded.contexts]
            decoded = replace(decoded, contexts=contexts)
        if route.native is not None:
            contexts = list(_handed_late(decoded, batch.layout, batch.kept, route.native))
            decoded = replace(decoded, contexts=contexts)
        batch.block = identify(batch.layout, decoded, identity, kept=batch.kept)

    # To the file.

    def _to_file(self, batches: Sequence[Batch]) -> None:
        blocks = [batch.block for batch in batches if batch.block is not None]
        log = self._outputs.event_log
        if log is None or not blocks or self._outputs.is_given_up:
            return
        before = self.balance.settled()
        self._write(blocks, log, before)
        if self._outputs.is_given_up:  # amid this, it was counted as late
            self.balance.settle_after_all(self.balance.settled() - before)

    def _write(self, blocks: list[Block], log: EventLog, before: int) -> None:
        spans = sum(block.span_count for block in blocks)
        try:
            log.blocks(blocks)
            log.tell_of_loss(self.balance.last_line)
        except BaseException as error:  # noqa: BLE001 - a stage that fails must not end the thread
            self._counts.drop(FAILED, spans - (self.balance.settled() - before))
            trouble("writing spans to the file", error)

    # To the traces.

    def _to_traces(self, batches: Sequence[Batch]) -> None:
        """To the senders, within the budgets of traces.

        What was given up while it was folded is counted, and goes no further. What is given up
        while it is handed over may have been counted too late for the last line: then there is
        another one.
        """
        outputs = self._outputs
        if not outputs.senders or outputs.is_given_up:
            return
        found = [(batch, block, outputs.fold(block)) for batch, block in sampled(batches)]
        for batch, _, folded in found:
            batch.folded = folded.runs
        outputs.runs([(block, folded) for batch, block, folded in found if batch.sending.take()])
        if outputs.is_given_up:
            self.balance.write_end()

    # To metrics.

    def _count(self, batches: Sequence[Batch]) -> None:
        """All there is, before rules leave only the run of some."""
        if self._outputs.metering is not None:
            self._outputs.metering.count(batches)

    def _to_metrics(self, batches: Sequence[Batch]) -> None:
        """To the application's meter, which is told of runs with their ids."""
        metering = self._outputs.metering
        if metering is not None and not self._outputs.is_given_up:
            metering.record(batches)
            metering.say(self._counts, self._outputs.event_log)


def _anchor(context: Any) -> int | None:
    """What made Unix time of the readings of a run, where its spans were made already."""
    return context.anchor if isinstance(context, HandedRun) else None


def _handed_late(
    decoded: Decoded, layout: Layout, kept: str, lane: NativeLane
) -> Iterator[Context | HandedRun | Any]:
    """The contexts of runs, those handed over now that were recorded before there was the lane."""
    for run, context in enumerate(decoded.contexts):
        if isinstance(context, Context):
            times, sizes = decoded.readings[run].tolist(), decoded.sizes[run].tolist()
            timed = TimedRun(layout, times, sizes, kept, decoded.failure)
            spans = lane.spans_of(timed, context)
            lane.make(spans)
            yield spans.outcome()
        else:
            yield context


def _decided(context: Any, layout: Layout, route: Route) -> Any:
    """The sampler's answer for a root run that was admitted before there was one to ask."""
    if not isinstance(context, Context) or sampling.parent_sampled(context) is not None:
        return context
    schema = layout.program.schema
    attributes = {names.SCHEMA_NAME: schema}
    ask = sampling.question(route.sampler, route.ids, f"run {schema}", attributes)
    return ask(context)
