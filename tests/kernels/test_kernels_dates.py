"""Dates: columns are their rows on many pairs, and rows are what a calendar says.

`DATE_PAIRS=1000000` takes as many pairs; what a calendar says is asked for the first thousands.
"""

import calendar
import os
import random
from datetime import date, timedelta

import numpy as np
import pytest
from kernel_data import scalar_callable

from kumi.kernels import bind
from kumi.kernels.dates import as_date, from_text
from kumi.kernels.kinds import DATE, INTEGER
from kumi.kernels.vectors import cells, column_of

PAIRS = int(os.environ.get("DATE_PAIRS", "20000"))
CHECKED = min(PAIRS, 20_000)
READ = {"year": 1, "month": 1, "day": 1, "weekday": 1}
READ |= {"days_between": 2, "months_between": 2, "years_between": 2}
MOVED = ("add_days", "add_months", "add_years")


def drawn(rnd):
    """A date: any at all, around a 29 February, or around the end of a month."""
    way = rnd.random()
    if way < 0.4:
        return date.fromordinal(rnd.randint(1, date.max.toordinal()))
    year, month = rnd.randint(1880, 2130), rnd.randint(1, 12)
    if way < 0.6:
        year, month = year // 4 * 4, 2
    last = date(year, month, calendar.monthrange(year, month)[1])
    return last + timedelta(days=rnd.choice([0, 0, 1, -1]))


@pytest.fixture(scope="module")
def pairs():
    rnd = random.Random(7)
    first = [drawn(rnd) for _ in range(PAIRS)]
    second = [drawn(rnd) for _ in range(PAIRS)]
    for at in range(0, PAIRS, 3):  # close to one another
        ordinal = first[at].toordinal() + rnd.randint(-800, 800)
        second[at] = date.fromordinal(min(max(ordinal, 1), date.max.toordinal()))
    return first, second


def columns_and_rows(name, kinds, result, *lists):
    vectors = [column_of(one, kind) for one, kind in zip(lists, kinds, strict=True)]
    made = bind.elementwise(name, kinds, result)(*vectors)
    return cells(made), list(map(scalar_callable(name, kinds, result), *lists))


@pytest.mark.parametrize("name", READ)
def test_columns_read_dates_as_rows_do(pairs, name):
    lists = pairs[: READ[name]]
    column, rows = columns_and_rows(name, (DATE,) * len(lists), INTEGER, *lists)
    assert column == rows


@pytest.mark.parametrize("name", MOVED)
def test_columns_move_dates_as_rows_do(pairs, name):
    rnd = random.Random(name)
    room = {"add_days": 40_000, "add_months": 1_300, "add_years": 110}[name]
    days = [min(max(day, date(120, 1, 1)), date(9880, 1, 1)) for day in pairs[0]]
    by = [rnd.randint(-room, room) for _ in days]
    column, rows = columns_and_rows(name, (DATE, INTEGER), DATE, days, by)
    assert column == rows


def anniversary(day, months):
    """The day on which so many months are completed: the 1st after a month that has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if day.day <= calendar.monthrange(year, month + 1)[1]:
        return date(year, month + 1, day.day)
    return date(year + (month == 11), (month + 1) % 12 + 1, 1)


def test_months_are_completed_at_their_anniversaries(pairs):
    count = scalar_callable("months_between", (DATE, DATE), INTEGER)
    years = scalar_callable("years_between", (DATE, DATE), INTEGER)
    for first, second in zip(*(one[:CHECKED] for one in pairs), strict=True):
        earlier, later = sorted((first, second))
        if later.year > 9990:
            continue
        months = count(earlier, later)
        assert anniversary(earlier, months) <= later < anniversary(earlier, months + 1)
        assert count(later, earlier) == -months
        assert years(earlier, later) == months // 12
        assert years(later, earlier) == -(months // 12)


def test_dates_are_moved_within_the_month_that_is_reached(pairs):
    add = scalar_callable("add_months", (DATE, INTEGER), DATE)
    rnd = random.Random(3)
    for day in pairs[0][:CHECKED]:
        months = rnd.randint(-1500, 1500)
        year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
        if not 1 <= year <= 9999:
            with pytest.raises(ValueError, match="outside the years 1 to 9999"):
                add(day, months)
            continue
        last = calendar.monthrange(year, month + 1)[1]
        assert add(day, months) == date(year, month + 1, min(day.day, last))


@pytest.mark.parametrize(
    ("first", "second", "months", "years"),
    [
        ("2004-02-29", "2024-02-28", 239, 19),
        ("2004-02-29", "2024-02-29", 240, 20),
        ("2004-02-29", "2023-02-28", 227, 18),
        ("2004-02-29", "2023-03-01", 228, 19),
        ("2023-01-31", "2023-02-28", 0, 0),
        ("2023-01-31", "2023-03-01", 1, 0),
        ("0001-01-01", "9999-12-31", 119_987, 9_998),
    ],
)
def test_spans_that_people_argue_about(first, second, months, years):
    first, second = date.fromisoformat(first), date.fromisoformat(second)
    for name, found in (("months_between", months), ("years_between", years)):
        count = scalar_callable(name, (DATE, DATE), INTEGER)
        assert (count(first, second), count(second, first)) == (found, -found)


@pytest.mark.parametrize("name", MOVED)
@pytest.mark.parametrize("by", [4_000_000, -4_000_000, 10**30, -(2**63)])
def test_what_leaves_the_calendar_raises(name, by):
    kernel = bind.elementwise(name, (DATE, INTEGER), DATE)
    days = column_of([date(2024, 2, 29), date(1, 1, 1)], DATE)
    with pytest.raises(ValueError, match="outside the years 1 to 9999"):
        kernel(days, by)
    with pytest.raises(ValueError, match="outside the years 1 to 9999"):
        kernel(date(2024, 2, 29), column_of([0, by], INTEGER))
    edges = column_of([date.min, date.max], DATE)
    assert cells(kernel(edges, 0)) == [date.min, date.max]


def test_only_one_writing_is_a_date():
    assert from_text("2024-02-29") == date(2024, 2, 29)
    for text in ("2023-02-29", "20240229", "2024-W09-4", "2024-2-29", " 2024-02-29", "2024-02-29 ",
                 "2024-02-29T00:00", "+024-02-29", "0000-01-01", "٢٠٢٤-٠٢-٢٩", ""):  # fmt: skip
        assert from_text(text) is None


def test_numpy_days_are_dates_and_other_units_are_not():
    assert as_date(np.datetime64("2024-02-29")) == date(2024, 2, 29)
    for other in ("2024-02-29T00:00", "2024-02", "NaT"):
        found = as_date(np.datetime64(other))
        assert isinstance(found, np.datetime64)
