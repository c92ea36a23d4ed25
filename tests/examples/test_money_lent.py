"""Mortgages, score cards and insurance against the same rules in plain Python, and by hand."""

from datetime import date
from decimal import ROUND_FLOOR, ROUND_HALF_UP, ROUND_UP, Decimal, localcontext
from random import Random

from money_forms import (
    cents,
    completed_months,
    completed_years,
    decimals,
    money,
    run,
    sample,
    some_day,
)

# -- mortgages: month by month, with more digits than the formula has -------------------------


def added_months(day, months):
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError


def schedule(loan, today):
    """The payment, what is owed today, and the last payment."""
    principal, months = Decimal(loan["principal"]), loan["months"]
    starts = date.fromisoformat(loan["starts"])
    rate = Decimal(loan["percent"]) / 1200
    factor = (1 - (1 + rate) ** -months) / rate if rate else Decimal(months)
    payment = cents(principal / factor)
    elapsed = completed_months(starts, today) if today >= starts else 0
    owed, after = principal, principal
    for month in range(1, months):
        owed = owed * (1 + rate) - payment
        after = owed if month <= elapsed else after
    over = added_months(starts, months) <= today
    return payment, Decimal(0) if over else cents(after), cents(owed * (1 + rate))


def loans(random, count):
    for _ in range(count):
        yield {
            "principal": random.choice(["100000.00", "0.01", money(random, 900_000) + "1"]),
            "percent": random.choice(["0", "0.01", "4.5", "12", "3.875", "17.95", "24.99"]),
            "months": random.choice([1, 2, 12, 120, 300, 360, random.randint(1, 480)]),
            "starts": some_day(random, "1995-01-01", "2026-01-31"),
            "fees": random.choice([None, "950.00"]),
        }


def test_mortgages_are_those_of_plain_python():
    today = date(2024, 2, 29)
    many = list(loans(Random(360), 400))
    result = run("mortgages", {"today": today.isoformat(), "loans": many})
    with localcontext(prec=80):
        expected = [schedule(loan, today) for loan in many]
    assert result["payment"] == [payment for payment, _, _ in expected]
    assert result["balance"] == [owed for _, owed, _ in expected]
    assert result["last_payment"] == [last for _, _, last in expected]
    assert result["total_owed"] == sum(owed for _, owed, _ in expected)
    assert result["cost"] == [
        payment * (one["months"] - 1) + last - Decimal(one["principal"]) + Decimal(one["fees"] or 0)
        for one, (payment, _, last) in zip(many, expected, strict=True)
    ]


def test_the_sample_of_mortgages_by_hand():
    result = run("mortgages", sample("mortgages"))
    # 200,000 at 4.5 % for 30 years is the 1,013.37 of every table of payments.
    assert result["payment"] == decimals("1013.37", "106.62", "333.33", "879.47")
    # From 31 January five months are over on 15 July; without interest one of three.
    assert result["paid"] == [6, 5, 1, 119]
    assert result["balance"][2:] == decimals("666.67", "0")
    assert result["last_payment"][2] == Decimal("333.34")
    assert result["ends"][1:3] == [date(2025, 1, 31), date(2024, 8, 31)]
    assert result["running"] == 3
    assert result["next_end"] == date(2024, 7, 15)


# -- score cards ------------------------------------------------------------------------------

AGES = [(40, 40), (25, 25), (18, 10)]
MONTHS = [(120, 35), (24, 25), (6, 10)]
FREE = [(60, 50), (Decimal("33.3"), 30), (20, 10)]
JOBS = {"permanent": 30, "self_employed": 20, "temporary": 10}
PRICES = [(150, Decimal("4.99")), (120, Decimal("6.45")), (80, Decimal("8.95"))]


def step(table, x, default=0):
    return next((found for least, found in table if x >= least), default)


def assessed(one, today):
    """The score, the decision, the limit, the percentage and the interest."""
    income, rent = Decimal(one["income"]), Decimal(one["rent"] or 0)
    free = income - Decimal(one["debts"]) - rent
    age = completed_years(date.fromisoformat(one["born"]), today)
    since = date.fromisoformat(one["employed_since"] or today.isoformat())
    score = (
        step(AGES, age)
        + JOBS.get(one["employment"], 0)
        + step(MONTHS, completed_months(since, today))
        + step(FREE, 100 * free / max(income, 1))
        + (30 if one["rent"] is None else 0)
        - 40 * one["arrears"]
    )
    if age < 18 or free <= 0 or one["arrears"] >= 3 or score < 80:
        return score, "refused", 0, None, 0
    unsure = score < 120 and one["employment"] in ("temporary", "self_employed")
    affordable = (5 * free / 500).quantize(Decimal(1), ROUND_FLOOR) * 500
    limit = min(Decimal(one["asked"]), affordable)
    percent = step(PRICES, score)
    decision = "to be looked at" if unsure else "accepted"
    return score, decision, limit, percent, cents(limit * percent / 100)


def applicants(random, count):
    for _ in range(count):
        income = money(random, 6_000)
        yield {
            "born": some_day(random, "1940-01-01", "2008-12-31"),
            "employed_since": random.choice([None, some_day(random, "2010-01-01", "2024-06-30")]),
            "employment": random.choice([*JOBS, "permanent", "student"]),
            "income": income,
            "rent": random.choice([None, money(random, 900)]),
            "debts": random.choice(["0", income, money(random, 1_500)]),
            "arrears": random.choice([0, 0, 0, 1, 2, 3]),
            "asked": random.choice(["500", "9999.99", "20000"]),
        }


