"""Where the readings of one program go, on its callers' threads, until the owner takes them."""

from __future__ import annotations

import weakref
from collections import deque
from contextlib import suppress
from itertools import groupby, repeat
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast

from kumi.observations import FailedRun
from kumi.spans.layout import layout, program_key
from kumi.spans.recorder import runs_per_block
from kumi.vm.convention import ADMIT, LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FunctionType

    from kumi.ir.program import Program
    from kumi.observations import Level
    from kumi.spans.layout import Layout

Run: TypeAlias = tuple[bytes, Any]
Failed: TypeAlias = tuple[FailedRun, Any]
Batch: TypeAlias = "list[Run] | FailedRun"

_MOST_RUNS = 4096
_MOST_READINGS = _MOST_RUNS * 25
_AT_ONCE = -1


class Recording(Protocol):
    """What a channel needs of the recording that it belongs to."""

    @property
    def streams(self) -> bool:
        """Whether a run waits until it is written."""

    def wake(self) -> None:
        """Have the owner come soon."""

    def hurry(self) -> None:
        """Have the owner come now."""

    def stream(self, channel: Channel) -> None:
        """Wait, no longer than a run may, until what is queued is written."""

    def make_room(self, channel: Channel) -> None:
        """Wait, no longer than a run may, until there is room; drop the older half if not."""


class Source:
    """A program's layout, and the queue that its runs go through in their order.

    Runs are appended by their callers and taken by the owner; neither needs a lock. What is taken
    is in `hand` until somebody else answers for it: the end may be counted at any moment.
    """

    __slots__ = ("hand", "layout", "queue")

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.queue: deque[Run | Failed] = deque()
        self.hand: list[Run | Failed] = []

    def take(self) -> list[Batch]:
        """The oldest runs, at most a blockful, in their order; each failure is alone."""
        with suppress(IndexError):  # a run without room drops some at the same time
            self.hand.extend(map(_popleft, repeat(self.queue, runs_per_block(self.layout))))
        return list(_batches(self.hand))

    @property
    def waiting(self) -> int:
        """How many runs nobody else answers for yet."""
        return len(self.queue) + len(self.hand)

    def drop_down_to(self, runs: int) -> int:
        """Drop the oldest until `runs` are left; how many that were."""
        dropped = 0
        with suppress(IndexError):
            while len(self.queue) > runs:
                self.queue.popleft()
                dropped += 1
        return dropped


