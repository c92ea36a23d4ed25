"""What a watcher is told: how much of a run is read, phases that are over, runs that failed."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any


class Level(enum.IntEnum):
    """How much of a run is read: nothing, its declarations, or every operation."""

    NOTHING = 0
    DECLARATIONS = 1
    OPERATIONS = 2


@dataclass(slots=True, eq=False)
class Phase:
    """A stretch of work that is no run: `compile`, `parse`, the user's own.

    `start` and `end` are readings of `time.perf_counter`, in seconds. `token` belongs to the
    watcher: a place to keep the identity it gave the phase.
    """

    name: str
    schema: str | None
    start: float
    parent: Phase | None
    end: float = 0.0
    error: str | None = None
    token: Any = None


@dataclass(frozen=True, slots=True)
class FailedRun:
    """A run that raised: the readings so far, and where it stopped.

    `readings` begin at the run's start; the last one was taken when the exception arrived, so the
    failed operation lies between the last two. `failed` lists operation indexes with an error:
    one, or every LoadInput with a violation. `message` is Kumi's own text and holds no value of
    the input; `original` is the exception's own. `cpu` are the nanoseconds of CPU that the thread
    spent in it, where they were asked for.
    """

    readings: tuple[float, ...]
    sizes: tuple[int, ...]
    failed: tuple[int, ...]
    error_type: str
    message: str
    original: str
    context: Any
    cpu: int | None = None
