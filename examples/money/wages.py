"""A payroll of hours, with overtime and holidays; `wages.kumi` says the same.

Overtime is that of the California Labor Code, section 510(a): one and a half above 8 hours of a day
and above 40 of a week, and for the first 8 on the seventh day of work in a week; twice above 12
hours of a day, and above 8 on that seventh day. Nobody has to be paid two of these for one hour.
Invented, since the law leaves it to employers: an hour worked on a holiday has a half more, those
who have been there for 90 days are paid 8 hours for a holiday without work, and loyalty has a
supplement. A week begins on Monday, and each week is rounded half up to the cent.
"""

from datetime import date
from decimal import Decimal

import kumi


class Day(kumi.Record):
    date: kumi.Field[date]
    hours: kumi.Field[Decimal | None] = kumi.field(ge=0, le=24)  # null: not at work


class Week(kumi.Record):
    days: kumi.Array[Day]


class Worker(kumi.Record):
    hired: kumi.Field[date]
    rate: kumi.Field[Decimal] = kumi.field(ge=0)  # of an hour
    weeks: kumi.Array[Week]


class Holiday(kumi.Record):
    date: kumi.Field[date]
    name: kumi.Field[str]


class Loyalty(kumi.Record):
    years: kumi.Field[int]
    percent: kumi.Field[Decimal]


class Wages(kumi.Schema):
    class Input(kumi.Record):
        paid_on: kumi.Field[date]
        workers: kumi.Array[Worker]
        holidays: kumi.Array[Holiday]
        loyalties: kumi.Array[Loyalty]

    worker, holiday, loyalty = Input.workers, Input.holidays, Input.loyalties
    day = worker.weeks.days
    hours = kumi.let(day.hours.coalesce(0))
    worked = kumi.trait(hours > 0)

    # The seventh day: a Sunday, after work on all days of its week.
    days_worked = kumi.let(kumi.count_if(worked, True))
    seventh = kumi.trait((kumi.weekday(day.date) == 7) & (days_worked == 7))
    straight = kumi.let(kumi.select(seventh, 0, kumi.min_of(hours, 8)))
    double = kumi.let(kumi.max_of(hours - kumi.select(seventh, 8, 12), 0))
    half = kumi.let(hours - straight - double)

    # What is above 40 in a week, of the hours that are not overtime already.
    straight_hours = kumi.let(straight.sum())
    above_40 = kumi.let(kumi.max_of(straight_hours - 40, 0))
    overtime = kumi.value(half.sum() + double.sum() + above_40)

    feast = kumi.let(kumi.lookup(day.date, holiday.date, holiday.name))
    off = kumi.trait(~feast.is_null() & ~worked)
    entitled = kumi.trait(kumi.days_between(worker.hired, day.date) >= 90)
    on_holiday = kumi.let(kumi.select(feast.is_null(), 0, hours))
    paid_off = kumi.value(kumi.sum_if(8, off & entitled))

    counted = kumi.let(
        straight_hours
        + half.sum() * Decimal("1.5")
        + double.sum() * 2
        + above_40 * Decimal("0.5")
        + on_holiday.sum() * Decimal("0.5")
        + paid_off
    )
    week_pay = kumi.value(kumi.round(counted * worker.rate, 2, mode="half_up"))
    wage = kumi.let(week_pay.sum())
    years = kumi.let(kumi.years_between(worker.hired, Input.paid_on))
    percent = kumi.value(kumi.bracket(years, loyalty.years, loyalty.percent, default=0))
    supplement = kumi.value(kumi.round(wage * percent / 100, 2, mode="half_up"))
    gross = kumi.value(wage + supplement)
    total = kumi.value(gross.sum())
    longest_day = kumi.value(hours.max().max().max())
