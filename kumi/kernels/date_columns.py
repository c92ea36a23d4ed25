"""Date functions over columns, in whole days and months: factories as `arguments` describes them.

A column of dates is NumPy's `datetime64[D]`, the days since 1970-01-01. NumPy tells their months,
too, but takes as long as Python does for a `date`. Plain arithmetic of 32 bits takes a fifth of it,
because a division by a constant is a multiplication there, eight cells at a time.
It needs a calendar without exceptions, and that is one whose years begin in March: leap days are
then the last of their years, and the lengths 31 30 31 30 31 | 31 30 31 30 31 | 31 of the months
before them are a straight line, (153 * month + 2) // 5 days from the first of March on. (So counts
Howard Hinnant, http://howardhinnant.github.io/date_algorithms.html.) Days are counted from 1 March
of the year 0, months from that March. For 29 February 2024:

    739250 = 5 * 146097 + 8765    after 5 times 400 years, which all have as many days
    (8765 - 6) // 365 = 23        without 6 leap days it is in the year that began in March 2023
    8765 - 365 * 23 - 5 = 365     days after that March began; five leap days are in the 23 years
    (5 * 365 + 2) // 153 = 11     so it is in the eleventh month after March, which begins with
    (153 * 11 + 2) // 5 = 337     day 337: the 29th

What is null, and what would leave the calendar, goes by row, and raises there.

>>> from kumi.kernels.bind import elementwise
>>> from kumi.kernels.kinds import DATE, INTEGER
>>> from kumi.kernels.vectors import cells, column_of
>>> born = column_of([date(2004, 2, 29), date(2005, 3, 1)], DATE)
>>> cells(elementwise("years_between", (DATE, DATE), INTEGER)(born, date(2024, 2, 28)))
[19, 18]
>>> later = elementwise("add_months", (DATE, INTEGER), DATE)
>>> cells(later(date(2024, 1, 31), column_of([1, 2], INTEGER)))
[datetime.date(2024, 2, 29), datetime.date(2024, 3, 31)]
>>> parts(739250)
(24287, 29)
"""

from __future__ import annotations

from datetime import MAXYEAR, date
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kumi.kernels.arguments import has_nulls, integers_within, values
from kumi.kernels.dates import FARTHEST, MONTHS
from kumi.kernels.vectors import EPOCH, Column

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi.kernels.arguments import Factory, Kernel
    from kumi.kernels.kinds import Kind

_BEFORE: Final = 305
"""Days from 1 March of the year 0 to the day before the first that there is."""
_UNIX: Final = EPOCH.toordinal() + _BEFORE
_FIRST_DAY, _LAST_DAY = 1 + _BEFORE, FARTHEST + _BEFORE
_FIRST_MONTH, _LAST_MONTH = MONTHS - 2, MAXYEAR * MONTHS + 9
_IN_400_YEARS: Final = 146_097


def _days(argument: Any) -> Any:
    """The dates of an argument as days since 1 March of the year 0."""
    if argument.__class__ is date:
        return argument.toordinal() + _BEFORE
    return (values(argument).view(np.int64) + _UNIX).astype(np.uint32)


def parts(days: Any) -> tuple[Any, Any]:
    """The months since March of the year 0, and the day of the month."""
    cycles = days // _IN_400_YEARS
    rest = days - cycles * _IN_400_YEARS
    years = (rest - rest // 1460 + rest // 36_524 - rest // 146_096) // 365
    of_year = rest - (365 * years + years // 4 - years // 100)
    month = (5 * of_year + 2) // 153
    months = (years + 400 * cycles) * MONTHS + month
    return months, of_year - (153 * month + 2) // 5 + 1


def _first_day(months: Any) -> Any:
    """The day on which a month begins: what `parts` undoes."""
    years, month = months // MONTHS, months % MONTHS
    return 365 * years + years // 4 - years // 100 + years // 400 + (153 * month + 2) // 5


def _year(days: Any) -> Any:
    return (parts(days)[0] + 2) // MONTHS


def _month(days: Any) -> Any:
    return (parts(days)[0] + 2) % MONTHS + 1


def _day(days: Any) -> Any:
    return parts(days)[1]


def _weekday(days: Any) -> Any:
    return (days + 2) % 7 + 1  # it began on a Wednesday


def _signed(number: Any) -> Any:
    return number if number.__class__ is int else number.astype(np.int64)


def _days_between(first: Any, second: Any) -> Any:
    return _signed(second) - _signed(first)


def _months_between(first: Any, second: Any) -> Any:
    (from_month, from_day), (to_month, to_day) = parts(first), parts(second)
    months = _signed(to_month) - _signed(from_month)
    forwards = months - (to_day < from_day)
    return np.where(second >= first, forwards, months + (from_day < to_day))


def _years_between(first: Any, second: Any) -> Any:
    months = _months_between(first, second)
    return np.sign(months) * (np.abs(months) // MONTHS)


def _add_days(days: Any, more: Any) -> Any:
    return _inside(_signed(days) + more, _FIRST_DAY, _LAST_DAY)


def _add_months(days: Any, more: Any) -> Any:
    months, day = parts(days)
    reached = _inside(_signed(months) + more, _FIRST_MONTH, _LAST_MONTH)
    if reached is None:
        return None
    reached = reached.astype(np.uint32)
    first = _first_day(reached)
    return _signed(first + np.minimum(day, _first_day(reached + 1) - first)) - 1


def _add_years(days: Any, more: Any) -> Any:
    return _add_months(days, more * MONTHS)


def _inside(found: Any, least: int, greatest: int) -> Any:
    """Days or months, or None where some of them lie outside the calendar."""
    inside = not found.size or (found.min() >= least and found.max() <= greatest)
    return found if inside else None


def _read(compute: Callable[..., Any], largest: int) -> Factory:
    """A function of dates that gives integers, none of a larger magnitude."""

    def make(_kinds: tuple[Kind, ...], _result: Kind, by_row: Kernel) -> Kernel:
        def kernel(*arguments: Any) -> Column:
            if has_nulls(*arguments):
                return by_row(*arguments)
            found = compute(*map(_days, arguments))
            return Column(found.astype(np.int64, copy=False), None, largest)

        return kernel

    return make


def _moved(compute: Callable[[Any, Any], Any]) -> Factory:
    """A function of dates and integers that gives days, or None where one lies outside."""

    def make(_kinds: tuple[Kind, ...], _result: Kind, by_row: Kernel) -> Kernel:
        def kernel(dates: Any, by: Any) -> Column:
            if has_nulls(dates, by) or not integers_within(FARTHEST, by):
                return by_row(dates, by)
            days = compute(_days(dates), values(by))
            return by_row(dates, by) if days is None else Column((days - _UNIX).view(_DAY))

        return kernel

    return make


_DAY: Final = "datetime64[D]"
DATE_FUNCTIONS: dict[str, Factory] = {
    "year": _read(_year, MAXYEAR),
    "month": _read(_month, MONTHS),
    "day": _read(_day, 31),
    "weekday": _read(_weekday, 7),
    "days_between": _read(_days_between, FARTHEST),
    "months_between": _read(_months_between, MAXYEAR * MONTHS),
    "years_between": _read(_years_between, MAXYEAR),
    "add_days": _moved(_add_days),
    "add_months": _moved(_add_months),
    "add_years": _moved(_add_years),
}
