"""Realistic input for the examples: random, and the same on every machine and in every run.

The tables, which are the law's, are those of the samples.

python -m kumi.examples.generate us_tax_2024 1000 > filers.json
"""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta
from random import Random
from typing import Any

from kumi.examples import sample

_SEED = 2024


def us_tax_2024(rows: int) -> dict[str, Any]:
    """`rows` tax returns; incomes are spread as incomes are, a few of them high."""
    random = Random(_SEED)  # noqa: S311 - sample data
    return _sampled("us_tax_2024") | {"filers": [_filer(random) for _ in range(rows)]}


def order_pricing(rows: int) -> dict[str, Any]:
    """`rows` orders of one to twelve lines."""
    random = Random(_SEED)  # noqa: S311 - sample data
    return _sampled("order_pricing") | {"orders": [_order(random) for _ in range(rows)]}


def payroll(rows: int) -> dict[str, Any]:
    """`rows` employees, two weeks each, late in the year."""
    random = Random(_SEED)  # noqa: S311 - sample data
    employees = [_employee(random, number) for number in range(1, rows + 1)]
    return _sampled("payroll") | {"employees": employees}


GENERATORS = {"us_tax_2024": us_tax_2024, "order_pricing": order_pricing, "payroll": payroll}


def _sampled(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(sample(name).read_text(encoding="utf-8"))
    return found


def _filer(random: Random) -> dict[str, Any]:
    status = random.choices(
        ["single", "married_joint", "married_separate", "head_of_household"], [48, 36, 3, 13]
    )[0]
    wages = round(random.lognormvariate(10.9, 0.8), 2)
    most = 2 if status == "married_joint" else 1
    return {
        "status": status,
        "wages": wages,
        "other_income": round(random.expovariate(1 / 2_500), 2),
        "adjustments": random.choice([0.0, 0.0, 0.0, 2_500.0, 7_000.0]),
        "itemized": round(wages * random.uniform(0.0, 0.3), 2),
        "over_65": most if random.random() < 0.15 else 0,  # noqa: PLR2004 - one in seven
        "withheld": round(wages * random.uniform(0.05, 0.22), 2),
    }


def _order(random: Random) -> dict[str, Any]:
    return {
        "tier": random.choices(["standard", "silver", "gold"], [70, 22, 8])[0],
        "express": random.random() < 0.15,  # noqa: PLR2004 - one order in seven
        "coupon": random.choice([None, None, None, None, 0.05, 0.1]),
        "lines": [_line(random) for _ in range(min(12, 1 + int(random.expovariate(0.4))))],
    }


def _line(random: Random) -> dict[str, Any]:
    category = random.choice(["electronics", "food", "book", "clothing", "household"])
    median = {"electronics": 5.0, "food": 1.6, "book": 2.8, "clothing": 3.6, "household": 3.0}
    return {
        "category": category,
        "price": round(random.lognormvariate(median[category], 0.6), 2),
        "weight": round(random.uniform(0.05, 3.0), 2),
        "quantity": random.choices([1, 2, 3, 5, 12, 24], [60, 20, 8, 6, 4, 2])[0],
    }


def _employee(random: Random, number: int) -> dict[str, Any]:
    rate = round(random.lognormvariate(3.5, 0.45), 2)
    earned = round(rate * 40 * random.uniform(0, 48), 2)
    retirement = random.choice([0.0, 0.0, 0.03, 0.06, 0.1])
    born = date(1955, 1, 1) + timedelta(days=random.randrange(50 * 365))
    return {
        "name": f"Employee {number}",
        "born": born.isoformat(),
        "hourly_rate": rate,
        "exempt": random.random() < 0.3,  # noqa: PLR2004 - three in ten
        "year_to_date": earned,
        "retirement_to_date": round(earned * retirement, 2),
        "withholding": random.choice([0.1, 0.12, 0.15, 0.22]),
        "retirement": retirement,
        "weeks": [round(max(0.0, random.gauss(40.5, 5.0)) * 4) / 4 for _ in range(2)],
    }


if __name__ == "__main__":
    json.dump(GENERATORS[sys.argv[1]](int(sys.argv[2])), sys.stdout)
