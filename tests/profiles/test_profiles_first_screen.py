"""The first screen: what is slow, where it is, and what was only a pause."""

import random
from pathlib import Path

import pytest
from profile_files import declaration, operation, phase, program, run, timed, written

from kumi.profiles.breakdown import breakdown
from kumi.profiles.filters import Filters
from kumi.profiles.open_profiles import open_profiles
from kumi.profiles.read_profiles import counted, read_breakdown
from kumi.profiles.reports.drawing import plain
from kumi.profiles.reports.summary import summary

BEGAN = 1737369045123000000
MS = 1_000_000


@pytest.fixture(params=[1 << 40, 0], ids=["python", "duckdb"])
def found(request, tmp_path):
    def read(*events):
        with open_profiles([str(written(tmp_path, *events))]) as profiles:
            return breakdown(counted(profiles, Filters(), small=request.param)).findings

    return read


def ranking(findings):
    return [place.declaration for place in findings.places]


def recorded(seed, rows=lambda _: 1):
    """A program of four declarations, 1.3x apart, on a machine that pauses it now and then."""
    chance = random.Random(seed)
    for number in range(200):
        for index, (name, ns) in enumerate([("a", 2200), ("b", 1690), ("c", 1300), ("d", 1000)]):
            many = rows(chance)
            took = ns * many * chance.uniform(0.97, 1.03)
            if chance.random() < 0.02:
                took += chance.uniform(1, 40) * MS
            yield operation(
                ns=round(took),
                declaration=name,
                index=index,
                rows=many,
                run=f"5b8aa5a2{number:08x}",
            )


@pytest.mark.parametrize("seed", range(9))
def test_recordings_of_one_program_name_the_same_places_first(found, seed):
    assert ranking(found(*recorded(seed))) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("seed", range(9))
def test_so_they_do_where_the_number_of_rows_varies(found, seed):
    events = recorded(seed, rows=lambda chance: chance.choice([16, 17, 250, 1000]))
    assert ranking(found(*events)) == ["a", "b", "c", "d"]


def test_an_operation_of_two_kinds_of_runs_counts_both(found):
    events = [operation(ns=1000 if n % 5 else 9000) for n in range(400)]
    assert found(*events).typical == 320 * 1000 + 80 * 9000


def test_places_within_five_percent_are_a_tie_in_the_order_of_their_names(found):
    costs = {"z": 1000, "b": 960, "a": 955, "c": 940}
    events = [operation(ns=ns, declaration=name) for name, ns in costs.items()]
    assert ranking(found(*events)) == ["a", "b", "z", "c"]


def test_a_pause_is_what_exceeds_the_usual_and_named_with_what_is_known_of_it(found):
    usual = [operation(ns=1000, index=4) for _ in range(20)]
    paused = operation(ns=5 * MS, index=4, run="5b8aa5a200000007")
    findings = found(
        *usual,
        paused,
        timed("pause", 2 * MS, cause="gc", generation=2),
        timed("pause", 50 * MS, cause="kernel", generation=None) | {"duration_ms": 3.0},
        timed("pause", MS, cause="gc", generation=2, start_unix_nano=1, end_unix_nano=1 + MS),
    )
    assert (findings.pauses.calls, findings.pauses.excess) == (1, 5 * MS - 1000)
    [pause] = findings.pauses.longest
    assert (pause.reading.run, pause.reading.started) == ("5b8aa5a200000007", BEGAN)
    assert pause.causes == (("kernel", 3 * MS), ("gc", 2 * MS))
    assert findings.typical == 21 * 1000


@pytest.mark.parametrize(("ns", "pauses"), [(100_999, 0), (101_000, 0), (101_001, 1)])
def test_what_is_a_tenth_of_a_millisecond_longer_is_a_pause(found, ns, pauses):
    assert found(*[operation(ns=1000)] * 9, operation(ns=ns)).pauses.calls == pauses


def test_what_is_three_times_as_long_as_usual_is_none(found):
    assert found(*[operation(ns=MS)] * 9, operation(ns=3 * MS)).pauses.calls == 0


def screen(folder, *events, width=80, limit=10):
    path = written(folder, *events)
    return plain(summary(read_breakdown([str(path)]), limit), width).splitlines()


