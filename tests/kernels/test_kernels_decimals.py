"""Decimals are exact: every function of them against fractions, as scalars and as columns."""

import operator
from decimal import Context, Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from exact_numbers import as_decimal, as_fraction, digits_28, rounded
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kernel_data import LEAVES, axis, column, scalar_callable

from kumi.kernels import bind, decimal_rounding
from kumi.kernels.decimal_rounding import round_column
from kumi.kernels.decimal_values import canonical, text
from kumi.kernels.kinds import BOOLEAN, DECIMAL, FLOAT, INTEGER
from kumi.kernels.rounding import GOES_UP
from kumi.kernels.vectors import Column, align, cells, column_of

MONEY = st.decimals(-(10**9), 10**9, places=2) | st.decimals(-99, 99, places=6)
NUMBERS = {
    DECIMAL: LEAVES[DECIMAL] | MONEY,
    INTEGER: st.integers(-(10**6), 10**6) | st.sampled_from([2**53, 2**63, -(2**63), 10**40]),
    FLOAT: st.floats(-1e6, 1e6) | st.sampled_from([0.1, 0.07, 2.675, 1e16, 1e-7, 5e-324, 1e300]),
}
BINARY = 0.1
KINDS = [(DECIMAL, other) for other in NUMBERS] + [(INTEGER, DECIMAL), (FLOAT, DECIMAL)]


def outcome(compute):
    try:
        return compute()
    except (ArithmeticError, ValueError, TypeError) as error:
        return type(error)


def floored(a, b):
    return a - b * (a // b)


EXACT = {
    "add": lambda a, b: as_decimal(a + b),
    "subtract": lambda a, b: as_decimal(a - b),
    "multiply": lambda a, b: as_decimal(a * b),
    "divide": lambda a, b: digits_28(a / b),
    "modulo": lambda a, b: as_decimal(floored(a, b)),
    "less_than": operator.lt,
    "less_than_or_equal": operator.le,
    "greater_than": operator.gt,
    "greater_than_or_equal": operator.ge,
    "equal": operator.eq,
    "not_equal": operator.ne,
}
ARITHMETIC = {"add", "subtract", "multiply", "divide", "modulo"}


@pytest.mark.parametrize("function", EXACT)
@given(data=st.data())
@settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)
def test_a_function_of_decimals_is_that_of_fractions(function, data):
    kinds = data.draw(st.sampled_from(KINDS))
    size = data.draw(st.integers(1, 4))
    rows = [data.draw(st.tuples(*(NUMBERS[kind] for kind in kinds))) for _ in range(size)]
    result = DECIMAL if function in ARITHMETIC else BOOLEAN
    expected = outcome(lambda: [EXACT[function](*map(as_fraction, row)) for row in rows])
    scalar = scalar_callable(function, kinds, result)
    by_column = bind.elementwise(function, kinds, result)
    columns = [column(list(one), kind) for one, kind in zip(zip(*rows), kinds, strict=True)]
    with localcontext(Context(prec=3)):
        assert outcome(lambda: [scalar(*row) for row in rows]) == expected
        assert outcome(lambda: cells(by_column(*columns))) == expected
        one = outcome(
            lambda: [EXACT[function](*map(as_fraction, (r[0], rows[0][1]))) for r in rows]
        )
        assert outcome(lambda: cells(by_column(columns[0], rows[0][1]))) == one


@given(data=st.data())
@settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
def test_rounding_is_once_from_the_exact_number(data):
    mode = data.draw(st.sampled_from(list(GOES_UP)))
    digits = data.draw(st.integers(-4, 8))
    tops = data.draw(st.lists(MONEY, min_size=1, max_size=4))
    divisor = data.draw(MONEY.filter(bool) | st.integers(1, 400).map(Decimal))
    columns = column_of(tops, DECIMAL)
    found = round_column(columns, digits, mode)
    assert cells(found) == [rounded(as_fraction(one), digits, mode) for one in tops]
    expected = [rounded(as_fraction(one) / as_fraction(divisor), digits, mode) for one in tops]
    quotients = bind.elementwise("divide", (DECIMAL, DECIMAL), DECIMAL)(columns, divisor)
    assert cells(round_column(quotients, digits, mode)) == expected
    divide = scalar_callable("divide", (DECIMAL, DECIMAL), DECIMAL)
    one = [decimal_rounding.rounded(divide(top, divisor), digits, mode) for top in tops]
    assert one == expected


