"""A division by zero says in which row of the input its divisor was zero."""

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
