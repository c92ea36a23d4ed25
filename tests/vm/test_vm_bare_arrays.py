"""Floats and booleans that are never null: computed as bare arrays, into memory that is free."""

import math
import re

import numpy as np
import pytest

import kumi
from kumi.kernels.bind import reducer
from kumi.kernels.kinds import FLOAT
from kumi.kernels.vectors import Axis, cells, column_of

ROWS = "input do array :rows do hash :row do float :x float :y integer :i end end end"


def schema(*formulas, inputs=ROWS):
    return kumi.loads("\n".join(["schema do", inputs, *formulas, "end"]), name="Bare")


def run(*formulas, rows):
    return schema(*formulas).run(rows=[dict(zip("xyi", row, strict=True)) for row in rows])


def same(found, expected):
    return list(map(repr, found)) == list(map(repr, expected))


def test_what_a_tuple_holds_is_not_written_over():
    result = run(
        "let :more, input.rows.row.x + 1.0",
        "value :pair, [more, 0.5]",
        "value :twice, more * 2.0",
        rows=[(1.0, 0.0, 0), (2.0, 0.0, 0)],
    )
    assert result.pair == [[2.0, 0.5], [3.0, 0.5]]
    assert result.twice == [4.0, 6.0]


def test_what_is_asked_for_or_used_again_is_not_written_over():
    result = run(
        "value :shown, input.rows.row.x + 1.0",
        "let :kept, input.rows.row.x * 3.0",
        "value :first, (kept - 1.0) / kept",
        "value :second, shown - kept",
        "trait :low, kept < 4.0",
        "value :chosen, select(low, 1.0 - kept, kept)",
        rows=[(1.0, 0.0, 0), (2.0, 0.0, 0)],
    )
    assert result.shown == [2.0, 3.0]
    assert same(result.first, [2.0 / 3.0, 5.0 / 6.0])
    assert result.second == [-1.0, -3.0]
    assert result.chosen == [-2.0, 6.0]
    assert result.low == [True, False]


def test_arrays_of_the_caller_are_not_written_to():
    given = np.array([1.0, 4.0])
    subject = schema(
        "value :root, fn(:sqrt, input.xs.x) * 2.0 + 1.0",
        inputs="input do array :xs do float :x end end",
    )
    assert subject.run(xs=given).root == [3.0, 5.0]
    assert subject.run(xs=given).root == [3.0, 5.0]
    assert given.tolist() == [1.0, 4.0]


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("fn(:clamp, input.rows.row.x, 0.0, 1.0)", [-0.0, 0.0]),
        ("fn(:clamp, input.rows.row.x, input.rows.row.y, 1.0)", [-0.0, 0.0]),
        ("fn(:max_of, input.rows.row.x, 0.0)", [-0.0, 0.0]),
        ("fn(:min_of, input.rows.row.x, input.rows.row.y)", [-0.0, 0.0]),
        ("fn(:max_of, input.rows.row.y, input.rows.row.x, -0.0)", [0.0, -0.0]),
    ],
)
def test_of_two_zeros_the_one_is_taken_that_the_language_says(formula, expected):
    result = run(f"value :found, {formula}", rows=[(-0.0, 0.0, 0), (0.0, -0.0, 0)])
    assert same(result.found, expected)


def test_nan_goes_through():
    result = run(
        "value :least, fn(:min_of, input.rows.row.x, input.rows.row.y, 1)",
        "value :within, fn(:clamp, input.rows.row.x, -1, 1)",
        "value :root, fn(:sqrt, input.rows.row.x)",
        "value :over, input.rows.row.x / 0",
        rows=[(math.nan, 4.0, 0), (4.0, 0.5, 0)],
    )
    assert same(result.least, [math.nan, 0.5])
    assert same(result.within, [math.nan, 1.0])
    assert same(result.root, [math.nan, 2.0])
    assert same(result.over, [math.nan, math.inf])


