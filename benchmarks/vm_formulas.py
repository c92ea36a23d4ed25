"""Tax and payroll as the VM computes them, and by hand: in NumPy, and in a loop over `decimal`.

The formulas are those of `schemas/tax_returns.kumi` and `pay_slips.kumi`. NumPy has the columns
that Kumi has loaded; the loop has the caller's rows, and makes decimals of what it is given, as a
careful person does.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal
from types import FunctionType

import numpy as np

import kumi
from benchmarks.subjects import SCHEMAS
from kumi.examples import generate
from kumi.ir.ops import LOAD_INPUT
from kumi.vm.access import Loading
from kumi.vm.loaders import loader

D = Decimal
ZERO = D(0)

RATES = (0.10, 0.12, 0.22, 0.24, 0.32, 0.35, 0.37)
ENDS = {
    "single": (11_600, 47_150, 100_525, 191_950, 243_725, 609_350),
    "married_joint": (23_200, 94_300, 201_050, 383_900, 487_450, 731_200),
    "married_separate": (11_600, 47_150, 100_525, 191_950, 243_725, 365_600),
    "head_of_household": (16_550, 63_100, 100_500, 191_950, 243_700, 609_350),
}
EXACT_RATES = tuple(D(str(rate)) for rate in RATES)
EXACT_ENDS = {status: tuple(map(D, ends)) for status, ends in ENDS.items()}
BASIC = {"married_joint": D(29_200), "head_of_household": D(21_900)}


def of(value):
    """What a careful person makes of a number or a text."""
    return D(repr(value)) if isinstance(value, float) else D(value)


def returns_in_a_loop(data):
    """The outputs of `tax_returns`, for each return."""
    return [_return(filer) for filer in data["filers"]]


def _return(filer):
    status = filer["status"]
    aged = D(1_550) if status in {"married_joint", "married_separate"} else D(1_950)
    standard = BASIC.get(status, D(14_600)) + aged * filer["over_65"]
    deduction = max(of(filer["itemized"]), standard)
    gross = of(filer["wages"]) + of(filer["other_income"])
    adjusted = gross - of(filer["adjustments"])
    taxable = max(adjusted - deduction, ZERO)
    tax, marginal = _tax(taxable, EXACT_ENDS[status])
    effective = (tax / gross).quantize(D("0.0001"), ROUND_HALF_EVEN) if gross > 0 else ZERO
    refund = of(filer["withheld"]) - tax
    return deduction, gross, adjusted, taxable, tax, marginal, effective, refund


def _tax(taxable, ends):
    """The tax, and the rate of the last bracket that the income reaches."""
    low, tax = ZERO, ZERO
    for rate, end in zip(EXACT_RATES, ends, strict=False):
        if taxable <= end:
            return tax + rate * (taxable - low), rate
        tax += rate * (end - low)
        low = end
    return tax + EXACT_RATES[-1] * (taxable - low), EXACT_RATES[-1]


def returns_in_numpy(column, _):
    """The outputs of `tax_returns`, totals included, from columns of floats."""
    joint = column["status"] == "married_joint"
    separate = column["status"] == "married_separate"
    head = column["status"] == "head_of_household"
    standard = np.where(joint, 29_200.0, np.where(head, 21_900.0, 14_600.0))
    standard += np.where(joint | separate, 1_550.0, 1_950.0) * column["over_65"]
    deduction = np.maximum(column["itemized"], standard)
    gross = column["wages"] + column["other_income"]
    adjusted = gross - column["adjustments"]
    taxable = np.maximum(adjusted - deduction, 0.0)
    ends = _ends(joint, separate, head)
    tax = 0.10 * np.minimum(taxable, ends[0])
    for rate, low, high in zip(RATES[1:], ends, ends[1:], strict=False):
        tax += rate * (np.minimum(np.maximum(taxable, low), high) - low)
    tax += RATES[-1] * (np.maximum(taxable, ends[-1]) - ends[-1])
    marginal = np.where(taxable <= ends[-1], RATES[-2], RATES[-1])
    for rate, end in zip(RATES[-3::-1], ends[-2::-1], strict=True):
        marginal = np.where(taxable <= end, rate, marginal)
    has_income = gross > 0.0
    share = np.rint(tax / np.where(has_income, gross, 1.0) * 10_000) / 10_000
    effective = np.where(has_income, share, 0.0)
    refund = column["withheld"] - tax
    rows = deduction, gross, adjusted, taxable, tax, marginal, effective, refund
    total = tax.sum()
    refunded = refund[refund > 0.0].sum()
    return rows, (len(tax), total, refunded, total / gross.sum(), np.count_nonzero(joint))


def _ends(joint, separate, head):
    """Where each bracket ends."""
    return (
        np.where(joint, 23_200.0, np.where(head, 16_550.0, 11_600.0)),
        np.where(joint, 94_300.0, np.where(head, 63_100.0, 47_150.0)),
        np.where(joint, 201_050.0, np.where(head, 100_500.0, 100_525.0)),
        np.where(joint, 383_900.0, 191_950.0),
        np.where(joint, 487_450.0, np.where(head, 243_700.0, 243_725.0)),
        np.where(joint, 731_200.0, np.where(separate, 365_600.0, 609_350.0)),
    )


def slips_in_a_loop(data):
    """The outputs of `pay_slips`, for each employee."""
    return [_slip(employee) for employee in data["employees"]]


def _slip(employee):
    hours, overtime, gross = _worked(employee)
    before = of(employee["year_to_date"])
    security = D("0.062") * min(max(D(168_600) - before, ZERO), gross)
    above = min(max(before + gross - 200_000, ZERO), gross)
    medicare = D("0.0145") * gross + D("0.009") * above
    retirement = of(employee["retirement"]) * gross
    income_tax = of(employee["withholding"]) * (gross - retirement)
    net = gross - security - medicare - retirement - income_tax
    unemployment = D("0.006") * min(max(D(7_000) - before, ZERO), gross)
    employer = security + D("0.0145") * gross + unemployment
    return hours, overtime, gross, security, medicare, retirement, income_tax, net, employer


def _worked(employee):
    """Hours, overtime, and what is paid for them."""
    rate, exempt = of(employee["hourly_rate"]), employee["exempt"]
    hours, overtime, gross = ZERO, ZERO, ZERO
    for worked in map(of, employee["weeks"]):
        regular = min(worked, D(40))
        extra = worked - regular
        hours += worked
        if exempt:
            gross += rate * 40
        else:
            overtime += extra
            gross += rate * (regular + D("1.5") * extra)
    return hours, overtime, gross


def slips_in_numpy(column, axes):
    """The outputs of `pay_slips`, totals included, from columns of floats."""
    offsets = axes["employees.employee.weeks"].offsets
    counts, first = np.diff(offsets), offsets[:-1]
    worked = column["hours"]
    rate, exempt = np.repeat(column["hourly_rate"], counts), np.repeat(column["exempt"], counts)
    regular = np.minimum(np.maximum(worked, 0.0), 40.0)
    extra = worked - regular
    pay = np.where(exempt, rate * 40.0, rate * (regular + 1.5 * extra))
    hours = np.add.reduceat(worked, first)
    overtime = np.add.reduceat(np.where(exempt, 0.0, extra), first)
    gross = np.add.reduceat(pay, first)
    before = column["year_to_date"]
    security = 0.062 * np.minimum(np.maximum(168_600.0 - before, 0.0), gross)
    above = np.minimum(np.maximum(before + gross - 200_000.0, 0.0), gross)
    medicare = 0.0145 * gross + 0.009 * above
    retirement = column["retirement"] * gross
    income_tax = column["withholding"] * (gross - retirement)
    net = gross - security - medicare - retirement - income_tax
    unemployment = 0.006 * np.minimum(np.maximum(7_000.0 - before, 0.0), gross)
    employer = security + 0.0145 * gross + unemployment
    rows = hours, overtime, gross, security, medicare, retirement, income_tax, net, employer
    total, over = gross.sum(), overtime > 0.0
    longest = np.maximum.reduceat(worked, first).max()
    return rows, (
        len(gross),
        total,
        net.sum(),
        total + employer.sum(),
        np.count_nonzero(before + gross >= 168_600.0),
        overtime[over].mean(),
        longest,
    )


def returns(rows):
    """So many tax returns, without the tables of the demo."""
    return {"filers": generate.us_tax_2024(rows)["filers"]}


def slips(rows):
    """So many employees, with what the formulas read."""
    employees = generate.payroll(rows)["employees"]
    unread = {"born", "retirement_to_date"}
    return {"employees": [{k: v for k, v in e.items() if k not in unread} for e in employees]}


SUBJECTS = {
    "tax": ("tax_returns", returns, returns_in_a_loop, returns_in_numpy),
    "payroll": ("pay_slips", slips, slips_in_a_loop, slips_in_numpy),
}
"""Schema, rows, the loop by hand, NumPy by hand."""
CELLWISE = {
    "tax": (
        *("deduction", "gross_income", "adjusted_income", "taxable_income"),
        *("tax", "marginal_rate", "effective_rate", "refund"),
    ),
    "payroll": (
        *("hours", "overtime_hours", "gross", "social_security", "medicare"),
        *("retirement", "income_tax", "net", "employer_taxes"),
    ),
}
"""Which outputs the columns are that those by hand give, in order."""


def schemas(name):
    """The formulas in floats and in decimals."""
    text = (SCHEMAS / f"{name}.kumi").read_text(encoding="utf-8")
    return kumi.loads(text), kumi.loads(re.sub(r"\bfloat(\s+:)", r"decimal\1", text))


def converted(data, convert):
    """Data with its floats as something else."""
    if isinstance(data, dict):
        return {key: converted(value, convert) for key, value in data.items()}
    if isinstance(data, list):
        return [converted(value, convert) for value in data]
    return convert(data) if isinstance(data, float) else data


class Loaded:
    """A schema's formulas without its loading: the function of a run, over loaded columns."""

    def __init__(self, schema, data):
        machine = schema._compiled.machine()  # noqa: SLF001 - its function, to run it over columns
        self._data = data
        self.loading = Loading(data, [])
        self.columns = {}
        put = {"Loading": lambda *_: self.loading}
        for operation in machine.program.operations:
            if operation.opcode is LOAD_INPUT:
                column = loader(operation.leaf, operation.index)(self.loading)
                self.columns[operation.leaf.path[-1]] = column.values
                put[f"load{operation.index}"] = lambda _, column=column: column
        plain = machine._plain  # noqa: SLF001 - see above
        self._run = FunctionType(plain.__code__, plain.__globals__ | put)

    def run(self):
        """The formulas once."""
        return self._run(self._data)


def check_loop(name, result, expected):
    """The run in decimals and the loop have the same numbers, to the last digit."""
    for output, column in zip(CELLWISE[name], zip(*expected, strict=True), strict=True):
        if list(map(of, result[output])) != list(column):
            raise AssertionError(f"{output} differs from the loop by hand")


def check_numpy(name, result, expected):
    """The run in floats and NumPy have the same numbers, but for how sums are rounded."""
    rows, totals = expected
    for output, column in zip(CELLWISE[name], rows, strict=True):
        np.testing.assert_allclose(result[output], column, err_msg=output, rtol=1e-12, atol=1e-9)
    others = [one for one in result if one not in CELLWISE[name] and np.isscalar(result[one])]
    np.testing.assert_allclose([result[one] for one in others], totals)
