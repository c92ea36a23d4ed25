"""The demo's schemas beside the same by hand in Python's `decimal`, and beside published figures.

EXAMPLE_ROWS says how many rows are compared.
"""

import json
import os
from datetime import date
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

import pytest

import kumi
from kumi.examples import generate, path, sample

ROWS = int(os.environ.get("EXAMPLE_ROWS", "300"))

# Rev. Proc. 2023-34, section 3.01, tables 1 to 4: tax on the amount at which each part begins.
PRINTED = {
    "married_joint": {
        23_200: "2320",
        94_300: "10852",
        201_050: "34337",
        383_900: "78221",
        487_450: "111357",
        731_200: "196669.50",
    },
    "head_of_household": {
        16_550: "1655",
        63_100: "7241",
        100_500: "15469",
        191_950: "37417",
        243_700: "53977",
        609_350: "181954.50",
    },
    "single": {
        11_600: "1160",
        47_150: "5426",
        100_525: "17168.50",
        191_950: "39110.50",
        243_725: "55678.50",
        609_350: "183647.25",
    },
    "married_separate": {
        11_600: "1160",
        47_150: "5426",
        100_525: "17168.50",
        191_950: "39110.50",
        243_725: "55678.50",
        365_600: "98334.75",
    },
}
RATES = [Decimal(rate) for rate in ("0.10", "0.12", "0.22", "0.24", "0.32", "0.35", "0.37")]
DEDUCTIONS = {
    "single": 14_600,
    "married_joint": 29_200,
    "married_separate": 14_600,
    "head_of_household": 21_900,
}
BETWEEN = [3_000, 25_300, 50_000, 60_400, 99_999, 100_000, 150_000, 300_000, 500_000, 1_000_000]


def exact(value):
    return Decimal(str(value))


def cents(value):
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def data_of(name, rows=ROWS):
    return getattr(generate, name)(rows)


def ran(name, data):
    return kumi.load(path(name)).run(data)


def by_schedule(taxable, status):
    """Each rate on the part of the income in its bracket, as the law says it."""
    ends = [0, *PRINTED[status], float("inf")]
    parts = zip(ends, ends[1:], RATES, strict=False)
    return sum(
        (rate * (min(taxable, exact(high)) - low) for low, high, rate in parts if taxable > low),
        Decimal(0),
    )


def by_table(taxable, status):
    """The rule by which the Tax Table is made: the tax on the middle of a row, to the dollar."""
    for low, width in ((3_000, 50), (25, 25), (5, 10), (0, 5)):
        if taxable >= low:
            row = ((taxable - low) / width).to_integral_value(ROUND_FLOOR)
            middle = low + row * width + Decimal(width) / 2
            return by_schedule(middle, status).quantize(Decimal(1), ROUND_HALF_UP)
    raise AssertionError(taxable)


def filers(status, taxable):
    nothing = dict.fromkeys(["other_income", "adjustments", "itemized", "withheld"], 0)
    wages = [DEDUCTIONS[status] + amount for amount in taxable]
    return [{"status": status, "wages": each, "over_65": 0, **nothing} for each in wages]


@pytest.mark.parametrize("status", PRINTED)
def test_tax_is_that_of_the_published_schedules(status):
    taxable = [*PRINTED[status], *BETWEEN]
    data = json.loads(sample("us_tax_2024").read_text()) | {"filers": filers(status, taxable)}
    result = ran("us_tax_2024", data)
    assert [float(one) for one in result.taxable_income] == taxable
    assert result.schedule_tax == [cents(by_schedule(Decimal(one), status)) for one in taxable]
    assert result.schedule_tax[:6] == [Decimal(text) for text in PRINTED[status].values()]
    in_table = [one for one in taxable if one < 100_000]
    tax = dict(zip(taxable, result.tax, strict=True))
    assert [tax[one] for one in in_table] == [by_table(Decimal(one), status) for one in in_table]


def test_the_example_of_the_tax_table():
    """A joint return with $25,300 of taxable income, in the instructions for Form 1040."""
    data = json.loads(sample("us_tax_2024").read_text())
    result = ran("us_tax_2024", data | {"filers": filers("married_joint", [25_300])})
    assert result.tax == [2_575]


