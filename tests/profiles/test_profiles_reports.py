"""What the reports say, to the letter where scripts may rely on it."""

import json

import pytest
from profile_files import (
    declaration,
    end,
    memory,
    operation,
    phase,
    program,
    run,
    start,
    timed,
    written,
)

from kumi.profiles.filters import Filters
from kumi.profiles.read_profiles import read_breakdown
from kumi.profiles.reports.detailed import detailed
from kumi.profiles.reports.drawing import plain
from kumi.profiles.reports.json_report import json_report
from kumi.profiles.reports.sections import HOW_TO_GET_OPERATIONS
from kumi.profiles.reports.summary import summary
from kumi.profiles.reports.wording import duration
from kumi.profiles.unreadable import UnreadableError


def page(path, make=summary, limit=10, filters=None):
    return plain(make(read_breakdown([str(path)], filters), limit))


def two_schemas(folder):
    return written(
        folder,
        *[operation("SchemaB", ns=4200) for _ in range(12)],
        *[operation("SchemaA", name="LoadInput", ns=68683) for _ in range(11)],
        operation("SchemaA", ns=68687),
    )


def test_the_summary_begins_with_the_documented_lines(tmp_path):
    assert page(two_schemas(tmp_path)).splitlines()[:5] == [
        "Total operations: 24 (0.8746ms)",
        "Schemas analyzed: SchemaA, SchemaB",
        "  SchemaA: 12 operations, 0.8242ms",
        "  SchemaB: 12 operations, 0.0504ms",
        "",
    ]
    assert page(two_schemas(tmp_path), detailed).startswith("Total operations: 24 (0.8746ms)\n")


def test_the_whole_summary(tmp_path):
    operations = [
        ["inputs", "LoadInput", None, None, [], 1, "lines.price"],
        ["a", "Ref", None, "b", []],
    ]
    path = written(
        tmp_path,
        start(cost=50.0),
        program(operations),
        run(ns=8_000_000),
        run(ns=2_000_000, error="ZeroDivisionError"),
        operation(name="LoadInput", ns=6_000_000, declaration="inputs", index=0),
        operation(name="Ref", ns=0, declaration="a", index=1),
        operation(name="Map", ns=1_000_000, index=2),
        operation(name="Map", ns=3_000_000, index=3, function="subtract"),
        phase("script_execution", 40_000_000),
        memory(10 * 2**20, "2025-01-01T00:00:00.000Z"),
        memory(12 * 2**20, "2025-01-01T00:00:02.000Z"),
        memory(15 * 2**20, "2025-01-01T00:00:01.000Z"),
        end({"queue_full": 7, "file": 0}),
        {"event": "of_the_future"},
    )
    with path.open("a", encoding="utf-8") as file:
        file.write('\n{"event":"vm_op')
    assert (
        page(path)
        == f"""\
Total operations: 4 (10.0000ms)
Schemas analyzed: Shop
  Shop: 4 operations, 10.0000ms

Script 40 ms: rrrrrrrrrrrrrr............................................
  r computing 25.0 %, . outside Kumi 75.0 %

Where the time of runs goes, pauses apart
   60.0 %  Shop.inputs
           1 time, 6 ms each, most lines.price
   40.0 %  Shop.total  shop.kumi:3
           1 time, 4 ms each, most Map subtract
    0.0 %  others (1)

Advice: begin with Shop.inputs; --source shows what its lines take

Events: 4 vm_operation, 2 vm_run, 1 phase, 1 profile_start, 1 program, 3 memory, 1 profile_end
Runs: 2 (10.0000ms)
Failed: 1 run of Shop with ZeroDivisionError

Runs by schema
  schema  operations/run  count  time ms    share  average   p50   p95   p99  longest
  Shop    2                   2  10.0000  100.0 %     5 ms  2 ms  8 ms  8 ms     8 ms

Reference operations: 1 (25.0 %), 0.0000ms (0.0 % of the time), 0 ns each

Map operations: 2 (50.0 %), 4.0000ms (40.0 % of the time), 2 ms each
  schema  function  count  time ms   share  average
  Shop    subtract      1   3.0000  75.0 %     3 ms
  Shop    multiply      1   1.0000  25.0 %     1 ms

LoadInput operations: 1 (25.0 %), 6.0000ms (60.0 % of the time), 6 ms each
  schema  input path   count  time ms    share  average
  Shop    lines.price      1   6.0000  100.0 %     6 ms

Memory: 10.0 MiB at the first of 3 snapshots, 12.0 MiB at the last (+2.0 MiB), 15.0 MiB at most
Clock: 3 readings took about 0.0001ms, <0.1 % of the operations' time (included above: times are raw)
Missing from this file: 7 spans
  7: runs came faster than they were written (KUMI_PROFILE_BLOCK_MS)
Malformed: 1 line, the first at {path}:16
Unknown events: 1 line, not counted above

Time: self for operations (the operation alone); total for runs, declarations
and phases (with everything inside). p50: half of them took at most this long;
p95 and p99 likewise.
"""
    )


