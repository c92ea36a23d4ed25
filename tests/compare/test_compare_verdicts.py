import doctest

import pytest
from compared_sides import operation, program, side

from kumi.compare import differing, own_ratio, verdicts
from kumi.compare.comparison import compared
from kumi.compare.comparison_json import json_comparison
from kumi.compare.comparison_report import report, summary
from kumi.compare.differing import first_difference
from kumi.compare.gates import parsed_gate, passed
from kumi.compare.verdicts import LARGE, SMALL, judged
from kumi.profiles.reports.drawing import plain


@pytest.mark.parametrize("module", [verdicts, differing, own_ratio])
def test_the_worked_examples_hold(module):
    found = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
    assert found.attempted
    assert not found.failed


def verdict(old, new, fewest=100, limit=SMALL):
    old, new = ([ns] * 5 if isinstance(ns, int) else ns for ns in (old, new))
    return judged([(ns,) for ns in old], [(ns,) for ns in new], fewest, limit).verdict


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (1000, 1100, "slower"),
        (1100, 1000, "faster"),
        (1000, 1050, "same"),  # not more than 5 %
        (300, 320, "same"),  # not more than 20 ns
        (300, 321, "slower"),
        (150, 199, "below the clock"),
        (150, 400, "slower"),
        (0, 400, "slower"),
        (1000, (1100, 900, 1100, 1026, 1100), "slower"),
        (1000, (1100, 900, 1100, 1024, 1100), "unsteady"),
        (1000, (900, 900, 970, 1100, 900), "faster"),
        (1000, (900, 900, 980, 1100, 900), "unsteady"),
        ((1000, 3000, 1000, 3000, 2000), (1000, 3000, 1000, 3000, 2000), "same"),
    ],
)
def test_the_median_of_the_ratios_decides(old, new, said):
    assert verdict(old, new) == said


def test_what_made_a_machine_slow_in_a_round_made_both_sides_slow():
    old, new = (1000, 1000, 1630, 1600, 1020), (1100, 1105, 1800, 1790, 1130)
    found = judged([old], [new], 10, SMALL)
    assert (found.old, found.new, round(found.ratio, 3)) == (1020, 1130, 1.105)
    assert found.verdict == "slower"
    assert judged([old], [(*old[:2], 1630, 990, 1600)], 10, SMALL).verdict == "same"


def test_of_few_runs_nothing_is_said():
    assert verdict(1000, 2000, fewest=4) == "too few"
    assert verdict(1000, 2000, fewest=5) == "slower"


def test_few_measurements_tell_large_differences_only():
    assert verdict(1000, 1300, limit=LARGE) == "same"
    assert verdict(1000, 1301, limit=LARGE) == "slower"
    assert verdict(300, 399, limit=LARGE) == "same"


def test_sides_that_were_not_measured_in_turns_must_lie_apart():
    apart = SMALL._replace(apart=True)
    old = (1000, 1010, 1020, 1030, 1100)
    assert verdict(old, (1200, 1210, 1220, 1230, 1101), limit=apart) == "slower"
    assert verdict(old, (1200, 1210, 1220, 1230, 1100), limit=apart) == "unsteady"
    assert verdict(old, (900, 910, 920, 930, 999), limit=apart) == "faster"
    assert verdict(old, old[::-1], limit=apart) == "same"


def test_what_a_measurement_lacks_is_left_out_of_both():
    found = judged([None, (1000,), (1000,)], [(9000,), (1400,), None], 10, LARGE)
    assert (found.old, found.new, found.verdict) == (1000, 1400, "slower")
    assert judged([None], [(1000,)], 10, LARGE).verdict is None


OLD = side(program(operation("total Map multiply"), operation("total Reduce sum")))


def test_nothing_changed():
    found = compared("profiles", OLD, OLD)
    assert summary(found) == "No difference found in 2 operations."
    for gate in ("operations", "time=5%"):
        assert passed(parsed_gate(gate), found).why == ()


def test_counts_are_compared_exactly():
    new = side(
        program(operation("total Map multiply", rows=11), operation("total Reduce max", calls=9))
    )
    found = compared("profiles", OLD, new)
    assert [one.counted for one in found.operations] == ["rows", "removed", "added"]
    assert passed(parsed_gate("operations"), found).why == (
        "Shop.total Map multiply: 10 -> 11 rows",
        "Shop.total Reduce sum: is gone",
        "Shop.total Reduce max: is new",
    )
    more = side(program(operation("total Map multiply", calls=11), operation("total Reduce sum")))
    found = compared("profiles", OLD, more)
    assert passed(parsed_gate("operations"), found).why == (
        "Shop.total Map multiply: ran 10 -> 11 times",
    )


def test_an_operation_gates_by_time_where_a_side_has_several_measurements():
    new = side(program(operation("total Map multiply", ns=1150), operation("total Reduce sum")))
    found = compared("profiles", OLD, new)
    assert passed(parsed_gate("time=10%"), found).why == (
        "Shop.total Map multiply takes 15.0 % longer",
    )
    assert passed(parsed_gate("time=20%"), found).why == ()


def one_recording(ns, run_ns):
    return side(
        program(operation("total Map multiply", ns, measurements=1), run_ns=run_ns, measurements=1),
        measurements=1,
    )


def test_with_one_recording_a_side_only_the_runs_gate():
    found = compared("profiles", one_recording(1000, 10_000), one_recording(2000, 10_900))
    assert found.operations[0].times.verdict == "slower"
    assert passed(parsed_gate("time=10%"), found).why == ()
    found = compared("profiles", one_recording(1000, 10_000), one_recording(1000, 11_100))
    assert passed(parsed_gate("time=10%"), found).why == ("a run of Shop takes 11.0 % longer",)
    assert passed(parsed_gate("time=11%"), found).why == ()


