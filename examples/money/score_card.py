"""A score card for consumer loans; `score_card.kumi` says the same.

Every point, limit and rate is invented. The form is that of the trade: points for each
characteristic from a table, rules that refuse whatever the score is, and a price by the score.
"""

from datetime import date
from decimal import Decimal

import kumi
from kumi import when


class Applicant(kumi.Record):
    born: kumi.Field[date]
    employed_since: kumi.Field[date | None]
    employment: kumi.Field[str]
    income: kumi.Field[Decimal] = kumi.field(ge=0)  # of a month, net
    rent: kumi.Field[Decimal | None] = kumi.field(ge=0)
    debts: kumi.Field[Decimal] = kumi.field(ge=0)  # instalments of a month
    arrears: kumi.Field[int] = kumi.field(ge=0)
    asked: kumi.Field[Decimal] = kumi.field(ge=500, le=50_000)


class Points(kumi.Record):
    of: kumi.Field[str]
    start: kumi.Field[Decimal] = kumi.field(name="from")
    points: kumi.Field[int]


class Job(kumi.Record):
    employment: kumi.Field[str]
    points: kumi.Field[int]


class Price(kumi.Record):
    score: kumi.Field[int]
    percent: kumi.Field[Decimal]


class ScoreCard(kumi.Schema):
    class Input(kumi.Record):
        today: kumi.Field[date]
        applicants: kumi.Array[Applicant]
        points: kumi.Array[Points]
        jobs: kumi.Array[Job]
        prices: kumi.Array[Price]

    one, row, job, price = Input.applicants, Input.points, Input.jobs, Input.prices
    age = kumi.let(kumi.years_between(one.born, Input.today))
    months = kumi.let(kumi.months_between(one.employed_since.coalesce(Input.today), Input.today))
    free = kumi.let(one.income - one.debts - one.rent.coalesce(0))
    percent_free = kumi.let(100 * free / kumi.max_of(one.income, 1))

    # What a table does not reach has no points.
    of_age = kumi.let(kumi.bracket(age, row.start, row.points, "age", row.of, default=0))
    of_job = kumi.let(kumi.lookup(one.employment, job.employment, job.points, default=0))
    of_months = kumi.let(kumi.bracket(months, row.start, row.points, "months", row.of, default=0))
    of_free = kumi.let(
        kumi.bracket(percent_free, row.start, row.points, "percent_free", row.of, default=0)
    )
    of_rent = kumi.let(kumi.select(one.rent.is_null(), 30, 0))
    score = kumi.value(of_age + of_job + of_months + of_free + of_rent - 40 * one.arrears)

    minor = kumi.trait(age < 18)
    overdrawn = kumi.trait(free <= 0)
    unsure = kumi.trait(one.employment.is_in("temporary", "self_employed"))
    decision = kumi.value(
        when(kumi.any_of(minor, overdrawn, one.arrears >= 3))
        .then("refused")
        .when(score >= 120)
        .then("accepted")
        .when(score >= 80, ~unsure)
        .then("accepted")
        .when(score >= 80)
        .then("to be looked at")
        .otherwise("refused")
    )

    # Five times what is free in a month at most, in steps of 500.
    affordable = kumi.let(kumi.round_to(kumi.max_of(5 * free, 0), 500, mode="floor"))
    refused = kumi.trait(decision == "refused")
    limit = kumi.value(kumi.select(refused, 0, kumi.min_of(one.asked, affordable)))
    percent = kumi.value(
        kumi.select(refused, None, kumi.bracket(score, price.score, price.percent))
    )
    interest = kumi.value(
        kumi.round(limit * percent.coalesce(0) / 100, 2, mode="half_up")
    )  # of the first year
    accepted = kumi.value(kumi.count_if(decision, "accepted"))
    lent = kumi.value(limit.sum())
