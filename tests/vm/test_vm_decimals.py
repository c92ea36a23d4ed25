"""Decimals from data to results: what a caller gives, what comes back, and what is refused."""

import decimal
import math
import warnings
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from vm_leaves import leaf, load

import kumi
from kumi.kernels.kinds import DECIMAL
from kumi.kernels.vectors import to_lists
from kumi.syntax.nodes import OneOf, Range

PAY = """
schema do
  input do
    decimal :rate
    array :lines do
      hash :line do
        decimal :price
        float :share
      end
    end
  end
  value :parts, input.lines.line.price * input.rate
  value :quotients, input.lines.line.price / 3
  value :rounded, fn(:round, quotients, 2, mode: :half_up)
  value :total, fn(:sum, input.lines.line.price)
  value :third, total / 3
  value :thirds, fn(:round, third, 2)
  value :power, input.rate ** 3
  value :label, fn(:concat, "", total)
end
"""


class Money(Decimal):
    """A class of a caller's own."""


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (5, "5"),
        (Decimal("1.50"), "1.5"),
        (Money("2.50"), "2.5"),
        ("19.990", "19.99"),
        ("-1e-3", "-0.001"),
        ("+.5", "0.5"),
        (0.1, "0.1"),
        (-0.0, "0"),
        (Decimal("-0.00"), "0"),
        (1e22, "10000000000000000000000"),
        (np.float64(0.07), "0.07"),
        (np.int64(7), "7"),
        (10**40, "1" + "0" * 40),
    ],
)
def test_what_a_decimal_takes_alone_and_in_an_array(given, expected):
    text = "schema do input do decimal :x array :xs do decimal :item end end"
    schema = kumi.loads(f"{text} value :one, input.x value :all, input.xs.item end")
    result = schema.run(x=given, xs=[given, given])
    assert str(result.one) == expected
    assert list(map(str, result.all)) == [expected] * 2
    assert type(result.one) is type(result.all[0]) is Decimal


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("12,50", "a string that is no number; a number has no comma"),
        ("", "a string that is no number"),
        (" 1", "a string that is no number"),
        ("1_000", "a string that is no number"),
        ("NaN", "a string that is no number"),
        ("٣", "a string that is no number"),
        (float("nan"), "a float that is NaN or infinite"),
        (float("-inf"), "a float that is NaN or infinite"),
        (Decimal("NaN"), "a decimal that is NaN or infinite"),
        (Decimal("sNaN"), "a decimal that is NaN or infinite"),
        (Decimal("-Infinity"), "a decimal that is NaN or infinite"),
        ("1e10000", "a decimal of more than 10,000 digits"),
        (Decimal("1e999999999"), "a decimal of more than 10,000 digits"),
        pytest.param(10**10_000, "a decimal of more than 10,000 digits", id="integer"),
        (True, "a boolean"),
        ([1], "an array"),
        (None, "null"),
    ],
)
def test_what_is_no_decimal_is_told_with_its_place(given, found):
    _, _, bad = load({"x": given}, leaf("x", DECIMAL))
    assert bad[0].startswith(f"0 x: expected a decimal, found {found}")
    _, _, bad = load({"xs": [1, given, "2.5"]}, leaf("xs[]", DECIMAL))
    assert bad[0].startswith(f"0 xs[1]: expected a decimal, found {found}")
    assert len(bad) == 1


def test_domains_are_compared_exactly():
    text = "decimal :low, domain: 0.1..0.3 array :xs do decimal :x, domain: [0.1, 0.20, 3] end"
    schema = kumi.loads(f"schema do input do {text} end value :a, input.low * input.xs.x end")
    found = schema.run(low=0.1, xs=["0.10", Decimal("0.2"), 3, 0.1])
    assert found.a == [Decimal("0.01"), Decimal("0.02"), Decimal("0.3"), Decimal("0.01")]
    with pytest.raises(kumi.InputError) as caught:
        schema.run(low="0.30000000000000001", xs=[0.1, "0.11"])
    assert [one.path for one in caught.value.violations] == ["low", "xs[1]"]


def test_a_decimal_limit_of_a_float_is_the_float_it_writes():
    class Limited(kumi.Schema):
        class Input(kumi.Record):
            x: kumi.Field[float] = kumi.field(le=Decimal("0.1"))
            y: kumi.Field[Decimal] = kumi.field(one_of=[Decimal("0.5"), 1])

        both = kumi.value(Input.x * Input.y)

    assert Limited.run(x=0.1, y="0.50").both == Decimal("0.05")
    with pytest.raises(kumi.InputError):
        Limited.run(x=0.1, y="0.51")


