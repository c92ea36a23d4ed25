"""Decimals against floats and against a loop by hand: `python -m benchmarks.decimals [ROWS…]`.

The tax and payroll examples, every `float` in them a `decimal`, run on the same rows as the float
schemas do, and as the same formulas in a loop over Python's `decimal`, as somebody would write it
without Kumi. Inputs come as floats, as Decimals and as text. All take turns in one process; ratios
are of CPU time, taken round by round, and their median is shown. The loop's results are compared
with the run's first: they are equal to the last digit.
"""

from __future__ import annotations

import re
import sys
from decimal import ROUND_HALF_EVEN, Decimal
from functools import partial
from pathlib import Path

import kumi
from benchmarks.harness import Case, measure
from kumi.examples import generate

ROWS = (1_000, 10_000, 100_000)
ROUNDS = 7
D = Decimal
EXAMPLES = Path(generate.__file__).parent

FINITE = {
    "fn(:clamp, adjusted_income - deduction, 0.0, Float::INFINITY)": (
        "fn(:max_of, adjusted_income - deduction, 0.0)"
    ),
    "fn(:clamp, taxable_income, end_of_35, Float::INFINITY)": (
        "fn(:max_of, taxable_income, end_of_35)"
    ),
    "tax / select(has_income, gross_income, 1.0)": (
        "fn(:round, tax / select(has_income, gross_income, 1.0), 4)"
    ),
}
"""Decimals have no infinity, and a rate of four digits is rounded once, from the exact fraction."""


def schemas(name):
    """An example in floats and in decimals."""
    text = (EXAMPLES / f"{name}.kumi").read_text(encoding="utf-8")
    for old, new in FINITE.items():
        text = text.replace(old, new)
    return kumi.loads(text), kumi.loads(re.sub(r"\bfloat(\s+:)", r"decimal\1", text))


def converted(data, convert):
    """Data with its floats as something else."""
    if isinstance(data, dict):
        return {key: converted(value, convert) for key, value in data.items()}
    if isinstance(data, list):
        return [converted(value, convert) for value in data]
    return convert(data) if isinstance(data, float) else data


def of(value):
    """What a careful person makes of a number or a text."""
    return D(repr(value)) if isinstance(value, float) else D(value)


ENDS = {
    "single": (11600, 47150, 100525, 191950, 243725, 609350),
    "married_joint": (23200, 94300, 201050, 383900, 487450, 731200),
    "married_separate": (11600, 47150, 100525, 191950, 243725, 365600),
    "head_of_household": (16550, 63100, 100500, 191950, 243700, 609350),
}
ENDS = {status: tuple(map(D, ends)) for status, ends in ENDS.items()}
RATES = tuple(map(D, ("0.10", "0.12", "0.22", "0.24", "0.32", "0.35", "0.37")))
BASIC = {"married_joint": D(29200), "head_of_household": D(21900)}
PLACES = D("0.0001")
ZERO = D(0)


def tax_by_hand(data):
    """The outputs of `us_tax_2024`, for each return."""
    rows = []
    for filer in data["filers"]:
        status = filer["status"]
        aged = D(1550) if status in ("married_joint", "married_separate") else D(1950)
        standard = BASIC.get(status, D(14600)) + aged * filer["over_65"]
        deduction = max(of(filer["itemized"]), standard)
        gross = of(filer["wages"]) + of(filer["other_income"])
        adjusted = gross - of(filer["adjustments"])
        taxable = max(adjusted - deduction, ZERO)
        low, tax = ZERO, ZERO
        for rate, end in zip(RATES, ENDS[status], strict=False):
            if taxable <= low:
                break
            tax += rate * (min(taxable, end) - low)
            low = end
        else:
            if taxable > low:
                tax += RATES[-1] * (taxable - low)
        marginal = next(
            (rate for rate, end in zip(RATES, ENDS[status], strict=False) if taxable <= end),
            RATES[-1],
        )
        effective = (tax / gross).quantize(PLACES, ROUND_HALF_EVEN) if gross > 0 else ZERO
        refund = of(filer["withheld"]) - tax
        rows.append((deduction, gross, adjusted, taxable, tax, marginal, effective, refund))
    return rows


