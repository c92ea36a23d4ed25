"""Rounding against the standard library's decimals: every mode, ties and what is near to them."""

import decimal
import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_data import agree, axis, column, scalar_callable

from kumi.kernels import bind
from kumi.kernels.kinds import FLOAT, INTEGER
from kumi.kernels.vectors import to_lists

MODES = {
    "half_even": decimal.ROUND_HALF_EVEN,
    "half_up": decimal.ROUND_HALF_UP,
    "half_down": decimal.ROUND_HALF_DOWN,
    "up": decimal.ROUND_UP,
    "down": decimal.ROUND_DOWN,
    "ceiling": decimal.ROUND_CEILING,
    "floor": decimal.ROUND_FLOOR,
}
WIDE = decimal.Context(prec=3000, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)
modes = st.sampled_from(sorted(MODES))
ties = st.builds(
    lambda count, digits, ulps: _beside(float(Decimal(2 * count + 1) / 2 / 10**digits), ulps),
    st.integers(-(10**12), 10**12),
    st.integers(0, 6),
    st.integers(-2, 2),
)
numbers = ties | st.floats() | st.decimals(-(10**7), 10**7, places=3).map(float)


def _beside(x, ulps):
    for _ in range(abs(ulps)):
        x = math.nextafter(x, math.inf if ulps > 0 else -math.inf)
    return x


def rounded(x, digits, mode):
    """By its shortest decimal form."""
    if not math.isfinite(x):
        return x
    step = Decimal(1).scaleb(-digits, WIDE)
    return math.copysign(float(Decimal(repr(x)).quantize(step, MODES[mode], WIDE)), x)


def rounded_to(x, step, mode):
    if not math.isfinite(x):
        return x
    unit = Decimal(repr(step))
    count = WIDE.divide(Decimal(repr(x)), unit).quantize(Decimal(1), MODES[mode], WIDE)
    return math.copysign(float(WIDE.multiply(count, unit)), x)


def both(function, x, other, mode, kinds=(FLOAT, FLOAT)):
    """By the scalar kernel and by that of a column of many cells; they agree."""
    scalar = scalar_callable(function, kinds, kinds[0], mode=mode)(x, other)
    with np.errstate(all="ignore"):
        made = bind.elementwise(function, kinds, kinds[0], mode=mode)(
            column([x, 0, x], kinds[0]), other
        )
    assert agree(to_lists(made, [axis(3)])[::2], [scalar, scalar])
    return scalar


@given(numbers, st.integers(-12, 12), modes)
def test_floats_are_rounded_by_their_shortest_decimal_form(x, digits, mode):
    found = both("round", x, digits, mode, (FLOAT, INTEGER))
    assert agree(found, rounded(x, digits, mode))


@given(st.floats(allow_nan=False), st.sampled_from([-1000, -308, -23, 23, 100, 330, 1000]), modes)
def test_digits_beyond_all_floats(x, digits, mode):
    found = both("round", x, digits, mode, (FLOAT, INTEGER))
    expected = rounded(x, digits, mode) if digits > -400 else found
    assert agree(found, expected)


@given(numbers, st.sampled_from([0.05, 0.25, 5.0, 0.1, 12.5, 1e-5, 3.0, 1e22, 0.007]), modes)
def test_multiples_of_a_step(x, step, mode):
    assert agree(both("round_to", x, step, mode), rounded_to(x, step, mode))


@given(st.integers(-(10**22), 10**22) | st.integers(-500, 500), st.integers(-25, 3), modes)
def test_integers_are_rounded_exactly(x, digits, mode):
    step = Decimal(1).scaleb(-min(digits, 0))
    expected = int(
        (x / step if not digits else WIDE.divide(Decimal(x), step)).quantize(
            Decimal(1), MODES[mode], WIDE
        )
        * step
    )
    assert both("round", x, digits, mode, (INTEGER, INTEGER)) == expected


@pytest.mark.parametrize(
    ("x", "digits", "mode", "expected"),
    [
        (2.675, 2, "half_even", 2.68),
        (1.005, 2, "half_up", 1.01),
        (1.005, 2, "half_even", 1.0),
        (0.285, 2, "half_up", 0.29),
        (-0.4, 0, "half_even", -0.0),
        (1e300, 2, "up", 1e300),
        (1.1, 1, "ceiling", 1.1),
        (9_007_199_254_740_993.0, 2, "up", 9_007_199_254_740_992.0),
        (15.0, -1, "half_even", 20.0),
        (5e-324, 5, "up", 1e-05),
    ],
)
def test_what_people_would_check(x, digits, mode, expected):
    assert agree(both("round", x, digits, mode, (FLOAT, INTEGER)), expected)


@pytest.mark.parametrize("step", [0.0, -0.05, math.inf, math.nan])
def test_a_step_is_above_zero(step):
    with pytest.raises(ValueError, match="step"):
        both("round_to", 1.0, step, "half_even")


@pytest.mark.parametrize("function", ["floor", "ceil"])
@pytest.mark.parametrize("x", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_has_no_integer_beside_it(function, x):
    with pytest.raises(ValueError, match=function):
        scalar_callable(function, (FLOAT,), INTEGER)(x)
    with pytest.raises(ValueError, match=function), np.errstate(all="ignore"):
        bind.elementwise(function, (FLOAT,), INTEGER)(column([1.5, x], FLOAT))


def test_many_cells_are_rounded_in_chunks():
    cells = [n / 1000 for n in range(-25_000, 25_000)] + [1e300, math.inf]
    for mode in MODES:
        with np.errstate(all="ignore"):
            made = bind.elementwise("round", (FLOAT, INTEGER), FLOAT, mode=mode)(
                column(cells, FLOAT), 2
            )
        assert agree(to_lists(made, [axis(len(cells))]), [rounded(x, 2, mode) for x in cells])
