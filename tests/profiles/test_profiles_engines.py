"""Both engines say the same of any file, whole or damaged, and what they say is right."""

import json
import socket
import tempfile
from pathlib import Path

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from profile_files import (
    declaration,
    end,
    memory,
    operation,
    phase,
    program,
    run,
    start,
    text,
    timed,
)

from kumi.profiles.breakdown import breakdown
from kumi.profiles.filters import Filters
from kumi.profiles.open_profiles import open_profiles
from kumi.profiles.read_profiles import counted

ODD = [
    None,
    "5",
    "",
    -1,
    1.5,
    0,
    True,
    [1],
    {"a": 1},
    2**63,
    2**63 - 1,
    10**30,
    1e300,
    float("nan"),
]
ODD += [float("inf"), 1e-7, "é\u009b", "a\\b", "00c0ffee", "\u0000", "\ud83d\ude00", "Unknown"]
KEYS = ["event", "schema", "operation", "duration_ms", "declaration", "index", "function", "rows"]
KEYS += [
    "origin",
    "cpu_ms",
    "run",
    "process",
    "program",
    "error",
    "name",
    "start_unix_nano",
    "end_unix_nano",
    "extra",
]
HOST = socket.gethostname()
NAMES = st.sampled_from(["Shop", "Tax", "é", 'quo"te', "new\nline", "back\\slash"])
BEGAN = 1737369045123000000
TIMES = st.one_of(st.integers(0, 5000), st.integers(0, 10**12))
OPERATIONS = [["inputs", "LoadInput", None, None, [], 1, "a.b"], ["total", "Ref", None, "sub", []]]

EVENTS = st.one_of(
    st.builds(operation, NAMES, st.sampled_from(["Map", "Ref", "LoadInput"]), TIMES),
    st.builds(operation, NAMES, ns=TIMES, origin=st.sampled_from(["Base", "Shop", *ODD])),
    st.builds(declaration, NAMES, NAMES, origin=st.sampled_from([None, "Base", 'quo"te'])),
    st.builds(run, NAMES, TIMES, st.sampled_from([None, "ValueError"])),
    st.builds(run, NAMES, TIMES, cpu_ms=st.sampled_from([0, 0.0000005, 12.345678, *ODD])),
    st.builds(declaration, NAMES, NAMES, TIMES),
    st.builds(phase, NAMES, TIMES),
    st.builds(memory, st.sampled_from([*ODD[:10], 5000]), st.just("2025")),
    st.builds(start, cost=st.sampled_from([50, 12.5, "x", None])),
    st.builds(
        start,
        st.sampled_from(["5b8aa5a2", "5b8aa5a3", *ODD[:3]]),
        pid=st.sampled_from([*ODD, 1]),
        host=st.sampled_from([HOST, "elsewhere", 5]),
        service=st.sampled_from(["shop", "é", *ODD]),
        resource=st.one_of(
            st.sampled_from(ODD),
            st.builds(lambda team: {"team": team}, st.sampled_from(["blue", *ODD])),
        ),
        timestamp=st.sampled_from(["2025-01-20T10:30:45.123Z", "soon", None]),
    ),
    st.builds(
        end,
        st.dictionaries(st.sampled_from(["exit", "file_limit"]), st.sampled_from(ODD[:9])),
        st.sampled_from(["5b8aa5a2", "5b8aa5a3", *ODD[:3]]),
        timestamp=st.sampled_from(["2025-01-20T10:30:45.123Z", "2025-01-20T10:30:45.124Z", 7]),
    ),
    st.builds(
        lambda cause, key, value: {**timed("pause", 5, cause=cause), key: value},
        st.sampled_from(["gc", "kernel", None, 5]),
        st.sampled_from(["cause", "duration_ms", "start_unix_nano", "end_unix_nano", "extra"]),
        st.sampled_from(ODD),
    ),
    st.builds(program, st.sampled_from([OPERATIONS, OPERATIONS[1:], "x", [None]]), NAMES),
    st.just({"event": "of_the_future", "duration_ms": "soon"}),
    st.builds(
        lambda key, value: {**operation(), key: value}, st.sampled_from(KEYS), st.sampled_from(ODD)
    ),
    st.builds(
        lambda key: {k: v for k, v in operation().items() if k != key}, st.sampled_from(KEYS)
    ),
    st.builds(
        lambda ms: {**operation(), "duration_ms": ms, "end_unix_nano": None},
        st.one_of(st.floats(0, 1e13), st.integers(0, 10**14)),
    ),
)
DAMAGE = st.lists(
    st.tuples(st.integers(0, 1 << 20), st.integers(0, 40), st.binary(max_size=12)), max_size=3
)
FILTERS = st.builds(
    Filters,
    schemas=st.sampled_from([(), ("Shop", "é"), ('quo"te',)]),
    declarations=st.sampled_from([(), ("total",), ("new\nline", "back\\slash")]),
    operations=st.sampled_from([(), ("Map",)]),
    min_ns=st.sampled_from([0, 1000]),
    origins=st.sampled_from([(), (), ("Base",), ("Shop", 'quo"te')]),
    services=st.sampled_from([(), (), ("shop",), ("s", "é")]),
    runs=st.sampled_from([(), (), ("5b8aa5a2",), ("é", "5b8aa5a200000001")]),
    resources=st.sampled_from([(), (), (("team", "blue"),), (("team", "[1]"), ("team", "5"))]),
    since=st.sampled_from([None, None, 0, BEGAN, BEGAN + 1, 1 << 70]),
    until=st.sampled_from([None, None, BEGAN, BEGAN + 1]),
    processes=st.none(),
)


