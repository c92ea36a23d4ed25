"""The shape of a run: the lines of one program, of which each run stamps the same places.

The lines of the first run are read as any line is, by the one rule, and become a template. A run
fits it if it is the same byte for byte outside the places, and each place has what the writer would
stamp there. Then its lines are strict JSON, with the same names, and only numbers differ.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from kumi.profiles.event_line import read_line
from kumi.profiles.positions.digit_columns import (
    MOMENT,
    are_milliseconds,
    between,
    nanoseconds,
    numbers,
)
from kumi.profiles.positions.stamped_places import Stamped, stamped_places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from kumi.profiles.event_line import Timed
    from kumi.profiles.positions.stamped_places import StampedPlace

    Octets = NDArray[np.uint8]
    Numbers = NDArray[np.int64]

_FIRST, _LAST = ord("-"), ord("z")  # with digits, letters and a few signs between, but no quote
_BACKSLASH: Final = ord("\\")
_HALF_ID: Final = 8  # letters of a run id behind those of its process


class _Place(NamedTuple):
    """A place, and which lines of a run have it."""

    key: str
    start: int
    end: int
    holds: Stamped
    lines: slice | list[int]

    def letters(self, runs: Octets) -> Octets:
        """What stands there: (runs, lines, width)."""
        return runs[:, self.lines, self.start : self.end]

    def columns(self, runs: Octets) -> Octets:
        """What stands there in all lines of all runs: (width, runs * lines)."""
        there = self.letters(runs)
        return np.ascontiguousarray(there.reshape(-1, there.shape[2]).T)


class RunFigures(NamedTuple):
    """What runs say: (runs, lines). `run` is the second half of their ids: (runs, letters).

    `starts` are the digits of when each began: (digits, runs, lines). `cpu` is the time that the
    processor spent in each run, None where they do not say it.
    """

    ns: Numbers
    rows: Numbers
    starts: Octets
    run: Octets
    cpu: Numbers | None


class RunShape:
    """The runs of one program in one process: `events` are the lines of the first one, read."""

    def __init__(self, lines: Sequence[bytes], events: list[Timed], places: list[_Place]) -> None:
        self.events = events
        self.width = len(lines[0])
        self.size = self.width * len(lines)
        text = np.frombuffer(b"".join(lines), np.uint8).reshape(len(lines), self.width)
        self._mask = np.full(text.shape, 255, np.uint8)
        for place in places:
            self._mask[place.lines, place.start : place.end] = 0
        self._text = text & self._mask
        self._places = places

    def like_the_first(self, runs: Octets) -> NDArray[np.bool_]:
        """Which of the runs (runs, lines, width) are as the first one outside the places."""
        differ = runs ^ self._text
        differ &= self._mask
        are_like: NDArray[np.bool_] = ~np.any(differ.reshape(len(runs), -1), axis=1)
        return are_like

    def figures(self, runs: Octets) -> RunFigures | None:
        """What runs say that are like the first one; None where a place has what it must not."""
        run, columns = self._half_ids(runs), {}
        rows, cpu = np.zeros(runs.shape[:2], np.int64), None
        for place in self._places:
            if place.holds is Stamped.LETTERS:
                if not _are_plain(place, runs, run):
                    return None
            elif place.holds is Stamped.MOMENT:
                columns[place.key] = place.columns(runs)
            elif place.holds is Stamped.NUMBER:
                if (found := numbers(place.columns(runs))) is None:
                    return None
                rows[:, place.lines] = found.reshape(len(runs), -1)
            elif not are_milliseconds(there := place.columns(runs)):
                return None
            elif place.key == "cpu_ms":
                cpu = nanoseconds(there)
        starts = columns["start_unix_nano"]
        ns = between(starts, columns["end_unix_nano"])
        if ns is None:
            return None
        shape = runs.shape[:2]
        return RunFigures(ns.reshape(shape), rows, starts.reshape(-1, *shape), run, cpu)

    def _half_ids(self, runs: Octets) -> Octets:
        place = next(place for place in self._places if place.key == "run")
        return runs[:, 0, place.start : place.end]


def _are_plain(place: _Place, runs: Octets, run: Octets) -> bool:
    """Whether letters stand there that JSON takes as they are; all lines of a run have its id."""
    letters = place.letters(runs)
    if place.key == "run" and (letters != run[:, None]).any():
        return False
    flat = np.ascontiguousarray(letters).reshape(-1)
    return flat.min() >= _FIRST and flat.max() <= _LAST and not (flat == _BACKSLASH).any()


def learned(lines: Sequence[bytes]) -> RunShape | None:
    """The shape of a run, from its lines of equal width; None where they are not as ours are."""
    events: list[Timed] = []
    known: dict[StampedPlace, list[int]] = defaultdict(list)
    for number, line in enumerate(lines):
        event = read_line(line).timed
        places = stamped_places(line) if event else None
        if event is None or places is None or not _are_ours(event, places):
            return None
        events.append(event)
        for place in places:
            known[place].append(number)
    found = [_Place(*place, place.holds, _as_slice(numbers)) for place, numbers in known.items()]
    once = [place.key for place in found if place.key in _ONCE]
    return RunShape(lines, events, found) if len(once) == len(set(once)) else None


_ONCE: Final = ("start_unix_nano", "end_unix_nano", "cpu_ms")
"""What stands at one place in all lines that have it."""


def _are_ours(event: Timed, places: list[StampedPlace]) -> bool:
    widths = {place.key: place.end - place.start for place in places}
    return (
        widths.get("run") == _HALF_ID
        and (event.run or "").startswith(event.process or " ")
        and widths.get("start_unix_nano") == widths.get("end_unix_nano") == MOMENT
        and ("cpu_ms" not in widths or event.kind == "vm_run")
    )


def _as_slice(numbers: list[int]) -> slice | list[int]:
    """The same lines, as a slice where they stand together: then nothing is copied."""
    together = range(numbers[0], numbers[-1] + 1)
    return slice(together.start, together.stop) if numbers == list(together) else numbers