def test_domains_of_a_column():
    cells = [Decimal("0.5"), "3.25", 2]
    _, loaded, bad = load({"xs": cells}, leaf("xs[]", DECIMAL, Range(0, Decimal("3.25"))))
    assert bad == []
    assert to_lists(loaded[0], [SimpleNamespace(size=3)]) == [Decimal("0.5"), Decimal("3.25"), 2]
    _, _, bad = load({"xs": cells}, leaf("xs[]", DECIMAL, Range(0, Decimal("3.25"), True)))
    assert bad == [
        "0 xs[1]: expected a decimal from 0 to below 3.25, found a decimal outside that range"
    ]
    _, _, bad = load({"xs": cells}, leaf("xs[]", DECIMAL, OneOf((Decimal("0.5"), 2))))
    assert bad == ["0 xs[1]: expected a decimal, one of 0.5, 2, found another decimal"]


def test_no_context_of_the_caller_changes_anything():
    schema = kumi.loads(PAY)
    prices = [Decimal("1234567.89"), "0.10", 7]
    given = {"rate": "0.0725", "lines": [{"price": p, "share": 0.5} for p in prices]}
    expected = schema.run(given).to_dict()
    odd = decimal.Context(prec=2, rounding=decimal.ROUND_UP, Emax=3, Emin=-3, clamp=1)
    odd.traps[decimal.Inexact] = odd.traps[decimal.FloatOperation] = True
    with decimal.localcontext(odd):
        found = kumi.loads(PAY).run(given).to_dict()
    assert repr(found) == repr(expected)
    assert str(expected["third"]) == "411524.9966666666666666666667"
    assert str(expected["thirds"]) == "411525"
    assert list(map(str, expected["rounded"])) == ["411522.63", "0.03", "2.33"]


def test_numpy_gives_an_array_of_decimals():
    schema = kumi.loads(PAY)
    lines = [{"price": "1.50", "share": 1}, {"price": 2, "share": 1}]
    found = schema.run(rate=1, lines=lines).numpy("parts")
    assert found.dtype == object
    assert found.tolist() == [Decimal("1.5"), 2]
    assert str(found[0]) == "1.5"


@pytest.mark.parametrize(
    ("formula", "error", "words"),
    [
        ("input.a / input.zero", ZeroDivisionError, "a decimal divided by zero"),
        ("input.a % input.zero", ZeroDivisionError, "a decimal modulo zero"),
        ("fn(:mean, input.none.x)", ZeroDivisionError, "divided by zero"),
        ("input.a * (1 / input.f)", ValueError, "NaN or infinite meets a decimal"),
        ("(0 - input.a) ** 0.5", ValueError, "no decimal"),
        ("(10 * input.a) ** 20_000", OverflowError, "more than 10,000 digits"),
        ('to_decimal("1,5") + input.a', ValueError, "no decimal number; a number has no comma"),
        ('to_decimal("one, two") + input.a', ValueError, "no decimal number\nin "),
    ],
)
def test_what_has_no_result_raises_where_it_stands(formula, error, words):
    inputs = "decimal :a decimal :zero float :f array :none do decimal :x end"
    schema = kumi.loads(f"schema do input do {inputs} end value :v, {formula} end")
    with pytest.raises(error, match=words) as caught:
        schema.run(a=2, zero=0, f=0, none=[])
    assert "in " in caught.value.__notes__[0]


def test_an_integer_quotient_beside_a_decimal_is_a_warning():
    text = "schema do input do decimal :pay integer :days end let :part, input.days / 30"
    with pytest.warns(kumi.SchemaWarning, match="`part` is a float of some 16 digits"):
        kumi.loads(f"{text} value :share, input.pay * part end")


@pytest.mark.parametrize("text", ["1E+20000", "1E-20000", "NaN", "Infinity"])
def test_any_passes_on_a_decimal_that_is_none_of_ours(text):
    formulas = "value :v, input.a value :s, select(input.yes, input.a, 1) value :w, input.xs.x"
    inputs = "any :a boolean :yes array :xs do any :x end"
    schema = kumi.loads(f"schema do input do {inputs} end {formulas} end")
    given = Decimal(text)
    result = schema.run(a=given, yes=True, xs=[given])
    assert [result.v, result.s, *result.w] == [given] * 3 or given.is_nan()
    assert str(result.v) == str(result.s) == str(result.w[0]) == text


