"""Columns that are made by going along an axis: positions.

Three elements in the first row and two in the second:

>>> rows = Axis(np.array([0, 3, 5]))
>>> positions(rows).values.tolist()
[0, 1, 2, 0, 1]
"""

from __future__ import annotations

import numpy as np

from kumi.kernels.vectors import Axis, Column


def positions(axis: Axis) -> Column:
    """The position of each element in its own array, from 0."""
    found = np.arange(axis.size)
    if len(axis.counts) > 1:
        found -= np.repeat(axis.offsets[:-1], axis.counts)
    return Column(found, bound=axis.size)
