"""Dates, one at a time: `datetime.date` objects, of the years 1 to 9999. They import no NumPy.

People count months by the day of the month: a month is completed when its day is reached. Where the
month that is reached has no such day, two answers are in use, and the language has one for each
question. A span is completed on the first day of the next month, as the law counts ages: whoever
was born on 29 February is a year older on 1 March. A date that is moved stays in its month, on the
last day, as bills are dated. From 31 January 2023:

    add 1 month        28 February    the last day, and not 3 March
    months to 28 Feb   0              no 31st was reached
    months to 1 March  1

>>> january = date(2023, 1, 31)
>>> add_months(january, 1), months_between(january, date(2023, 2, 28))
(datetime.date(2023, 2, 28), 0)
>>> years_between(date(2004, 2, 29), date(2024, 2, 28)), add_years(date(2004, 2, 29), 1)
(19, datetime.date(2005, 2, 28))
>>> from_text("2024-02-29"), from_text("20240229"), from_text("2023-02-29")
(datetime.date(2024, 2, 29), None, None)
"""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, date, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLE: Final = "2024-02-29"
"""What a date looks like, for messages."""

FARTHEST: Final = date.max.toordinal()
"""More days, or months, than there are lead out of the calendar from everywhere."""

MONTHS: Final = 12
_LENGTHS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEBRUARY: Final = 2


def from_text(text: str) -> date | None:
    """The date that a text says as `2024-02-29`; None for any other writing, and no such day."""
    if len(text) != len(EXAMPLE) or text[4] != "-" or text[7] != "-":
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def as_date(value: Any) -> Any:
    """Data as a plain date, where it is one or says one; else the value as it is.

    A datetime is no date: which day it is on depends on where one stands.
    """
    if value.__class__ is date or value is None:
        return value
    if isinstance(value, str):
        return from_text(value) or value
    if isinstance(value, date) and not isinstance(value, datetime):
        return date(value.year, value.month, value.day)
    if getattr(value, "dtype", None) == "datetime64[D]" and not getattr(value, "shape", ()):
        day = value.item()
        return day if day.__class__ is date else value
    return value


def _require(day: Any) -> date:
    if day.__class__ is not date:
        raise TypeError("a date function was given null")
    found: date = day
    return found


def year(day: date) -> int:
    """The year, 1 to 9999."""
    return _require(day).year


def month(day: date) -> int:
    """The month, 1 to 12."""
    return _require(day).month


def day_of_month(day: date) -> int:
    """The day of the month, from 1."""
    return _require(day).day


def weekday(day: date) -> int:
    """The day of the week, Monday 1 and Sunday 7."""
    return _require(day).isoweekday()


def days_between(first: date, second: date) -> int:
    """Days from the first to the second, negative where that lies before."""
    return _require(second).toordinal() - _require(first).toordinal()


def months_between(first: date, second: date) -> int:
    """Completed months from the first to the second; backwards the negative of forwards."""
    if _require(second) < _require(first):
        return -months_between(second, first)
    months = (second.year - first.year) * MONTHS + second.month - first.month
    return months - (second.day < first.day)


def years_between(first: date, second: date) -> int:
    """Completed years from the first to the second; backwards the negative of forwards."""
    months = months_between(first, second)
    return months // MONTHS if months >= 0 else -(-months // MONTHS)


def add_days(day: date, days: int) -> date:
    """The date so many days later; ValueError outside the calendar."""
    ordinal = _require(day).toordinal() + days
    if not 1 <= ordinal <= FARTHEST:
        raise ValueError(_OUTSIDE)
    return date.fromordinal(ordinal)


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the month's last; ValueError outside the calendar."""
    in_year, month = divmod(_require(day).year * MONTHS + day.month - 1 + months, MONTHS)
    if not MINYEAR <= in_year <= MAXYEAR:
        raise ValueError(_OUTSIDE)
    return date(in_year, month + 1, min(day.day, _last_day(in_year, month + 1)))


def add_years(day: date, years: int) -> date:
    """The same day so many years later, 28 February where it is no leap year."""
    return add_months(day, years * MONTHS)


def _last_day(in_year: int, month: int) -> int:
    leap = in_year % 4 == 0 and (in_year % 100 != 0 or in_year % 400 == 0)
    return _LENGTHS[month - 1] + (leap and month == _FEBRUARY)


_OUTSIDE: Final = "a date outside the years 1 to 9999"
DATES: Final[dict[str, Callable[..., Any]]] = {
    "year": year,
    "month": month,
    "day": day_of_month,
    "weekday": weekday,
    "days_between": days_between,
    "months_between": months_between,
    "years_between": years_between,
    "add_days": add_days,
    "add_months": add_months,
    "add_years": add_years,
}
"""By canonical name."""
