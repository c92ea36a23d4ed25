"""`lookup` and `bracket` with decimals: keys, bounds, values and defaults, exactly."""

from decimal import Decimal

import pytest

import kumi
from kumi.places import Source
from kumi.schema import Schema
from kumi.syntax.text import parse

DECIMALS = """
schema do
  input do
    decimal :income
    float :guess
    integer :whole
    array :incomes do decimal :income end
    array :bands do
      hash :band do
        decimal :from
        decimal :rate
        float :level
        integer :number
      end
    end
  end
  value :one, fn(:bracket, input.income, input.bands.band.from, input.bands.band.rate, default: 0)
  value :many, fn(:bracket, input.incomes.income, input.bands.band.from, input.bands.band.rate)
  value :instead, fn(:bracket, input.incomes.income, input.bands.band.from, input.bands.band.rate,
                     default: 0.125)
  value :of_float, fn(:bracket, input.guess, input.bands.band.from, input.bands.band.number)
  value :of_integer, fn(:bracket, input.whole, input.bands.band.from, input.bands.band.number)
  value :by_level, fn(:bracket, input.incomes.income, input.bands.band.level,
                      input.bands.band.number, ends: :up_to)
  value :by_rate, fn(:lookup, input.incomes.income, input.bands.band.rate, input.bands.band.from)
  value :level, fn(:lookup, input.income / 100000, input.bands.band.level,
                   input.bands.band.number, default: -1)
  value :quotient, fn(:bracket, input.incomes.income / 3, input.bands.band.from,
                      input.bands.band.rate, default: 0)
end
"""


@pytest.mark.parametrize("more", [Decimal(0), Decimal(10) ** 25])
def test_decimals_are_keys_bounds_and_values_exactly(more):
    """Whether they fit 63 bits or not."""
    tree = parse(Source("decimals.kumi", DECIMALS), "Decimals")
    found = type("Decimals", (Schema,), {"_parsed": tree}).run(
        income=Decimal("10000.00"),
        guess=0.1,
        whole=10_000,
        incomes=[Decimal("0.05"), Decimal("0.1"), Decimal("9999.999"), Decimal(10_000) + more],
        bands=[
            {"from": Decimal("0.1"), "rate": "0.10", "level": 0.1, "number": 1},
            {"from": Decimal("10000.0"), "rate": "0.125", "level": 2.5, "number": 2},
            {"from": Decimal(30_000) + more, "rate": "0.37", "level": 1e300, "number": 3},
        ],
    )
    tenth, eighth, above = Decimal("0.1"), Decimal("0.125"), Decimal("0.37")
    last = eighth
    assert found["one"] == eighth
    assert found["many"] == [None, tenth, tenth, last]
    assert found["instead"] == [eighth, tenth, tenth, last]
    assert (found["of_float"], found["of_integer"]) == (1, 2)
    assert found["by_level"] == [1, 1, 3, 3]
    assert found["by_rate"] == [None, tenth, None, None]
    assert found["level"] == 1
    assert found["quotient"][:3] == [0, 0, tenth]
    assert above not in found["many"]
    assert all(type(one) is Decimal for one in found["instead"])


def test_a_decimal_default_of_a_class():
    class Band(kumi.Record):
        start: kumi.Field[Decimal]
        rate: kumi.Field[Decimal]

    class Tax(kumi.Schema):
        class Input(kumi.Record):
            income: kumi.Field[Decimal]
            bands: kumi.Array[Band]

        band = Input.bands
        rate = kumi.value(
            kumi.bracket(Input.income, band.start, band.rate, default=Decimal("0.05"))
        )
        tax = kumi.value(round(Input.income * rate, 2))

    bands = [{"start": Decimal(100), "rate": "0.3"}]
    assert Tax.run(income=Decimal("99.99"), bands=bands).tax == Decimal(5)
    assert Tax.run(income=Decimal("100.01"), bands=bands).tax == Decimal(30)
