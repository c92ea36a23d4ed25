"""Files of our own writers are read by position, and say what every one of their lines says.

`python tests/profiles/test_profiles_positions.py 400000` mutates so many lines.
"""

import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kumi.profiles.breakdown import breakdown
from kumi.profiles.filters import Filters, FromEdge
from kumi.profiles.one_by_one import OneByOne
from kumi.profiles.open_profiles import open_profiles
from kumi.profiles.positions import position_reader, time_counts
from kumi.profiles.positions.own_file import OwnFile
from kumi.profiles.positions.run_counts import RunCounts
from kumi.profiles.positions.stamped_places import PROCESS, stamped_places
from kumi.profiles.positions.time_counts import TimeCounts
from kumi.profiles.read_profiles import counted

TESTS = Path(__file__).parent.parent
sys.path[:0] = [str(TESTS / room) for room in ("replay", "backends", "spans", "exporters")]

import recordings as golden  # noqa: E402 - found by the path above

STAMPED = ["duration_ms", "cpu_ms", "timestamp", "rows", "run", "trace_id", "span_id"]
STAMPED += ["parent_span_id", "start_unix_nano", "end_unix_nano"]

EXAMPLES = files("kumi.examples")
PROGRAM = """
import json, kumi, sys
from kumi import otel
from opentelemetry.sdk.trace import TracerProvider
from pathlib import Path

folder = Path(sys.argv[1])
orders, taxes = [kumi.load(folder / f"{name}.kumi") for name in ("order_pricing", "us_tax_2024")]
ordered, taxed = [json.loads((folder / f"{name}.json").read_text()) for name in ("order_pricing", "us_tax_2024")]
tracer = TracerProvider().get_tracer("test")
for number in range(int(sys.argv[2])):
    orders.run(**{**ordered, "orders": ordered["orders"][: number % 4 * 50 + 1]})
    if number % 3 == 0:
        taxes.run(**taxed)
    if number % 5 == 0:
        with tracer.start_as_current_span("request"):
            taxes.run(**taxed)
"""
NUMBERS = [b"0", b"7", b"00", b"-1", b"1.5", b"1e3", b"9223372036854775807", b"9223372036854775808"]
NUMBERS += [b"99999999999999999999", b" 5", b"5 ", b"null", b"nan", b'"5"', b"", b"0.000001", b"01"]


def recorded(path, runs, **settings):
    """A profile of two programs by two processes, with parents and without."""
    given = {f"KUMI_PROFILE_{name}": value for name, value in settings.items()}
    asked = {"KUMI_PROFILE": "1", "KUMI_PROFILE_OPS": "1", "KUMI_PROFILE_FILE": str(path)}
    for _ in range(2):
        subprocess.run(
            [sys.executable, "-c", PROGRAM, str(EXAMPLES), str(runs)],
            env={**os.environ, **asked, "KUMI_PROFILE_PERSISTENT": "1", **given},
            check=True,
        )
    return path


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    return recorded(tmp_path_factory.mktemp("own") / "own.jsonl", 60, CPU="1")


@contextlib.contextmanager
def parts_of(size):
    """Read by position so many bytes at a time."""
    before, position_reader.PART = position_reader.PART, size
    try:
        yield
    finally:
        position_reader.PART = before


def breakdowns(path, filters=None, calibrated=False):
    """What the standard library says, and what positions and DuckDB do."""
    with open_profiles([str(path)]) as profiles:
        engines = [counted(profiles, filters or Filters(), small) for small in (1 << 40, 0)]
        return [breakdown(engine, calibrated=calibrated) for engine in engines]


def mutated(lines, rnd, once_in):
    """The lines, each once in so many times not as it was."""
    for line in lines:
        yield _mutated(line, rnd) if line and not rnd.randrange(once_in) else line


