"""Functions of dates, as functions of Python. Literals are `datetime.date` objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from kumi.syntax.classes.expression import Expr, applied

if TYPE_CHECKING:
    from datetime import date

    Day: TypeAlias = Expr[date] | date
    Whole: TypeAlias = Expr[int] | int


def year(e: Day) -> Expr[int]:
    """The year of a date."""
    return applied("year", e)


def month(e: Day) -> Expr[int]:
    """The month of a date, 1 to 12."""
    return applied("month", e)


def day(e: Day) -> Expr[int]:
    """The day of the month, from 1."""
    return applied("day", e)


def weekday(e: Day) -> Expr[int]:
    """The day of the week, Monday 1 and Sunday 7."""
    return applied("weekday", e)


def days_between(first: Day, second: Day) -> Expr[int]:
    """Days from the first date to the second; negative where that lies before."""
    return applied("days_between", first, second)


def months_between(first: Day, second: Day) -> Expr[int]:
    """Completed months: one is when its day is reached, or, where it has none, the 1st after it."""
    return applied("months_between", first, second)


def years_between(first: Day, second: Day) -> Expr[int]:
    """Completed years, as ages are counted: born on 29 February, a year older on 1 March."""
    return applied("years_between", first, second)


def add_days(e: Day, days: Whole) -> Expr[date]:
    """The date so many days later; ValueError in a run outside the years 1 to 9999."""
    return applied("add_days", e, days)


def add_months(e: Day, months: Whole) -> Expr[date]:
    """The same day so many months later, or the last day of that month."""
    return applied("add_months", e, months)


def add_years(e: Day, years: Whole) -> Expr[date]:
    """The same day so many years later, 28 February for the 29th where it is no leap year."""
    return applied("add_years", e, years)