def test_a_quotient_that_28_digits_would_make_a_tie_is_rounded_as_the_fraction_it_is():
    """Its 28 digits end in a five and nothing behind it, the fraction itself lies below."""
    top, bottom = Decimal(15 * 10**29 - 1), Decimal(10**30)
    divide = scalar_callable("divide", (DECIMAL, DECIMAL), DECIMAL)
    quotient = divide(top, bottom)
    assert text(quotient) == "1.5"
    assert decimal_rounding.rounded(quotient) == 1
    columns = bind.elementwise("divide", (DECIMAL, DECIMAL), DECIMAL)(
        column_of([top], DECIMAL), bottom
    )
    assert cells(round_column(columns, 0)) == [1]
    repeated = align(columns, [axis(2)])
    assert cells(round_column(repeated, 0)) == [1, 1]
    assert cells(repeated) == [Decimal("1.5")] * 2


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("half_even", "2.2 2.4 -2.2 -2.4 2.3"),
        ("half_up", "2.3 2.4 -2.3 -2.4 2.3"),
        ("half_down", "2.2 2.3 -2.2 -2.3 2.3"),
        ("up", "2.3 2.4 -2.3 -2.4 2.3"),
        ("down", "2.2 2.3 -2.2 -2.3 2.2"),
        ("ceiling", "2.3 2.4 -2.2 -2.3 2.3"),
        ("floor", "2.2 2.3 -2.3 -2.4 2.2"),
    ],
)
def test_the_modes(mode, expected):
    numbers = [Decimal(one) for one in ["2.25", "2.35", "-2.25", "-2.35", "2.29"]]
    wanted = [Decimal(one) for one in expected.split()]
    assert [decimal_rounding.rounded(one, 1, mode) for one in numbers] == wanted
    assert cells(round_column(column_of(numbers, DECIMAL), 1, mode)) == wanted


@pytest.mark.parametrize(
    ("base", "exponent", "expected"),
    [
        ("1.1", 2, "1.21"),
        ("1.05", 12, "1.795856326022129150390625"),
        ("1.0001", 365, "1.037172411302551929902028017"),
        ("2", -2, "0.25"),
        ("3", -1, "0.3333333333333333333333333333"),
        ("25", 0.5, "5"),
        ("2", 0.5, "1.414213562373095048801688724"),
        ("0", 0, "1"),
        ("0", 2, "0"),
        ("-2", 3, "-8"),
    ],
)
def test_a_power_has_28_digits(base, exponent, expected):
    kinds = (DECIMAL, FLOAT if isinstance(exponent, float) else INTEGER)
    scalar = scalar_callable("power", kinds, DECIMAL)
    assert scalar(Decimal(base), exponent) == Decimal(expected)
    made = bind.elementwise("power", kinds, DECIMAL)(column_of([Decimal(base)], DECIMAL), exponent)
    assert cells(made) == [Decimal(expected)]


@pytest.mark.parametrize(
    ("function", "arguments", "error"),
    [
        ("divide", ("1", "0"), ZeroDivisionError),
        ("divide", ("0", "0"), ZeroDivisionError),
        ("modulo", ("1", "0"), ZeroDivisionError),
        ("power", ("0", "-1"), ZeroDivisionError),
        ("power", ("-2", "0.5"), ValueError),
        ("power", ("2", "1e9"), OverflowError),
        ("power", ("0.5", "1e9"), OverflowError),
        ("multiply", ("1e6000", "1e6000"), OverflowError),
        ("add", ("1e6000", "1e-6000"), OverflowError),
    ],
)
def test_what_has_no_decimal_raises(function, arguments, error):
    numbers = list(map(Decimal, arguments))
    kinds = (DECIMAL, DECIMAL)
    with pytest.raises(error):
        scalar_callable(function, kinds, DECIMAL)(*numbers)
    with pytest.raises(error):
        bind.elementwise(function, kinds, DECIMAL)(column_of(numbers[:1], DECIMAL), numbers[1])


