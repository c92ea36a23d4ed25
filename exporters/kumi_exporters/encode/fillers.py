"""What is filled in alike in lines and in records: ids, what a run's rows share, counts."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from kumi.spans.layout import Layout
    from kumi_exporters.encode.buffer import Buffer
    from kumi_exporters.encode.template import TemplateField

_RUN = slice(0, 1)
_PART = 16  # bits of a row's number: what a span's id ends in


class Shared:
    """The stretch of a row that all rows of a run have in common, but for what is each row's `own`.

    One wide copy for each row is cheaper than several narrow ones: the fields of a run are put
    together once, and the stretch that they span is copied into all its rows. That overwrites the
    last digits of ids, which are constant but each row's own; they are written again.
    """

    def __init__(
        self, buffer: Buffer, fields: Sequence[TemplateField], own: Sequence[TemplateField]
    ) -> None:
        text, offset = buffer.template.text, buffer.template.offset
        first = min(map(offset, fields))
        width = max([offset(field) + field.width for field in fields]) - first
        self._made = np.empty((buffer.runs, width), np.uint8)
        self._made[:] = text[0, first : first + width]
        self._stretch = buffer.at(first, f"V{width}")
        self._parts = {
            field: self._made[:, offset(field) - first :][:, : field.width] for field in fields
        }
        self._own = [(view := buffer.view(field), view[0].copy()) for field in own]

    def part(self, field: TemplateField, word: str = "u1") -> NDArray[np.uint8]:
        """A field of each run, as bytes: (runs, width)."""
        return self._parts[field].view(word)

    def copy(self, runs: int) -> None:
        """Into all rows of the first `runs` runs."""
        self._stretch[:runs] = self._made[:runs].view(self._stretch.dtype)
        for view, own in self._own:
            view[:runs] = own


class Prefixes:
    """The first six bytes of span ids, where a layout has more than 65,536 rows.

    The number of a row stands in the last two bytes of its id; so the rows of each further 65,536
    have a prefix of their own, and what hangs below them has it in its parent's id.
    """

    def __init__(
        self, buffer: Buffer, layout: Layout, span: TemplateField, parent: TemplateField
    ) -> None:
        parts = np.array([row.number for row in layout.rows]) >> _PART
        firsts = np.searchsorted(parts, np.arange(1, parts[-1] + 2))
        self._spans = [buffer.view(span, slice(*rows)) for rows in pairwise(firsts.tolist())]
        self._parents = buffer.view(parent)
        self._parent_of = parts[[row.parent or 0 for row in layout.rows]]

    def fill(self, prefixes: NDArray[np.uint8]) -> None:
        """Write the prefixes of the first runs: (runs, parts, width) bytes."""
        for part, view in enumerate(self._spans, 1):
            word = np.ascontiguousarray(prefixes[:, part]).view(view.dtype)
            view[: len(prefixes)] = word
            self._parents[: len(prefixes), np.flatnonzero(self._parent_of == part)] = word


class Scattered:
    """A field that stands at several offsets: a store for each."""

    def __init__(self, buffer: Buffer, field: TemplateField) -> None:
        self._views = buffer.views(field)

    def fill(self, runs: slice, values: NDArray[Any]) -> None:
        """Write the values (runs, rows), or (runs, 1) where all rows of a run have the same."""
        is_one = values.shape[1] == 1
        for rows, view in self._views:
            view[runs] = values if is_one else values[:, rows]


class Parents:
    """What the spans of runs hang below, where a run has room to say that it is a root.

    `text` makes (runs, width) bytes of ids. Runs of a request follow each other, and so do roots:
    what was made last is remembered.
    """

    def __init__(
        self,
        buffer: Buffer,
        place: TemplateField,
        text: Callable[[NDArray[np.uint8]], NDArray[np.uint8]],
    ) -> None:
        self._view = buffer.view(place, _RUN)[:, 0]
        self._text = text
        self._last: tuple[bytes, NDArray[np.void]] = (b"", np.empty(0, place.word))

    def fill(self, parents: NDArray[np.uint8]) -> None:
        """Fill in the parents of the first runs: (runs, 8) bytes, zeros for a root."""
        given = parents.tobytes()
        if self._last[0] != given:
            self._last = given, self._text(parents).view(self._view.dtype)[:, 0]
        self._view[: len(parents)] = self._last[1]


class RowCounts:
    """How many cells the operations of each run visited: `word` makes a word of each number.

    Arrays often have the same size in every run: what is there already is not written again.
    """

    def __init__(
        self,
        buffer: Buffer,
        layout: Layout,
        place: TemplateField,
        word: Callable[[NDArray[np.int64]], NDArray[np.uint64]],
    ) -> None:
        axes = [layout.rows[row].axis for row in layout.operation_rows]
        one_cell = len(layout.axes)
        self._axis_of = np.array([one_cell if axis is None else axis for axis in axes], np.intp)
        self._vary = any(axis is not None for axis in axes)
        self._places = buffer.view(place) if axes else np.empty((buffer.runs, 0), np.uint64)
        self._word = word
        self._there = b""

    def fill(self, sizes: NDArray[np.int64]) -> None:
        """Write the counts of the first `len(sizes)` runs."""
        given = sizes.tobytes()
        if not self._vary or self._there.startswith(given):
            return
        self._there = b""  # nothing is known while it changes: a fork may come between
        numbers = np.concatenate((sizes, np.ones((len(sizes), 1), np.int64)), axis=1)
        self._places[: len(sizes)] = self._word(numbers).take(self._axis_of, axis=1)
        self._there = given
