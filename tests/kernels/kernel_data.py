"""Data for kernels: strategies for the cells of a kind, and what it means to be equal."""

import itertools
import math
from datetime import date
from decimal import Decimal

import numpy as np
from hypothesis import strategies as st

from kumi.kernels import bind
from kumi.kernels.kinds import ANY, BOOLEAN, DATE, DECIMAL, FLOAT, INTEGER, NULL, STRING, ArrayOf
from kumi.kernels.signatures import FUNCTIONS
from kumi.kernels.vectors import Axis, column_of

EDGES = [
    0,
    1,
    -1,
    2,
    7,
    2**31,
    2**53 - 1,
    2**53 + 1,
    -(2**53) - 1,
    2**62,
    2**63 - 1,
    -(2**63),
    2**63,
]
EDGES += [10**30, -(10**30), 10**400, -(10**400)]
SMALL = st.integers(-5, 9)
WRITTEN = "0 -0 1.50 -1.5 0.05 19.99 -0.001 3 1e3 0.1 92233720368547758.08 -92233720368547758.07 "
WRITTEN += "12345678901234567890.123 1e40 -1e-40 0.3333333333333333333333333333"
MONEY = st.decimals(-1000, 1000, places=2) | st.decimals(-9, 9, places=4)
LEAVES = {
    DECIMAL: MONEY | st.sampled_from(list(map(Decimal, WRITTEN.split()))),
    INTEGER: SMALL | st.sampled_from(EDGES),
    FLOAT: st.floats()
    | st.sampled_from([0.0, -0.0, 0.5, 2.0, -8.0, 2.0**53, float(2**63), 1e308, math.inf]),
    STRING: st.text("abé ß", max_size=3),
    BOOLEAN: st.booleans(),
    DATE: st.dates() | st.dates(date(2023, 12, 1), date(2024, 3, 1)),
    NULL: st.none(),
}
LEAVES[ANY] = st.one_of(*LEAVES.values(), st.lists(st.integers(0, 2), max_size=2))
LEAVES[ArrayOf(INTEGER)] = st.lists(SMALL, max_size=3)
KINDS = tuple(LEAVES)


def cells_of(kind, *, nulls=True, exponent=False):
    """Cells of a kind, null now and then. Exponents are small, or powers would fill the memory."""
    leaves = st.integers(-2, 30) if exponent and kind is INTEGER else LEAVES[kind]
    return leaves | st.none() if nulls else leaves


def signatures(*, reducers):
    """Every function with every combination of kinds that it admits, and the kind of its result."""
    for function in FUNCTIONS:
        is_said_otherwise = function.name.endswith("_if") or function.table
        if function.name in {"shift", "roll", "cross", "outer"}:
            continue  # no cell by itself has a neighbour: see test_kernels_neighbours.py
        if function.reducer is not reducers or is_said_otherwise:
            continue
        more = len(function.parameters) + len(function.group)
        for count in {len(function.parameters), more}:
            for kinds in itertools.product(KINDS, repeat=count):
                if function.admits(kinds):
                    yield function.name, kinds, function.result(kinds)


def scalar_callable(function, kinds, result, **options):
    """The scalar kernel as code generation uses it."""
    found = bind.scalar(function, kinds, result, **options)
    if not isinstance(found, str):
        return found
    names = [f"a{n}" for n in range(len(kinds))]
    return eval(f"lambda {', '.join(names)}: {found.format(*names)}", dict(bind.NAMES))


def column(cells, kind):
    """A column in which the values below nulls are anything: no kernel may look at them."""
    made = column_of(cells, kind)
    if made.valid is not None and made.values.dtype != object:
        below = {INTEGER: made.bound, FLOAT: math.nan, BOOLEAN: True, DATE: np.datetime64("NaT")}
        below[DECIMAL] = made.bound
        made.values[~made.valid] = below[kind]
    return made


def axis(*counts):
    """An axis whose parents have so many elements."""
    return Axis(np.concatenate(([0], np.cumsum(counts, dtype=np.int64))))


def agree(left, right, ulps=0):
    """Whether two results are the same to the type and the sign of zero, but for some ulps."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return left == right
    if type(left) is not type(right):
        return False
    if isinstance(left, list):
        return len(left) == len(right) and all(
            agree(a, b, ulps) for a, b in zip(left, right, strict=True)
        )
    if not isinstance(left, float) or math.isnan(left):
        return left == right or (left != left and right != right)
    if ulps and math.isfinite(left):
        return abs(left - right) <= ulps * math.ulp(left)
    return repr(left) == repr(right)