@pytest.mark.parametrize("special", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("function", ["add", "less_than", "equal"])
def test_a_float_that_is_no_number_does_not_meet_a_decimal(function, special):
    kinds, result = (DECIMAL, FLOAT), DECIMAL if function == "add" else BOOLEAN
    with pytest.raises(ValueError, match="NaN or infinite meets a decimal"):
        scalar_callable(function, kinds, result)(Decimal(1), special)
    with pytest.raises(ValueError, match="NaN or infinite meets a decimal"):
        bind.elementwise(function, kinds, result)(
            column_of([Decimal(1)], DECIMAL), column_of([special], FLOAT)
        )


def test_equal_floats_and_decimals_are_not_mixed_up():
    """Python holds 0.1 and its binary value, written out, for one number, and hashes them alike."""
    binary, kinds = Decimal(BINARY), (DECIMAL, DECIMAL)
    one = column_of([Decimal(1)], DECIMAL)
    assert cells(bind.elementwise("multiply", (DECIMAL, FLOAT), DECIMAL)(one, 0.1)) == [
        Decimal("0.1")
    ]
    assert cells(bind.elementwise("multiply", kinds, DECIMAL)(one, binary)) == [binary]


def test_past_int64_and_back():
    largest = Decimal(2**63 - 1).scaleb(-2)
    numbers = column_of([largest, Decimal("-0.01")], DECIMAL)
    assert numbers.values.dtype == np.int64
    add = bind.elementwise("add", (DECIMAL, DECIMAL), DECIMAL)
    more = add(numbers, Decimal("0.01"))
    assert more.values.dtype == object
    assert cells(more) == [Decimal("92233720368547758.08"), 0]
    total = bind.reducer("sum", DECIMAL, DECIMAL)
    wide = column_of([largest] * 200, DECIMAL)
    assert total(wide, axis(200), True) == 200 * Fraction(largest)
    assert cells(total(wide, axis(150, 50), False)) == [
        150 * Fraction(largest),
        50 * Fraction(largest),
    ]


def test_a_sum_may_be_longer_on_the_way_than_in_the_end():
    numbers = list(map(Decimal, ["0.01", "9e9998", "-0.01", "1"]))
    total = bind.reducer("sum", DECIMAL, DECIMAL)
    made = column_of(numbers, DECIMAL)
    assert cells(total(made, axis(3, 1), False)) == [Decimal("9e9998"), 1]
    assert total(column_of(numbers[:3], DECIMAL), axis(3), True) == Decimal("9e9998")
    with pytest.raises(OverflowError, match="more than 10,000 digits"):
        total(made, axis(2, 2), False)


def test_generous_bounds_do_not_make_slow_objects():
    generous = Column(np.array([150, 225]), None, 2**62, 2)
    times = bind.elementwise("multiply", (DECIMAL, DECIMAL), DECIMAL)
    made = times(generous, Decimal("1.5"))
    assert (made.values.dtype, cells(made)) == (np.int64, [Decimal("2.25"), Decimal("3.375")])


def test_results_have_no_zeros_after_the_last_digit():
    found = cells(
        column_of(
            list(map(Decimal, ["1.50", "20.00", "0.00", "-0", "3.25", "100", "1e3", "-7.10"])),
            DECIMAL,
        )
    )
    assert list(map(str, found)) == ["1.5", "20", "0", "0", "3.25", "100", "1000", "-7.1"]
    wide = column_of(list(map(Decimal, ["12345678901234567890.50", "1.00", "0"])), DECIMAL)
    assert list(map(str, cells(wide))) == ["12345678901234567890.5", "1", "0"]
    assert [str(canonical(Decimal(one))) for one in ("1E+2", "-0.00", "1.10")] == [
        "100",
        "0",
        "1.1",
    ]


@pytest.mark.parametrize(
    "given",
    [
        [1, 2, -3],
        [1.5, 0.07, 1e-7, 123456.789],
        [0.1 + 0.2, 1e22, 5e-324],
        ["1.50", "-3", ".5", "5.", "1e3", "+7"],
        ["12345678901234567890.123456789", "1"],
        [Decimal("1.5"), Decimal("1e-7"), Decimal("1e40")],
        [1, 1.5, "2.25", Decimal("0.125")],
        [None, "1.5"],
        [None, Decimal(2), None],
        [None, 1.25],
        [None, None],
        [],
    ],
)
def test_what_a_column_of_decimals_takes(given):
    exact = [
        None if one is None else as_fraction(float(one) if isinstance(one, float) else Decimal(one))
        for one in given
    ]
    assert cells(column_of(given, DECIMAL)) == exact


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=6))
def test_a_float_is_its_shortest_decimal(floats):
    assert cells(column_of(floats, DECIMAL)) == list(map(as_fraction, floats))


@given(st.lists(MONEY, max_size=6))
def test_a_text_is_the_number_it_writes(numbers):
    assert cells(column_of(list(map(str, numbers)), DECIMAL)) == numbers
    assert cells(column_of(numbers, DECIMAL)) == numbers


def test_a_decimal_zero_is_no_negative_float():
    nothing = Decimal(0) * -1
    as_scalar = scalar_callable("to_float", (DECIMAL,), FLOAT)(nothing)
    as_column = bind.elementwise("to_float", (DECIMAL,), FLOAT)(column_of([nothing], DECIMAL))
    assert [as_scalar.hex(), *map(float.hex, cells(as_column))] == ["0x0.0p+0", "0x0.0p+0"]