def test_the_text_of_a_decimal_that_is_too_long_is_an_error_of_the_run():
    concat = 'value :v, fn(:concat, input.a, "") value :w, fn(:concat, input.xs.x, "")'
    inputs = "any :a array :xs do any :x end"
    schema = kumi.loads(f"schema do input do {inputs} end {concat} end")
    for given in ({"a": Decimal("1E+20000"), "xs": []}, {"a": 1, "xs": [Decimal("1E+20000")]}):
        with pytest.raises(OverflowError, match="more than 10,000 digits") as caught:
            schema.run(given)
        assert "Map concat" in caught.value.__notes__[0]


def test_of_a_table_a_quotient_meets_the_column_of_its_key_only():
    row = "decimal :pay decimal :from float :years"
    text = f"schema do input do integer :days array :rows do hash :row do {row} end end end "
    table = "value :v, fn(:bracket, input.days / 365, input.rows.row.{}, input.rows.row.pay)"
    with warnings.catch_warnings(action="error"):
        kumi.loads(f"{text} {table.format('years')} end")
    with pytest.warns(kumi.SchemaWarning, match="this quotient is a float"):
        kumi.loads(f"{text} {table.format('from')} end")


def test_a_decimal_is_a_literal_of_a_list_in_both_forms():
    class Listed(kumi.Schema):
        class Input(kumi.Record):
            rate: kumi.Field[Decimal]
            rates: kumi.Array[Decimal]

        one = kumi.value(Input.rate.is_in(Decimal("0.05"), 2))
        each = kumi.value(Input.rates.is_in(Decimal("0.050"), Decimal("1E+1")))

    inputs = "decimal :rate array :rates do decimal :item end"
    listed = 'value :one, fn(:in, input.rate, to_decimal("0.05"), 2)'
    each = 'value :each, fn(:in, input.rates.item, to_decimal("0.050"), to_decimal("10"))'
    text = kumi.loads(f"schema do input do {inputs} end {listed} {each} end")
    given = {"rate": 0.05, "rates": ["0.05", "0.051", 10]}
    for schema in (Listed, text):
        assert schema.run(given).to_dict() == {"one": True, "each": [True, False, True]}


def test_floats_that_several_operations_read_as_decimals_are_the_same_for_each():
    subject = kumi.loads("""
    schema do
      input do array :rows do hash :row do decimal :paid float :rate end end end
      let :low, input.rows.row.rate * 2.0
      let :high, low + 100.0
      value :within, fn(:clamp, input.rows.row.paid, low, high)
      value :over, within - low
      value :fine, input.rows.row.paid * 0.001 + low
      value :product, low * input.rows.row.paid
      value :above, input.rows.row.paid > high
      value :lows, low
      value :parts, fn(:round, input.rows.row.paid / high, 3)
    end""")
    rates = [0.5, -0.0, 12.25, 1e-9, 3.0, 1e15] * 60
    paid = [Decimal(number) / 100 for number in range(-180, 180)]
    found = subject.run(rows=[{"paid": p, "rate": r} for p, r in zip(paid, rates, strict=True)])
    for position, (given, rate) in enumerate(zip(paid, rates, strict=True)):
        low, high = Decimal(repr(rate * 2.0)), Decimal(repr(rate * 2.0 + 100.0))
        assert repr(found.lows[position]) == repr(rate * 2.0)
        assert found.within[position] == min(max(given, low), high)
        assert found.over[position] == found.within[position] - low
        assert found.fine[position] == given * Decimal("0.001") + low
        assert found.product[position] == low * given
        assert found.above[position] is (given > high)
        assert found.parts[position] == round(given / high, 3)


def test_one_number_that_needs_more_than_64_bits_is_divided_by_what_is_below_zero():
    rounded = 'fn(:round_to, 12345678901234567 / input.xs.x, to_decimal("0.05"), mode: :floor)'
    schema = kumi.loads(
        f"schema do input do array :xs do decimal :x end end value :y, {rounded} end"
    )
    xs = [Decimal("-0.07"), Decimal("0.3"), Decimal(-7)]
    steps = [math.floor(Fraction(12345678901234567 * 20) / Fraction(x)) for x in xs]
    assert schema.run(xs=xs).y == [step * Decimal("0.05") for step in steps]


def test_a_quotient_is_printed_with_its_28_digits_alone_and_in_a_column():
    printed = 'fn(:to_string, input.{} / to_decimal("1.5"), 3)'
    inputs = "integer :n array :ns do integer :one end"
    values = f"value :y, {printed.format('n')} value :ys, {printed.format('ns.one')}"
    result = kumi.loads(f"schema do input do {inputs} end {values} end").run(n=10**32, ns=[10**32])
    assert [result.y] == result.ys == [f"{'6' * 27}70000.000"]