def _mutated(line, rnd):
    at = rnd.randrange(len(line))
    number = rnd.choice([part for part in line.split(b":") if part[:1].isdigit()] or [b"{"])
    return rnd.choice(
        [
            lambda: line[:at] + bytes([rnd.randrange(256)]) + line[at + 1 :],
            lambda: line[:at] + bytes([rnd.choice(b'0123456789 ,:"{}[]\\.-nae')]) + line[at + 1 :],
            lambda: line[:at] + line[at + 1 :],
            lambda: line[:at],
            lambda: line.replace(number.split(b",")[0], rnd.choice(NUMBERS)),
            lambda: line[:at] + line,
            lambda: line.replace(b"}", b',"rows":5}'),
            lambda: line.replace(b'"vm_operation"', b'"vm_declaration"'),
            lambda: b"",
            lambda: line.replace(b'"run":"', b'"run":"0'),
            lambda: line.replace(b"null", b"none"),
            lambda: line + b"\n" + line,
        ]
    )()


def read_one_by_one(path):
    """How many lines of a file are not read by position."""
    others = OneByOne(Filters())
    with open_profiles([str(path)]) as profiles:
        OwnFile(profiles.files[0], RunCounts(Filters()), others, profiles.scratch)
    return others.kinds().total()


@pytest.mark.parametrize("size", [400_000, 2 << 20])
def test_runs_are_read_by_position(own, size):
    """Also where the first run of a program, which its shape is not known from, is a quarter."""
    with parts_of(size):
        assert read_one_by_one(own) < len(own.read_bytes().splitlines()) / 5


@pytest.mark.parametrize(
    "damage", [(b'"duration_ms"', b'"dur#tion_ms"'), (b"Pricing", b"Priming"), (b"}", b"#")]
)
def test_where_the_first_runs_are_damaged_later_ones_are_learned(own, tmp_path, damage):
    lines = own.read_bytes().splitlines(keepends=True)
    inner = [
        n for n, line in enumerate(lines) if b'"operation":"Map"' in line and b"Pricing" in line
    ]
    for number in inner[40:100:20]:
        lines[number] = lines[number].replace(*damage)
    path = tmp_path / "damaged.jsonl"
    path.write_bytes(b"".join(lines))
    with parts_of(8 << 20):  # so that three runs are few of them
        assert read_one_by_one(path) < len(lines) / 2
    small, large = breakdowns(path)
    assert small == large


@pytest.mark.parametrize(
    "change",
    [
        (b'"trace_id":', b'"trace_id" :'),
        (b'"trace_id":', b'"trace_id": '),
        (b',"run":', b', "run":'),
        (b'"run":', b'"process":"00c0ffee","run":'),
        (b'"timestamp":', b'"rows":7,"timestamp":'),
        (b'"timestamp":', b'"x":{"rows":7},"timestamp":'),
        (b'"timestamp":', b'"x":[],"timestamp":'),
        (b'"timestamp":', b'"x":",\\"rows\\":7","timestamp":'),
        (b'"timestamp":', b'"x":",{[","timestamp":'),
        (b'"trace_id":', b'"rows":null,"trace_id":'),
    ],
)
def test_what_looks_nearly_as_our_lines_do_is_read_as_it_stands(own, tmp_path, change):
    path = tmp_path / "nearly.jsonl"
    path.write_bytes(own.read_bytes().replace(*change))
    small, large = breakdowns(path)
    assert small == large
    assert small.operations > 0


def test_the_places_of_a_line_are_those_of_its_values(own, tmp_path):
    golden.recorded(tmp_path / "golden.jsonl")
    lines = own.read_bytes().splitlines() + (tmp_path / "golden.jsonl").read_bytes().splitlines()
    seen = Counter()
    for line in lines:
        said = json.loads(line)
        if said["event"].startswith("vm_") and b"\\" not in line:
            there = {place.key: line[place.start : place.end] for place in stamped_places(line)}
            wanted = {key: said[key] for key in STAMPED if said.get(key) is not None}
            wanted["run"] = said["run"][PROCESS:]
            assert there.keys() == wanted.keys()
            for key, value in wanted.items():
                text = there[key].decode()
                assert value == (text if isinstance(value, str) else json.loads(text))
            seen[said["event"]] += 1
    assert len(seen) == 3


@pytest.mark.parametrize("size", [3000, 20_000, 100_000, 4 << 20])
def test_parts_of_any_size_say_the_same(own, size):
    with parts_of(size):
        small, large = breakdowns(own, calibrated=True)
    assert small == large


