"""What the functions of dates mean, with dates as triples of numbers."""

import math
from datetime import date, timedelta
from fractions import Fraction


def a_date(value):
    if type(value) is not date:
        raise TypeError("not a date")
    return value.year, value.month, value.day


def months_between(a, b):
    """As many months as the day of the month was reached in."""
    a, b = a_date(a), a_date(b)
    if b < a:
        return -months_between(date(*b), date(*a))
    months = 0
    while True:
        year, month = divmod(a[0] * 12 + a[1] + months, 12)
        if (year, month + 1, a[2]) > b:
            return months
        months += 1


def years_between(a, b):
    return math.trunc(Fraction(months_between(a, b), 12))


def add_days(day, days):
    a_date(day)
    if abs(days) > 10**7:
        raise ValueError("outside the calendar")
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise ValueError("outside the calendar") from None


def add_months(day, months):
    year, month, of_month = a_date(day)
    year, month = divmod(year * 12 + month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise ValueError("outside the calendar")
    while True:
        try:
            return date(year, month + 1, of_month)
        except ValueError:
            of_month -= 1


def days_between(a, b):
    a_date(a), a_date(b)
    return (b - a) // timedelta(days=1)
