"""What became of the runs: the figures of `profile_end`.

No figure needs a lock, since one thread writes each: the owner, or a sender; in the place of a
stuck owner, whoever waited for the end. What other threads count (a run that found no room) they
append to a deque, and it is added up when somebody asks for the figures.
"""

from __future__ import annotations

from collections import Counter, deque
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count, islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

QUEUE_FULL = "queue_full"
FAILED = "internal_error"
LATE = "exit"
TRACES_FULL = "traces_queue_full"
TRACES_LATE = "traces_exit"
TRACES_FAILED = "traces_internal_error"
REFUSED = "export_failed"
SHUT_DOWN = "already_shutdown"
TRACE_FULL = "traces_full_trace"
WITHIN_ANOTHER = "traces_within_another"


class Counts:
    """Runs recorded; spans, and those written to the file; what was dropped before, and why.

    `kept` has runs by the rule that kept them; of all others `usual` is said. `skipped` gives how
    many runs were not recorded, since it was not their turn.
    """

    def __init__(self) -> None:
        self.runs = 0
        self.kept: Counter[str] = Counter()
        self.usual = "all"
        self.skipped: Callable[[], int] = int
        self.recorded = 0
        self.written = 0
        self._dropped: Counter[str] = Counter()
        self._waited = 0.0
        self._told: deque[tuple[str, float]] = deque()

    def runs_by_reason(self) -> dict[str, int]:
        """How many runs there were, and how many of them were kept, by reason."""
        self._listen()
        kept = Counter({self.usual: self.runs - self.kept.total()}) + self.kept
        return {"seen": self.runs + self.skipped(), **(kept or {self.usual: 0})}

    def drop(self, reason: str, spans: int) -> None:
        """Spans that were lost before the file; called on any thread."""
        if spans:
            self._told.append((reason, spans))

    def drop_runs(self, reason: str, runs: int, spans: int) -> None:
        """Runs of `spans` spans in all that were lost before they were made into spans."""
        self._told += (("runs", runs), ("recorded", spans), (reason, spans))

    def wait(self, seconds: float) -> None:
        """Time that a run spent waiting for room."""
        self._told.append(("waited", seconds))

    @property
    def dropped(self) -> Counter[str]:
        """Lost spans by reason."""
        self._listen()
        return self._dropped

    @property
    def waited(self) -> float:
        """Seconds that runs waited for room."""
        self._listen()
        return self._waited

    def _listen(self) -> None:
        for what, how_much in self._all_told():
            if what == "waited":
                self._waited += how_much
            elif what == "runs":
                self.runs += int(how_much)
            elif what == "recorded":
                self.recorded += int(how_much)
            else:
                self._dropped[what] += int(how_much)

    def _all_told(self) -> Iterator[tuple[str, float]]:
        """What was told, each once, also where the owner and who waits for the end ask together."""
        with suppress(IndexError):
            while True:
                yield self._told.popleft()


class StepCounter:
    """A count that any thread may add to, also a signal's handler: each step is one call."""

    __slots__ = ("_count", "_looks")

    def __init__(self) -> None:
        self._count = count()
        self._looks = 0

    def add(self, number: int) -> None:
        """Count so many more."""
        deque(islice(self._count, number), maxlen=0)

    def total(self) -> int:
        """What it has come to. Called by one thread at a time: a look is counted, and taken off."""
        self._looks += 1
        return next(self._count) - self._looks + 1


@dataclass(slots=True)
class Sent:
    """The figures of one destination of traces; or of several, added up.

    `sampled` spans were for it, summaries among them. `folded` are in summaries. `given` were taken
    out of the queue before it, for an exporter or a processor. `sent` is what its exporter
    confirmed, `handed` what was given to a processor of the application's, which does not say what
    becomes of it.
    """

    sampled: int = 0
    folded: int = 0
    given: int = 0
    sent: int = 0
    handed: int = 0
    dropped: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: Sent) -> Sent:
        return Sent(
            self.sampled + other.sampled,
            self.folded + other.folded,
            self.given + other.given,
            self.sent + other.sent,
            self.handed + other.handed,
            self.dropped + Counter(dict(other.dropped)),  # a copy: its sender still counts
        )

    @property
    def missing(self) -> int:
        """What is neither delivered nor dropped yet: it waits, or is just being sent."""
        gone = self.folded + self.sent + self.handed + sum(self.dropped.values())
        return self.sampled - gone
