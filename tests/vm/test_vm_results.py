"""A result as NumPy arrays: one axis, several even ones, nulls, and what has no even shape."""

import tracemalloc

import numpy as np
import pytest

import kumi
from kumi.places import Source
from kumi.schema import Schema
from kumi.syntax.text import parse

TEXT = """schema do
  input do
    array :rows do
      array :row do
        float :x
      end
    end
  end
  value :doubled, input.rows.row.x * 2
  value :total, fn(:sum, fn(:sum, input.rows.row.x))
  value :least, fn(:min, input.rows.row.x)
  value :given, input.rows
end
"""


def result(rows):
    parsed = parse(Source("results.kumi", TEXT), "Results")
    return type("Results", (Schema,), {"_parsed": parsed}).run(rows=rows)


def test_even_arrays_are_stacked():
    found = result([[1.0, 2.0], [3.0, 4.0]])
    assert found.numpy("doubled").tolist() == [[2.0, 4.0], [6.0, 8.0]]
    assert found.numpy("given").tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert found.numpy("total").shape == ()
    assert result([[], []]).numpy("doubled").shape == (2, 0)
    assert result([]).numpy("doubled").shape == (0, 0)


def test_nulls_are_masked():
    found = result([[1.0], []]).numpy("least")
    assert isinstance(found, np.ma.MaskedArray)
    assert found.tolist() == [1.0, None]


@pytest.mark.parametrize("name", ["doubled", "given"])
def test_what_is_ragged_says_so(name):
    with pytest.raises(ValueError, match=f"{name} is ragged; use to_dict"):
        result([[1.0], []]).numpy(name)


def test_a_result_keeps_nothing_of_arrays_that_it_does_not_show():
    rows = [[1.0]] * 10_000
    schema = type(result(rows))
    schema.only("total").run(rows=rows)
    tracemalloc.start()
    found = schema.only("total").run(rows=rows)
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert found["total"] == 10_000.0
    assert kept < 40_000  # one array has 80,000 bytes


def test_a_value_over_arrays_becomes_a_list_once():
    """So a loop over `result.tax[row]` does not make the list anew for each row."""
    result = kumi.loads(
        "schema do input do array :xs do float :x end end value :y, input.xs.x * 2 end",
        name="Twice",
    ).run(xs=[1.0, 2.0])
    assert result.y == [2.0, 4.0]
    assert result.y is result.y is result["y"]
