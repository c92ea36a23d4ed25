"""The lines of one layout for many runs, with their fields filled in, a field at a time.

What differs between rows in nearly every run, durations and the last digits of times, is looked up
in tables of digits for all of them at once. A time is cut into its tenth of a second, eleven digits
that all rows of most runs share, and the eight below:

    17373690451 23001000    "2025-01-20T10:30:45.1 23Z"

Rare are runs that cross a tenth of a second, and durations from 10 ms: they are patched one by one.
"""

from __future__ import annotations

import time
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from kumi_exporters.encode import digits
from kumi_exporters.encode import json_template as fields
from kumi_exporters.encode.buffer import Buffer
from kumi_exporters.encode.fillers import Parents, Prefixes, RowCounts, Scattered, Shared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from kumi.spans.block import Block
    from kumi.spans.layout import Layout
    from kumi_exporters.encode.template import Template, TemplateField

_TENTH = 100_000_000
_MILLISECOND = 1_000_000
_BLANK = 0x20
_ID = 16
_PREFIXES = (fields.SPAN_PREFIX, fields.PARENT_PREFIX)
_UPPER = (fields.START_UPPER, fields.END_UPPER)
_OWN = (fields.SPAN_ROW, fields.PARENT_ROW)


class JsonStamp:
    """Stamps blocks of at most `buffer.runs` runs of one layout."""

    def __init__(self, layout: Layout, template: Template, runs: int) -> None:
        self.buffer = buffer = Buffer(template, runs)
        starts, ends = zip(*[(row.start, row.end) for row in layout.rows], strict=True)
        self._readings = np.array(starts), np.array(ends)
        self._shared = Shared(buffer, (fields.TRACE_ID, *_PREFIXES, *_UPPER), _OWN)
        self._prefixes = Prefixes(buffer, layout, *_PREFIXES)
        part = self._shared.part
        self._trace_ids = part(fields.TRACE_ID)
        self._own_ids = [part(field) for field in _PREFIXES]
        self._upper_times = [part(field, field.word) for field in _UPPER]
        self._parents = Parents(buffer, fields.PARENT, self._parent_texts)
        self._given_ids = _GivenIds(buffer, layout)
        self._counts = RowCounts(buffer, layout, fields.ROWS, digits.counts)
        self._numbers = Scattered(buffer, fields.NUMBER)
        self._durations = _Durations(buffer, fields.DURATION)
        self._cpu = _Durations(buffer, fields.CPU) if layout.times_cpu else None
        self._seconds = Scattered(buffer, fields.SECONDS)
        self._seconds_there: NDArray[np.void] | None = None
        self._milliseconds = Scattered(buffer, fields.MILLISECONDS)
        self._lower = buffer.view(fields.START_LOWER), buffer.view(fields.END_LOWER)
        self._upper = tuple([buffer.view(field) for field in _UPPER])

    def stamp(self, block: Block) -> memoryview:
        """Write a block over the one before."""
        runs, (starts, ends) = slice(0, len(block)), self._readings
        tenths = block.readings[:, 0] // _TENTH
        rest = block.readings - (tenths * _TENTH)[:, None]
        seconds, upper = _texts(tenths)
        self._stamp_runs(block, upper)
        self._counts.fill(block.sizes)
        self._stamp_seconds(runs, seconds)
        self._stamp_times(runs, rest)
        self._durations.fill(runs, rest.take(ends, axis=1) - rest.take(starts, axis=1))
        if self._cpu is not None and block.cpu is not None:
            self._cpu.fill(runs, block.cpu[:, None])
        if digits.largest(rest[:, -1]) >= _TENTH:
            self._stamp_across_tenths(block.readings, rest[:, -1] >= _TENTH)
        return self.buffer.written(len(block))

    def _stamp_runs(self, block: Block, upper: NDArray[np.void]) -> None:
        """What all rows of a run share, and the run's own parent."""
        runs, prefixes = len(block), digits.hexadecimal(block.prefixes)
        self._trace_ids[:runs] = digits.hexadecimal(block.trace_ids)
        for place in self._own_ids:
            place[:runs] = prefixes[:, 0]
        for place in self._upper_times:
            place[:runs] = upper
        self._shared.copy(runs)
        self._prefixes.fill(prefixes)
        self._parents.fill(block.parents)
        if block.given_ids is not None:
            self._given_ids.fill(block.given_ids)
        numbers = digits.hexadecimal(digits.octets(block.numbers))
        self._numbers.fill(slice(0, runs), numbers.view(np.uint64))

    def _stamp_seconds(self, runs: slice, seconds: NDArray[np.void]) -> None:
        """Most blocks lie within the tenth of a second of the one before: it stands there."""
        if self._seconds_there is seconds:
            return
        self._seconds_there = None  # nothing is known while it changes: a fork may come between
        is_one = len(seconds) == 1
        self._seconds.fill(slice(None) if is_one else runs, seconds)
        self._seconds_there = seconds if is_one else None

    def _stamp_times(self, runs: slice, rest: NDArray[np.int64]) -> None:
        """The last eight digits of all times, and the last two of all timestamps."""
        eight = digits.eight_digits(rest)
        for view, readings in zip(self._lower, self._readings, strict=True):
            view[runs] = eight.take(readings, axis=1)
        milliseconds = digits.two_digits(rest // _MILLISECOND)
        self._milliseconds.fill(runs, milliseconds.take(self._readings[0], axis=1))

    def _stamp_across_tenths(self, readings: NDArray[np.int64], across: NDArray[np.bool_]) -> None:
        self._seconds_there = None
        for number in np.flatnonzero(across).tolist():
            run, tenths = slice(number, number + 1), readings[number] // _TENTH
            seconds, upper = _texts(tenths)
            for view, of_rows in zip(self._upper, self._readings, strict=True):
                view[run] = upper[of_rows, 0]
            self._seconds.fill(run, seconds[self._readings[0]].T)
            self._stamp_times(run, (readings[number] - tenths * _TENTH)[None])

    def _parent_texts(self, parents: NDArray[np.uint8]) -> NDArray[np.uint8]:
        offset, width = self.buffer.template.offset(fields.PARENT), fields.PARENT.width
        below = self.buffer.template.text[0, offset : offset + width]
        texts = np.empty((len(parents), width), np.uint8)
        texts[:] = below
        texts[:, 1 : 1 + _ID] = digits.hexadecimal(parents)
        root = b"null" + below[2 + _ID :].tobytes()
        texts[~parents.any(axis=1)] = np.frombuffer(root.ljust(width), np.uint8)
        return texts


class _GivenIds:
    """Ids that somebody else has made, over our own: of rows, and of what lies below these.

    They come one run at a time, since other lanes make a span in the time that this takes.
    """

    def __init__(self, buffer: Buffer, layout: Layout) -> None:
        offset = buffer.template.offset
        self._text = buffer.text
        self._own, self._above = offset(fields.SPAN_PREFIX), offset(fields.PARENT_PREFIX)
        self._parent_of = np.array(
            [-1 if row.parent is None else row.parent for row in layout.rows]
        )

    def fill(self, given: Sequence[bytes]) -> None:
        """Write those of the first runs: 8 bytes a row, where zeros are none."""
        for run, ids in enumerate(given):
            self._fill(run, np.frombuffer(ids, np.uint8).reshape(-1, 8)[: len(self._parent_of)])

    def _fill(self, run: int, ids: NDArray[np.uint8]) -> None:
        texts, there = digits.hexadecimal(ids), ids.any(axis=1)
        for row in np.flatnonzero(there).tolist():
            self._text[run, row, self._own : self._own + _ID] = texts[row]
            below = np.flatnonzero(self._parent_of == row)
            self._text[run, below, self._above : self._above + _ID] = texts[row]


class _Durations:
    """Durations; those from 10 ms reach into the blanks before their place."""

    def __init__(self, buffer: Buffer, field: TemplateField) -> None:
        self._buffer = buffer
        self._width = field.width
        self._places = Scattered(buffer, field)
        self._ends = [
            place.offset + field.width
            for place in buffer.template.places[field]
            for _ in range(place.rows.start, place.rows.stop)
        ]
        self._long: list[tuple[int, int]] = []

    def fill(self, runs: slice, durations: NDArray[np.int64]) -> None:
        """Write so many nanoseconds: (runs, rows)."""
        self._blank_long_ones()
        self._places.fill(runs, digits.milliseconds(durations))
        if digits.largest(durations) >= digits.MOST_DURATION:
            self._stamp_long_ones(durations)

    def _stamp_long_ones(self, durations: NDArray[np.int64]) -> None:
        for run, row in np.argwhere(durations >= digits.MOST_DURATION).tolist():
            self._long.append((run, row))  # first: a fork may come between
            whole, rest = divmod(int(durations[run, row]), _MILLISECOND)
            text = f"{whole}.{rest:06d}".encode()
            end = self._ends[row]
            self._buffer.text[run, row, end - len(text) : end] = np.frombuffer(text, np.uint8)

    def _blank_long_ones(self) -> None:
        for run, row in self._long:
            place = self._ends[row] - self._width
            self._buffer.text[run, row, place - fields.SPARE : place] = _BLANK
        self._long.clear()


def _texts(tenths: NDArray[np.int64]) -> tuple[NDArray[np.void], NDArray[np.void]]:
    """What all moments of a tenth have in common, as timestamps and as digits: (n or 1, 1)."""
    if digits.smallest(tenths) == digits.largest(tenths):
        return _tenth(int(tenths[0]))
    pairs = [_tenth(tenth) for tenth in tenths.tolist()]
    return np.concatenate([pair[0] for pair in pairs]), np.concatenate([pair[1] for pair in pairs])


@lru_cache(maxsize=1024)
def _tenth(tenth: int) -> tuple[NDArray[np.void], NDArray[np.void]]:
    second, digit = divmod(tenth, 10)
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
    seconds = np.frombuffer(f"{text}.{digit}".encode(), fields.SECONDS.word)
    upper = np.frombuffer(b"%d" % tenth, fields.START_UPPER.word)
    return seconds[:, None], upper[:, None]
