"""What the owner does with what it takes: readings become spans, and reach the file and the traces.

Everything here is called on the owner's thread, but for `give_up` and `hurry`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from opentelemetry.context import Context

from kumi.letters import visible
from kumi.observations import FailedRun
from kumi.otel import about, admission
from kumi.otel.channel import size
from kumi.otel.counts import FAILED, LATE, TRACES_LATE, Counts, Sent
from kumi.otel.journal import journal_of
from kumi.otel.log import logger, trouble, warn_once
from kumi.otel.sender import Sender
from kumi.spans import attributes as names
from kumi.spans.block import only_sampled
from kumi.spans.recorder import Identity, assemble, assemble_failed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from threading import Thread

    from opentelemetry.sdk.trace import ReadableSpan

    from kumi.otel.channel import Batch, Source
    from kumi.otel.journal import Journal
    from kumi.otel.route import Route, Router
    from kumi.otel.settings import Settings
    from kumi.spans.block import Block
    from kumi.spans.events import Event
    from kumi.spans.layout import Layout

_TOGETHER = 2000
"""Spans: programs that have less than this go on together, the others a block at a time."""
_NOWHERE = (
    "Profiling is on, but there is neither a file (KUMI_PROFILE_FILE) nor a destination of "
    "traces (a tracer provider, or OTEL_EXPORTER_OTLP_ENDPOINT): nothing is profiled"
)


@dataclass(slots=True, eq=False)
class Taken:
    """What goes through the stages: runs of one program, as they were kept, then as a block."""

    layout: Layout
    batch: Batch
    block: Block | None = None
    is_counted: bool = False
    is_sent: bool = False

    @property
    def spans(self) -> int:
        """How many spans this is; before there is a block, as if no run had failed."""
        if self.block is not None:
            return self.block.span_count
        return size(self.batch) * len(self.layout.rows)


class Delivery:
    """The stages, in their order, and what they need: route, file, senders, counts.

    `between` is called between two rounds of work, for whoever waits.
    """

    def __init__(self, settings: Settings, router: Router, between: Callable[[], None]) -> None:
        self.counts = Counts()
        self.route: Route | None = None
        self.stages: tuple[Callable[[Sequence[Taken]], None], ...] = (
            self._identify,
            self._to_file,
            self._to_traces,
        )
        self._settings = settings
        self._router = router
        self._between = between
        self._journal: Journal | None = None
        self._senders: tuple[Sender, ...] = ()
        self._retired: list[Sender] = []
        self._round: list[Taken] = []
        self._said: list[str] = []
        self._given_up = False
        self._late = 0

    # Where everything goes.

    def begin(self) -> None:
        """Decide the route, and open the file."""
        self.take_route()
        if self._settings.file is not None:
            self._journal = journal_of(
                self._settings.file, self._settings, self._resource, self.counts
            )
        if self._settings.file is None and self.goes_nowhere():
            warn_once(_NOWHERE)

    def is_outdated(self) -> bool:
        """Whether the application has changed its provider since the route was decided."""
        return self.route is not None and self._router.is_stale(self.route)

    def take_route(self) -> None:
        """Decide the route as things are now; what was handed over goes the old way."""
        try:
            route = self._router.decide()
        except Exception as error:  # noqa: BLE001 - resources and exporters are anybody's code
            trouble("finding out where traces go", error)
            route = self._router.nowhere()
        for sender in self._senders:
            sender.close()
        self._retired += self._senders
        self.route = route
        patience = self._settings.block_ms / 2000  # the other half is for the runs that wait
        self._senders = tuple([Sender(lane, patience, own=route.own) for lane in route.lanes])

    def goes_nowhere(self) -> bool:
        """Whether nobody would read what is recorded."""
        return self._journal is None and not (self.route and self.route.lanes)

    def has_file(self) -> bool:
        """Whether there is a file, which gets what is not sampled as well."""
        return self._journal is not None

    def close_traces(self) -> None:
        """After what was handed over nothing is sent any more: it is counted."""
        for sender in self._senders:
            sender.close()

    def _resource(self) -> Any:
        assert self.route is not None  # noqa: S101 - the route is decided before the file is opened
        return self.route.resource

    # The stages.

    def deliver(self, sources: Iterable[Source]) -> None:
        """Take what waits in `sources` to its destinations, some megabytes at a time."""
        for taken in _rounds(sources, self._round):
            for stage in self.stages:
                stage(taken)
            taken.clear()
            self._between()

    def _identify(self, taken: Sequence[Taken]) -> None:
        """Readings become columns, with ids and parents: a block."""
        for each in taken:
            try:
                each.block = self._block(each)
            except BaseException as error:  # noqa: BLE001 - id generators and resources are anybody's code
                self.counts.drop(FAILED, each.spans)
                trouble("making spans of runs", error)
            if not (self._given_up or each.is_counted):
                each.is_counted = True
                self.counts.runs += size(each.batch)
                self.counts.recorded += each.spans

    def _to_file(self, taken: Sequence[Taken]) -> None:
        blocks = [each.block for each in taken if each.block is not None]
        if self._journal is None or not blocks or self._given_up:
            return
        spans, before = sum(block.span_count for block in blocks), self._settled()
        try:
            self._journal.blocks(blocks)
            self._journal.tell_of_loss(self._ending)
        except BaseException as error:  # noqa: BLE001 - a stage that fails must not end the thread
            self.counts.drop(FAILED, spans - (self._settled() - before))
            trouble("writing spans to the file", error)
        if self._given_up:  # amid this, it was counted as late
            self.counts.drop(LATE, -min(self._settled() - before, self._late))
            self.write_end()

    def _settled(self) -> int:
        """The spans of which the file has told what became of them."""
        assert self._journal is not None  # noqa: S101 - asked where there is a file
        return self.counts.written + sum(self._journal.dropped.values())

    def _to_traces(self, taken: Sequence[Taken]) -> None:
        """To the senders, which see to it that one exporter's pace is no other's."""
        if not self._senders or self._given_up:
            return
        blocks = _sampled(taken)
        for each in taken:
            each.is_sent = True
        for sender in self._senders if blocks else ():
            sender.blocks(blocks)

    def _block(self, taken: Taken) -> Block:
        route = self.route
        assert route is not None  # noqa: S101 - decided before anything is taken
        identity = Identity(route.resource, route.ids, bool(route.root), route.limits)
        if isinstance(taken.batch, FailedRun):
            run = taken.batch
            if route.root is None:
                run = replace(run, context=self._decided(run.context, taken.layout))
            return assemble_failed(taken.layout, run, identity, values=self._settings.values)
        runs = taken.batch
        if route.root is None:
            runs = [(packed, self._decided(context, taken.layout)) for packed, context in runs]
        return assemble(taken.layout, runs, identity)

    def _decided(self, context: Any, layout: Layout) -> Any:
        """The sampler's answer for a root run that was admitted before there was one to ask."""
        if not isinstance(context, Context) or admission.parent_sampled(context) is not None:
            return context
        assert self.route is not None  # noqa: S101 - as above
        schema = layout.program.schema
        attributes = {names.SCHEMA_NAME: schema}
        ask = admission.question(self.route.sampler, self.route.ids, f"run {schema}", attributes)
        return ask(context)

    # What is no run.

    def events(self, noted: Sequence[Event]) -> None:
        """Events for the file."""
        if self._journal is not None and noted and not self._given_up:
            self._journal.events(noted)

    def pauses(self, noted: Sequence[Event]) -> None:
        """Pauses for the file."""
        if self._journal is not None and noted and not self._given_up:
            self._journal.pauses(noted)

    def ended(self, spans: Sequence[ReadableSpan]) -> None:
        """Spans for the traces."""
        for sender in self._senders if spans else ():
            sender.ended(spans)

    # The end.

    def ask_senders(self, *, flush: float | None = None, asker: Thread | None = None) -> list[Any]:
        """A queue for each sender, which gets something once all is with its exporter.

        None for that of an `asker` who is inside of an exporter: it would wait for itself.
        """
        senders = [*self._retired, *self._senders]
        return [None if each.is_in(asker) else each.ask(flush=flush) for each in senders]

    def end(self) -> None:
        """Write what became of the runs until now, and say what was lost."""
        self._say_losses()
        self.write_end()

    def write_end(self) -> None:
        """The last line, where it does not stand there already."""
        if self._journal is not None:
            self._journal.end(self._ending())

    def close(self) -> None:
        """Let go of the file, of the application's provider, and of what could not be sent."""
        for sender in (*self._retired, *self._senders):
            sender.leave()
        if self.route is not None:
            self._router.leave(self.route)
        if self._journal is not None:
            self._journal.close()

    def hurry(self, seconds: float) -> None:
        """Wait for nobody else at the file once `seconds` have passed; from any thread."""
        journal = self._journal
        if journal is not None:
            journal.hurry(seconds)

    def give_up(self, waiting: Iterable[Source]) -> None:
        """Count what the owner does not come to any more, and write the last line in its place.

        On the thread that waited for the end: the owner is stuck, in code of somebody else's.
        """
        if self._given_up:
            return
        self._given_up = True
        for each in list(self._round):
            if not each.is_counted:
                each.is_counted = True
                self.counts.drop_runs(LATE, size(each.batch), each.spans)
        for source in waiting:
            runs = source.waiting
            self.counts.drop_runs(LATE, runs, runs * len(source.layout.rows))
        unsent = _sampled([each for each in list(self._round) if not each.is_sent])
        for sender in self._senders:
            sender.figures.sampled += sum(block.span_count for block in unsent)
        if self._journal is not None:
            lost = sum(self._lost().values())  # before the others: it counts what was told of
            self._late = max(0, self.counts.recorded - self.counts.written - lost)
            self.counts.drop(LATE, self._late)
            self._journal.force(self._ending())
        self._say_losses()

    def _ending(self) -> Event:
        return about.ending(self.counts, self._lost(), self._sent())

    def _lost(self) -> Counter[str]:
        """Spans that are not in the file, by reason."""
        return self.counts.dropped + (self._journal.dropped if self._journal else Counter())

    def _sent(self) -> Sent:
        """The figures of all destinations; what has not got there by now counts as late."""
        figures = Sent()
        for sender in (*self._retired, *self._senders):
            figures += sender.figures
        if figures.missing > 0:
            figures.dropped[TRACES_LATE] += figures.missing
        return figures

    def _say_losses(self) -> None:
        """One line with all that was lost, and why; again only where more has been lost since."""
        said = [*self._lost_of_file(self._lost()), *self._lost_of_traces()]
        if said and self._said != said:
            self._said = said
            logger.warning("%s", "; ".join(said))

    def _lost_of_file(self, lost: Counter[str]) -> Iterator[str]:
        if lost:
            total, reasons = sum(lost.values()), _reasons(lost)
            where = f"not in {visible(self._settings.file)}" if self._settings.file else "lost"
            yield f"{total:,} of {self.counts.recorded:,} spans are {where}: {reasons}"

    def _lost_of_traces(self) -> Iterator[str]:
        for sender in (*self._retired, *self._senders):
            figures, lane = sender.figures, sender.lane
            late = max(0, figures.missing)
            lost = sum(figures.dropped.values()) + late
            if lost:
                why = dict(figures.dropped) | ({TRACES_LATE: late} if late else {})
                because = f" ({lane.trouble})" if lane.trouble else ""
                yield f"{lost:,} spans were not sent: {lane.name}{because}: {_reasons(why)}"


def _sampled(taken: Sequence[Taken]) -> list[Block]:
    """The blocks of what traces get."""
    sampled = [only_sampled(each.block) for each in taken if each.block is not None]
    return [block for block in sampled if block is not None]


def _rounds(sources: Iterable[Source], taken: list[Taken]) -> Iterator[list[Taken]]:
    """What waits now, in parts of some megabytes of output; runs of many programs go together.

    It is in `taken` from the moment when it is in no queue any more, until that is cleared.
    """
    for source in sources:
        left = len(source.queue)
        while left > 0 and (batches := source.take()):
            taken += [Taken(source.layout, batch) for batch in batches]
            source.hand.clear()
            left -= sum(map(size, batches))
            if sum(each.spans for each in taken) >= _TOGETHER:
                yield taken
    if taken:
        yield taken


def _reasons(lost: dict[str, int]) -> str:
    return ", ".join(f"{reason} {spans:,}" for reason, spans in sorted(lost.items()))
