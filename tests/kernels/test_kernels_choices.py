"""Choices over columns: cell for cell what they are for scalars, to the sign of a zero."""

import itertools
import math
from decimal import Decimal

import pytest

from kumi.kernels import bind
from kumi.kernels.bind import elementwise
from kumi.kernels.kinds import BOOLEAN, DECIMAL, FLOAT, INTEGER
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


@pytest.mark.parametrize("count", [4, 4_000])
@pytest.mark.parametrize("other", [-3, 2**63 - 1, 2**70])
def test_choices_between_many_integers_and_decimals_are_exact(count, other):
    held = [n % 3 == 0 for n in range(count)]
    condition = column_of(held, BOOLEAN)
    given = [n - count // 2 for n in range(count)]
    whole = elementwise("select", (BOOLEAN, INTEGER, INTEGER), INTEGER)
    found = cells(whole(condition, column_of(given, INTEGER), other))
    assert found == [one if holds else other for holds, one in zip(held, given, strict=True)]
    assert cells(whole(condition, -1, other)) == [-1 if holds else other for holds in held]
    exact = elementwise("select", (BOOLEAN, DECIMAL, INTEGER), DECIMAL)
    cents = [Decimal(one) / 100 for one in given]
    found = cells(exact(condition, column_of(cents, DECIMAL), other))
    assert found == [one if holds else other for holds, one in zip(held, cents, strict=True)]
