"""The lines of one layout, laid out as a template and filled in for many runs, a field at a time.

A field that stands at another offset in each line would cost a store for each. So lines are brought
to one width, and into columns, by blanks, which may only stand before a number and at the end of a
line: before the duration, and before the number of operations or rows. The ids and times at the end
then stand at one offset in all lines; duration and timestamp do in those of runs and operations. A
declaration has no number between timestamp and ids: where its duration stands, the kind says.

    {"event":"vm_run",…"duration_ms":                     0.000000,…"operations":   2,…"trace_id":…
    {"event":"vm_declaration",…"duration_ms":                                 0.000000,…"trace_id":…
    {"event":"vm_operation",…"duration_ms":               0.000000,…"rows":         1,…"trace_id":…

A whole line, broken here; what is in brackets is filled in, all else was written once:

    {"event":"vm_operation","schema":"S","operation":"Map","duration_ms":      [        ][0.001192],
    "timestamp":"[2026-11-30T14:20:57.6][46]Z","declaration":"d","index":2,"function":"multiply",
    "rows":      [       1],"run":"fbcccd75[00000000]","program":"c30a5d78",
    "trace_id":"[bd36264a079365f5e0f45e5cb1cc5eb1]","span_id":"[e3438b6ad725][0005]",
    "parent_span_id":"[e3438b6ad725][0002]","start_unix_nano":[17960484576][46276643],
    "end_unix_nano":[17960484576][46277835]}

A time is cut into its tenth of a second, eleven digits that all rows of most runs share, and the
eight below, which are looked up for all rows at once. Rare are runs that cross a tenth of a second,
which are filled in again, and durations from 10 ms, which have more than eight characters: what
they have more stands in a field of its own, the first pair of brackets, and is blank in others.
"""

from __future__ import annotations

import time
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from kumi.spans.json_lines import json_text
from kumi.spans.span_fields import Varying, keys_of
from kumi_exporters.encode import digits
from kumi_exporters.encode.stamp import Stamp
from kumi_exporters.encode.template import template, width

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from kumi.spans.block import Block
    from kumi.spans.layout import Layout, Row
    from kumi_exporters.encode.stamp import Runs
    from kumi_exporters.encode.template import FieldName, Part, Template

    Columns: TypeAlias = dict[Varying, tuple[Part, ...]]

_NUMBERED = ("operations", "rows")
_WIDE = 8
_BLANKS = b" " * _WIDE
_BLANK = np.frombuffer(_BLANKS, digits.word(_WIDE))[:, None]
_TENTH = 100_000_000
_MILLISECOND = 1_000_000


def json_template(layout: Layout, process: str, kept: str) -> Template:
    """The lines of one run of `layout` that did not fail."""
    columns = _columns(process, kept)
    lines = [_pieces(row, columns, layout.times_cpu) for row in layout.rows]
    clock = max([width(head) for head, *numbers, _ in lines if numbers])
    fronts = [
        [*_padded(head, clock), *numbers[0]] if numbers else head for head, *numbers, _ in lines
    ]
    tails = [(tail, width(tail)) for *_, tail in lines]
    widest = max([width(front) + own for front, (_, own) in zip(fronts, tails, strict=True)])
    return template(
        [*_padded(front, widest - own), *tail]
        for front, (tail, own) in zip(fronts, tails, strict=True)
    )


def _padded(parts: list[Part], to: int) -> list[Part]:
    return [*parts, b" " * (to - width(parts))]


def _columns(process: str, kept: str) -> Columns:
    """What stands in a line for what differs between runs."""
    return {
        Varying.DURATION: (("duration_upper", _BLANKS), ("duration", b"0.000000")),
        Varying.TIMESTAMP: (b'"', ("seconds", b" " * 21), ("milliseconds", b"00"), b'Z"'),
        Varying.KEPT: (json_text(kept).encode(),),
        Varying.STATUS: (b'"ok"',),
        Varying.ERROR: (b"null",),
        Varying.CPU: (("cpu_upper", _BLANKS), ("cpu", b"0.000000")),
        Varying.RUN: (b'"', process.encode(), ("run", _BLANKS), b'"'),
        Varying.ROWS: (("rows", b"1".rjust(_WIDE)),),
        Varying.TRACE_ID: (b'"', ("trace_id", b" " * 32), b'"'),
        Varying.SPAN_ID: (b'"', ("span_prefix", b" " * 12), ("span_row", b" " * 4), b'"'),
        Varying.PARENT_ID: (
            ("parent", b""), b'"', ("parent_prefix", b" " * 12), ("parent_row", b" " * 4), b'"'
        ),
        Varying.START: (("parent_end", b""), ("start_upper", b" " * 11), ("start", _BLANKS)),
        Varying.END: (("end_upper", b" " * 11), ("end", _BLANKS)),
    }  # fmt: skip


