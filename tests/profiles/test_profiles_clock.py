"""The clock's own share: said where times are raw, taken out where `--calibrated` asks for it."""

import json

import pytest
from profile_files import declaration, operation, phase, run, start, text, written

from kumi.profiles.breakdown import breakdown
from kumi.profiles.filters import Filters
from kumi.profiles.open_profiles import open_profiles
from kumi.profiles.read_profiles import counted, read_breakdown
from kumi.profiles.reports.detailed import detailed
from kumi.profiles.reports.drawing import plain
from kumi.profiles.reports.json_report import json_report
from kumi.profiles.reports.summary import summary

OTHER = "0123abcd"
SLOW_CLOCK = "5b8aa5a3"


@pytest.fixture
def profile(tmp_path):
    """Two processes that say what a reading cost, and one that does not."""
    return written(
        tmp_path,
        start(cost=50.4),
        start(SLOW_CLOCK, cost=99.5),
        run(ns=5000),
        declaration(ns=4000),
        phase("compile", 3000),
        operation(ns=1000),
        operation(ns=1000, run=f"{SLOW_CLOCK}00000001"),
        operation(ns=1000, run=f"{OTHER}00000001"),
        operation(ns=30),
        operation(name="Ref", ns=7),
    )


def both(path, filters=None):
    with open_profiles([str(path)]) as profiles:
        for small in (1 << 40, 0):
            engine = counted(profiles, filters or Filters(), small)
            yield breakdown(engine, calibrated=True)


def test_each_operation_takes_less_by_the_cost_that_its_process_says_and_never_less_than_nothing(
    profile,
):
    for found in both(profile):
        [shop] = found.schemas
        assert shop.total == 950 + 900 + 1000 + 0 + 7 == found.total
        of = {tally.keys[0]: tally for tally in found.types}
        assert (of["Map"].total, of["Map"].longest, of["Map"].p50) == (2850, 1000, 900)
        assert of["Ref"].total == 7  # it takes no reading
        assert sum(spot.tally.total for spot in found.hotspots) == found.total
        assert [part.total for part in found.operand_shares[1].parts] == [2850]


def test_totals_are_as_they_were_measured(profile):
    raw = read_breakdown([str(profile)])
    for found in both(profile):
        assert (found.runs, found.declarations, found.phases) == (
            raw.runs,
            raw.declarations,
            raw.phases,
        )


def test_what_was_taken_out_is_said_to_the_nanosecond(profile):
    raw = read_breakdown([str(profile)])
    for found in both(profile):
        assert found.total + found.clock.taken_out == raw.total
        assert (found.clock.readings, found.clock.total, found.clock.unpriced) == (3, 200, 1)


def test_filters_ask_how_long_an_operation_took_as_it_was_measured(profile):
    for found in both(profile, Filters(min_ns=1000)):
        assert (found.operations, found.total) == (3, 2850)


@pytest.mark.parametrize("report", [summary, detailed])
def test_the_clock_has_a_line_of_its_own(profile, report):
    raw = plain(report(read_breakdown([str(profile)]), 10))
    assert (
        "Clock: 3 readings took about 0.0002ms, 6.6 % of the operations' time "
        "(included above: times are raw)\n" in raw
    )
    assert "Clock: no cost is known of 1 operation, of processes that do not say it\n" in raw
    calibrated = plain(report(read_breakdown([str(profile)], calibrated=True), 10))
    assert calibrated.startswith("Total operations: 5 (0.0029ms)\n")
    assert (
        "Clock: 3 readings took about 0.0002ms, 6.6 % of the operations' raw time "
        "(0.0002ms taken out of self times above; totals are raw)\n" in calibrated
    )


def test_the_json_says_what_was_taken_out(profile):
    raw = json.loads(json_report(read_breakdown([str(profile)])))
    calibrated = json.loads(json_report(read_breakdown([str(profile)], calibrated=True)))
    clock = {"readings": 3, "total_ns": 200, "unpriced_readings": 1}
    assert raw["clock"] == clock | {"taken_out_ns": None}
    assert calibrated["clock"] == clock | {"taken_out_ns": 180}
    assert calibrated["total_ns"] == raw["total_ns"] - 180


def test_where_no_process_says_a_cost_nothing_is_taken_out_and_that_is_said(tmp_path):
    path = written(tmp_path, operation(ns=1000))
    found = read_breakdown([str(path)], calibrated=True)
    assert (found.total, found.clock.taken_out) == (1000, 0)
    assert "Clock: no cost is known of 1 operation" in plain(summary(found, 10))
    assert "Clock" not in plain(summary(read_breakdown([str(path)]), 10))


def test_a_large_profile_is_calibrated_alike(tmp_path):
    events = [operation(ns=100 + n % 400, index=n % 7) for n in range(5000)]
    path = written(tmp_path, start(cost=53.2), name="large.jsonl")
    with path.open("a") as file:
        file.write(text(*events))
    small, duck = both(path)
    assert small == duck
    assert duck.total == sum(100 + n % 400 - 53 for n in range(5000))
