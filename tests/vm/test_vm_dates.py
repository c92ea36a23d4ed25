"""Dates as data, as literals of a class, and as what a run gives."""

import datetime as dt
import json
import subprocess
import sys
from datetime import date

import numpy as np
import pytest

import kumi
from kumi import otel

MIDNIGHT = dt.datetime(1999, 12, 31)  # noqa: DTZ001 - users have such, too


class Payday(date):
    pass


class Days(kumi.Schema):
    class Input(kumi.Record):
        day: kumi.Field[date] = kumi.field(ge=date(1900, 1, 1), lt=date(2024, 1, 1))
        days: kumi.Array[date] = kumi.array(element="one")
        maybe: kumi.Array[date | None]

    later = kumi.value(kumi.add_days(Input.day, 1))
    last = kumi.value(Input.days.max())
    first = kumi.value(kumi.whole(Input.days)[0])
    known = kumi.value(Input.maybe.coalesce(date(9999, 12, 31)))
    before = kumi.trait(date(2000, 1, 1) > Input.day)
    year = kumi.value(kumi.select(before, kumi.year(Input.day), 0))


DATA = {"day": "1999-12-31", "days": ["2024-02-29"], "maybe": [None]}


@pytest.mark.parametrize(
    "day", ["1999-12-31", date(1999, 12, 31), Payday(1999, 12, 31), np.datetime64("1999-12-31")]
)
def test_what_a_date_may_come_as(day):
    result = Days.run(DATA | {"day": day, "days": [day], "maybe": [day, None]})
    assert result.later == date(2000, 1, 1)
    assert result.year == 1999
    assert result.last == result.first == date(1999, 12, 31)
    assert result.known == [date(1999, 12, 31), date(9999, 12, 31)]
    assert [type(one) for one in (result.last, result.first, *result.known)] == [date] * 4


def test_numpy_days_are_an_array_of_dates():
    days = np.array(["2024-02-29", "2023-01-01"], "datetime64[D]")
    result = Days.run(DATA | {"days": days, "maybe": np.array(["NaT"], "datetime64[D]")})
    assert result.last == date(2024, 2, 29)
    assert result.known == [date(9999, 12, 31)]
    assert Days.run(DATA).numpy("known").dtype == "datetime64[D]"


def test_dates_are_kept_within_others():
    class Quarter(kumi.Schema):
        class Input(kumi.Record):
            day: kumi.Field[date]
            days: kumi.Array[date]

        one = kumi.value(Input.day.clamp(date(2024, 1, 1), date(2024, 3, 31)))
        each = kumi.value(Input.days.clamp(date(2024, 1, 1), Input.day))

    result = Quarter.run(day="2024-02-29", days=["2023-12-31", "2024-01-02", "2024-03-01"])
    assert result.one == date(2024, 2, 29)
    assert result.each == [date(2024, 1, 1), date(2024, 1, 2), date(2024, 2, 29)]
    with pytest.raises(ValueError, match="the lower bound is above the upper"):
        Quarter.run(day="2023-02-28", days=["2024-01-01"])


@pytest.mark.parametrize("kind", ["date", "integer", "decimal", "float"])
@pytest.mark.parametrize(
    "days",
    [
        np.array(["2024-02-29"], "datetime64[ns]"),
        np.array(["20000-01-01"], "datetime64[D]"),
    ],
)
def test_numpy_dates_that_python_has_not_are_no_numbers(kind, days):
    schema = kumi.loads(
        f"schema do input do array :xs do {kind} :x end end value :v, input.xs.x end"
    )
    with pytest.raises(kumi.InputError, match=r"xs\[0\]: expected an? .*, found a NumPy datetime"):
        schema.run(xs=days)


@pytest.mark.parametrize(
    ("day", "found"),
    [
        ("2023-02-29", "a string that is no date"),
        ("19991231", "a string that is no date"),
        (MIDNIGHT, "a datetime (its `.date()` is one)"),
        (730_000, "an integer"),
        (np.datetime64("1999-12-31T00"), "a NumPy datetime"),
        (np.datetime64("NaT"), "a NumPy datetime"),
        ("2024-01-01", "a date outside that range"),
        ("1899-12-31", "a date outside that range"),
    ],
)
def test_what_is_no_date_is_said_without_the_value(day, found):
    with pytest.raises(kumi.InputError) as caught:
        Days.run(DATA | {"day": day})
    (violation,) = caught.value.violations
    limits = ", from 1900-01-01 and before 2024-01-01"
    assert str(violation) == f"day: expected a date such as 2024-02-29{limits}, found {found}"


def test_every_cell_that_is_no_date_is_named():
    days = ["2024-02-29", "2024-02-30", MIDNIGHT, np.datetime64("2024-02-29T00")]
    with pytest.raises(kumi.InputError) as caught:
        Days.run(DATA | {"days": days})
    assert [one.path for one in caught.value.violations] == ["days[1]", "days[2]", "days[3]"]


def test_a_datetime_is_no_literal_either():
    class Input(kumi.Record):
        day: kumi.Field[date]

    with pytest.raises(TypeError, match=r"a datetime is no date[\s\S]*give its `.date\(\)`"):
        Input.day > MIDNIGHT
    with pytest.raises(TypeError, match="a limit is a number or a date"):
        kumi.field(ge=MIDNIGHT)
    with pytest.raises(TypeError, match="with T one of"):
        type("Bad", (kumi.Record,), {"__annotations__": {"at": kumi.Field[dt.datetime]}})


def test_the_command_writes_dates_as_text(tmp_path):
    source = tmp_path / "days.kumi"
    source.write_text(
        "schema do input do array :days do date :day end end "
        "value :later, fn(:add_days, input.days.day, 1) end"
    )
    given = tmp_path / "days.json"
    given.write_text('{"days": ["2024-02-28", "2024-02-29"]}')
    command = [sys.executable, "-m", "kumi", "run", source, "--input", given]
    done = subprocess.run(command, capture_output=True, check=True)
    assert json.loads(done.stdout) == {"later": ["2024-02-29", "2024-03-01"]}


def test_no_date_of_a_schema_or_an_input_is_recorded(tmp_path):
    file = tmp_path / "p.jsonl"

    class Private(kumi.Schema):
        class Input(kumi.Record):
            days: kumi.Array[date] = kumi.array(ge=date(1887, 6, 5))

        late = kumi.value(Input.days > date(1888, 6, 5))
        gone = kumi.value(kumi.add_years(Input.days, 9000))

    with otel.profile(file=str(file), ops=True):
        for day in ("1889-06-05", "1886-06-05", "1889-06-31"):
            with pytest.raises(ValueError, match=r"outside the years|the input of Private"):
                Private.run(days=[day])
    written = file.read_text(encoding="utf-8")
    assert '"function":"add_years"' in written
    for year in ("1886", "1887", "1888", "1889"):
        assert f"{year}-" not in written