@pytest.mark.parametrize(
    "filters",
    [
        Filters(schemas=("OrderPricing",)),
        Filters(declarations=("inputs",)),
        Filters(operations=("Map", "Reduce")),
        Filters(min_ns=5000),
        Filters(("UsTax2024",), ("inputs",), ("LoadInput",), 700),
    ],
)
def test_filters_leave_the_same_lines(own, filters):
    small, large = breakdowns(own, filters)
    assert small == large


def test_filters_by_run_time_service_and_origin_leave_the_same_lines(own):
    first, *_, last = [line for line in own.read_text().splitlines() if '"vm_run"' in line]
    run, began = json.loads(first)["run"], json.loads(last)["start_unix_nano"]
    for filters, some in [
        (Filters(runs=(run,)), 1),
        (Filters(runs=(run[:8], "none")), 1),
        (Filters(runs=("none",)), 0),
        (Filters(since=began), 1),
        (Filters(until=began, min_ns=1000), 1),
        (Filters(since=began - 10_000_000, until=began), 1),
        (Filters(since=FromEdge(3_600_000_000_000, before_end=True)), 1),
        (Filters(since=1 << 80), 0),
        (Filters(until=-(1 << 80)), 0),
        (Filters(origins=("OrderPricing",), operations=("Map",)), 1),
        (Filters(services=("nobody",)), 0),
        (Filters(resources=(("telemetry.sdk.language", "python"),), runs=(run,)), 1),
    ]:
        small, large = breakdowns(own, filters)
        assert small == large, filters
        assert bool(small.operations) is bool(some), filters


def test_an_empty_line_within_a_run_is_no_line(own, tmp_path):
    """Even where the run is as long as it was, so that it is read by position at first."""
    lines = own.read_bytes().splitlines(keepends=True)
    mine = [n for n, line in enumerate(lines) if b'"operation":"Map"' in line]
    for number in mine[200:230:10]:
        lines[number] = b"\n" + lines[number][1:]
    path = tmp_path / "empty.jsonl"
    path.write_bytes(b"".join(lines))
    small, large = breakdowns(path)
    assert small == large
    assert large.lines.malformed == 3


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([3, 30, 300, 3000]), st.sampled_from([0, 30_000]))
def test_damage_costs_what_it_damages_and_no_more(own, seed, once_in, part):
    agree(own.read_bytes().split(b"\n")[:4000], seed, once_in, part)


def agree(lines, seed, once_in, part=0):
    rnd = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder, parts_of(part or position_reader.PART):
        path = Path(folder, "own.jsonl")
        path.write_bytes(b"\n".join(mutated(lines, rnd, once_in)))
        small, large = breakdowns(path)
    assert small == large


@pytest.mark.parametrize("at_once", [1, 50, 1 << 20])
def test_times_are_counted_however_many_are_sorted_at_once(monkeypatch, at_once):
    monkeypatch.setattr(time_counts, "_AT_ONCE", at_once)
    draw, counts, wanted = np.random.default_rng(1), TimeCounts(), Counter()
    for _ in range(40):
        groups, ns = draw.integers(0, 3, 20), draw.integers(0, 30, 20)
        counts.add(groups, ns)
        wanted.update(zip(groups.tolist(), ns.tolist(), strict=True))
    group, ns, calls = (column.tolist() for column in counts.counted())
    assert list(zip(group, ns, calls, strict=True)) == [(*of, wanted[of]) for of in sorted(wanted)]


def test_lines_of_others_between_ours_are_counted_and_numbered(own, tmp_path):
    lines = own.read_bytes().split(b"\n")
    others = [json.dumps({"event": "click", "n": n}).encode() for n in range(3000)]
    path = tmp_path / "mixed.jsonl"
    path.write_bytes(b"\n".join([*lines[:3000], b"", *others, b"{broken", *lines[3000:]]))
    with parts_of(100_000):
        small, large = breakdowns(path)
    assert small == large
    assert large.lines.first_malformed == (str(path), 6002)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        text = recorded(Path(name, "own.jsonl"), 200, CPU="1").read_bytes().split(b"\n")
        total = 0
        while total < int(sys.argv[1]):
            once_in = random.choice([2, 10, 100, 1000])
            agree(text, random.randrange(1 << 32), once_in, random.choice([0, 50_000, 1 << 20]))
            total += len(text) // once_in
            print(f"{total:,} mutated lines, no difference", flush=True)