strict = pytest.mark.skipif(
    int(duckdb.__version__.partition(".")[0]) < 2,
    reason="DuckDB before 2.0 passes over what follows an object on its line",
)


def damaged(data, damage):
    for somewhere, length, new in damage:
        at = somewhere % (len(data) + 1)
        data = data[:at] + new + data[at + length :]
    return data


def both(*contents, filters=None, names=None, calibrated=False):
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in names or [f"{n}.x" for n in range(len(contents))]]
        for path, content in zip(paths, contents, strict=True):
            path.write_bytes(content)
        with open_profiles([str(path) for path in paths]) as profiles:
            asked = filters or Filters()
            engines = [counted(profiles, asked, small) for small in (1 << 40, 0)]
            return [breakdown(engine, calibrated=calibrated) for engine in engines]


def test_a_byte_order_mark_is_no_damage():
    marked, plain = (both(mark + text(operation()).encode()) for mark in (b"\xef\xbb\xbf", b""))
    assert marked[0] == marked[1] == plain[0]
    assert both(b"\xef\xbb\xbf")[0].lines == both(b"\xef\xbb\xbf")[1].lines


@strict
@settings(max_examples=50)
@given(st.lists(EVENTS, max_size=12), DAMAGE, FILTERS, st.booleans())
@example([operation()], [(0, 0, b"\xef\xbb\xbf")], Filters(), False)
@example([operation(), run()], [(60, 500, b"")], Filters(), False)
@example([start(), operation(ns=1020)], [], Filters(min_ns=1000), True)
def test_both_engines_agree_on_damaged_files(events, damage, filters, calibrated):
    content = damaged(text(*events).encode(), damage)
    small, duck = both(content, filters=filters, calibrated=calibrated)
    assert small == duck


OPERATION = b'{"event":"vm_operation","schema":"A","operation":"Map","duration_ms":1'
NO_JSON = [
    OPERATION + b",}",
    OPERATION + b" , }",
    OPERATION + b',"x":[1,]}',
    OPERATION + b',"x":NaN}',
    OPERATION + b',"x":[-inf]}',
    OPERATION + b',"timestamp":[nan]}',
    OPERATION + b',"x":"\\ud800","x":1}',
    b'{"event":"memory","label":nan}',
    b'{"event":"click","label": Infinity }',
    b'{"event":"vm_run","schema":"\\ud800","duration_ms":1}',
    b'{"event":"vm_run","schema":"\xff","duration_ms":1}',
    b'{"event":"vm_run","schema":"A","duration_ms":NaN}',
    b'{"event":"vm_run","schema":"A"',
    OPERATION + b',"x":' + b"[" * 500 + b"]" * 500 + b"}",
    b'{"event":"program","operations":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    b"\x00\x00\x00",
]
NO_EVENT = [
    b'["event"]',
    b"5",
    b"null",
    b"{}",
    b'{"event":"vm_run","schema":"A","duration_ms":1e999}',
    b'{"event":"vm_run","schema":"A","duration_ms":1,"end_unix_nano":-9223372036854775808}',
    b'{"event":"vm_run","schema":"A","start_unix_nano":5,"end_unix_nano":-9223372036854775808}',
    b'{"event":"vm_run","schema":"A","duration_ms":1,"schema":5}',
    b'{"event":"vm_run","schema":"A","duration_ms":' + b"1" * 5000 + b"}",
]
AN_EVENT = [
    OPERATION + b',"x":"nan, inf,}"}',
    OPERATION + b',"x":' + b"[" * 99 + b"]" * 99 + b"}",
    OPERATION + b',"x":' + b"1" * 5000 + b"}",
    OPERATION + b',"function":null,"rows":null}',
    b'{"event":"vm_run","schema":"A","duration_ms":   1.5  }   \x0b\r',
    b'{"event":"vm_run","schema":"A","duration_ms":0.0000005}',
    b'{"event":"vm_run","schema":"A","duration_ms":1E2}',
    b'{"event":"vm_run","schema":"A","duration_ms":1,"run":"\\"345678\\u00e9x"}',
    b'{"event":"vm_run","schema":"A","duration_ms":1,"run":"short"}',
    b'{"event":"vm_run","schema":"A","duration_ms":1,"process":"00c0ffee","run":"5b8aa5a200000001"}',
    b'{"event":"vm_run","schema":"A","duration_ms":1,"process":"00c0ff\\u0065e"}',
    b'{"event":"vm_run","schema":"A","duration_ms":1,"process":"00C0FFEE"}',
    b'{"event":"vm_run","schema":"A","duration_ms":1,"process":7,"run":"5b8aa5a200000001"}',
    b'{"event":"memory","label":"x","label":"y","rss_bytes":[' + b"1," * 9000 + b"1]}",
]