def _pieces(row: Row, columns: Columns, times_cpu: bool) -> list[list[Part]]:
    """A line, cut wherever blanks may stand."""
    pieces: list[list[Part]] = [[f'{{"event":"{row.event}"'.encode()]]
    for key, what in keys_of(row.event, row.facts, times_cpu=times_cpu):
        pieces[-1].append(f',"{key}":'.encode())
        if what is Varying.DURATION or key in _NUMBERED:
            pieces.append([])
        if isinstance(what, Varying):
            pieces[-1] += columns[what]
        else:
            text = json_text(what(row.facts)).encode("utf-8", "replace")
            pieces[-1].append(text.rjust(_WIDE) if key in _NUMBERED else text)
    pieces[-1].append(b"}\n")
    return pieces


class JsonStamp(Stamp):
    """Stamps blocks as lines."""

    ids = staticmethod(digits.hexadecimal)
    counts = staticmethod(digits.counts)
    shared = "trace_id", "end_upper"

    @staticmethod
    def root(below: bytes) -> bytes:
        """Null, and blanks before the number that follows."""
        return (b"null" + below[18:]).ljust(len(below))

    def stamp(self, block: Block) -> memoryview:
        """Write a block over the one before."""
        runs, tenths = slice(len(block)), block.readings[:, :1] // _TENTH
        seconds, upper = _texts(tenths)
        self.fill_alike(block, {"start_upper": upper, "end_upper": upper})
        self.fill_new("seconds", tenths.tobytes(), lambda: seconds, runs)
        rest = block.readings - tenths * _TENTH
        self._fill_times(rest, runs)
        durations = rest.take(self.ends, axis=1) - rest.take(self.starts, axis=1)
        self._fill_durations("duration", "duration_upper", durations, runs)
        if block.cpu is not None:
            self._fill_durations("cpu", "cpu_upper", block.cpu[:, None], runs)
        if digits.largest(rest[:, -1]) >= _TENTH:
            across = np.flatnonzero(rest[:, -1] >= _TENTH)
            self._fill_across(block.readings[across], across)
        return self.written(len(block))

    def _fill_times(self, rest: NDArray[np.int64], runs: Runs) -> None:
        """The last eight digits of all times, and the last two of all timestamps."""
        eight = digits.eight_digits(rest)
        self.fill("start", eight.take(self.starts, axis=1), runs)
        self.fill("end", eight.take(self.ends, axis=1), runs)
        milliseconds = digits.two_digits(rest // _MILLISECOND)
        self.fill("milliseconds", milliseconds.take(self.starts, axis=1), runs)

    def _fill_across(self, readings: NDArray[np.int64], runs: Runs) -> None:
        """The times of runs that cross a tenth of a second."""
        tenths = readings // _TENTH
        seconds, upper = _texts(tenths)
        self.fill("seconds", seconds.take(self.starts, axis=1), runs)
        self.fill("start_upper", upper.take(self.starts, axis=1), runs)
        self.fill("end_upper", upper.take(self.ends, axis=1), runs)
        self._fill_times(readings - tenths * _TENTH, runs)

    def _fill_durations(
        self, field: FieldName, upper: FieldName, durations: NDArray[np.int64], runs: slice
    ) -> None:
        """So many nanoseconds (runs, rows), as milliseconds."""
        if digits.largest(durations) < digits.MOST_DURATION:
            self.fill_new(upper, bytes(len(durations)), lambda: _BLANK, runs)
        else:
            above, durations = np.divmod(durations, digits.MOST_DURATION)
            self.fill(upper, np.where(above > 0, digits.counts(above), _BLANK), runs)
        self.fill(field, digits.milliseconds(durations), runs)


def _texts(tenths: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[Any]]:
    """What all moments of a tenth have in common, as timestamps and as digits; (1, 1) if all do."""
    said = tenths.tobytes()
    if said == said[: tenths.itemsize] * tenths.size:
        return _tenth(tenths.item(0))
    distinct, of = np.unique(tenths, return_inverse=True)
    seconds, upper = zip(*map(_tenth, distinct.tolist()), strict=True)
    each = of.reshape(tenths.shape)
    return np.concatenate(seconds).take(each), np.concatenate(upper).take(each)


@lru_cache(maxsize=1024)
def _tenth(tenth: int) -> tuple[NDArray[Any], NDArray[Any]]:
    second, digit = divmod(tenth, 10)
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
    both = f"{text}.{digit}".encode(), b"%d" % tenth
    seconds, upper = [np.frombuffer(each, digits.word(len(each)))[:, None] for each in both]
    return seconds, upper