class Channel:
    """The queue of one program at one level: see `kumi.protocols.Channel`.

    `closed` is told of the source when no function is left.

    `limit` has three steps. At rest it is 0: the first run wakes the owner. Then it is half of the
    ceiling: a run that finds more hurries the owner. At last the ceiling, past which runs wait.
    Where runs are streamed each of them calls.
    """

    def __init__(
        self, source: Source, recording: Recording, closed: Callable[[Source], object]
    ) -> None:
        self._closed = closed
        self.source = source
        self.queue = source.queue
        self.keep: Callable[[tuple[bytes, Any]], None] = self.queue.append
        self.admit: Callable[[], Any] = _unadmitted
        self.ceiling = max(2, min(_MOST_RUNS, _MOST_READINGS // source.layout.readings))
        self.limit = 0
        self._recording = recording
        self._functions: tuple[weakref.ref[FunctionType], ...] = ()

    def __del__(self) -> None:
        """Also at exit, where the finalizers of `weakref` are over before we are."""
        self._closed(self.source)

    @property
    def level(self) -> Level:
        """How much of a run is read."""
        return self.source.layout.level

    def bound(self, run: FunctionType) -> None:
        """Have one more function follow what is set here."""
        alive = [each for each in self._functions if each() is not None]
        self._functions = (*alive, weakref.ref(run))
        run.__globals__.update({LIMIT: self.limit, ADMIT: self.admit})

    def admit_by(self, admit: Callable[[], Any]) -> None:
        """Have runs ask `admit` from now on."""
        self.admit = admit
        self._set(ADMIT, admit)

    def rest(self) -> None:
        """Have the next run wake the owner; or each, where runs are streamed."""
        self._limit_to(_AT_ONCE if self._recording.streams else 0)

    def has_room(self) -> None:
        """The owner has taken runs: from now on half of the ceiling is enough to hurry it."""
        if self.limit > self.ceiling // 2:
            self._limit_to(self.ceiling // 2)

    def relieve(self) -> None:
        """See that the owner comes for what is queued; never raises."""
        waiting, half = len(self.queue), self.ceiling // 2
        if self._recording.streams:
            self._recording.stream(self)
        elif waiting >= self.ceiling:
            self._recording.make_room(self)
        elif waiting > half:
            self._limit_to(self.ceiling - 1)
            self._recording.hurry()
        else:
            self._limit_to(half)  # before it is woken: it may be going to rest, and sets this to 0
            self._recording.wake()

    def failed(self, run: FailedRun) -> None:
        """Take a run that raised, in its place among the others."""
        self.queue.append((run, run.context))
        if len(self.queue) > self.limit:
            self.relieve()

    def _limit_to(self, runs: int) -> None:
        self.limit = runs
        self._set(LIMIT, runs)

    def _set(self, name: str, value: object) -> None:
        for reference in self._functions:
            run = reference()
            if run is not None:
                run.__globals__[name] = value


class Channels:
    """Every channel that somebody may still write to, and what closed ones have left.

    Channels belong to the functions that use them. When the last of these is gone, also the one of
    a run in flight, what its queue holds goes to `_left`.
    """

    def __init__(self) -> None:
        self._open: weakref.WeakValueDictionary[tuple[int, Level], Channel]
        self._open = weakref.WeakValueDictionary()
        self._left: deque[Source] = deque()
        self.closed: Callable[[], object] = _nothing
        """Called when the last function of a channel is gone, on whichever thread."""

    def open(self, program: Program, level: Level, recording: Recording) -> Channel:
        """The channel of a program: the one that is open, or a new one.

        A layout holds its program, so the id of one with a channel is nobody else's.
        """
        key = id(program), level
        channel = self._open.get(key)
        if channel is None:
            source = Source(layout(program, level, program_key(program)))
            channel = self._open.setdefault(key, Channel(source, recording, self._close))
        return channel

    def all(self) -> list[Channel]:
        """The open ones, of a copy that is made in one step: callers open more meanwhile."""
        opened = [reference() for reference in self._open.valuerefs()]
        return [channel for channel in opened if channel is not None]

    def sources(self) -> Iterator[Source]:
        """Where runs may wait: what is left of closed channels comes first.

        It stays there until it is taken: whoever asks amid that for the end must find it, too.
        """
        while self._left and not self._left[0].queue:
            self._left.popleft()
        yield from list(self._left)
        for channel in self.all():
            channel.has_room()
            yield channel.source

    def waiting(self) -> Iterator[Source]:
        """The sources in whose queues runs wait."""
        sources = [channel.source for channel in self.all()]  # first: one that closes now is left
        if self._left:
            sources = list({*sources, *self._left})
        return (source for source in sources if source.waiting)

    def are_in_use(self) -> bool:
        """Whether somebody may still write to one, or has written to one that closed just now."""
        return bool(self.all()) or not self.is_empty()

    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return next(self.waiting(), None) is None

    def forget(self) -> None:
        """Empty all queues, as a child does with what its parent recorded."""
        for source in self.waiting():
            source.queue.clear()
            source.hand.clear()
        self._left.clear()

    def _close(self, source: Source) -> None:
        if source.queue:
            self._left.append(source)
        self.closed()


def size(batch: Batch) -> int:
    """How many runs there are in a batch."""
    return 1 if isinstance(batch, FailedRun) else len(batch)


def _batches(taken: list[Run | Failed]) -> Iterator[Batch]:
    for failed, items in groupby(taken, key=lambda item: isinstance(item[0], FailedRun)):
        if failed:
            yield from (cast("Failed", item)[0] for item in items)
        else:
            yield cast("list[Run]", list(items))


def _unadmitted() -> None:
    """Set anew before the first run."""


def _nothing() -> None:
    """Nobody waits for a channel to be closed."""


_popleft: Callable[[deque[Any]], Any] = deque.popleft
