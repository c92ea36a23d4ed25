"""The lines of one layout for many runs, with their fields filled in, a field at a time.

What differs between rows in nearly every run, durations and the last digits of times, is looked up
in tables of digits for all of them at once. A time is cut into its tenth of a second, eleven digits
that all rows of most runs share, and the eight below:

    17373690451 23001000    "2025-01-20T10:30:45.1 23Z"

Rare are runs that cross a tenth of a second, which are filled in one by one, and durations from
10 ms, which have more than eight characters: what they have more is filled in before these.

          0.005674          eight characters
    |      |12.345678       blanks, or the digits above, in a field of their own
"""

from __future__ import annotations

import time
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from kumi_exporters.encode import digits
from kumi_exporters.encode.stamp import RowFormat, Stamp

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from kumi.spans.block import Block
    from kumi_exporters.encode.template import FieldName

_TENTH = 100_000_000
_MILLISECOND = 1_000_000
_BLANKS = np.frombuffer(b" " * 8, "<u8")[:, None]


def _root(below: bytes) -> bytes:
    """Null, and blanks before the number that follows."""
    return (b"null" + below[18:]).ljust(len(below))


class JsonStamp(Stamp):
    """Stamps blocks as lines."""

    form = RowFormat(digits.hexadecimal, digits.counts, _root, ("trace_id", "end_upper"))

    def stamp(self, block: Block) -> memoryview:
        """Write a block over the one before."""
        runs = slice(len(block))
        tenths = block.readings[:, 0] // _TENTH
        rest = block.readings - (tenths * _TENTH)[:, None]
        seconds, upper = _texts(tenths)
        self.fill_alike(block, {"start_upper": upper, "end_upper": upper})
        self.fill_new("seconds", tenths.tobytes(), lambda: seconds, runs)
        self._fill_times(rest, runs)
        durations = rest.take(self.ends, axis=1) - rest.take(self.starts, axis=1)
        self._fill_durations("duration", "duration_upper", durations, runs)
        if block.cpu is not None:
            self._fill_durations("cpu", "cpu_upper", block.cpu[:, None], runs)
        if digits.largest(rest[:, -1]) >= _TENTH:
            for run in np.flatnonzero(rest[:, -1] >= _TENTH).tolist():
                self._fill_across(block.readings[run], slice(run, run + 1))
        return self.written(len(block))

    def _fill_times(self, rest: NDArray[np.int64], runs: slice) -> None:
        """The last eight digits of all times, and the last two of all timestamps."""
        eight = digits.eight_digits(rest)
        self.fill("start", eight.take(self.starts, axis=1), runs)
        self.fill("end", eight.take(self.ends, axis=1), runs)
        milliseconds = digits.two_digits(rest // _MILLISECOND)
        self.fill("milliseconds", milliseconds.take(self.starts, axis=1), runs)

    def _fill_across(self, readings: NDArray[np.int64], run: slice) -> None:
        """The times of a run that crosses a tenth of a second."""
        self._there.pop("seconds", None)
        tenths = readings // _TENTH
        seconds, upper = [text.T for text in _texts(tenths)]
        self.fill("seconds", seconds.take(self.starts, axis=1), run)
        self.fill("start_upper", upper.take(self.starts, axis=1), run)
        self.fill("end_upper", upper.take(self.ends, axis=1), run)
        self._fill_times((readings - tenths * _TENTH)[None], run)

    def _fill_durations(
        self, field: FieldName, upper: FieldName, durations: NDArray[np.int64], runs: slice
    ) -> None:
        """So many nanoseconds (runs, rows), as milliseconds."""
        if upper in self._there:
            self.fill(upper, _BLANKS, slice(None))
            del self._there[upper]
        if digits.largest(durations) >= digits.MOST_DURATION:
            self._there[upper] = b""  # first: a fork may come between
            above = durations // digits.MOST_DURATION
            durations = durations - above * digits.MOST_DURATION
            self.fill(upper, np.where(above > 0, digits.counts(above), _BLANKS), runs)
        self.fill(field, digits.milliseconds(durations), runs)


def _texts(tenths: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[Any]]:
    """What all moments of a tenth have in common, as timestamps and as digits: (n or 1, 1)."""
    said = tenths.tobytes()
    if said == said[: tenths.itemsize] * len(tenths):
        return _tenth(int(tenths[0]))
    distinct, of = np.unique(tenths, return_inverse=True)
    seconds, upper = zip(*map(_tenth, distinct.tolist()), strict=True)
    return np.concatenate(seconds)[of], np.concatenate(upper)[of]


@lru_cache(maxsize=1024)
def _tenth(tenth: int) -> tuple[NDArray[Any], NDArray[Any]]:
    second, digit = divmod(tenth, 10)
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
    both = f"{text}.{digit}".encode(), b"%d" % tenth
    seconds, upper = [np.frombuffer(each, digits.word(len(each)))[:, None] for each in both]
    return seconds, upper
