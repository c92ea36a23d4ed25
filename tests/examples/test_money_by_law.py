"""Income tax, invoices and wages against the same rules in plain Python, and by hand."""

from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from random import Random

import pytest
from money_forms import (
    cents,
    completed_years,
    decimals,
    money,
    run,
    sample,
    some_day,
)

# -- income tax of the United Kingdom ---------------------------------------------------------

MAIN = [(0, "0.20"), (37_700, "0.40"), (125_140, "0.45")]
SCOTTISH = [
    *((0, "0.19"), (2_306, "0.20"), (13_991, "0.21")),
    *((31_092, "0.42"), (62_430, "0.45"), (125_140, "0.48")),
]


def uk_tax(person):
    income = Decimal(person["earned"]) - Decimal(person["pension"] or 0)
    allowance = Decimal(12_570)
    if income > 100_000:
        left = allowance - (income - 100_000) / 2
        allowance = max(left.quantize(Decimal(1), ROUND_CEILING), Decimal(0))
    allowance += 3_070 if person["blind"] else 0
    taxable = max(income.quantize(Decimal(1), ROUND_FLOOR) - allowance, Decimal(0))
    bands = SCOTTISH if person["nation"] == "scotland" else MAIN
    ends = [over for over, _ in bands[1:]] + [Decimal("Infinity")]
    parts = [
        Decimal(rate) * (min(taxable, end) - over)
        for (over, rate), end in zip(bands, ends, strict=True)
        if taxable > over
    ]
    tax = cents(sum(parts, Decimal(0)), ROUND_FLOOR)
    return allowance, tax, tax - Decimal(person["deducted"] or 0)


def people(random, count):
    nations = ["england", "wales", "northern_ireland", "scotland"]
    for _ in range(count):
        near = random.choice([12_570, 50_270, 100_000, 125_140, 137_710])
        by_chance = money(random, 250_000)
        close = str(near + Decimal(random.randrange(-300, 300)) / 100)
        yield {
            "nation": random.choice(nations),
            "earned": random.choice([by_chance, close, close]),
            "pension": random.choice([None, money(random, 9_000)]),
            "blind": random.random() < 0.1,
            "deducted": random.choice([None, money(random, 40_000)]),
        }


def test_income_taxes_are_those_of_plain_python():
    many = list(people(Random(35), 500))
    result = run("uk_income_tax", sample("uk_income_tax") | {"people": many})
    expected = [uk_tax(person) for person in many]
    assert list(zip(result["allowances"], result["tax"], result["due"], strict=True)) == expected
    assert result["total"] == sum(tax for _, tax, _ in expected)


def test_the_sample_of_income_taxes_by_hand():
    result = run("uk_income_tax", sample("uk_income_tax"))
    # 35,000 - 12,570 = 22,430 at 20 %
    # half of 10,001 is 5,000.50, and of 7,569.50 are 7,570 left; 102,431: 7,540 and 40 % of 64,731
    # 47,500 - 12,570 = 34,930 in Scotland: 6,366.35 and 42 % of 3,838
    # no allowance but that of the blind; 146,930: 42,516 and 45 % of 21,790
    assert result["personal"] == [12_570, 7_570, 12_570, 0]
    assert result["tax"] == decimals("4486", "33432.40", "7978.31", "52321.50")
    assert result["due"][0] == 0


@pytest.mark.parametrize(
    ("earned", "tax"),
    [
        ("12570", "0"),
        ("50270", "7540"),  # the whole basic rate band
        ("100000", "27432"),
        ("125140", "42516"),  # the last income with some allowance is 125,139
        ("150000", "53703"),
    ],
)
def test_income_taxes_at_the_bounds(earned, tax):
    nobody = {"nation": "england", "pension": None, "blind": False, "deducted": None}
    data = sample("uk_income_tax") | {"people": [nobody | {"earned": earned}]}
    assert run("uk_income_tax", data)["tax"] == decimals(tax)


def test_what_the_bands_say_of_the_tax_below_them_is_their_sum():
    for bands, name in ((MAIN, "main"), (SCOTTISH, "scottish")):
        rows = [row for row in sample("uk_income_tax")["bands"] if row["rates"] == name]
        assert [(row["over"], row["rate"]) for row in rows] == bands
        before = Decimal(0)
        for row, after in zip(rows, [*rows[1:], None], strict=True):
            assert Decimal(row["before"]) == before
            before += Decimal(row["rate"]) * (after["over"] - row["over"]) if after else 0


# -- invoices ---------------------------------------------------------------------------------


def vat_percents(delivered):
    lowered = date(2020, 7, 1) <= date.fromisoformat(delivered) <= date(2020, 12, 31)
    return {"standard": 16 if lowered else 19, "reduced": 5 if lowered else 7, "exempt": 0}


def invoice(order):
    """The net amount and the tax of each category, and what is to be paid."""
    net = dict.fromkeys(("standard", "reduced", "exempt"), Decimal(0))
    for line in order["lines"]:
        full = Decimal(line["price"]) * Decimal(line["quantity"])
        net[line["category"]] += cents(full * (100 - Decimal(line.get("rebate") or 0)) / 100)
    net["standard"] += Decimal(order.get("shipping") or 0)
    percents = vat_percents(order["delivered"])
    vat = {category: cents(net[category] * percents[category] / 100) for category in net}
    total = sum(net.values()) + sum(vat.values())
    return net, vat, total - Decimal(order.get("paid") or 0)


