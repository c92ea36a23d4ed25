"""Parcels, portfolios and grades against the same rules in plain Python, and by hand."""

from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from fractions import Fraction
from math import ceil
from random import Random

import pytest
from money_forms import CENT, cents, completed_years, decimals, money, run, sample, some_day

# -- parcels ----------------------------------------------------------------------------------

BANDS = {
    "home": [(2, "5.49"), (5, "6.99"), (10, "10.49")],
    "europe": [(2, "14.49"), (5, "17.49"), (20, "29.99")],
    "world": [(5, "47.99"), (20, "101.99")],
}
EACH = {"home": "1.10", "europe": "2.05", "world": "6.45"}
ISLANDS = ("27498", "26548", "26465", "25849")


def posted(parcel):
    """The zone, the charged weight, the freight, the supplement, the insurance, the postage."""
    zone = {"DE": "home", "AT": "europe", "FR": "europe"}.get(parcel["country"], "world")
    sides = sorted(parcel[side] for side in ("length", "width", "height"))
    volume = Fraction(sides[0] * sides[1] * sides[2], 5000)
    weight = Decimal(ceil(max(Fraction(parcel["weight"]), volume) * 2)) / 2
    (last, dearest), each = BANDS[zone][-1], Decimal(EACH[zone])
    banded = next((Decimal(price) for up_to, price in BANDS[zone] if weight <= up_to), None)
    freight = Decimal(dearest) + each * ceil(weight - last) if banded is None else banded
    bulky = sides[2] > 120 or sides[2] + 2 * (sides[0] + sides[1]) > 300
    island = parcel["country"] == "DE" and parcel["postcode"] in ISLANDS
    supplement = Decimal("39.90") if bulky and island else 25 if bulky else 0
    supplement = Decimal("14.90") if island and not bulky else supplement
    above = Decimal(parcel["worth"] or 0) - 500
    insurance = max(cents(above * Decimal("0.007"), ROUND_UP), Decimal("2.50")) if above > 0 else 0
    postage = freight + cents(freight * Decimal("8.25") / 100) + supplement + insurance
    return zone, weight, freight, supplement, insurance, postage


def parcels(random, count):
    for _ in range(count):
        yield {
            "country": random.choice(["DE", "DE", "AT", "FR", "JP", "xx"]),
            "weight": random.choice(["2", "5.00", "10", "20.001", money(random, 40, 3)]),
            "length": random.choice([120, 121, random.randint(1, 150)]),
            "width": random.randint(1, 70),
            "height": random.randint(1, 50),
            "worth": random.choice([None, "500", "500.01", money(random, 5_000)]),
            "postcode": random.choice([*ISLANDS, "10115"]),
        }


def test_parcels_are_those_of_plain_python():
    many = list(parcels(Random(5000), 600))
    result = run("parcels", sample("parcels") | {"parcels": many})
    named = ("zone", "charged", "freight", "supplement", "insurance", "postage")
    found = list(zip(*(result[name] for name in named), strict=True))
    assert found == [posted(parcel) for parcel in many]
    assert result["world"] == sum(row[-1] for row in found if row[0] == "world")


def test_the_sample_of_parcels_by_hand():
    result = run("parcels", sample("parcels"))
    # 2 kg; 60 * 40 * 30 / 5000 = 14.4; 12.2; 50 ** 3 / 5000 = 25 and 33.3 kg
    assert result["charged"] == decimals("2", "14.5", "12.5", "33.5")
    # 10.49 + 3 * 1.10 beyond 10 kg, 101.99 + 14 * 6.45 beyond 20
    assert result["freight"] == decimals("5.49", "29.99", "13.79", "192.29")
    assert result["insurance"] == decimals("0", "5.15", "0", "0")  # 0.7 % of 734.56 is 5.14192
    assert result["postage"] == decimals("5.94", "37.61", "54.83", "208.15")


# -- portfolios -------------------------------------------------------------------------------

TODAY = date(2024, 3, 31)
RATES = {"EUR": Decimal(1), "USD": Decimal("1.0811"), "JPY": Decimal("163.45")}