TAX = (
    *("deduction", "gross_income", "adjusted_income", "taxable_income"),
    *("tax", "marginal_rate", "effective_rate", "refund"),
)


def payroll_by_hand(data):
    """The outputs of `payroll`, for each employee."""
    rows = []
    for employee in data["employees"]:
        rate, before = of(employee["hourly_rate"]), of(employee["year_to_date"])
        hours, overtime, gross = ZERO, ZERO, ZERO
        for given in employee["weeks"]:
            worked = of(given)
            regular = min(worked, D(40))
            extra = worked - regular
            hours += worked
            if employee["exempt"]:
                gross += rate * 40
            else:
                overtime += extra
                gross += rate * (regular + D("1.5") * extra)
        security = D("0.062") * min(max(D(168600) - before, ZERO), gross)
        above = min(max(before + gross - 200000, ZERO), gross)
        medicare = D("0.0145") * gross + D("0.009") * above
        retirement = of(employee["retirement"]) * gross
        income_tax = of(employee["withholding"]) * (gross - retirement)
        net = gross - security - medicare - retirement - income_tax
        unemployment = D("0.006") * min(max(D(7000) - before, ZERO), gross)
        employer = security + D("0.0145") * gross + unemployment
        rows.append(
            (hours, overtime, gross, security, medicare, retirement, income_tax, net, employer)
        )
    return rows


PAYROLL = (
    *("hours", "overtime_hours", "gross", "social_security", "medicare"),
    *("retirement", "income_tax", "net", "employer_taxes"),
)
SUBJECTS = {"us_tax_2024": (tax_by_hand, TAX), "payroll": (payroll_by_hand, PAYROLL)}


def repeat(run, data, times):
    """A case's body."""
    for _ in range(times):
        run(data)


def cases(name, rows):
    """Every way to compute an example, and how many cells of decimals it reads."""
    floats, decimals = schemas(name)
    by_hand, outputs = SUBJECTS[name]
    data = generate.GENERATORS[name](rows)
    inputs = {
        "floats": data,
        "Decimals": converted(data, of),
        "text": converted(data, repr),
    }
    for given in inputs.values():
        check(decimals.run(given), by_hand(given), outputs)
    found = {"float run": partial(repeat, floats.run, data)}
    for what, given in inputs.items():
        found[f"decimals from {what}"] = partial(repeat, decimals.run, given)
        found[f"by hand from {what}"] = partial(repeat, by_hand, given)
    times = max(1, 20_000 // rows)
    return [Case(what, body, times, per=rows) for what, body in found.items()]


def check(result, expected, outputs):
    """The loop and the run have the same numbers."""
    for name, column in zip(outputs, zip(*expected, strict=True), strict=True):
        if list(map(of, result[name])) != list(column):
            raise AssertionError(f"{name} differs from the loop by hand")


def main(arguments):
    """Print a line for each example and number of rows."""
    print(
        "| example | rows | float run | from floats | by hand | Decimals, by hand | text, by hand |"
    )
    print("|---|---|---|---|---|---|---|")
    for name in SUBJECTS:
        for rows in map(int, arguments or ROWS):
            found = measure(cases(name, rows), ROUNDS)
            ratios = [found["decimals from floats"] / found["float run"]]
            ratios += [
                found[f"decimals from {what}"] / found[f"by hand from {what}"]
                for what in ("floats", "Decimals", "text")
            ]
            shown = " | ".join(f"{ratio.summary()[0]:.2f}x" for ratio in ratios)
            row = found["float run"].summary()[0]
            print(f"| {name} | {rows:,} | {row:,.0f} ns a row | {shown} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
