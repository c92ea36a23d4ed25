"""A column is its rows: every kernel over a column gives what the scalar kernel gives cell by cell.

Values, exact Python types and the type of the exception, for every function and every combination
of kinds that it admits, with nulls, empty columns, integers of any size and every special float.
"""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kernel_data import agree, axis, cells_of, column, scalar_callable, signatures

from kumi.kernels import bind
from kumi.kernels.kinds import FLOAT
from kumi.kernels.signatures import overloads
from kumi.kernels.vectors import Column, to_lists

ROUNDED = {"sin", "cos", "exp", "log", "tanh", "power"}  # libm and NumPy differ by some ulps
BY_FUNCTION = {}
for name, kinds, result in signatures(reducers=False):
    BY_FUNCTION.setdefault(name, []).append((kinds, result))


def outcome(compute):
    try:
        return compute()
    except Exception as error:
        return type(error)


def assert_bounded(made):
    """The promise of `vectors`: int64 exactly where the bound says so."""
    if made.bound is not None:
        assert (made.values.dtype == np.int64) == (made.bound <= 2**63 - 1)
        there = made.values if made.valid is None else made.values[made.valid]
        assert all(abs(one) <= made.bound for one in there.tolist())


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("function", BY_FUNCTION)
@given(data=st.data())
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
def test_a_column_is_its_rows(function, data):
    kinds, result = data.draw(st.sampled_from(BY_FUNCTION[function]), label="kinds")
    size = data.draw(st.integers(0, 5), label="rows")
    taken = next(f for f in overloads(function) if f.admits(kinds))
    literals = [parameter.literal for parameter in taken.taking(len(kinds))]
    vectors = data.draw(
        st.tuples(*(st.just(False) if literal else st.booleans() for literal in literals)).filter(
            any
        ),
        label="columns",
    )
    nulls = data.draw(st.booleans(), label="nulls")
    options = {
        option.name: data.draw(st.sampled_from(option.choices), label=option.name)
        for option in taken.options
    }
    given_arguments, rows = [], []
    for position, (kind, vector) in enumerate(zip(kinds, vectors, strict=True)):
        exponent = position == 1 and function in ("power", "multiply", "at", "round")
        one = cells_of(kind, nulls=nulls, exponent=exponent)
        if literals[position]:
            one = one.filter(
                lambda value, holds=literals[position]: value is not None and holds(value)
            )
        if vector:
            cells = data.draw(st.lists(one, min_size=size, max_size=size))
            given_arguments.append(column(cells, kind))
            rows.append(cells)
        else:
            value = data.draw(one)
            given_arguments.append(value)
            rows.append([value] * size)
    scalar = scalar_callable(function, kinds, result, **options)
    kernel = bind.elementwise(function, kinds, result, **options)

    def by_column():
        with np.errstate(all="ignore"):
            made = kernel(*given_arguments)
        assert isinstance(made, Column)
        assert_bounded(made)
        return to_lists(made, [axis(size)])

    expected = outcome(lambda: [scalar(*row) for row in zip(*rows, strict=True)])
    found = outcome(by_column)
    assert agree(found, expected, ulps=4 if function in ROUNDED else 0), (found, expected)


@pytest.mark.parametrize("exponent", [0.5, -1.0, 0.0, 1.0, 2.0, 3.0, float("inf"), float("-inf")])
def test_powers_that_numpy_shortens_are_still_ieee(exponent):
    bases = [0.0, -0.0, 1.0, -1.0, -4.0, 4.0, 1e200, float("inf"), float("-inf"), float("nan")]
    scalar = scalar_callable("power", (FLOAT, FLOAT), FLOAT)
    with np.errstate(all="ignore"):
        made = bind.elementwise("power", (FLOAT, FLOAT), FLOAT)(column(bases, FLOAT), exponent)
    found = to_lists(made, [axis(len(bases))])
    assert agree(found, [scalar(base, exponent) for base in bases], ulps=4)