def test_score_cards_are_those_of_plain_python():
    today, many = date(2024, 6, 30), list(applicants(Random(120), 600))
    result = run("score_card", sample("score_card") | {"applicants": many})
    named = ("score", "decision", "limit", "percent", "interest")
    found = list(zip(*(result[name] for name in named), strict=True))
    assert found == [assessed(one, today) for one in many]
    assert set(result["decision"]) == {"accepted", "to be looked at", "refused"}
    assert result["accepted"] == result["decision"].count("accepted")


def test_the_sample_of_score_cards_by_hand():
    result = run("score_card", sample("score_card"))
    # 39 years (40 tomorrow): 25; permanent: 30; 119 months: 25; 64 % free: 50
    # 34 years: 25; temporary: 10; 5 months: 0; 83 % free: 50; no rent: 30; once in arrears: -40
    # 17 years, a student, nothing free, no rent
    assert result["score"] == [130, 75, 30]
    assert result["decision"] == ["accepted", "refused", "refused"]
    assert result["limit"] == [10_000, 0, 0]  # five times 2,050, in steps of 500
    assert result["percent"] == [Decimal("6.45"), None, None]
    assert result["interest"] == decimals("645", "0", "0")


# -- insurance --------------------------------------------------------------------------------

DRIVERS = [
    *((70, Decimal("1.25")), (35, Decimal("0.95")), (25, Decimal("1.1"))),
    *((21, Decimal("1.6")), (17, Decimal("2.1"))),
]
EXCESSES = [(0, "1.1"), (100, "1"), (250, "0.93"), (1000, "0.81")]
LISTED = {
    ("A", "private"): "310.00",
    ("A", "business"): "402.50",
    ("B", "private"): "389.00",
    ("B", "business"): "512.40",
    ("C", "private"): "571.80",
}


def risk(driver, starts):
    age = completed_years(date.fromisoformat(driver["born"]), starts)
    novice = completed_years(date.fromisoformat(driver["licensed"]), starts) < 2
    claims = Decimal("1.15") ** driver["claims"]
    return step(DRIVERS, age, Decimal("2.5")) * claims * (Decimal("1.3") if novice else 1)


def insured(policy):
    """The premium of a year, of this policy, its tax, and an instalment."""
    starts, ends = (date.fromisoformat(policy[name]) for name in ("starts", "ends"))
    excess = Decimal(policy["excess"] or 0)
    factor = next((Decimal(one) for up_to, one in EXCESSES if excess <= up_to), Decimal("0.7"))
    listed = Decimal(LISTED.get((policy["group"], policy["use"]), "999.99"))
    region = {"north": Decimal("0.92"), "city": Decimal("1.37")}.get(policy["region"], 1)
    highest = max((risk(one, starts) for one in policy["drivers"]), default=1)
    annual = max(cents(listed * highest * region * factor), Decimal(150))
    days = max((ends - starts).days, 0)
    whole = completed_years(starts, ends) >= 1
    premium = annual if whole else cents(annual * days / 365)
    tax = cents(premium * Decimal("0.12"))
    return annual, premium, tax, cents((premium + tax) / 12, ROUND_UP)


def policies(random, count):
    for _ in range(count):
        starts = some_day(random, "2023-01-01", "2025-12-31")
        yield {
            "starts": starts,
            "ends": some_day(random, starts, "2026-12-31"),
            "group": random.choice("ABC"),
            "region": random.choice(["north", "city", "elsewhere"]),
            "use": random.choice(["private", "business"]),
            "excess": random.choice([None, "0", "0.01", "100", "250", "999.99", "5000"]),
            "drivers": [
                {
                    "born": some_day(random, "1940-01-01", "2008-01-01"),
                    "licensed": some_day(random, "2015-01-01", "2022-12-31"),
                    "claims": random.choice([0, 0, 0, 1, 2, 5]),
                }
                for _ in range(random.randrange(4))
            ],
        }


def test_insurance_is_that_of_plain_python():
    many = list(policies(Random(51), 400))
    result = run("car_insurance", sample("car_insurance") | {"policies": many})
    named = ("annual", "premium", "tax", "instalment")
    found = list(zip(*(result[name] for name in named), strict=True))
    assert found == [insured(policy) for policy in many]
    assert result["total"] == sum(premium + tax for _, premium, tax, _ in found)


def test_the_sample_of_insurance_by_hand():
    result = run("car_insurance", sample("car_insurance"))
    # Born on 29 February 2004, she is 20 on 1 March 2024, with a licence of 23 months:
    # 2.1 * 1.15 * 1.3 = 3.1395; 310 * 3.1395 * 0.92 * 0.93 = 832.7089...
    # 999.99 * 1.25 * 1.15 ** 2 * 1.1 = 1818.4193...; 100 days of 365
    # nobody drives: 389 * 1.37 * 0.7
    assert result["annual"] == decimals("832.71", "1818.42", "373.05")
    assert result["premium"] == decimals("832.71", "498.20", "373.05")
    assert result["tax"] == decimals("99.93", "59.78", "44.77")
    assert result["instalment"] == decimals("77.72", "46.50", "34.82")
    assert cents(Decimal("1818.42") * 100 / 365, ROUND_HALF_UP) == Decimal("498.20")
