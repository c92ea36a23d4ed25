"""Folds: over a whole array and parent by parent, against plain Python; empties and nulls too."""

import math

import numpy as np
import pytest
from exact_numbers import as_decimal, as_fraction, digits_28
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kernel_data import agree, axis, cells_of, column, signatures

from kumi.kernels import bind
from kumi.kernels.kinds import BOOLEAN, DECIMAL, FLOAT, INTEGER, STRING
from kumi.kernels.vectors import Column, column_of, to_lists


def known(cells):
    return [cell for cell in cells if cell is not None]


def extreme(choose):
    def fold(cells):
        cells = known(cells)
        nan = [cell for cell in cells if cell != cell]
        return (nan or [choose(cells)])[0] if cells else None

    return fold


def mean(cells):
    if not cells:
        return math.nan
    total = sum(cells)
    try:
        return total / len(cells)
    except OverflowError:
        return math.inf if total > 0 else -math.inf


PYTHON = {
    "sum": sum,
    "count": len,
    "min": extreme(min),
    "max": extreme(max),
    "any": lambda cells: bool(sum(cells)),  # which takes no null
    "all": lambda cells: sum(cells) == len(cells),
    "join": "".join,
    "mean": mean,
}
SIGNATURES = list(signatures(reducers=True))


def outcome(compute):
    try:
        return compute()
    except Exception as error:
        return type(error)


def python(function, kind, cells):
    """The fold in plain Python, with the identity of the static type."""
    if kind is DECIMAL and function in ("sum", "mean"):
        total = as_decimal(sum(map(as_fraction, cells), as_fraction(0)))
        return total if function == "sum" else digits_28(as_fraction(total) / len(cells))
    found = PYTHON[function](cells)
    return 0.0 + found if function == "sum" and kind is FLOAT else found


def near(left, right):
    """Equal, but for the order in which floats were added."""
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(near, left, right))
    if type(left) is type(right) is float and math.isfinite(left):
        return math.isclose(left, right, rel_tol=1e-12, abs_tol=1e-9)
    return agree(left, right)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("function", "kinds", "result"), SIGNATURES)
@given(data=st.data())
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
def test_a_fold_is_what_python_gives(function, kinds, result, data):
    [kind] = kinds
    one = cells_of(kind, nulls=data.draw(st.booleans()))
    if kind is FLOAT and function in ("sum", "mean"):  # overflow depends on the order of addition
        one = st.floats(-1e6, 1e6) | st.none() if data.draw(st.booleans()) else st.floats(-1e6, 1e6)
    segments = data.draw(st.lists(st.lists(one, max_size=4), max_size=5))
    if kind is DECIMAL and function == "mean":
        segments = list(filter(None, segments))  # of nothing there is none, and it raises
    flat = [cell for segment in segments for cell in segment]
    kernel = bind.reducer(function, kind, result)

    def run(whole):
        cells = column(flat, kind)
        with np.errstate(all="ignore"):
            if whole:
                return kernel(cells, axis(len(flat)), True)
            made = kernel(cells, axis(*map(len, segments)), False)
        assert isinstance(made, Column)
        return to_lists(made, [axis(len(segments))])

    assert near(outcome(lambda: run(True)), outcome(lambda: python(function, kind, flat)))
    expected = outcome(lambda: [python(function, kind, segment) for segment in segments])
    assert near(outcome(lambda: run(False)), expected)


@pytest.mark.parametrize(
    ("function", "kind", "result", "expected"),
    [
        ("sum", INTEGER, INTEGER, 0),
        ("sum", FLOAT, FLOAT, 0.0),
        ("count", FLOAT, INTEGER, 0),
        ("min", INTEGER, INTEGER, None),
        ("max", STRING, STRING, None),
        ("any", BOOLEAN, BOOLEAN, False),
        ("all", BOOLEAN, BOOLEAN, True),
        ("join", STRING, STRING, ""),
        ("mean", FLOAT, FLOAT, math.nan),
        ("mean", INTEGER, FLOAT, math.nan),
    ],
)
def test_nothing_to_fold(function, kind, result, expected):
    kernel = bind.reducer(function, kind, result)
    empty = column_of([], kind)
    with np.errstate(all="ignore"):
        assert agree(kernel(empty, axis(0), True), expected)
        nested = kernel(empty, axis(0, 0), False)
        assert agree(to_lists(nested, [axis(2)]), [expected, expected])
        assert to_lists(kernel(empty, axis(), False), [axis(0)]) == []


@pytest.mark.parametrize("function", ["sum", "mean", "join"])
def test_a_null_is_an_error_without_its_value(function):
    kind = STRING if function == "join" else INTEGER
    kernel = bind.reducer(function, kind, kind)
    cells = column([None, "a" if function == "join" else 1], kind)
    with pytest.raises(TypeError, match=f"^{function}: there is a null among the values$"):
        kernel(cells, axis(2), True)


def test_sums_never_wrap():
    big = 2**62
    kernel = bind.reducer("sum", INTEGER, INTEGER)
    assert kernel(column_of([big] * 5, INTEGER), axis(5), True) == 5 * big
    made = kernel(column_of([big] * 5, INTEGER), axis(2, 3), False)
    assert to_lists(made, [axis(2)]) == [2 * big, 3 * big]


def test_generous_bounds_do_not_make_slow_objects():
    """A bound grows with every operation; the data is looked at before int64 is given up."""
    generous = Column(np.arange(4), None, 2**62)
    made = bind.reducer("sum", INTEGER, INTEGER)(generous, axis(2, 2), False)
    assert made.values.dtype == np.int64
    doubled = bind.elementwise("multiply", (INTEGER, INTEGER), INTEGER)(
        Column(np.arange(4), None, 2**62), 2
    )
    assert (doubled.values.dtype, doubled.bound) == (np.int64, 6)


@pytest.mark.parametrize("function", ["min", "max"])
def test_nan_is_not_hidden_by_a_fold(function):
    kernel = bind.reducer(function, FLOAT, FLOAT)
    assert math.isnan(kernel(column_of([1.0, math.nan, 2.0], FLOAT), axis(3), True))
