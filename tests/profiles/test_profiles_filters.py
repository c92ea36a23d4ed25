"""Filters leave the same events in every engine, in the raw stream, and in the table."""

import json
from datetime import UTC, datetime

import pytest
from profile_files import declaration, operation, phase, run, start, text

import kumi.profiles
from kumi.profiles.asked_times import asked_moment
from kumi.profiles.breakdown import breakdown
from kumi.profiles.described_lines import known_beforehand
from kumi.profiles.filters import Filters, FromEdge
from kumi.profiles.open_profiles import open_profiles
from kumi.profiles.read_profiles import counted
from kumi.profiles.reports.raw_events import RawEvents

BEGAN = 1737369045123000000
S = 1_000_000_000


def at(seconds, ns, make, **more):
    began = BEGAN + seconds * S
    stamp = datetime.fromtimestamp(began // S, UTC).isoformat(timespec="milliseconds")
    times = {"start_unix_nano": began, "end_unix_nano": began + ns}
    return {**make(ns=ns), **times, "timestamp": stamp.replace("+00:00", "Z"), **more}


def process(number, service, team):
    """A process of a service; it has two runs, one second after the other, of two schemas."""
    key = f"5b8aa5a{number}"
    yield start(key, service=service, resource={"team": team, "size": number})
    for second in range(2):
        of = {"run": f"{key}0000000{second}", "schema": "Shop"}
        yield at(number * 10 + second, 5000, run, **of)
        for name, origin in (("own", None), ("Base.lent", "Base")):
            of |= {"declaration": name, "origin": origin}
            yield at(number * 10 + second, 2000, declaration, **of)
            yield at(number * 10 + second, 1000 * (second + 1), operation, **of)


FIVE_KEYS = {
    "event": "vm_operation",
    "schema": "Tax",
    "operation": "Map",
    "duration_ms": 0.007,
    "timestamp": "2025-01-20T11:30:46.5+01:00",
}
EVENTS = [
    *process(1, "shop", "blue"),
    *process(2, "shop", "red"),
    *process(3, "tax", "blue"),
    FIVE_KEYS,
    phase("compile", 9000, "Shop"),
]
CASES = {
    "nothing": (Filters(), 13),
    "schema": (Filters(schemas=("Tax",)), 1),
    "origin": (Filters(origins=("Base",)), 6),
    "own origin": (Filters(origins=("Shop",)), 6),
    "an origin of lines that say none": (Filters(origins=("Tax", "Nowhere")), 1),
    "service": (Filters(services=("shop",)), 8),
    "services": (Filters(services=("shop", "tax")), 12),
    "resource": (Filters(resources=(("team", "blue"),)), 8),
    "values of a resource": (Filters(resources=(("team", "blue"), ("team", "red"))), 12),
    "a number": (Filters(resources=(("size", "2"),)), 4),
    "resources": (Filters(resources=(("team", "blue"), ("size", "1"))), 4),
    "service and resource": (Filters(services=("shop",), resources=(("team", "blue"),)), 4),
    "no such process": (Filters(services=("nowhere",)), 0),
    "no such origin": (Filters(origins=("Nowhere",)), 0),
    "run": (Filters(runs=("5b8aa5a200000001",)), 2),
    "process": (Filters(runs=("5b8aa5a2", "5b8aa5a300000000")), 6),
    "no such run": (Filters(runs=('5"',)), 0),
    "no UTF-8": (Filters(schemas=("a\udc80",), runs=("\udc80",)), 0),
    "since": (Filters(since=BEGAN + 21 * S), 6),
    "until": (Filters(until=BEGAN + 10 * S), 1),
    "from then to then": (Filters(since=BEGAN + 10 * S, until=BEGAN + 12 * S), 4),
    "from the beginning on": (Filters(since=FromEdge(21 * S), until=FromEdge(30 * S)), 2),
    "before the end": (Filters(since=FromEdge(2 * S, before_end=True)), 4),
    "since long after": (Filters(since=1 << 70), 0),
    "all at once": (
        Filters(
            ("Shop",), ("own",), ("Map",), 1500, ("Shop",), ("shop",), ("5b8aa5a1",),
            (("team", "blue"),), BEGAN, FromEdge(0, before_end=True),
        ),
        1,
    ),
}  # fmt: skip


@pytest.fixture
def path(tmp_path):
    found = tmp_path / "profile.jsonl"
    found.write_text(text(*EVENTS), "utf-8")
    return str(found)


@pytest.mark.parametrize("case", CASES)
def test_a_filter_leaves_the_same_events_everywhere(path, case):
    filters, operations = CASES[case]
    with open_profiles([path]) as profiles:
        small, duck = (breakdown(counted(profiles, filters, small)) for small in (1 << 40, 0))
        raw = [*RawEvents(profiles.files, known_beforehand(filters, profiles))]
    assert small == duck
    assert small.operations == operations
    assert small.lines.events["vm_operation"] == 13
    kinds = [json.loads(line)["event"] for line in raw]
    assert kinds.count("vm_operation") == operations
    assert kinds.count("vm_run") == sum(found.calls for found in small.runs)
    assert kinds.count("phase") == sum(found.calls for found in small.phases)


@pytest.mark.parametrize(
    "asked",
    [
        {"service": "shop", "resource": {"team": "blue"}},
        {"origin": ["Base"]},
        {"run": "5b8aa5a2"},
        {"since": "+21", "until": "-0.5s"},
        {"since": datetime.fromtimestamp(BEGAN / S + 21, UTC)},
    ],
)
def test_tables_have_the_operations_that_figures_count(path, asked):
    profile = kumi.profiles.read(path, **asked)
    operations = profile.to_dict()["operations"]
    assert profile.to_arrow().num_rows == operations
    assert 0 < operations < 13


def test_a_process_is_known_whatever_stands_first(tmp_path):
    lines = text(*EVENTS).splitlines(keepends=True)
    path = tmp_path / "backwards.jsonl"
    path.write_text("".join(reversed(lines)), "utf-8")
    filters = Filters(services=("tax",), origins=("Base",))
    with open_profiles([str(path)]) as profiles:
        raw = [*RawEvents(profiles.files, known_beforehand(filters, profiles))]
        small, duck = (breakdown(counted(profiles, filters, small)) for small in (1 << 40, 0))
    assert small == duck
    assert small.operations == 2
    assert sum('"event": "vm_operation"' in line or "vm_operation" in line for line in raw) == 2


TIMESTAMPS = [
    "2025-01-20T10:30:45Z", "2025-01-20T10:30:45.1Z", "2025-01-20 10:30:45.123456789Z",
    "2025-01-20T10:30:45.999999999-11:30", "2025-01-20T10:30:45+00:00", "2025-01-20T10:30:45",
    "2025-02-30T10:30:45Z", "0000-01-20T10:30:45Z", "9999-12-31T23:59:59.999999Z",
    "1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000001Z",
    "2025-01-20T24:00:00Z", "2025-01-20T10:30:60Z", "2025-01-20T10:30:45+24:00", "20250120T103045Z",
    "2025-1-20T10:30:45Z", "2025-01-20T10:30:45 UTC", "soon", "", "٢٠٢٥-01-20T10:30:45Z", None, 5, [],
    "2025-01-20T10:30:45Z\n",
]  # fmt: skip


def test_engines_agree_when_something_began(tmp_path):
    path = tmp_path / "p.jsonl"
    stamps = [{**FIVE_KEYS, "timestamp": stamp, "declaration": repr(stamp)} for stamp in TIMESTAMPS]
    path.write_text(text(*stamps), "utf-8")
    second = BEGAN // S * S
    with open_profiles([str(path)]) as profiles:
        for since in (0, 1000, 1001, second, second + 1, 253402300799999999000):
            for filters in (Filters(since=since), Filters(until=since)):
                found = [counted(profiles, filters, size) for size in (1 << 40, 0)]
                small, duck = (
                    {tally.keys for tally in engine.tallies("vm_operation", ("declaration",))}
                    for engine in found
                )
                assert small == duck, filters


@pytest.mark.parametrize("typed", ["soon", "", "+", "+5 weeks", "1969-01-01", "2025-13-01"])
def test_what_is_no_time_is_refused(typed):
    with pytest.raises(ValueError, match="is no"):
        asked_moment(typed)
