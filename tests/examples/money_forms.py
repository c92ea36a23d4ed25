"""For the tests of the examples of money: a schema in both forms, its sample, and plain rounding."""

import json
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

import pytest

import kumi

MONEY = Path(__file__).parents[2] / "examples" / "money"
NAMES = [
    "car_insurance",
    "grades",
    "mortgages",
    "parcels",
    "portfolio",
    "score_card",
    "uk_income_tax",
    "vat_invoices",
    "wages",
]
CENT = Decimal("0.01")


def there():
    if not MONEY.is_dir():
        pytest.skip("the examples folder is not beside the tests")


@cache
def forms(name):
    """The class and the text of a schema."""
    from kumi.cli.schemas import schema

    return schema(str(MONEY / f"{name}.py")), kumi.load(MONEY / f"{name}.kumi")


def sample(name):
    there()
    return json.loads((MONEY / f"{name}.json").read_text(encoding="utf-8"))


def run(name, data):
    """The results by name, which are the same in both forms."""
    there()
    of_class, of_text = (form.run(data).to_dict() for form in forms(name))
    assert of_class == of_text
    return of_class


def cents(amount, rounding=ROUND_HALF_UP):
    return amount.quantize(CENT, rounding)


def decimals(*written):
    return [Decimal(one) for one in written]


def money(random, most, digits=2):
    """A random amount as text, often a round one, as amounts are."""
    if random.random() < 0.3:
        return str(random.randrange(0, most, max(1, most // 40)))
    return f"{Decimal(random.randrange(most * 10**digits)).scaleb(-digits):f}"


def some_day(random, first, last):
    """A random day as text, often the last of a month or a leap day."""
    start, end = date.fromisoformat(first).toordinal(), date.fromisoformat(last).toordinal()
    found = date.fromordinal(random.randint(start, end))
    if random.random() < 0.2:
        found = date(found.year - found.year % 4, 2, 29)
    elif random.random() < 0.2:
        found = date.fromordinal(date(found.year, found.month, 1).toordinal() - 1)
    return min(max(found, date.fromisoformat(first)), date.fromisoformat(last)).isoformat()


def completed_months(first, second):
    """Months from the first date to a second that is not before it."""
    return (second.year - first.year) * 12 + second.month - first.month - (second.day < first.day)


def completed_years(first, second):
    return second.year - first.year - ((second.month, second.day) < (first.month, first.day))
