"""Room for some runs of a template, and strided views of the fields in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kumi_exporters.encode.template import Template, TemplateField

_DESCRIBED = 3_000
"""Bytes a row: its text, its layout and the program behind it, as measured by making many."""


class Buffer:
    """`runs` copies of a template, which stay between blocks.

    What is filled in is overwritten by the next block; what is constant is never written again.
    `front` bytes are kept free before the first row.
    """

    def __init__(self, template: Template, runs: int, front: int = 0) -> None:
        self.template = template
        self.rows, self.width = template.text.shape
        self.runs, self.front = runs, front
        self.bytes = np.empty(front + runs * self.rows * self.width, np.uint8)
        self.text = self.bytes[front:].reshape(runs, self.rows, self.width)
        self.text[:] = template.text

    @property
    def memory(self) -> int:
        """About how many bytes this buffer and what belongs to it hold on to."""
        return int(self.bytes.nbytes + self.rows * _DESCRIBED)

    def view(self, field: TemplateField, rows: slice = slice(None)) -> NDArray[Any]:
        """A field that stands at one offset: (runs, rows) of it, to be assigned to."""
        (place,) = self.template.places[field]
        return self.at(place.offset, field.word, range(self.rows)[place.rows][rows])

    def views(self, field: TemplateField) -> list[tuple[slice, NDArray[Any]]]:
        """A field wherever it stands: some rows, and (runs, those rows) of it."""
        places = self.template.places[field]
        return [
            (rows, self.at(offset, field.word, range(self.rows)[rows])) for rows, offset in places
        ]

    def at(self, offset: int, word: str, rows: range | None = None) -> NDArray[Any]:
        """The `word`s at `offset` of rows, all where nothing is said."""
        rows = range(self.rows) if rows is None else rows
        start = self.front + rows.start * self.width + offset
        strides = self.rows * self.width, self.width
        return np.ndarray((self.runs, len(rows)), word, self.bytes, start, strides)

    def written(self, runs: int) -> memoryview:
        """The first `runs` runs."""
        return self.bytes[self.front : self.front + runs * self.rows * self.width].data

    def sealed(self, head: bytes, runs: int) -> memoryview:
        """`head`, and right behind it the first `runs` runs."""
        first = self.front - len(head)
        self.bytes[first : self.front] = np.frombuffer(head, np.uint8)
        return self.bytes[first : self.front + runs * self.rows * self.width].data
