"""What became of every span: the last line of the file, and one of the log where some are lost.

Why the owner cannot always do this: what it calls may be anybody's code, and hang. Then whoever
waits for the end of the process counts in its place (`give_up`), in the middle of whatever the
owner is doing, and the figures have to add up all the same. So each run is at every moment in just
one place whose owner can be asked: its queue, the `hand` of the queue, or the round of batches in
hand, each of which says how far it is.

An example: 3 runs of 5 spans each were written. Of 4 more the owner has taken 3, has made a block
of the first two, and hangs in an id generator at the third (which failed, and so is a batch of its
own); the fourth waits in its queue.

    profile_end of `give_up`                           runs  recorded  written  dropped
    the first three                                       3        15       15
    the batch of 2, counted when its block was made       2        10        0  exit: 10
    the batch of 1, which has no block yet                1         5        0  exit:  5
    the one that waits in its queue                       1         5        0  exit:  5
    sum                                                   7        35       15  exit: 20

(What has no block yet counts as many spans as a run has that does not fail.)

Should the owner have been writing, and come back, then what it has written after all is taken off
what was late (`settle_after_all`), and another last line says so.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kumi.letters import visible
from kumi.otel.delivery import process_events
from kumi.otel.delivery.batch import sampled
from kumi.otel.delivery.counts import LATE, TRACES_LATE, Sent
from kumi.otel.log import logger

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kumi.otel.delivery.batch import Batch
    from kumi.otel.delivery.outputs import Outputs
    from kumi.otel.delivery.run_queue import RunQueue
    from kumi.spans.events import Event


class Balance:
    """The figures of `outputs` as they stand now, and what the stages have `in_hand`.

    `file` is what messages call the event file, None where there is none.
    """

    def __init__(self, outputs: Outputs, in_hand: list[Batch], file: str | None) -> None:
        self._outputs = outputs
        self._counts = outputs.counts
        self._in_hand = in_hand
        self._file = file
        self._said: list[str] = []
        self._late = 0

    def end(self) -> None:
        """Write what became of the runs until now, and say what was lost."""
        self._say_losses()
        self.write_end()

    def write_end(self) -> None:
        """The last line, where it does not stand there already."""
        if self._outputs.event_log is not None:
            self._outputs.event_log.end(self.last_line())

    def last_line(self) -> Event:
        """The `profile_end` event as things are now."""
        return process_events.end_event(self._counts, self._lost(), self._sent())

    def count(self, batch: Batch) -> None:
        """A batch that has come this far was recorded; after `give_up`, too late to be written."""
        if self._outputs.is_given_up:
            self._counts.drop_runs(LATE, batch.run_count, batch.span_count)
            self.write_end()
            return
        self._counts.runs += batch.run_count
        self._counts.kept[batch.kept] += batch.run_count
        self._counts.recorded += batch.span_count

    def settled(self) -> int:
        """The spans of which the file has told what became of them."""
        log = self._outputs.event_log
        assert log is not None  # noqa: S101 - asked where there is a file
        return self._counts.written + sum(log.dropped.values())

    # In the place of a stuck owner.

    def give_up(self, queues: Iterable[RunQueue]) -> None:
        """Count what the owner does not come to any more, and write the last line in its place.

        On the thread that waited for the end: the owner is stuck, in code of somebody else's.
        """
        if self._outputs.is_given_up:
            return
        self._outputs.is_given_up = True
        self._count_unseen(queues)
        self._count_unsent()
        self._count_unwritten()
        self._say_losses()

    def settle_after_all(self, spans: int) -> None:
        """Take what the file has settled since off what was late, and write another last line."""
        self._counts.drop(LATE, -min(spans, self._late))
        self.write_end()

    def _count_unseen(self, queues: Iterable[RunQueue]) -> None:
        """The runs that are in no figure yet, in a queue or in hand.

        Those in a queue are taken out of it: they must not be counted as without room, later on.
        """
        for queue in queues:
            runs = queue.drop_down_to(0) + len(queue.hand)
            self._counts.drop_runs(LATE, runs, runs * len(queue.layout.rows))
        for batch in list(self._in_hand):
            if batch.counting.take():
                self._counts.drop_runs(LATE, batch.run_count, batch.span_count)

    def _count_unsent(self) -> None:
        """The blocks that no sender has, and summaries: they were for it, and so are missing."""
        unsent = sampled(batch for batch in list(self._in_hand) if batch.sending.take())
        spans = sum(block.span_count for _, block in unsent)
        summaries = self._outputs.traces.waiting()
        for sender in self._outputs.senders:
            sender.figures.sampled += spans + (summaries if sender.has_budget else 0)

    def _count_unwritten(self) -> None:
        """What was recorded and is neither in the file nor lost; and the last line."""
        log = self._outputs.event_log
        if log is not None:
            lost = sum(self._lost().values())  # before the others: it counts what was told of
            self._late = max(0, self._counts.recorded - self._counts.written - lost)
            self._counts.drop(LATE, self._late)
            log.force(self.last_line())

    # Figures, and what is said of them.

    def _lost(self) -> Counter[str]:
        """Spans that are not in the file, by reason."""
        log = self._outputs.event_log
        return self._counts.dropped + (log.dropped if log else Counter())

    def _sent(self) -> Sent:
        """The figures of all destinations; what has not got there by now counts as late."""
        figures = Sent()
        for destination in self._outputs.destinations():
            figures += destination.figures
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
            where = f"not in {visible(self._file)}" if self._file else "lost"
            yield f"{total:,} of {self._counts.recorded:,} spans are {where}: {reasons}"

    def _lost_of_traces(self) -> Iterator[str]:
        for name, trouble, figures in self._outputs.destinations():
            late = max(0, figures.missing)
            lost = sum(figures.dropped.values()) + late
            if lost:
                why = dict(figures.dropped) | ({TRACES_LATE: late} if late else {})
                because = f" ({trouble})" if trouble else ""
                yield f"{lost:,} spans were not sent: {name}{because}: {_reasons(why)}"


def _reasons(lost: dict[str, int]) -> str:
    return ", ".join(f"{reason} {spans:,}" for reason, spans in sorted(lost.items()))
