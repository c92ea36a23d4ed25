"""Choices over columns: cell for cell what they are for scalars, to the sign of a zero."""

import itertools
import math

from kumi.kernels import bind
from kumi.kernels.kinds import FLOAT
from kumi.kernels.vectors import cells, column_of

NUMBERS = [-0.0, 0.0, math.nan, 1.0, -1.0, math.inf, -math.inf]
ORDERED = [(x, a, b) for x, a, b in itertools.product(NUMBERS, repeat=3) if not a > b]


def clamps():
    kinds = (FLOAT, FLOAT, FLOAT)
    return bind.elementwise("clamp", kinds, FLOAT), bind.scalar("clamp", kinds, FLOAT)


def test_clamp_of_columns():
    columns, scalars = clamps()
    found = columns(*[column_of(list(each), FLOAT) for each in zip(*ORDERED, strict=True)])
    assert list(map(repr, cells(found))) == [repr(scalars(*each)) for each in ORDERED]


def test_clamp_between_scalars():
    columns, scalars = clamps()
    for low, high in {(a, b) for _, a, b in ORDERED}:
        found = columns(column_of(NUMBERS * 20, FLOAT), low, high)
        expected = [repr(scalars(x, low, high)) for x in NUMBERS * 20]
        assert list(map(repr, cells(found))) == expected, (low, high)