def test_tax_returns():
    data = data_of("us_tax_2024")
    result = ran("us_tax_2024", data)
    ages = {row["status"]: row["for_age"] for row in data["deductions"]}
    for at, filer in enumerate(data["filers"]):
        status = filer["status"]
        standard = DEDUCTIONS[status] + ages[status] * filer["over_65"]
        income = exact(filer["wages"]) + exact(filer["other_income"])
        deduction = max(exact(filer["itemized"]), Decimal(standard))
        taxable = max(income - exact(filer["adjustments"]) - deduction, Decimal(0))
        is_in_table = taxable < 100_000
        tax = by_table(taxable, status) if is_in_table else cents(by_schedule(taxable, status))
        assert result.taxable_income[at] == taxable
        assert result.tax[at] == tax
        assert result.refund[at] == exact(filer["withheld"]) - tax
    assert result.total_tax == sum(result.tax)


def priced(order, line, rates):
    gold, category = order["tier"] == "gold", line["category"]
    discount = (
        "0"
        if category == "book"
        else "0.15"
        if gold and category == "electronics"
        else "0.25"
        if gold and line["quantity"] >= 24
        else "0.20"
        if line["quantity"] >= 24
        else "0.10"
        if gold or line["quantity"] >= 10
        else "0.05"
        if order["tier"] == "silver"
        else "0"
    )
    list_price = exact(line["price"]) * line["quantity"]
    price = cents(list_price * (1 - Decimal(discount)) * (1 - exact(order["coupon"] or 0)))
    return list_price, price, cents(price * rates.get(category, Decimal("0.19")))


def shipped(order, goods, parcels, free_from):
    weight = sum(exact(line["weight"]) * line["quantity"] for line in order["lines"])
    found = next((row for row in parcels if weight <= exact(row["up_to"])), None)
    if order["express"]:
        return exact(found["express"]) if found else Decimal(99)
    if goods >= exact(free_from) or order["tier"] == "gold":
        return Decimal(0)
    return exact(found["price"]) if found else Decimal(49)


def test_orders():
    data = data_of("order_pricing")
    result = ran("order_pricing", data)
    rates = {row["category"]: exact(row["rate"]) for row in data["tax_rates"]}
    total = Decimal(0)
    for at, order in enumerate(data["orders"]):
        listed, prices, taxes = zip(
            *[priced(order, line, rates) for line in order["lines"]], strict=True
        )
        goods, tax = sum(prices), sum(taxes)
        shipping = shipped(order, goods, data["parcels"], data["free_shipping_from"])
        assert result.line_price[at] == list(prices)
        assert (result.goods[at], result.tax[at]) == (goods, tax)
        assert result.saved[at] == sum(listed) - goods
        assert result.shipping[at] == shipping
        assert result.total[at] == goods + tax + shipping
        total += goods + tax + shipping
    assert result.revenue == total
    assert result.average_order == cents(total / len(data["orders"]))


def paid(employee, law, year):
    rate, before = exact(employee["hourly_rate"]), exact(employee["year_to_date"])
    gross = Decimal(0)
    for hours in map(exact, employee["weeks"]):
        extra = max(hours - 40, Decimal(0))
        worked = 40 if employee["exempt"] else hours - extra + law["overtime_factor"] * extra
        gross += cents(rate * worked)
    is_older = year - date.fromisoformat(employee["born"]).year >= law["catch_up_age"]
    limit = law["retirement_limit"] + (law["catch_up"] if is_older else 0)
    room = max(limit - exact(employee["retirement_to_date"]), Decimal(0))
    retirement = min(room, cents(exact(employee["retirement"]) * gross))

    def within(amount):
        return min(max(amount, Decimal(0)), gross)

    social = cents(law["social_security_rate"] * within(law["social_security_base"] - before))
    medicare = cents(law["medicare_rate"] * gross)
    above = within(before + gross - law["additional_medicare_from"])
    more = cents(law["additional_medicare_rate"] * above)
    income_tax = cents(exact(employee["withholding"]) * (gross - retirement))
    unemployment = cents(law["unemployment_rate"] * within(law["unemployment_base"] - before))
    net = gross - social - medicare - more - retirement - income_tax
    return gross, retirement, net, social + medicare + unemployment


def test_payroll():
    data = data_of("payroll")
    result = ran("payroll", data)
    law = {name: exact(value) for name, value in data["law"].items()}
    year = date.fromisoformat(data["paid_on"]).year
    rows = [paid(employee, law, year) for employee in data["employees"]]
    gross, retirement, net, employer = map(list, zip(*rows, strict=True))
    assert result.gross == gross
    assert result.retirement == retirement
    assert result.net == net
    assert result.employer_taxes == employer
    assert result.total_cost == sum(gross) + sum(employer)
