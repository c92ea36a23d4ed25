"""How many cells the operations of each run visited."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from kumi.spans.layout import Layout
    from kumi_exporters.stamp.page import Page


class Cells:
    """Stamps a word for each operation, which `text` makes of a number.

    Arrays often have the same size in every run: what is on the page already is not written again.
    """

    def __init__(
        self,
        page: Page,
        layout: Layout,
        offset: int,
        text: Callable[[NDArray[np.int64]], NDArray[np.uint64]],
    ) -> None:
        first = 1 + len(layout.program.groups)
        axes = [row.axis for row in layout.rows[first:]]
        one_cell = len(layout.axes)
        self._axis_of = np.array([one_cell if axis is None else axis for axis in axes], np.intp)
        self._vary = any(axis is not None for axis in axes)
        self._places = page.view("<u8", offset, slice(first, None))
        self._text = text
        self._on_page = b""

    def stamp(self, sizes: NDArray[np.int64]) -> None:
        """Write the counts of the first `len(sizes)` runs."""
        given = sizes.tobytes()
        if not self._vary or self._on_page.startswith(given):
            return
        self._on_page = b""  # nothing is known while it changes: a fork may come between
        numbers = np.concatenate((sizes, np.ones((len(sizes), 1), np.int64)), axis=1)
        self._places[: len(sizes)] = self._text(numbers).take(self._axis_of, axis=1)
        self._on_page = given
