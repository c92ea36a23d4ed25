"""Flat columns and nested lists are the same thing, at any depth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_data import agree, axis, cells_of

from kumi.kernels.kinds import BOOLEAN, FLOAT, HASH, INTEGER, STRING
from kumi.kernels.vectors import align, column_of, to_lists

NESTED = st.lists(st.lists(st.lists(st.integers() | st.none(), max_size=3), max_size=3), max_size=4)


@given(NESTED)
def test_flat_values_nest_again(nested):
    middle = [row for rows in nested for row in rows]
    flat = [cell for row in middle for cell in row]
    axes = [axis(len(nested)), axis(*map(len, nested)), axis(*map(len, middle))]
    assert [one.size for one in axes] == [len(nested), len(middle), len(flat)]
    assert to_lists(column_of(flat, INTEGER), axes) == nested


@given(NESTED)
def test_aligned_cells_repeat_over_what_is_below_them(nested):
    middle = [row for rows in nested for row in rows]
    below = axis(*map(len, nested)), axis(*map(len, middle))
    column = column_of([n if n % 2 else None for n in range(len(nested))], INTEGER)
    once = [n if n % 2 else None for n, rows in enumerate(nested) for _ in rows]
    twice = [n if n % 2 else None for n, rows in enumerate(nested) for row in rows for _ in row]
    assert to_lists(align(column, below[:1]), [axis(len(once))]) == once
    assert to_lists(align(column, below), [axis(len(twice))]) == twice
    assert align(column, below).bound == column.bound


@pytest.mark.parametrize("kind", [INTEGER, FLOAT, STRING, BOOLEAN])
@given(data=st.data())
def test_cells_come_back_as_plain_python_objects(kind, data):
    cells = data.draw(st.lists(cells_of(kind), max_size=5))
    assert agree(to_lists(column_of(cells, kind), [axis(len(cells))]), cells)


def test_objects_of_any_shape_are_cells():
    cells = [{"a": 1}, None, {"b": [2]}]
    assert to_lists(column_of(cells, HASH), [axis(3)]) == cells
    assert to_lists(column_of([[1, 2], [3, 4]], HASH), [axis(2)]) == [[1, 2], [3, 4]]


def test_a_column_shows_its_cells():
    assert repr(column_of([1, None], INTEGER)) == "Column([1, None], bound=1)"