def days_30e(first, second):
    months = (second.year - first.year) * 12 + second.month - first.month
    return 30 * months + min(second.day, 30) - min(first.day, 30)


def worth(holding, securities):
    security = securities.get(holding["symbol"])
    if security is None or security["currency"] not in RATES:
        return Decimal(0)
    quantity, coupon = Fraction(holding["quantity"]), security["coupon"]
    price = Fraction(security["last_price"] if security["price"] is None else security["price"])
    amount = quantity * price if coupon is None else quantity * price / 100
    if coupon is not None and security["interest_from"]:
        days = days_30e(date.fromisoformat(security["interest_from"]), TODAY)
        amount += quantity * Fraction(coupon) / 100 * days / 360
    in_euros = amount / Fraction(RATES[security["currency"]])
    return Decimal(int(in_euros * 100 + Fraction(1, 2))) * CENT


def valued(account, securities):
    """The worths, the gains, the gain of what was held for less than a year, and the shares."""
    holdings = account["holdings"]
    worths = [worth(one, securities) for one in holdings]
    gains = [
        None if one["cost"] is None else found - Decimal(one["cost"])
        for one, found in zip(holdings, worths, strict=True)
    ]
    short = [
        gain or 0
        for one, gain in zip(holdings, gains, strict=True)
        if completed_years(date.fromisoformat(one["bought"]), TODAY) < 1
    ]
    total = sum(worths) + Decimal(account["cash"])
    shares = [cents(100 * one / (total or 1), ROUND_HALF_EVEN) for one in worths]
    return worths, gains, sum(short), total, shares


def securities(random, count):
    for number in range(count):
        coupon = random.choice([None, None, "0", "3.6", "4.125"])
        yield {
            "symbol": f"S{number}",
            "currency": random.choice([*RATES, "XAF"]),
            "price": random.choice([None, money(random, 900, 4)]),
            "last_price": money(random, 900, 3),
            "coupon": coupon,
            "interest_from": coupon and some_day(random, "2022-12-31", "2024-03-31"),
        }


def accounts(random, count, symbols):
    for _ in range(count):
        yield {
            "cash": random.choice(["0", money(random, 9_000), "-" + money(random, 500)]),
            "holdings": [
                {
                    "symbol": random.choice(symbols),
                    "quantity": money(random, 2_000, random.choice([0, 4])),
                    "bought": some_day(random, "2019-01-01", "2024-03-31"),
                    "cost": random.choice([None, money(random, 200_000)]),
                }
                for _ in range(random.randrange(7))
            ],
        }


def test_portfolios_are_those_of_plain_python():
    random = Random(1103)
    listed = list(securities(random, 60))
    many = list(accounts(random, 300, [f"S{number}" for number in range(62)]))
    data = sample("portfolio") | {"securities": listed, "accounts": many}
    result = run("portfolio", data)
    named = ("worth", "gain", "short_gain", "account_worth", "percent")
    found = list(zip(*(result[name] for name in named), strict=True))
    by_symbol = {one["symbol"]: one for one in listed}
    assert found == [valued(account, by_symbol) for account in many]
    assert result["total"] == sum(result["account_worth"])
    assert result["not_valued"] == sum(
        by_symbol.get(one["symbol"], {"currency": None})["currency"] not in RATES
        for account in many
        for one in account["holdings"]
    )


def test_the_sample_of_portfolios_by_hand():
    result = run("portfolio", sample("portfolio"))
    # 10,125.50 / 1.0811; 98.75 % of 10,000 and 5 months at 3.6 %; 450,900 / 163.45; no rate
    assert result["worth"] == [decimals("9365.92", "10025", "2758.64"), [], decimals("0")]
    assert result["gain"] == [[*decimals("365.92", "225"), None], [], decimals("-20")]
    # ACME has been held for a year on the day.
    assert result["short_gain"] == decimals("225", "0", "-20")
    assert result["account_worth"] == decimals("23149.56", "-250.50", "0")
    assert result["percent"][0] == decimals("40.46", "43.31", "11.92")
    assert (result["in_dollars"], result["not_valued"]) == (Decimal("9365.92"), 1)


# -- grades -----------------------------------------------------------------------------------