def test_the_detailed_report_lists_hotspots_types_declarations_and_phases(tmp_path):
    path = written(
        tmp_path,
        *[operation(index=n, ns=1000 * n) for n in range(1, 6)],
        declaration(),
        phase("compile", 1000, "Shop"),
    )
    shown = page(path, detailed, limit=2)
    assert "Hotspots\n  schema      declaration  index  operation     count" in shown
    assert "  Shop        total        5      Map multiply      1   0.0050  33.3 %" in shown
    assert (
        "  others (3)                                        3   0.0060  40.0 %     2 µs" in shown
    )
    assert "Operation types\n  operation  count" in shown
    assert "Declarations\n  schema  declaration  count" in shown
    assert "Phases\n  phase    schema  count" in shown


def test_without_operations_it_reports_runs_and_declarations_and_how_to_get_them(tmp_path):
    shown = page(written(tmp_path, run(), declaration(ns=3000), declaration(name="sub")))
    assert shown.startswith(
        "Total operations: 0 (0.0000ms)\nSchemas analyzed: Shop\n  Shop: 0 operations, 0.0000ms\n"
    )
    assert HOW_TO_GET_OPERATIONS in shown
    assert "Runs by schema" in shown
    assert "Declarations\n  schema  declaration  count" in shown


def test_schemas_come_by_time_then_name_and_parts_add_up_exactly(tmp_path):
    path = written(
        tmp_path, operation("B", ns=33333), operation("A", ns=33333), operation("C", ns=99999)
    )
    found = json.loads(json_report(read_breakdown([str(path)])))
    assert [schema["schema"] for schema in found["schemas"]] == ["C", "A", "B"]
    assert found["total_ns"] == sum(schema["total_ns"] for schema in found["schemas"]) == 166665
    assert found["total_ns"] == sum(kind["total_ns"] for kind in found["types"])
    assert found["total_ns"] == sum(spot["total_ns"] for spot in found["hotspots"])


def test_filters_choose_what_counts(tmp_path):
    path = written(
        tmp_path,
        run("A"),
        operation("A", "Map", 10),
        operation("A", "Reduce", 2000, declaration="other"),
        operation("B", "Map", 5000),
        phase("script_execution", 9000),
    )

    def schemas(**asked):
        found = read_breakdown([str(path)], Filters(**asked))
        return [(part.names[0], part.calls) for part in found.schemas], len(found.runs)

    assert schemas(schemas=("A",)) == ([("A", 2)], 1)
    assert schemas(operations=("Map",)) == ([("B", 1), ("A", 1)], 0)
    assert schemas(declarations=("other",)) == ([("A", 1)], 0)
    assert schemas(min_ns=1000) == ([("B", 1), ("A", 1)], 1)
    assert "No operation passes the filters." in page(path, filters=Filters(schemas=("None",)))


def test_names_cannot_steer_the_terminal(tmp_path):
    shown = page(written(tmp_path, operation("A\x1b[31m\n\u202ered")))
    assert "Schemas analyzed: A\\x1b[31m\\n\\u202ered\n" in shown


def test_programs_that_differ_under_one_key_name_no_target(tmp_path):
    ref = operation(name="Ref", ns=0, declaration="a", index=0)
    one, two = program([["a", "Ref", None, "x", []]]), program([["a", "Ref", None, "y", []]])
    known = read_breakdown([str(written(tmp_path, one, one, ref))])
    assert known.operand_shares[0].parts[0].names == ("Shop", "x")
    assert read_breakdown([str(written(tmp_path, one, two, ref))]).operand_shares[0].parts == ()


