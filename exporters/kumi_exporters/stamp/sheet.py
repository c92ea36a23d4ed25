"""The lines of one layout for many runs, with every place in them that is stamped.

What is the same for all lines of a run goes into one stretch of each line's tail; clocks and row
numbers follow. Runs that cross a tenth of a second, durations from 10 ms and span ids beyond row
65,535 are few, and are patched one by one.
"""

from __future__ import annotations

import time
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from kumi_exporters.stamp import digits
from kumi_exporters.stamp.cells import Cells
from kumi_exporters.stamp.lines import DURATION, SPARE, TO_TIMESTAMP
from kumi_exporters.stamp.page import Page

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kumi.spans.block import Block
    from kumi.spans.layout import Layout
    from kumi_exporters.stamp.lines import Lines

EARLIEST = 10**18
LONGEST = 10**15
_TENTH = 100_000_000  # its digits are looked up; those above are the same for a whole run
_MILLISECOND = 1_000_000
_SECONDS = 21  # `2025-01-20T10:30:45.1`: what the moments of a tenth have in common
_UPPER = 11  # the digits of Unix nanoseconds that they have in common
_PREFIX = 12  # the digits of a span id that the spans of a run have in common
_BLANK = 0x20


class Sheet:
    """Stamps blocks of at most `page.runs` runs of one layout."""

    def __init__(self, layout: Layout, runs: int, lines: Lines) -> None:
        self.lines = lines
        self.page = Page(lines.text, runs)
        self._starts = np.array([row.start for row in layout.rows])
        self._ends = np.array([row.end for row in layout.rows])
        self._long: list[tuple[int, int]] = []
        self._clocks = [_Clock(self.page, rows, at) for rows, at in lines.clocks]
        self._tails = _Tails(self.page, layout, lines)
        self._numbers = _Numbers(self.page, layout, lines)
        self._cells = Cells(self.page, layout, lines.count, digits.counts)

    def stamp(self, block: Block) -> memoryview:
        """Write a block over the one before."""
        runs = len(block)
        tenths = block.readings[:, 0] // _TENTH
        rest = block.readings - (tenths * _TENTH)[:, None]
        seconds, upper = _texts(tenths)
        self._tails.stamp(block, upper)
        self._numbers.stamp(block.numbers)
        self._cells.stamp(block.sizes)
        self._stamp_lower_digits(slice(0, runs), rest)
        self._stamp_durations(rest)
        for clock in self._clocks:
            clock.seconds[:runs] = seconds
        if digits.largest(rest[:, -1]) >= _TENTH:
            self._stamp_across_tenths(block.readings, rest[:, -1] >= _TENTH)
        return self.page.written(runs)

    def _stamp_lower_digits(self, runs: slice, rest: NDArray[np.int64]) -> None:
        """The last eight digits of all times, and the last two of all timestamps."""
        eight = digits.eight_digits(rest)
        self._tails.lower_starts[runs] = eight.take(self._starts, axis=1)
        self._tails.lower_ends[runs] = eight.take(self._ends, axis=1)
        milliseconds = digits.two_digits(rest // _MILLISECOND).take(self._starts, axis=1)
        for clock in self._clocks:
            clock.milliseconds[runs] = milliseconds[:, clock.rows]

    def _stamp_durations(self, rest: NDArray[np.int64]) -> None:
        self._blank_long_ones()
        durations = rest.take(self._ends, axis=1)
        durations -= rest.take(self._starts, axis=1)
        texts = digits.milliseconds(durations)
        for clock in self._clocks:
            clock.durations[: len(rest)] = texts[:, clock.rows]
        if digits.largest(durations) >= digits.MOST_DURATION:
            self._stamp_long_ones(durations)

    def _stamp_long_ones(self, durations: NDArray[np.int64]) -> None:
        for run, row in np.argwhere(durations >= digits.MOST_DURATION).tolist():
            self._long.append((run, row))  # first: a fork may come between
            whole, rest = divmod(int(durations[run, row]), _MILLISECOND)
            text = f"{whole}.{rest:06d}".rjust(SPARE + DURATION)
            at = self.lines.clock_of_row[row]
            self.page.records[run, row, at - SPARE : at + DURATION] = _array(text.encode())

    def _blank_long_ones(self) -> None:
        for run, row in self._long:
            at = self.lines.clock_of_row[row]
            self.page.records[run, row, at - SPARE : at] = _BLANK
        self._long.clear()

    def _stamp_across_tenths(self, readings: NDArray[np.int64], across: NDArray[np.bool_]) -> None:
        for run in np.flatnonzero(across).tolist():
            tenths = readings[run] // _TENTH
            seconds, upper = _texts(tenths)
            self._tails.upper_starts[run] = upper[self._starts, 0]
            self._tails.upper_ends[run] = upper[self._ends, 0]
            self._stamp_lower_digits(slice(run, run + 1), (readings[run] - tenths * _TENTH)[None])
            for clock in self._clocks:
                clock.seconds[run] = seconds[self._starts[clock.rows], 0]


class _Clock:
    """Duration and timestamp of neighbouring rows where they stand at the same place."""

    def __init__(self, page: Page, rows: slice, at: int) -> None:
        self.rows = rows
        self.durations = page.view("<u8", at, rows)
        self.seconds = page.view(f"V{_SECONDS}", at + TO_TIMESTAMP, rows)
        self.milliseconds = page.view("<u2", at + TO_TIMESTAMP + _SECONDS, rows)


class _Numbers:
    """The numbers of runs."""

    def __init__(self, page: Page, layout: Layout, lines: Lines) -> None:
        groups = 1 + len(layout.program.groups)
        self._of_groups = page.view("<u8", lines.number, slice(0, groups))
        self._of_operations = page.view("<u8", lines.operation_number, slice(groups, None))

    def stamp(self, numbers: NDArray[np.uint32]) -> None:
        texts = digits.hexadecimal(digits.octets(numbers)).view(np.uint64)
        self._of_groups[: len(numbers)] = texts
        self._of_operations[: len(numbers)] = texts


class _Tails:
    """Ids and times."""

    def __init__(self, page: Page, layout: Layout, lines: Lines) -> None:
        tail, text = lines.tail, lines.text
        self._tail, self._page = tail, page
        self._width = tail.end_time + _UPPER - tail.start
        self._shared = np.empty((page.runs, self._width), np.uint8)
        self._shared[:] = text[0, tail.start : tail.start + self._width]
        self._stretches = page.view(f"V{self._width}", tail.start)
        self._trace_ids = self._part(tail.trace_id, 32)
        self._spans = self._part(tail.span_id, _PREFIX)
        self._spans_parents = self._part(tail.parent_id, _PREFIX)
        self._starts = self._part(tail.start_time, _UPPER).view(f"V{_UPPER}")
        self._ends = self._part(tail.end_time, _UPPER).view(f"V{_UPPER}")
        self.upper_starts = page.view(f"V{_UPPER}", tail.start_time)
        self.upper_ends = page.view(f"V{_UPPER}", tail.end_time)
        self.lower_starts = page.view("<u8", tail.start_time + _UPPER)
        self.lower_ends = page.view("<u8", tail.end_time + _UPPER)
        self._span_rows = page.view("<u4", tail.span_id + _PREFIX)
        self._parent_rows = page.view("<u4", tail.parent_id + _PREFIX)
        self._span_digits = _words(text, tail.span_id + _PREFIX)
        self._parent_digits = _words(text, tail.parent_id + _PREFIX)
        self._parents = _Parents(page, lines)
        self._parent_of = np.array([row.parent or 0 for row in layout.rows])

    def stamp(self, block: Block, upper: NDArray[np.void]) -> None:
        runs = len(block)
        ids = np.concatenate((block.trace_ids, block.prefixes[:, 0]), axis=1)
        text = digits.hexadecimal(ids)
        self._trace_ids[:runs] = text[:, :32]
        self._spans[:runs] = self._spans_parents[:runs] = text[:, 32:]
        self._starts[:runs] = self._ends[:runs] = upper
        self._stretches[:runs] = self._shared[:runs].view(self._stretches.dtype)
        self._span_rows[:runs] = self._span_digits
        self._parent_rows[:runs] = self._parent_digits
        self._parents.stamp(block.parents)
        for part in range(1, block.prefixes.shape[1]):
            self._stamp_more_ids(block, part)

    def _part(self, offset: int, width: int) -> NDArray[np.uint8]:
        """A place in what is shared by the lines of a run."""
        start = offset - self._tail.start
        return self._shared[:, start : start + width]

    def _stamp_more_ids(self, block: Block, part: int) -> None:
        """The rows of each further 65,536 have a prefix of their own."""
        runs, rows = len(block), slice(part << 16, (part + 1) << 16)
        word = f"V{_PREFIX}"
        prefixes = digits.hexadecimal(block.prefixes[:, part]).view(word)
        self._page.view(word, self._tail.span_id, rows)[:runs] = prefixes
        below = np.flatnonzero(self._parent_of >> 16 == part)
        self._page.view(word, self._tail.parent_id)[:runs, below] = prefixes


class _Parents:
    """What runs hang below: `"<id>"`, or `null` and blanks before the number that follows."""

    def __init__(self, page: Page, lines: Lines) -> None:
        tail = lines.tail
        self._below = lines.text[0, tail.parent_id - 1 : tail.start_time]
        self._root = _array(b"null" + self._below[18:].tobytes().ljust(len(self._below) - 4))
        word = f"V{len(self._below)}"
        self._places = page.view(word, tail.parent_id - 1, slice(0, 1))[:, 0]
        self._texts: tuple[bytes, NDArray[np.void]] = (b"", np.empty(0, word))

    def stamp(self, parents: NDArray[np.uint8]) -> None:
        given = parents.tobytes()
        if self._texts[0] != given:  # runs of a request follow each other, and so do roots
            self._texts = given, self._text(parents)
        self._places[: len(parents)] = self._texts[1]

    def _text(self, parents: NDArray[np.uint8]) -> NDArray[np.void]:
        texts = np.empty((len(parents), len(self._below)), np.uint8)
        texts[:] = self._below
        texts[:, 1:17] = digits.hexadecimal(parents)
        texts[~parents.any(axis=1)] = self._root
        return texts.view(self._places.dtype)[:, 0]


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
    seconds = np.frombuffer(f"{text}.{digit}".encode(), f"V{_SECONDS}")
    return seconds[:, None], np.frombuffer(b"%d" % tenth, f"V{_UPPER}")[:, None]


def _words(text: NDArray[np.uint8], offset: int) -> NDArray[np.uint32]:
    """Four characters of each row."""
    return np.ascontiguousarray(text[:, offset : offset + 4]).view("<u4")[:, 0]


def _array(text: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(text, np.uint8)
