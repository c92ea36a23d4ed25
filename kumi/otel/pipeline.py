"""The pipeline: readings leave their queues, become blocks, and reach the file and the traces."""

from __future__ import annotations

import threading
from math import inf
from time import perf_counter
from typing import TYPE_CHECKING

from kumi.hooks import FailedRun
from kumi.otel.counts import Counts
from kumi.otel.log import trouble
from kumi.otel.source import size
from kumi.otel.sources import Sources
from kumi.otel.worker import Worker
from kumi.spans.block import only_sampled
from kumi.spans.recorder import Identity, assemble, assemble_failed
from kumi_exporters.locks import let_go
from kumi_exporters.quiet import quiet

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi.otel.journal import Journal
    from kumi.otel.sender import Senders
    from kumi.otel.settings import Settings
    from kumi.otel.source import Batch, Source
    from kumi.spans.block import Block
    from kumi.spans.layout import Layout

_INTERVAL = 1.0

QUEUE_FULL = "queue_full"
FAILED = "internal_error"
LATE = "exit"


class Pipeline:
    """Drains the channels of every program: on its worker, or on the caller where runs stream.

    Before each drain it calls, on the draining thread, `refresh` (does the route still hold?) and
    `tend` (hand on what is no run). `journal` and `senders` are where blocks go; each may be None.
    """

    def __init__(
        self, settings: Settings, refresh: Callable[[float], bool], tend: Callable[[], None]
    ) -> None:
        self.block_ms = settings.block_ms
        self.stream = settings.stream
        self.counts = Counts()
        self.sources = Sources()
        self.journal: Journal | None = None
        self.senders: Senders | None = None
        self.identity: Callable[[], Identity] | None = None
        self._values = settings.values
        self._refresh = refresh
        self._tend = tend
        self._stopped = False
        self._worker = Worker("kumi-profile", self.drain, _INTERVAL)
        self.renew()

    def renew(self) -> None:
        """Become a forked child's: nothing waiting, nothing counted, locks that nobody holds."""
        self._lock = threading.RLock()
        self._inside: set[int] = set()
        self._in_hand = 0
        self._worker.renew()
        self.sources.renew()
        self.counts.reset()

    # What channels need: see `channel.Drain`.

    def wake(self) -> bool:
        """Have the worker drain now; False where there can be none."""
        return self._worker.wake()

    def dropped(self, layout: Layout, runs: int) -> None:
        """Count runs that found no room."""
        self.counts.drop(QUEUE_FULL, runs * len(layout.rows))

    def waited(self, seconds: float) -> None:
        """Count time that a run waited for room."""
        self.counts.wait(seconds)

    # Draining.

    def start(self) -> None:
        """Start the worker; its first drain is at once."""
        self._worker.wake()

    def drain(self, timeout: float = inf, *, only: Source | None = None) -> bool:
        """Make blocks of everything kept so far (`only` by one source), and hand them on.

        False where `timeout` (seconds) was too short, and inside of a drain of this very thread (a
        signal handler, a finalizer, an exporter): the worker goes on.
        """
        deadline = perf_counter() + timeout
        if self._stopped or not self._refresh(timeout):  # not under our lock: it is anybody's code
            return False
        with quiet:
            drained = self._alone(lambda: self._drain_until(deadline, only), timeout)
        if not drained:
            self._worker.wake()
        return drained

    def stop(self, timeout: float) -> None:
        """End the worker, and count as dropped what is queued, or in hand; drain no more.

        A drain under way has `timeout` seconds to hand on what it has in hand.
        """
        self._stopped = True
        self._worker.halt()
        if not self._alone(self._give_up, timeout):
            self._give_up()
        self.sources.close()

    def join(self, timeout: float) -> None:
        """Wait, `timeout` seconds at most, for the stopped worker to have said what it had to."""
        self._worker.join(timeout)

    def _alone(self, work: Callable[[], bool], timeout: float) -> bool:
        """Hold the lock for `work`; False past `timeout`, and where this thread waits or works.

        Interrupted anywhere in here (Ctrl-C), this thread must not leave the lock taken.
        """
        me = threading.get_ident()
        if me in self._inside:
            return False
        try:
            self._inside.add(me)
            try:
                return self._lock.acquire(timeout=min(timeout, threading.TIMEOUT_MAX)) and work()
            finally:
                let_go(self._lock)
        finally:
            self._inside.discard(me)

    def _drain_until(self, deadline: float, only: Source | None) -> bool:
        if not self._file_is_free(deadline):
            return False
        self._tend()
        for source in self.sources.all() if only is None else [only]:
            for batch in source.batches():
                if self._stopped:
                    return False
                self._deliver(source, batch)
                if perf_counter() > deadline:
                    return False
        return True

    def _file_is_free(self, deadline: float) -> bool:
        """What is not taken from its queue in time is not lost: the worker has more patience."""
        if self.journal is None or deadline == inf:
            return True
        return self.journal.is_free(max(0.0, deadline - perf_counter()))

    def _give_up(self) -> bool:
        self.counts.drop(LATE, self._in_hand)
        for source in self.sources.all():
            for batch in source.batches():
                source.given(batch)
                self.counts.drop(LATE, size(batch) * len(source.layout.rows))
        return True

    def _deliver(self, source: Source, batch: Batch) -> None:
        lock, self._in_hand = self._lock, size(batch) * len(source.layout.rows)
        try:
            source.given(batch)
            block = self._block(source.layout, batch)
            if not self._stopped and lock is self._lock:  # else counted by `stop`, or our parent's
                self.counts.saw(size(batch))
                self._hand_on(block)
        except BaseException as error:  # noqa: BLE001 - id generators and resources are anybody's code
            self._lose("making spans of runs", error)
        self._in_hand = 0

    def _block(self, layout: Layout, batch: Batch) -> Block:
        assert self.identity is not None  # noqa: S101 - set before the first run is admitted
        if isinstance(batch, FailedRun):
            return assemble_failed(layout, batch, self.identity(), values=self._values)
        return assemble(layout, batch, self.identity())

    def _hand_on(self, block: Block) -> None:
        """To the file and to traces, neither of which depends on the other."""
        journal, senders = self.journal, self.senders  # another thread may be replacing them
        if journal is not None:
            self._in_hand = block.span_count
            try:
                journal.block(block)
            except BaseException as error:  # noqa: BLE001 - as above
                self._lose("writing spans to the file", error)
        if senders is not None and (sent := only_sampled(block)) is not None:
            self._in_hand = sent.span_count
            senders.block(sent)

    def _lose(self, doing: str, error: BaseException) -> None:
        """Count what is in hand, and go on with what comes after it; but not after Ctrl-C."""
        lost, self._in_hand = self._in_hand, 0
        self.counts.drop(FAILED, lost)
        if not isinstance(error, Exception):
            raise error
        trouble(doing, error)