def test_references_that_take_no_time_are_by_their_number(tmp_path):
    refs = [operation(name="Ref", ns=0, declaration="a", index=n) for n in (0, 1, 1)]
    known = program([["a", "Ref", None, "once", []], ["a", "Ref", None, "twice", []]])
    (references,) = read_breakdown([str(written(tmp_path, known, *refs))]).operand_shares
    assert [part.names[1] for part in references.parts] == ["twice", "once"]


def test_several_files_are_read_as_one(tmp_path):
    one = written(tmp_path, operation("A"), name="1.jsonl")
    two = written(tmp_path, operation("B"), operation("A"), name="2.jsonl")
    found = read_breakdown([str(one), str(two)])
    assert {(part.names[0], part.calls) for part in found.schemas} == {("A", 2), ("B", 1)}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (b"\n\n", "it is empty"),
        (bytes(range(256)) * 4, "lines are malformed"),
        (b'{"level":"info"}\n', "1 line is malformed"),
        (b'{"event":"click"}\n' * 2, "2 lines of unknown events"),
    ],
)
def test_a_file_without_an_event_is_unreadable_and_says_why(tmp_path, content, why):
    path = tmp_path / "x.jsonl"
    path.write_bytes(content)
    with pytest.raises(UnreadableError, match=why):
        read_breakdown([str(path)])


@pytest.mark.parametrize(
    ("ns", "shown"),
    [
        (0, "0 ns"),
        (999, "999 ns"),
        (999.6, "1 µs"),
        (12_345, "12.3 µs"),
        (999_499, "999 µs"),
        (999_600, "1 ms"),
        (999_600_000, "1 s"),
        (1_234_567_000_000, "1,235 s"),
    ],
)
def test_a_duration_has_three_digits_and_never_an_exponent(ns, shown):
    assert duration(ns) == shown


def test_a_profile_without_a_run_says_that_nothing_ran(tmp_path):
    shown = page(written(tmp_path, start(), phase("script_execution", 5000), end()))
    assert "No run in this profile" in shown
    assert HOW_TO_GET_OPERATIONS not in shown


def test_what_was_lost_for_the_file_and_for_traces_is_said_apart(tmp_path):
    dropped = {"export_failed": 2, "traces_exit": 3, "exit": 4, "file_limit": 1000, "new_one": 1}
    shown = page(written(tmp_path, start(), operation(), end(dropped)))
    assert (
        """
Missing from this file: 1,005 spans
  4: no time was left at exit (KUMI_PROFILE_EXIT_MS)
  1,000: the file had reached KUMI_PROFILE_MAX_BYTES
  1: new_one
Missing from traces: 5 spans
  2: the exporter failed, as the log tells
  3: no time was left at exit (KUMI_PROFILE_EXIT_MS)
"""
        in shown
    )
    assert "Missing" not in page(written(tmp_path, start(), operation(), end()))


def test_pauses_are_listed_by_cause_with_the_details(tmp_path):
    path = written(
        tmp_path,
        operation(),
        timed("pause", 2_000_000, cause="gc", generation=2),
        timed("pause", 1_000_000, cause="gc", generation=0),
        timed("pause", 400_000, cause="kumi", generation=None),
    )
    shown = page(path, detailed)
    assert "Pauses\n  cause  count  time ms  longest\n  gc         2   3.0000     2 ms" in shown
    assert "  kumi       1   0.4000   400 µs" in shown
    assert "Pauses" not in page(path)
    assert "Malformed" not in shown
    assert "Pauses" not in page(written(tmp_path, operation()), detailed)


def test_runs_show_the_time_of_the_processor_beside_theirs_where_it_is_known(tmp_path):
    path = written(
        tmp_path,
        run("Known", ns=5_000_000, cpu_ms=3.5),
        run("Known", ns=5_000_000, cpu_ms=0.25),
        run("Unknown", ns=1_000_000),
    )
    shown = page(path)
    assert "  schema   operations/run  count  time ms  CPU ms   share  average" in shown
    assert "  Known    0                   2  10.0000  3.7500  90.9 %     5 ms" in shown
    assert "  Unknown  0                   1   1.0000           9.1 %     1 ms" in shown
    known, unknown = json.loads(json_report(read_breakdown([str(path)])))["runs"]
    assert (known["cpu_ns"], unknown["cpu_ns"]) == (3_750_000, None)
    others = page(path, limit=1)
    assert "  others (1)                      1   1.0000           9.1 %     1 ms" in others


def test_without_it_there_is_no_such_column(tmp_path):
    assert "CPU" not in page(written(tmp_path, run()))
