"""Neighbours and pairs over columns, beside the same in nested lists."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kumi.kernels.kinds import BOOLEAN, DECIMAL, FLOAT, INTEGER, STRING, ZEROS
from kumi.kernels.neighbour_columns import positions, shifted
from kumi.kernels.pairs import beside, crossed, spread
from kumi.kernels.vectors import Axis, axis_over, column_of, to_lists

VALUES = {
    INTEGER: st.none() | st.integers(-5, 5) | st.just(2**70),
    FLOAT: st.none() | st.sampled_from([0.5, -1.0, 1e300]),
    STRING: st.none() | st.sampled_from(["", "a", "b"]),
    BOOLEAN: st.none() | st.booleans(),
    DECIMAL: st.none() | st.integers(-5, 5),
}
BY = st.integers(-7, 7) | st.sampled_from([10**14, -(10**14)])


def flat(rows):
    return [cell for row in rows for cell in row]


@st.composite
def tables(draw, kind):
    """Rows of cells: of one length as often as not."""
    if draw(st.booleans()):
        width = draw(st.integers(0, 4))
        rows = st.lists(VALUES[kind], min_size=width, max_size=width)
    else:
        rows = st.lists(VALUES[kind], max_size=4)
    return draw(st.lists(rows, max_size=4))


def columns(rows, kind):
    return column_of(flat(rows), kind), Axis(np.array([0, len(rows)])), axis_over(rows)


def source(at, size, policy):
    """Where a neighbour is found; None beyond the ends."""
    if policy == "wrap":
        return at % size
    if policy == "clamp":
        return min(max(at, 0), size - 1)
    return at if 0 <= at < size else None


@pytest.mark.parametrize("policy", ["zero", "clamp", "wrap"])
@given(data=st.data())
def test_neighbours_in_a_row_and_across_rows(policy, data):
    kind = data.draw(st.sampled_from([*VALUES]))
    rows, by = data.draw(tables(kind)), data.draw(BY)
    column, outer, inner = columns(rows, kind)
    fill = ZEROS[kind]

    moved = shifted(column, (inner,), by=by, policy=policy, fill=fill)
    expected = [
        [
            fill if found is None else row[found]
            for found in (source(at - by, len(row), policy) for at in range(len(row)))
        ]
        for row in rows
    ]
    assert to_lists(moved, [outer, inner]) == expected

    moved = shifted(column, (outer, inner), by=by, policy=policy, fill=fill)
    expected = []
    for at, row in enumerate(rows):
        found = source(at - by, len(rows), policy)
        other = [fill] * len(row) if found is None else [*rows[found], *[None] * len(row)]
        expected.append(other[: len(row)])
    assert to_lists(moved, [outer, inner]) == expected


@given(st.data())
def test_pairs_in_each_row_and_with_another_array(data):
    kind = data.draw(st.sampled_from([*VALUES]))
    rows, others = data.draw(tables(kind)), data.draw(st.lists(VALUES[kind], max_size=4))
    column, outer, inner = columns(rows, kind)

    pairs = beside(inner, (inner,))
    found = to_lists(crossed(column, inner, pairs), [outer, inner, pairs])
    assert found == [[row for _ in row] for row in rows]

    free = Axis(np.array([0, len(others)]))
    all_of_them = beside(free, (outer, inner))
    steps = ((outer, None), (inner, None), (all_of_them, free))
    found = to_lists(spread(column_of(others, kind), steps), [outer, inner, all_of_them])
    assert found == [[others for _ in row] for row in rows]


@given(st.lists(st.lists(st.integers(0, 3), max_size=3), max_size=4))
def test_the_elements_of_a_row_with_the_rows_below_it(counts):
    """`outer` of an inner array, beside another array in the same outer one."""
    rows = [list(range(len(one))) for one in counts]
    column, outer, inner = columns(rows, INTEGER)
    below = axis_over([range(count) for one in counts for count in one])
    free = axis_over(rows)
    all_of_them = beside(free, (inner, below))

    found = spread(column, ((inner, None), (below, None), (all_of_them, free)))

    expected = [
        [[row for _ in range(n)] for n in one] for row, one in zip(rows, counts, strict=True)
    ]
    assert to_lists(found, [outer, inner, below, all_of_them]) == expected


@given(tables(INTEGER))
def test_positions(rows):
    _, _, inner = columns(rows, INTEGER)
    found = positions(inner).values.tolist()
    assert [found[a:b] for a, b in pairwise(inner.offsets.tolist())] == [
        list(range(len(row))) for row in rows
    ]