def shop(medians, run_ns):
    steps = (operation(f"d{n} Map add", ns, measurements=1) for n, ns in enumerate(medians))
    return side(program(*steps, run_ns=run_ns, measurements=1), measurements=1)


@pytest.mark.parametrize(
    ("medians", "run_ns", "verdict", "tripped"),
    [
        ([2000] * 6, 12_000, "all alike", False),  # the machine is half as fast
        ([1000] * 6, 40_000, "all alike", False),  # runs are interrupted
        ([2000] * 6, 48_000, "all alike", False),  # both
        ([1000] * 5 + [4000], 9000, "slower", True),  # one operation takes longer
        ([2000] * 5 + [8000], 18_000, "slower", True),  # and the machine is half as fast
        ([1000] * 5 + [2000], 7000, "same", False),  # 17 % longer
        ([500] * 3 + [1000] * 3, 4500, "faster", False),
    ],
)
def test_one_recording_trips_a_gate_where_a_run_takes_longer_by_itself(
    medians, run_ns, verdict, tripped
):
    found = compared("profiles", shop([1000] * 6, 6000), shop(medians, run_ns))
    assert found.schemas[0].times.verdict == verdict
    assert bool(passed(parsed_gate("time=20%"), found).why) is tripped


def test_several_recordings_tell_a_slower_machine_from_code_by_their_turns():
    old, new = (side(program(*[operation(f"d{n} Map add", ns) for n in range(6)], run_ns=6 * ns)) for ns in (1000, 1500))  # fmt: skip
    found = compared("profiles", old, new)
    assert found.schemas[0].own_ratio is None
    assert passed(parsed_gate("time=20%"), found).why


def test_a_saving_trips_no_gate_on_time():
    found = compared("profiles", one_recording(1000, 10_000), one_recording(100, 1000))
    assert passed(parsed_gate("time=5%"), found).why == ()


def test_a_run_of_a_schema_with_several_programs_is_their_runs_together():
    old = side(program(run_ns=1000, runs=30), program(run_ns=9000, runs=10))
    new = side(program(run_ns=1000, runs=10), program(run_ns=9000, runs=30))
    [schema] = compared("profiles", old, new).schemas
    assert (schema.times.old, schema.times.new) == (3000, 7000)


@pytest.mark.parametrize(
    "text", ["", "time", "time=", "time=10", "operation", "time=-5%", "time=4%"]
)
def test_what_is_no_gate_is_refused(text):
    with pytest.raises(ValueError, match=r"gate|noise"):
        parsed_gate(text)


def test_schemas_that_one_side_lacks_are_new_or_gone():
    other = side(program(operation("a Map add"), schema="Other"))
    found = compared("profiles", OLD, other)
    assert [(one.schema, one.counted) for one in found.operations] == [
        ("Other", "added"), ("Shop", "removed"), ("Shop", "removed"),
    ]  # fmt: skip
    assert "Of 3 operations 1 new, 2 gone." in plain(report(found, 10))


def test_the_report_shows_what_changed_first_and_cuts_nothing_in_silence():
    names = [operation(f"d{n} Map add", ns=5000 + n) for n in range(20)]
    slower = [*names[:7], operation("d7 Map add", ns=9000), *names[8:]]
    found = compared("profiles", side(program(*names)), side(program(*slower)))
    text = plain(report(found, 3))
    table = text.partition("what changed first\n")[2].splitlines()
    assert table[1].split() == [
        "Shop",
        "d7",
        "Map",
        "add",
        "5.01",
        "µs",
        "9",
        "µs",
        "1.797",
        "slower",
    ]
    assert table[4].strip() == "others (17)"


def test_the_report_says_what_could_not_be_judged():
    operations = [operation("a Map add", ns=150), operation("b Map add", fewest=3)]
    new = side(program(*operations), failed=3, remarks=("new.jsonl: 2 spans were not written",))
    text = plain(report(compared("profiles", side(program(*operations)), new), 10))
    assert "Below the clock, under 200 ns: 1 operation" in text
    assert "Fewer than 5 runs: 1 operation" in text
    assert "Failed runs: 0 -> 3" in text
    assert "new.jsonl: 2 spans were not written" in text


def test_the_report_says_where_everything_is_slower_alike():
    names = [f"d{n} Map add" for n in range(20)]
    old, new = (side(program(*(operation(n, ns) for n in names))) for ns in (1000, 1200))
    text = plain(report(compared("profiles", old, new), 10))
    assert "Nearly all operations take 20.0 % longer" in text


def test_json_has_all_figures_also_of_what_one_side_lacks():
    text = json_comparison(compared("profiles", OLD, side()), [])
    assert '"verdict": null' in text
    assert '"counts": "removed"' in text


@pytest.mark.parametrize(
    ("old", "new", "place", "names"),
    [
        ({"a": 1.0}, {"a": 1.0}, None, None),
        ({"a": float("nan")}, {"a": float("nan")}, None, None),
        ({"a": 1}, {"a": 1.0}, "a", ("a",)),
        ({"a": True}, {"a": 1}, "a", ("a",)),
        ({"a": [[1, 2], [3]]}, {"a": [[1, 2], [4]]}, "a[1][0]", ("a",)),
        ({"a": [1]}, {"a": [1, 2]}, "a", ("a",)),
        ({"a": 1, "b": 2}, {"b": 3, "c": 4}, "a", ("a", "b", "c")),
        ({"a": None}, {"a": 0}, "a", ("a",)),
    ],
)
def test_results_are_equal_to_the_last_digit_or_it_is_said_where_not(old, new, place, names):
    found = first_difference(old, new)
    assert (found and found.place, found and found.names) == (place, names)
