"""Copies of a template that stay between blocks, and what is filled in alike in both formats.

What all rows of a run share stands side by side, and one wide copy for each row is cheaper than
several narrow ones. So it is filled into the first two rows, the run and its first declaration, and
the stretch is copied from the second into those below. That overwrites the last digits of ids,
constant but each row's own: they are written again.

    row 0   trace_id aaaa   span_id bbbb 0000   parent cccc cccc    filled in: aaaa, bbbb, cccc
    row 1   trace_id aaaa   span_id bbbb 0001   parent bbbb 0000    filled in: aaaa, bbbb
    row 5   trace_id aaaa   span_id bbbb 0005   parent bbbb 0001    copied, and its own 0005, 0001
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from kumi.spans.block import row_numbers, span_ids
from kumi_exporters.encode import digits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from kumi.spans.block import Block
    from kumi.spans.layout import Layout
    from kumi_exporters.encode.template import FieldName, Template

    Words = NDArray[Any]
    Runs = slice | NDArray[np.intp]

_DESCRIBED = 3_000
"""Bytes a row: its text, its layout and the program behind it, as measured by making many."""


class Stamp:
    """Stamps blocks of at most `runs` runs of one layout into as many copies of its template.

    What is filled in is overwritten by the next block; what is constant is never written again.
    `front` bytes are kept free before the first row.

    A format says how it writes ids (…, n) and numbers of cells; what a root has instead of the
    bytes between `parent` and `parent_end`; and the first and the last field of those that a run's
    rows share.
    """

    ids: ClassVar[staticmethod[[NDArray[np.uint8]], NDArray[np.uint8]]]
    counts: ClassVar[staticmethod[[NDArray[np.int64]], NDArray[np.uint64]]]
    root: ClassVar[staticmethod[[bytes], bytes]]
    shared: ClassVar[tuple[FieldName, FieldName]]

    def __init__(self, layout: Layout, template: Template, runs: int, front: int = 0) -> None:
        self.template, self.runs, self.front = template, runs, front
        self.rows, self.width = template.text.shape
        self._bytes = np.empty(front + runs * template.text.size, np.uint8)
        self._all = np.ndarray((runs, self.rows), digits.word(self.width), self._bytes, front)
        self._all[:] = digits.words(template.text)[:, 0]
        self._views = {
            field: [(rows, self._view(offset, width)[:, rows]) for rows, offset, width in places]
            for field, places in template.places.items()
        }
        self._views["parent"] = [(slice(1), self._between("parent", "parent_end")[:, :1])]
        self._two = {field: view[:, :2] for field, [(_, view), *_] in self._views.items()}
        shared = self._between(*self.shared)
        self._second, self._below = shared[:, 1:2], shared[:, 2:]
        self._span_ids = self._between("span_prefix", "span_row")
        self._parent_ids = self._between("parent_prefix", "parent_row")[:, 1:]
        self._above = np.array([row.parent or 0 for row in layout.rows[1:]], np.intp)
        lasts = digits.words(self.ids(row_numbers(layout)[:, 2:]))[:, 0]
        (_, own), (_, above) = self._views["span_row"][0], self._views["parent_row"][0]
        self._own = (own, lasts), (above[:, 1:], lasts[self._above])
        caller = template.between("parent", "parent_end")
        of_id = template.between("parent_prefix", "parent_row")
        self._caller = template.text[:1, caller]
        self._caller_id = slice(of_id.start - caller.start, of_id.stop - caller.start)
        self._root = np.frombuffer(self.root(self._caller.tobytes()), np.uint8)
        self._there: dict[FieldName, bytes] = {}
        self.starts = np.array([row.start for row in layout.rows])
        self.ends = np.array([row.end for row in layout.rows])
        one_cell = len(layout.axes)
        axes = [one_cell if row.axis is None else row.axis for row in layout.rows]
        self._axis_of = np.array(axes, np.intp)

    @property
    def memory(self) -> int:
        """About how many bytes this and what belongs to it hold on to."""
        return int(self._bytes.nbytes + self.rows * _DESCRIBED)

    def written(self, runs: int, head: bytes = b"") -> memoryview:
        """The first `runs` runs, and `head` right before them."""
        first = self.front - len(head)
        octets = self._bytes.data
        octets[first : self.front] = head
        return octets[first : self.front + runs * self.rows * self.width]

    def fill(self, field: FieldName, values: Words, runs: Runs) -> None:
        """Write the values (runs, rows) of a field wherever it stands.

        They are (runs, 1) where all rows have the same, and (1, 1) where all runs have.
        """
        self._there.pop(field, None)  # first: a fork may come between
        is_one = values.shape[1] == 1
        for rows, view in self._views.get(field, ()):
            view[runs] = values if is_one else values[:, rows]

    def fill_first(self, field: FieldName, values: Words, runs: slice) -> None:
        """Write a field of the first row of each run: (runs, 1)."""
        self._two[field][runs, :1] = values

    def fill_new(
        self, field: FieldName, given: bytes, values: Callable[[], Words], runs: slice
    ) -> None:
        """Write values made of `given`, so many bytes a run, unless they stand there already."""
        if not self._there.get(field, b"").startswith(given):
            self.fill(field, values(), runs)
            self._there[field] = given

    def fill_alike(self, block: Block, shared: Mapping[FieldName, Words]) -> None:
        """Fill in what both formats have; `shared` is what else a run's rows have in common."""
        runs, prefixes = slice(len(block)), digits.words(self.ids(block.prefixes[:, 0]))
        self._two["trace_id"][runs] = digits.words(self.ids(block.trace_ids))
        self._two["span_prefix"][runs] = prefixes
        self._two["parent_prefix"][runs, 1:] = prefixes
        for field, values in shared.items():
            self._two[field][runs] = values
        self._below[runs] = self._second[runs].copy()
        for view, own in self._own:
            view[runs] = own
        if block.given_ids is not None or block.prefixes.shape[1] > 1:
            self._fill_ids(block, runs)
        self.fill_new("parent", block.parents.tobytes(), lambda: self._callers(block), runs)
        numbers = block.numbers[:, None].astype(">u4").view(np.uint8)
        self.fill("run", digits.words(digits.hexadecimal(numbers)), runs)
        self.fill_new("rows", block.sizes.tobytes(), lambda: self._counted(block.sizes), runs)

    def _fill_ids(self, block: Block, runs: slice) -> None:
        """All ids, where some do not end in their row's number alone."""
        ids = digits.words(self.ids(span_ids(block)))[..., 0]
        self._span_ids[runs] = ids
        self._parent_ids[runs] = ids.take(self._above, axis=1)

    def _callers(self, block: Block) -> Words:
        """What runs hang below, between `parent` and `parent_end`; nothing, where one is a root."""
        texts = self._caller.repeat(len(block), axis=0)
        texts[:, self._caller_id] = self.ids(block.parents)
        texts[digits.words(block.parents)[:, 0] == 0] = self._root
        return digits.words(texts)

    def _counted(self, sizes: NDArray[np.int64]) -> Words:
        """How many cells each row of each run visited."""
        numbers = np.concatenate((sizes, np.ones((len(sizes), 1), np.int64)), axis=1)
        return self.counts(numbers).take(self._axis_of, axis=1)

    def _between(self, first: FieldName, last: FieldName) -> Words:
        """All bytes from one field to the end of another, in all rows: (runs, rows)."""
        place = self.template.between(first, last)
        return self._view(place.start, place.stop - place.start)

    def _view(self, offset: int, width: int) -> Words:
        """Bytes at an offset of all rows: (runs, rows) words of them, to be assigned to."""
        return self._all.getfield(digits.word(width), offset)
