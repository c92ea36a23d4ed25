"""Room for the records of some runs, and strided views of the places in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


_DESCRIBED = 3_000
"""Bytes a row: its text, its layout and the program behind it, as measured by making many."""


class Page:
    """`runs` copies of the records (rows, width) of one run, which stay between blocks.

    What is stamped into it is overwritten by the next block; what is constant is never written
    again. `front` bytes are kept free before the first record.
    """

    def __init__(self, text: NDArray[np.uint8], runs: int, front: int = 0) -> None:
        rows, width = text.shape
        self.runs, self.rows, self.width, self.front = runs, rows, width, front
        self.bytes = np.empty(front + runs * rows * width, np.uint8)
        self.records = self.bytes[front:].reshape(runs, rows, width)
        self.records[:] = text

    @property
    def memory(self) -> int:
        """About how many bytes this page and what belongs to it hold on to."""
        return int(self.bytes.nbytes + self.rows * _DESCRIBED)

    def view(self, word: str, offset: int, rows: slice = slice(None)) -> NDArray[Any]:
        """The `word`s (a dtype) at `offset` of each record: (runs, rows), to be assigned to."""
        first, last, _ = rows.indices(self.rows)
        if first == last:  # no rows, whose place may lie past the end of the page
            return np.empty((self.runs, 0), word)
        return np.ndarray(
            (self.runs, last - first),
            word,
            self.bytes,
            self.front + first * self.width + offset,
            (self.rows * self.width, self.width),
        )

    def written(self, runs: int) -> memoryview:
        """The records of the first `runs` runs."""
        return self.bytes[self.front : self.front + runs * self.rows * self.width].data

    def sealed(self, head: bytes, runs: int) -> memoryview:
        """`head`, and right behind it the records of the first `runs` runs."""
        first = self.front - len(head)
        self.bytes[first : self.front] = np.frombuffer(head, np.uint8)
        return self.bytes[first : self.front + runs * self.rows * self.width].data
