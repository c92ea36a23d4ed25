"""Date functions over columns, in whole days and months: factories as `arguments` describes them.

A column of dates is NumPy's `datetime64[D]`, the days since 1970-01-01. As `datetime64[M]` the same
date is its month, and back from there the month's first day: their difference is the day of the
month, without a calendar of our own. What is null, and what would leave the calendar, goes by row,
and raises there.

>>> from kumi.kernels.bind import elementwise
>>> from kumi.kernels.kinds import DATE, INTEGER
>>> from kumi.kernels.vectors import cells, column_of
>>> born = column_of([date(2004, 2, 29), date(2005, 3, 1)], DATE)
>>> cells(elementwise("years_between", (DATE, DATE), INTEGER)(born, date(2024, 2, 28)))
[19, 18]
>>> later = elementwise("add_months", (DATE, INTEGER), DATE)
>>> cells(later(date(2024, 1, 31), column_of([1, 2], INTEGER)))
[datetime.date(2024, 2, 29), datetime.date(2024, 3, 31)]
"""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, date
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kumi.kernels.arguments import has_nulls, integers_within, values
from kumi.kernels.dates import FARTHEST, MONTHS
from kumi.kernels.vectors import EPOCH, Column

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi.kernels.arguments import Factory, Kernel
    from kumi.kernels.kinds import Kind

_DAY, _MONTH, _YEAR = "datetime64[D]", "datetime64[M]", "datetime64[Y]"
_EPOCH_YEAR: Final = EPOCH.year
_FIRST_MONTH, _LAST_MONTH = (MINYEAR - _EPOCH_YEAR) * 12, (MAXYEAR - _EPOCH_YEAR) * 12 + 11
_FIRST_DAY, _LAST_DAY = 1 - EPOCH.toordinal(), FARTHEST - EPOCH.toordinal()


def _days(argument: Any) -> Any:
    """The dates of an argument as NumPy's."""
    return np.datetime64(argument, "D") if argument.__class__ is date else values(argument)


def _integers(dates: Any) -> Any:
    return dates.astype(np.int64)


def _year(dates: Any) -> Any:
    return _integers(dates.astype(_YEAR)) + _EPOCH_YEAR


def _month(dates: Any) -> Any:
    return _integers(dates.astype(_MONTH)) % MONTHS + 1


def _day(dates: Any) -> Any:
    return _parts(dates)[1]


def _weekday(dates: Any) -> Any:
    return (_integers(dates) + 3) % 7 + 1  # 1970-01-01 was a Thursday


def _parts(dates: Any) -> tuple[Any, Any]:
    """The months since January 1970, and the day of the month."""
    months = dates.astype(_MONTH)
    return _integers(months), _integers(dates - months.astype(_DAY)) + 1


def _days_between(first: Any, second: Any) -> Any:
    return _integers(second - first)


def _months_between(first: Any, second: Any) -> Any:
    (from_month, from_day), (to_month, to_day) = _parts(first), _parts(second)
    months = to_month - from_month
    forwards = months - (to_day < from_day)
    return np.where(second >= first, forwards, months + (from_day < to_day))


def _years_between(first: Any, second: Any) -> Any:
    months = _months_between(first, second)
    return np.sign(months) * (np.abs(months) // MONTHS)


def _add_days(dates: Any, days: Any) -> Any:
    return _inside(_integers(dates) + days, _FIRST_DAY, _LAST_DAY)


def _add_months(dates: Any, months: Any) -> Any:
    month, day = _parts(dates)
    reached = _inside(month + months, _FIRST_MONTH, _LAST_MONTH)
    if reached is None:
        return None
    first = reached.astype(_MONTH).astype(_DAY)
    length = _integers((reached + 1).astype(_MONTH).astype(_DAY) - first)
    return _integers(first) + np.minimum(day, length) - 1


def _add_years(dates: Any, years: Any) -> Any:
    return _add_months(dates, years * MONTHS)


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
            return Column(compute(*map(_days, arguments)), None, largest)

        return kernel

    return make


def _moved(compute: Callable[[Any, Any], Any]) -> Factory:
    """A function of dates and integers that gives days, or None where one lies outside."""

    def make(_kinds: tuple[Kind, ...], _result: Kind, by_row: Kernel) -> Kernel:
        def kernel(dates: Any, by: Any) -> Column:
            if has_nulls(dates, by) or not integers_within(FARTHEST, by):
                return by_row(dates, by)
            days = compute(_days(dates), values(by))
            return by_row(dates, by) if days is None else Column(days.astype(_DAY))

        return kernel

    return make


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