@pytest.mark.parametrize(
    ("line", "malformed"),
    [
        *((line, 2) for line in NO_JSON + NO_EVENT),
        *((line, 0) for line in AN_EVENT),
        pytest.param(OPERATION + b"} x", 2, marks=strict),
    ],
)
def test_both_engines_agree_on_a_curious_line(line, malformed):
    good = text(operation()).encode()
    small, duck = both(good + line + b"\n\n" + good + line)
    assert small == duck
    assert small.lines.events["vm_operation"] >= 2
    assert small.lines.malformed == malformed


def test_of_equal_keys_the_last_one_counts():
    line = (
        b'{"event":"x","schema":"B","duration_ms":9,"event":"vm_run","schema":"A","duration_ms":1}'
    )
    for found in both(line):
        assert [(run.keys, run.total) for run in found.runs] == [(("A",), 1_000_000)]


@pytest.mark.parametrize("megabytes", [15.9, 16.5, 17.5, 30, 40])
def test_a_line_is_too_long_from_the_same_length_on(megabytes):
    long = json.dumps({**operation(), "x": "y" * int(megabytes * (1 << 20))})
    small, duck = both(f"{text(operation())}{long}\n{text(operation())}".encode())
    assert small == duck
    assert small.lines.malformed == (megabytes > 16)


@pytest.mark.parametrize("name", ["a*b.jsonl", "[x].jsonl", "it's.jsonl", "p.jsonl.gz", "q?.jsonl"])
def test_the_name_of_a_file_is_only_a_name(name):
    small, duck = both(text(operation()).encode(), names=[name])
    assert small == duck
    assert duck.operations == 1


def test_the_first_malformed_place_counts_blank_lines_and_files():
    good = text(operation())
    broken = f"\n{good}\n   \n{good}" + '{"event":"vm_op'
    for found in both(good.encode(), broken.encode(), broken.encode()):
        assert found.lines.malformed == 2
        file, number = found.lines.first_malformed
        assert (Path(file).name, number) == ("1.x", 6)


def test_a_line_longer_than_any_event_is_malformed_and_the_rest_is_read():
    long = json.dumps({**operation(), "x": "y" * (36 << 20)})
    for found in both(f"{text(operation())}{long}\n{text(operation())}".encode()):
        assert (found.operations, found.lines.malformed) == (2, 1)
        assert found.lines.first_malformed[1] == 2


def test_times_are_integers_and_percentiles_are_times_that_occurred():
    events = [operation(ns=ns) for ns in range(1, 101)]
    for found in both(text(*events).encode()):
        [group] = found.types
        assert (group.calls, group.total, group.longest) == (100, 5050, 100)
        assert (group.p50, group.p95, group.p99) == (50, 95, 99)


def test_end_minus_start_is_the_time_where_both_are_there_else_the_milliseconds():
    five_keys = {
        "event": "vm_operation",
        "schema": "S",
        "operation": "Map",
        "duration_ms": 0.001234,
    }
    for found in both(text(operation(ns=7, duration_ms=99), five_keys).encode()):
        assert [(part.names, part.total) for part in found.schemas] == [
            (("S",), 1234),
            (("Shop",), 7),
        ]


def test_a_filter_that_is_no_utf8_lets_nothing_pass():
    for found in both(text(operation(), run()).encode(), filters=Filters(schemas=("\udcff",))):
        assert (found.operations, found.runs, found.lines.readable) == (0, (), 2)
