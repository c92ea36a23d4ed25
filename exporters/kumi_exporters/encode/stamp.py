"""Copies of a template that stay between blocks, and what is filled in alike in both formats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from kumi_exporters.encode import digits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from kumi.spans.block import Block
    from kumi.spans.layout import Layout
    from kumi_exporters.encode.template import FieldName, Template

    Words = NDArray[Any]

_DESCRIBED = 3_000
"""Bytes a row: its text, its layout and the program behind it, as measured by making many."""


class RowFormat(NamedTuple):
    """What is a format's own in that which both have.

    How it writes ids (…, n) and numbers of cells; what a root has instead of the bytes between
    `parent` and `parent_end`; and the first and the last field of those that a run's rows share.
    """

    ids: Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
    counts: Callable[[NDArray[np.int64]], NDArray[np.uint64]]
    root: Callable[[bytes], bytes]
    shared: tuple[FieldName, FieldName]


class Stamp:
    """Stamps blocks of at most `runs` runs of one layout into as many copies of its template.

    What is filled in is overwritten by the next block; what is constant is never written again.
    `front` bytes are kept free before the first row.
    """

    form: ClassVar[RowFormat]

    def __init__(self, layout: Layout, template: Template, runs: int, front: int = 0) -> None:
        self.template, self.runs, self.front = template, runs, front
        self.rows, self.width = template.text.shape
        self._bytes = np.empty(front + runs * template.text.size, np.uint8)
        self._bytes[front:].reshape(runs, self.rows, self.width)[:] = template.text
        self._views = {
            field: [(rows, self._view(rows, offset, width)) for rows, offset, width in places]
            for field, places in template.places.items()
        }
        first = template.text[:1].repeat(runs, axis=0)
        self._first = {
            field: digits.words(first[:, place.offset : place.end])
            for field, (place, *_) in template.places.items()
            if place.width
        }
        shared = template.between(*self.form.shared)
        self._stretch = self._between(shared), digits.words(first[:, shared])
        own = (*self._views["span_row"], *self._views["parent_row"])
        self._own = [(view, view[0].copy()) for _, view in own]
        place = template.between("parent", "parent_end")
        of_id = template.between("parent_prefix", "parent_row")
        self._parent = self._between(place)[:, :1]
        self._parent_id = slice(of_id.start - place.start, of_id.stop - place.start)
        self._below = digits.words(template.text[:1, place])
        self._root = np.frombuffer(self.form.root(self._below.tobytes()), np.uint8)
        self._parents: tuple[bytes, Words] = (b"", self._parent)
        self._there: dict[FieldName, bytes] = {}
        one_cell = len(layout.axes)
        axes = [one_cell if row.axis is None else row.axis for row in layout.rows]
        self._axis_of = np.array(axes, np.intp)
        self.starts = np.array([row.start for row in layout.rows])
        self.ends = np.array([row.end for row in layout.rows])

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

    def fill(self, field: FieldName, values: Words, runs: slice) -> None:
        """Write the values (runs, rows) of a field wherever it stands.

        They are (runs, 1) where all rows have the same, and (1, 1) where all runs have.
        """
        is_one = values.shape[1] == 1
        for rows, view in self._views.get(field, ()):
            view[runs] = values if is_one else values[:, rows]

    def fill_first(self, field: FieldName, values: Words, runs: slice) -> None:
        """Write a field of the first row of each run: (runs, 1)."""
        self._views[field][0][1][runs, :1] = values

    def fill_new(
        self, field: FieldName, given: bytes, values: Callable[[], Words], runs: slice
    ) -> None:
        """Write values made of `given`, so many bytes a run, unless they stand there already."""
        if self._there.get(field, b"").startswith(given):
            return
        self._there[field] = b""  # nothing is known while it changes: a fork may come between
        self.fill(field, values(), runs)
        self._there[field] = given

    def fill_alike(self, block: Block, shared: Mapping[FieldName, Words]) -> None:
        """Fill in what both formats have; `shared` is what else all rows of a run have in common.

        One wide copy for each row is cheaper than several narrow ones. So what a run's rows share
        is filled into a copy of its first, and the stretch from there is copied into all. That
        overwrites the last digits of ids, constant but each row's own: they are written again.

            first   trace_id aaaa   span_id bbbb 0000   parent bbbb 0000    filled in: aaaa, bbbb
            row 5   trace_id aaaa   span_id bbbb 0005   parent bbbb 0001    own: 0005, 0001
        """
        runs = slice(len(block))
        prefixes = digits.words(self.form.ids(block.prefixes[:, 0]))
        self._first["trace_id"][runs] = digits.words(self.form.ids(block.trace_ids))
        self._first["span_prefix"][runs] = prefixes
        self._first["parent_prefix"][runs] = prefixes
        for field, values in shared.items():
            self._first[field][runs] = values
        stretch, first = self._stretch
        stretch[runs] = first[runs]
        for view, own in self._own:
            view[runs] = own
        if block.given_ids is not None or block.prefixes.shape[1] > 1:
            self._fill_ids(block, runs)
        self._fill_parents(block.parents)
        self.fill("run", digits.words(digits.hexadecimal(digits.octets(block.numbers))), runs)
        self.fill_new("rows", block.sizes.tobytes(), lambda: self._counted(block.sizes), runs)

    def _fill_ids(self, block: Block, runs: slice) -> None:
        """All ids, where some do not end in their row's number alone."""
        ids = every_id(block)
        above = ids.take([row.parent or 0 for row in block.layout.rows], axis=1)
        self.fill("span_prefix", digits.words(self.form.ids(ids[..., :6]))[..., 0], runs)
        self.fill("span_row", digits.words(self.form.ids(ids[..., 6:]))[..., 0], runs)
        self.fill("parent_prefix", digits.words(self.form.ids(above[..., :6]))[..., 0], runs)
        self.fill("parent_row", digits.words(self.form.ids(above[..., 6:]))[..., 0], runs)

    def _fill_parents(self, parents: NDArray[np.uint8]) -> None:
        """What runs hang below, (runs, 8) bytes, zeros for a root; with room to say that.

        Runs of a request follow each other, and so do roots: what was made last is remembered.
        """
        given = parents.tobytes()
        if self._parents[0] != given:
            texts = self._below.repeat(len(parents), axis=0).view(np.uint8)
            texts[:, self._parent_id] = self.form.ids(parents)
            texts[~parents.any(axis=1)] = self._root
            self._parents = given, digits.words(texts)
        self._parent[: len(parents)] = self._parents[1]

    def _counted(self, sizes: NDArray[np.int64]) -> Words:
        """How many cells each row of each run visited."""
        numbers = np.concatenate((sizes, np.ones((len(sizes), 1), np.int64)), axis=1)
        return self.form.counts(numbers).take(self._axis_of, axis=1)

    def _between(self, place: slice) -> Words:
        """All bytes of a stretch, in all rows: (runs, rows)."""
        return self._view(slice(self.rows), place.start, place.stop - place.start)

    def _view(self, rows: slice, offset: int, width: int) -> Words:
        """Bytes at an offset of rows: (runs, rows) words of them, to be assigned to."""
        first, end, _ = rows.indices(self.rows)
        start = self.front + first * self.width + offset
        strides = self.rows * self.width, self.width
        return np.ndarray((self.runs, end - first), digits.word(width), self._bytes, start, strides)


def last_bytes(layout: Layout) -> list[tuple[bytes, bytes]]:
    """What the id of each row ends in, and that of the row above: the low 16 bits of its number."""
    lasts = [(row.number & 0xFFFF).to_bytes(2, "big") for row in layout.rows]
    return [(last, lasts[row.parent or 0]) for last, row in zip(lasts, layout.rows, strict=True)]


def every_id(block: Block) -> NDArray[np.uint8]:
    """The ids of all spans, (runs, rows, 8) bytes: those that others made, and else our own."""
    numbers = np.array([row.number for row in block.layout.rows], ">u4")
    ids = np.empty((len(block), len(numbers), 8), np.uint8)
    ids[..., :6] = block.prefixes[:, numbers >> 16]
    ids[..., 6:] = numbers.view(np.uint8).reshape(-1, 4)[:, 2:]
    for own, text in zip(ids, block.given_ids or (), strict=False):
        given = np.frombuffer(text, np.uint8).reshape(-1, 8)[: len(numbers)]
        there = np.flatnonzero(given.any(axis=1))
        own[there] = given[there]
    return ids