LETTERS = [(90, "A"), (Decimal("79.5"), "B"), (65, "C"), (50, "D")]
ONE = Decimal("0.1")


def scored(handed, works):
    """The kind of a work and its percent, or nothing where it is excused."""
    work = works[handed["work"]]
    on = handed["on"] and date.fromisoformat(handed["on"])
    late = max((on - date.fromisoformat(work["due"])).days, 0) if on else 0
    share = Decimal(handed["points"] or 0) * (100 - min(10 * late, 50)) / Decimal(work["most"])
    return None if handed["excused"] else (work["kind"], min(cents(share), Decimal(100)))


def weighted(student, works):
    counted = [one for one in (scored(each, works) for each in student["handed"]) if one]
    homework = sorted(percent for kind, percent in counted if kind == "homework")
    exams = [percent for kind, percent in counted if kind == "exam"]
    homework = homework[1:] or homework
    parts = [(homework, Decimal("0.4")), (exams, Decimal("0.6"))]
    there = [(sum(each) / len(each), weight) for each, weight in parts if each]
    total = sum(weight for _, weight in there)
    return sum(mean * weight for mean, weight in there) / total if there else Decimal(0)


def course(students, works):
    """The mean, the curve, and for each student the final percent, the grade, the German one."""
    raw = [weighted(student, works) for student in students]
    mean = cents(sum(raw) / len(raw))
    curve = min(max(75 - mean, Decimal(0)), Decimal(10))
    final = [min((one + curve).quantize(ONE, ROUND_HALF_UP), Decimal(100)) for one in raw]
    grades = [next((letter for least, letter in LETTERS if one >= least), "F") for one in final]
    german = [
        Decimal(5) if one < 50 else (1 + 3 * (100 - one) / 50).quantize(ONE, ROUND_DOWN)
        for one in final
    ]
    return mean, curve, list(zip(final, grades, german, strict=True))


def students(random, count, works):
    gifted = random.random()
    for _ in range(count):
        yield {
            "handed": [
                {
                    "work": name,
                    "points": None if lost else str(int(2 * work["most"] * chance) / 2),
                    "on": None if lost else some_day(random, "2024-02-20", "2024-06-10"),
                    "excused": random.random() < 0.1,
                }
                for name, work in works.items()
                if random.random() < 0.9
                for lost in [random.random() < 0.1]
                for chance in [(gifted + random.random()) / 2]
            ]
        }


def term(random):
    """Works of a longer course, so that means are divided by three."""
    for number in range(8):
        yield {
            "work": f"w{number}",
            "kind": "homework" if number < 5 else "exam",
            "most": random.choice([20, 30, 90]),
            "due": some_day(random, "2024-02-25", "2024-06-03"),
        }


@pytest.mark.parametrize("seed", range(12))
def test_grades_are_those_of_plain_python(seed):
    random = Random(seed)
    works = {work["work"]: work for work in term(random)}
    many = list(students(random, 60, works))
    data = {"students": many, "works": list(works.values())}
    result = run("grades", sample("grades") | data)
    found = list(zip(result["final"], result["grade"], result["german"], strict=True))
    assert (result["mean"], result["curve"], found) == course(many, works)
    assert result["best"] == max(result["final"])


def test_the_sample_of_grades_by_hand():
    result = run("grades", sample("grades"))
    # 18 of 20; 15.5 of 20 two days late: 80 %; 71 of 90; 9 of 20 nineteen days late: half
    assert result["percent"][0] == decimals("90", "62", "78.89")
    assert result["percent"][2] == decimals("22.50", "36.67")
    # 0.4 * 90 + 0.6 * 78.89 = 83.334, without the 62; 100; 0.4 * 22.5 + 0.6 * 36.67; nothing
    assert result["mean"] == Decimal("53.58")
    assert result["curve"] == 10
    assert result["final"] == decimals("93.3", "100", "41.0", "10")
    assert result["grade"] == ["A", "A", "F", "F"]
    assert result["german"] == decimals("1.4", "1", "5", "5")  # 1.402, cut


def test_a_course_without_students():
    result = run("grades", sample("grades") | {"students": []})
    assert (result["mean"], result["final"], result["best"]) == (0, [], None)