@pytest.mark.parametrize(
    "formula",
    [
        "fn(:sqrt, input.rows.row.x + 0.0)",
        "fn(:log, input.rows.row.x)",
        "fn(:clamp, 0.0, input.rows.row.y, input.rows.row.x + 0.0)",
    ],
)
def test_what_cannot_be_computed_names_its_row(formula):
    first = 1.0 if "clamp" in formula else math.nan
    with pytest.raises(ValueError, match=re.escape("`rows[2]`")):
        run(f"value :found, {formula}", rows=[(first, 0.0, 0), (2.0, 0.0, 0), (-1.0, 0.0, 0)])


def test_integers_beside_floats_are_brought_exactly():
    result = run(
        "value :product, input.rows.row.x * input.rows.row.i",
        "value :above, input.rows.row.x > 9007199254740993",
        rows=[(0.5, 0.0, 2**53 + 1), (2.0**53, 0.0, 10**30)],
    )
    assert same(result.product, [0.5 * float(2**53 + 1), 2.0**53 * float(10**30)])
    assert result.above == [False, False]


def test_no_rows():
    result = run(
        "value :within, fn(:clamp, input.rows.row.x, 0.0, input.rows.row.y)",
        "value :most, fn(:max_of, input.rows.row.x, input.rows.row.y)",
        "value :root, fn(:sqrt, input.rows.row.x)",
        rows=[],
    )
    assert result.to_dict() == {"within": [], "most": [], "root": []}


@pytest.mark.parametrize("each", [1, 2, 3, 8, 9, 130])
def test_a_sum_has_the_same_digits_beside_rows_of_another_length(each):
    numbers = np.random.default_rng(each).normal(size=5 * each)
    total = reducer("sum", FLOAT, FLOAT)
    even = total(column_of(numbers.tolist(), FLOAT), Axis(np.arange(6) * each), False)
    offsets = np.append(np.arange(6) * each, 5 * each)  # and one more, which is empty
    ragged = total(column_of(numbers.tolist(), FLOAT), Axis(offsets), False)
    assert same(cells(ragged), [*cells(even), 0.0])


@pytest.mark.parametrize("count", [3, 3_000])
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("input.rows.row.x", "input.rows.row.y"),
        ("input.rows.row.x", "-0.0"),
        ("1", "input.rows.row.y"),
        ("0.1", "-0.0"),
    ],
)
def test_a_choice_has_every_bit_of_what_is_chosen(first, second, count):
    x, y = [-0.0, 5e-324, math.inf], [math.nan, -1.5, 0.0]
    rows = [(x[n % 3], y[n % 3], n % 2) for n in range(count)]
    found = run(
        "trait :odd, input.rows.row.i == 1",
        f"value :chosen, select(odd, {first}, {second})",
        "value :either, select(odd, odd, input.rows.row.x > 1.0)",
        rows=rows,
    )
    of = {"input.rows.row.x": 0, "input.rows.row.y": 1}
    names = [first if row[2] else second for row in rows]
    expected = [rows[n][of[one]] if one in of else float(one) for n, one in enumerate(names)]
    assert same(found.chosen, expected)
    assert found.either == [bool(row[2]) or row[0] > 1.0 for row in rows]


def test_one_condition_for_all_cells():
    found = run(
        "let :total, fn(:sum, input.rows.row.x)",
        "value :chosen, select(total > 1.0, input.rows.row.x, 0.0)",
        "value :either, select(total > 9.0, input.rows.row.x > 1.0, true)",
        rows=[(1.0, 0.0, 0), (2.0, 0.0, 0)],
    )
    assert found.chosen == [1.0, 2.0]
    assert found.either == [True, True]


def test_a_choice_is_written_into_the_other_only_where_nothing_needs_that():
    result = run(
        "trait :low, input.rows.row.x < 2.0",
        "trait :high, input.rows.row.x > 3.0",
        "let :kept, select(low, 1.0, 2.0)",
        "value :nested, select(high, -0.0, select(low, 1.0, input.rows.row.y))",
        "value :of_kept, select(high, 9.0, kept)",
        "value :shown, kept",
        "value :how_many, fn(:count_if, low, true)",
        rows=[(1.0, 7.0, 0), (2.5, 8.0, 0), (4.0, 9.0, 0)],
    )
    assert same(result.nested, [1.0, 8.0, -0.0])
    assert same(result.of_kept, [1.0, 2.0, 9.0])
    assert same(result.shown, [1.0, 2.0, 2.0])
    assert result.how_many == 1
