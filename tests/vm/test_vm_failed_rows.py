"""What a function cannot take is told with its row in the input: a zero divisor, a far date."""

import pytest

import kumi

TEXT = """
schema do
  input do
    decimal :all
    array :orders do
      hash :order do
        integer :pieces
        decimal :weight
        array :lines do
          decimal :price
        end
      end
    end
  end
  value :by_weight, input.orders.order.lines.price / input.orders.order.weight
  value :rest, 7 % input.orders.order.pieces
  value :decimal_rest, input.orders.order.weight % fn(:coalesce, fn(:max, input.orders.order.lines.price), 1)
  let :seven, 7
  value :named, seven % input.orders.order.pieces
  value :of_all, input.orders.order.weight / input.all
  value :of_sum, input.all / fn(:sum, input.orders.order.weight)
end
"""
DATA = {
    "all": "1.5",
    "orders": [
        {"pieces": 1, "weight": "0.5", "lines": ["1", "2"]},
        {"pieces": 0, "weight": "1", "lines": []},
        {"pieces": 1, "weight": "0", "lines": ["-1", "0"]},
    ],
}


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("by_weight", "a decimal divided by zero, in `orders[2].lines[0]`"),
        ("rest", "integer modulo by zero, in `orders[1]`"),
        ("named", "integer modulo by zero, in `orders[1]`"),
        ("decimal_rest", "a decimal modulo zero, in `orders[2]`"),
    ],
)
def test_the_row_is_named(output, said):
    schema = kumi.loads(TEXT, name="Shares")
    with pytest.raises(ZeroDivisionError) as caught:
        schema.only(output).run(DATA)
    assert str(caught.value) == said


@pytest.mark.parametrize("output", ["of_all", "of_sum"])
def test_no_row_is_named_where_the_divisor_is_one_for_all(output):
    nothing = {"all": 0, "orders": [order | {"weight": 0} for order in DATA["orders"]]}
    with pytest.raises(ZeroDivisionError) as caught:
        kumi.loads(TEXT, name="Shares").only(output).run(nothing)
    assert str(caught.value) == "a decimal divided by zero"


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("fn(:add_months, input.rows.row.day, input.rows.row.n)", "in `rows[1]`"),
        ("fn(:round_to, 1.5, input.rows.row.step)", "in `rows[2]`"),
        ("input.rows.row.exact * input.rows.row.step", "in `rows[3]`"),
        ("fn(:floor, input.rows.row.step)", "in `rows[3]`"),
        ("fn(:sqrt, input.rows.row.n - 2)", "in `rows[0]`"),
        ("to_integer(input.rows.row.text)", "in `rows[2]`"),
    ],
)
def test_other_functions_name_the_row_too(formula, said):
    fields = "date :day integer :n float :step decimal :exact string :text"
    inputs = f"input do array :rows do hash :row do {fields} end end end"
    schema = kumi.loads(f"schema do {inputs} value :out, {formula} end", name="Rows")
    row = {"day": "2024-01-31", "n": 1, "step": 0.5, "exact": "1", "text": "7"}
    data = [
        row,
        row | {"n": 999_999},
        row | {"step": 0.0, "text": "seven", "n": 3},
        row | {"step": float("inf"), "n": 2},
    ]
    with pytest.raises((OverflowError, ValueError)) as caught:
        schema.run(rows=data)
    assert str(caught.value).endswith(said)


def test_no_row_is_named_where_all_fail():
    schema = kumi.loads(
        "schema do input do array :xs do float :x end float :step end "
        "value :out, fn(:round_to, input.xs.x, input.step) end",
        name="Steps",
    )
    with pytest.raises(ValueError, match="step") as caught:
        schema.run(xs=[1.0, 2.0], step=0.0)
    assert "xs[" not in str(caught.value)
