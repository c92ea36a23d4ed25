"""Mortgages: what is paid each month, and what is owed on a day; `mortgages.kumi` says the same.

The payment is that of the annuity formula, P i / (1 - (1 + i)^-n), and i a twelfth of the rate of
the year: that is arithmetic, no law. Invented: a payment is rounded half up to the cent, the last
one takes up what the rounding left, and the fees of a loan are paid at its start. What is owed is
a difference of powers; below 25 % and 480 months their 28 digits leave the cents beyond doubt.
"""

from datetime import date
from decimal import Decimal

import kumi


class Loan(kumi.Record):
    principal: kumi.Field[Decimal] = kumi.field(ge=Decimal("0.01"))
    percent: kumi.Field[Decimal] = kumi.field(ge=0, lt=25)  # of a year
    months: kumi.Field[int] = kumi.field(ge=1, le=480)
    starts: kumi.Field[date] = kumi.field(ge=date(1970, 1, 1), le=date(2100, 12, 31))
    fees: kumi.Field[Decimal | None] = kumi.field(ge=0)


class Mortgages(kumi.Schema):
    class Input(kumi.Record):
        today: kumi.Field[date]
        loans: kumi.Array[Loan]

    loan = Input.loans
    monthly = kumi.let(loan.percent / 1200)
    growth = kumi.let((1 + monthly) ** loan.months)

    # Both branches are computed: without interest the formula must not divide by zero.
    without_interest = kumi.trait(loan.percent == 0)
    divisor = kumi.let(kumi.select(without_interest, 1, growth - 1))
    payment = kumi.value(
        kumi.round(
            kumi.select(
                without_interest,
                loan.principal / loan.months,
                loan.principal * monthly * growth / divisor,
            ),
            2,
            mode="half_up",
        )
    )

    # What is owed after k payments: the principal with its interest, less the payments with theirs.
    elapsed = kumi.let(kumi.months_between(loan.starts, Input.today))
    paid = kumi.value(kumi.clamp(elapsed, 0, loan.months - 1))
    grown = kumi.let((1 + monthly) ** paid)
    rate = kumi.let(kumi.select(without_interest, 1, monthly))
    payments = kumi.let(kumi.select(without_interest, payment * paid, payment * (grown - 1) / rate))
    owed = kumi.let(kumi.round(loan.principal * grown - payments, 2, mode="half_up"))
    ends = kumi.value(kumi.add_months(loan.starts, loan.months))
    balance = kumi.value(kumi.select(ends <= Input.today, 0, owed))

    # The last payment clears what is owed a month before, with a month's interest.
    before_last = kumi.let((1 + monthly) ** (loan.months - 1))
    others = kumi.let(
        kumi.select(
            without_interest,
            payment * (loan.months - 1),
            payment * (before_last - 1) / rate,
        )
    )
    last_payment = kumi.value(
        kumi.round((loan.principal * before_last - others) * (1 + monthly), 2, mode="half_up")
    )
    cost = kumi.value(
        payment * (loan.months - 1) + last_payment - loan.principal + loan.fees.coalesce(0)
    )
    total_owed = kumi.value(balance.sum())
    running = kumi.value(kumi.count_if(ends > Input.today, True))
    next_end = kumi.value(ends.min())
