"""The pipeline: readings leave their queues, become blocks, and reach the file and the traces."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING

from kumi.hooks import FailedRun
from kumi.otel.counts import Counts
from kumi.otel.lanes import span_count
from kumi.otel.log import trouble
from kumi.otel.sources import Sources
from kumi.otel.worker import Worker
from kumi.spans.block import only_sampled
from kumi.spans.recorder import Identity, assemble, assemble_failed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kumi.otel.journal import Journal
    from kumi.otel.sender import Sender
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
    `tend` (hand on what is no run). `journal` and `sender` are where blocks go; each may be None.
    """

    def __init__(
        self, settings: Settings, refresh: Callable[[], None], tend: Callable[[], None]
    ) -> None:
        self.block_ms = settings.block_ms
        self.stream = settings.stream
        self.counts = Counts()
        self.sources = Sources()
        self.journal: Journal | None = None
        self.sender: Sender | None = None
        self.identity: Callable[[], Identity] | None = None
        self._values = settings.values
        self._refresh = refresh
        self._tend = tend
        self._stopped = False
        self._worker = Worker("kumi-profile", self.drain, _INTERVAL)
        self.renew()

    def renew(self) -> None:
        """Become a forked child's: nothing waiting, nothing counted, locks that nobody holds."""
        self._lock = threading.Lock()
        self._inside: set[int] = set()
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

    def drain(self, timeout: float = -1, *, only: Source | None = None) -> bool:
        """Make blocks of everything kept so far (`only` by one source), and hand them on.

        False where `timeout` (seconds, negative: none) was too short, and inside of a drain of this
        very thread (a signal handler, a finalizer, an exporter): the worker goes on.
        """
        if self._stopped:
            return False
        deadline = perf_counter() + timeout if timeout >= 0 else float("inf")
        self._refresh()  # outside of our lock: it takes that of the hooks
        with self._alone(timeout) as alone:
            if alone:
                self._tend()
                sources = self.sources.all() if only is None else [only]
                if self._drain_until(deadline, sources):
                    return True
        self._worker.wake()
        return False

    def stop(self) -> None:
        """End the worker, and count what is still queued as dropped; drain no more."""
        self._stopped = True
        self._worker.halt()
        for source in self.sources.all():
            for batch in source.batches():
                runs = 1 if isinstance(batch, FailedRun) else len(batch)
                self.counts.drop(LATE, runs * len(source.layout.rows))
        self.sources.close()

    @contextmanager
    def _alone(self, timeout: float) -> Iterator[bool]:
        """Hold the lock; False past `timeout`, and where this thread waits for it or holds it."""
        me = threading.get_ident()
        if me in self._inside:
            yield False
            return
        self._inside.add(me)
        try:
            with _held(self._lock, timeout) as ours:
                yield ours
        finally:
            self._inside.discard(me)

    def _drain_until(self, deadline: float, sources: Iterable[Source]) -> bool:
        for source in sources:
            for batch in source.batches():
                self._deliver(source, batch)
                if perf_counter() > deadline:
                    return False
        return True

    def _deliver(self, source: Source, batch: Batch) -> None:
        runs = 1 if isinstance(batch, FailedRun) else len(batch)
        with self._counting_loss("making spans of runs", runs * len(source.layout.rows)):
            block = self._block(source.layout, batch)
            self.counts.saw(runs)
            self._hand_on(block)

    def _block(self, layout: Layout, batch: Batch) -> Block:
        assert self.identity is not None  # noqa: S101 - set before the first run is admitted
        if isinstance(batch, FailedRun):
            return assemble_failed(layout, batch, self.identity(), values=self._values)
        return assemble(layout, batch, self.identity())

    def _hand_on(self, block: Block) -> None:
        """To the file and to traces, neither of which depends on the other."""
        journal, sender = self.journal, self.sender  # another thread may be replacing them
        if journal is not None:
            with self._counting_loss("writing spans to the file", span_count(block)):
                journal.block(block)
        if sender is not None and (sent := only_sampled(block)) is not None:
            sender.block(sent)

    @contextmanager
    def _counting_loss(self, doing: str, spans: int) -> Iterator[None]:
        """An error in here loses `spans`, and nothing that comes after them."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - id generators and resources are anybody's code
            trouble(doing, error)
            self.counts.drop(FAILED, spans)


@contextmanager
def _held(lock: threading.Lock, timeout: float) -> Iterator[bool]:
    ours = lock.acquire(timeout=min(timeout, threading.TIMEOUT_MAX))
    try:
        yield ours
    finally:
        if ours:
            lock.release()