def orders(random, count):
    for _ in range(count):
        yield {
            "delivered": some_day(random, "2019-11-01", "2021-03-31"),
            "shipping": random.choice([None, "4.90", "0"]),
            "paid": random.choice([None, money(random, 900)]),
            "lines": [
                {
                    "price": money(random, 300, random.choice([2, 2, 4])),
                    "quantity": random.choice(["1", "2", "10", "0.125", "1.5", "333"]),
                    "category": random.choice(["standard", "reduced", "exempt"]),
                    "rebate": random.choice([None, None, "3", "12.5", "33.333", "100"]),
                }
                for _ in range(random.randrange(6))
            ],
        }


def test_invoices_are_those_of_plain_python():
    many = list(orders(Random(16931), 300))
    result = run("vat_invoices", sample("vat_invoices") | {"orders": many})
    expected = [invoice(order) for order in many]
    for category in ("standard", "reduced", "exempt"):
        assert result[category] == [net[category] for net, _, _ in expected]
    for category in ("standard", "reduced"):
        assert result[f"{category}_vat"] == [vat[category] for _, vat, _ in expected]
    assert result["to_pay"] == [to_pay for _, _, to_pay in expected]
    assert result["refunds"] == sum(to_pay < 0 for _, _, to_pay in expected)


def test_the_sample_of_invoices_by_hand():
    result = run("vat_invoices", sample("vat_invoices"))
    # 7.10 * 1.5 less an eighth is 9.31875
    assert result["net"] == [decimals("59.97", "12.50", "9.32"), decimals("5.03", "30"), []]
    # 19 % of 59.97 + 4.90 is 12.3253, 7 % of 21.82 is 1.5274; a day later 16 % of 5.03, 0.8048
    assert result["standard_vat"] == decimals("12.33", "0.80", "0")
    assert result["reduced_vat"] == decimals("1.53", "0", "0")
    assert result["with_vat"] == decimals("100.55", "35.83", "0")
    assert result["to_pay"] == decimals("100.55", "-14.17", "0")


# -- wages ------------------------------------------------------------------------------------

HOLIDAYS = {"2024-05-27", "2024-07-04"}
HALF = Decimal("0.5")


def week_pay(worker, week):
    """A week's pay, hour by hour: each at the rate of its part of the day and of the week."""
    at_work = [day for day in week["days"] if Decimal(day.get("hours") or 0) > 0]
    straight = paid = Decimal(0)
    hired = date.fromisoformat(worker["hired"])
    for day in week["days"]:
        hours = Decimal(day.get("hours") or 0)
        on = date.fromisoformat(day["date"])
        if on.isoweekday() == 7 and len(at_work) == 7:
            paid += min(hours, Decimal(8)) * Decimal("1.5") + max(hours - 8, Decimal(0)) * 2
        else:
            straight += min(hours, Decimal(8))
            paid += min(hours, Decimal(8)) + max(hours - 12, Decimal(0)) * 2
            paid += min(max(hours - 8, Decimal(0)), Decimal(4)) * Decimal("1.5")
        if day["date"] in HOLIDAYS:
            paid += hours * HALF
            paid += 8 if not hours and on - hired >= timedelta(days=90) else 0
    paid += max(straight - 40, Decimal(0)) * HALF
    return cents(paid * Decimal(worker["rate"]))


def gross(worker):
    wage = sum((week_pay(worker, week) for week in worker["weeks"]), Decimal(0))
    years = completed_years(date.fromisoformat(worker["hired"]), date(2024, 7, 15))
    percent = Decimal("2.5") if years >= 10 else Decimal("1.25") if years >= 3 else 0
    return wage + cents(wage * percent / 100)


def workers(random, count):
    def week(monday):
        present = random.choice([0.5, 0.8, 1, 1])
        days = [monday + timedelta(days=n) for n in range(random.choice([5, 6, 7, 7]))]
        hours = ["4", "6", "7.75", "8", "8", "8.25", "10", "12", "13.5", "24"]
        return {
            "days": [
                {
                    "date": day.isoformat(),
                    "hours": random.choice(hours) if random.random() < present else None,
                }
                for day in days
            ]
        }

    for _ in range(count):
        mondays = [date(2024, 5, 27), date(2024, 6, 3), date(2024, 7, 1), date(2024, 7, 8)]
        yield {
            "hired": some_day(random, "2012-01-01", "2024-05-20"),
            "rate": money(random, 60),
            "weeks": [week(one) for one in mondays[: random.randrange(5)]],
        }


def test_wages_are_those_of_plain_python():
    many = list(workers(Random(510), 300))
    result = run("wages", sample("wages") | {"workers": many})
    assert result["week_pay"] == [[week_pay(one, week) for week in one["weeks"]] for one in many]
    assert result["gross"] == [gross(one) for one in many]


def test_the_sample_of_wages_by_hand():
    result = run("wages", sample("wages"))
    # The holiday was off: 8 hours. 8 + 8 + 8 + 8, 1.5 and 4 at 1.5, 1.25 at 2: 50.75 hours.
    # Seven days: 40, and on Sunday 8 at 1.5 and 1.5 at 2: 55 hours.
    # 44.5 of which 4.5 above 40 have a half more, and 7.5 on the holiday: 50.5 hours.
    # The last one has not been there for 90 days.
    assert result["week_pay"] == [
        decimals("1083.51", "1174.25"),
        decimals("897.39"),
        decimals("0"),
    ]
    assert result["supplement"] == decimals("56.44", "0", "0")  # ten years on the day of pay
    assert result["gross"] == decimals("2314.20", "897.39", "0")