def test_the_whole_answer_stands_above_line_24_of_80_columns(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    here = {"path": str(tmp_path / "rules" / "shop.kumi")}
    events = []
    for schema in ("Shop", "Tax", "Payroll"):
        described = {"declarations": [[f"d{n}", "let", n, None] for n in range(9)]}
        events.append(program([], schema) | here | described)
        for n in range(9):
            events += [operation(schema, declaration=f"d{n}", index=n, ns=1000 * (n + 1))] * 20
            events += [operation(schema, declaration=f"d{n}", index=n, ns=9 * MS)]
            events += [declaration(schema, name=f"d{n}", ns=1000 * (n + 1))] * 21
        events += [run(schema, ns=MS)] * 21
    events += [phase("compile", 3 * MS, "Shop"), phase("script_execution", 100 * MS)]
    lines = screen(tmp_path, *events)
    assert lines[0].startswith("Total operations: 567 (")
    assert max(map(len, lines[:24])) <= 80
    first = "\n".join(lines[:24])
    assert "Script 100 ms: cc" in first
    assert "Payroll.d8  rules/shop.kumi:8" in first
    assert "Pauses: 27 operations took 243 ms longer than usual" in first
    assert "others (24)" in first
    assert "Advice: " in first


CASES = {
    "loading": (
        [
            operation(name="LoadInput", declaration="inputs", ns=8 * MS),
            operation(ns=MS),
            declaration(name="inputs", ns=8 * MS),
            run(ns=9 * MS),
        ],
        "Advice: 88.9 % of the runs is loading inputs: run only(…) the outputs you need",
    ),
    "compiling": (
        [operation(ns=MS), run(ns=MS), phase("compile", 3 * MS, "Shop")],
        "Advice: 75.0 % of Kumi's time is compiling: keep each process for more runs",
    ),
    "outside": (
        [operation(ns=MS), run(ns=MS), phase("script_execution", 50 * MS)],
        "Advice: 98.0 % is outside Kumi: look there first",
    ),
    "compiling again and again": (
        [operation(ns=MS), run(ns=MS), *[phase("compile", MS, "Shop")] * 3],
        "Advice: 75.0 % of Kumi's time is compiling, Shop 3 times: load it once",
    ),
    "garbage": (
        [operation(ns=1000)] * 19
        + [operation(ns=9 * MS), run(ns=10 * MS), timed("pause", 8 * MS, cause="gc")],
        "Advice: much of this is garbage collection: try gc.freeze() when all is loaded",
    ),
    "a busy machine": (
        [operation(ns=1000)] * 19
        + [operation(ns=9 * MS), run(ns=10 * MS), timed("pause", 8 * MS, cause="kernel")],
        "Advice: much of this is waiting for a processor: fewer busy threads beside it",
    ),
    "pauses": (
        [operation(ns=1000)] * 19 + [operation(ns=9 * MS), run(ns=10 * MS)],
        "Advice: much of this is pauses, which a quieter machine would not have",
    ),
    "one place": (
        [operation(ns=MS), run(ns=MS)],
        "Advice: begin with Shop.total; --source shows what its lines take",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_one_line_of_advice_where_a_case_is_clear(tmp_path, case):
    events, advice = CASES[case]
    assert advice in screen(tmp_path, *events, width=None)


def test_where_none_is_there_is_none(tmp_path):
    events = [operation(declaration=name, ns=MS) for name in "abc"]
    assert not any(line.startswith("Advice") for line in screen(tmp_path, *events))


def test_a_source_elsewhere_is_named_by_its_file_alone(tmp_path):
    described = program([]) | {"path": str(Path("/somewhere/else/shop.kumi"))}
    assert "  100.0 %  Shop.total  shop.kumi:3" in screen(tmp_path, described, operation())


def test_schemas_past_the_limit_are_one_of_the_documented_lines(tmp_path):
    events = [operation(schema, ns=1000 * n) for n, schema in enumerate("ABCDE", 1)]
    assert screen(tmp_path, *events, limit=2)[:5] == [
        "Total operations: 5 (0.0150ms)",
        "Schemas analyzed: E, D, C, B, A",
        "  E: 1 operations, 0.0050ms",
        "  D: 1 operations, 0.0040ms",
        "  others (3): 3 operations, 0.0060ms",
    ]
