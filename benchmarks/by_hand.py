"""What a careful person writes instead of `income_tax.kumi`: the same formula, the same checks.

Choices are conditional expressions, since calls of `min` or `max` would cost more.
"""

from __future__ import annotations

import math

NAMES = frozenset({"income", "deduction", "dependents", "status", "rate"})
STATUSES = frozenset({"single", "married"})


def income_tax(**given):
    """Federal tax in two brackets, all steps in one dictionary; ValueError for a bad input."""
    try:
        income, deduction = given["income"], given["deduction"]
        dependents, status, rate = given["dependents"], given["status"], given["rate"]
    except KeyError as missing:
        raise ValueError(f"{missing.args[0]} is missing") from None
    if len(given) != len(NAMES):
        raise ValueError(f"unknown: {sorted(given.keys() - NAMES)}")
    if type(income) is not float or not income >= 0.0:
        income = _number("income", income, 0.0)
    if type(deduction) is not float:
        deduction = _number("deduction", deduction)
    if type(dependents) is not int or not 0 <= dependents <= 20:
        raise ValueError("dependents: expected an integer in 0..20")
    if type(status) is not str or status not in STATUSES:
        raise ValueError("status: expected single or married")
    if type(rate) is not float:
        rate = _number("rate", rate)

    left = income - deduction
    taxable = left if left > 0.0 else 0.0  # noqa: FURB136 - tuned
    limit = 11600.0 if status == "single" else 23200.0
    first = (taxable if taxable < limit else limit) * 0.10  # noqa: FURB136 - tuned
    over = taxable - limit
    second = (over if over > 0.0 else 0.0) * 0.12  # noqa: FURB136 - tuned
    gross = first + second
    credits_ = dependents * 2000
    tax = gross - credits_ if gross > credits_ else 0.0
    return {
        "left": left,
        "taxable": taxable,
        "limit": limit,
        "first": first,
        "over": over,
        "second": second,
        "gross": gross,
        "credits": credits_,
        "tax": tax,
        "effective": tax / income if income else math.nan,
        "local": tax * rate,
    }


def _number(name, value, least=-math.inf):
    if type(value) not in (int, float) or not value >= least:
        raise ValueError(f"{name}: expected a number from {least}")
    return float(value)
