from pathlib import Path

import pytest

import kumi
from kumi import otel
from kumi.compare.comparison import compared
from kumi.compare.gates import parsed_gate, passed
from kumi.compare.recordings import recorded
from kumi.profiles.unreadable import UnreadableError

TAX = """\
schema do
  input do
    float :income
    array :gifts do
      float :gift
    end
  end
  value :tax, input.income * 0.25
  value :given, fn(:sum, input.gifts.gift)
end
"""
MORE = TAX.replace("  value :tax", "  value :twice, input.income * 2.0\n  value :tax").replace(
    "fn(:sum, input.gifts.gift)", "fn(:sum, fn(:abs, input.gifts.gift))"
)
INPUT = {"income": 100.0, "gifts": [1.0, 2.0]}


@pytest.fixture
def record(tmp_path):
    """A file with so many runs of a schema, recorded as an application would."""
    numbers = iter(range(100))

    def record(text=TAX, runs=7, data=INPUT, outputs=(), **settings):
        folder = tmp_path / str(next(numbers))
        folder.mkdir()
        (folder / "tax.kumi").write_text(text)
        schema = kumi.load(folder / "tax.kumi")
        with otel.profile(file=str(folder / "p.jsonl"), **{"ops": True, **settings}):
            for _ in range(runs):
                (schema.only(*outputs) if outputs else schema).run(data)
        return str(folder / "p.jsonl")

    return record


def comparison(old, new):
    return compared("profiles", recorded("old", old), recorded("new", new))


def changed(found):
    return [(one.either.declaration, one.either.title, one.counted) for one in found.operations if one.counted]  # fmt: skip


def test_counts_of_equal_recordings_are_equal(record):
    found = comparison([record()], [record()])
    assert changed(found) == []
    assert [one.either.title for one in found.operations] == [
        "LoadInput income", "LoadInput gifts.gift", "Const", "Map multiply", "Reduce sum",
    ]  # fmt: skip
    assert {one.new.calls for one in found.operations} == {7}
    assert [one.new.rows for one in found.operations if one.new.operation == "Reduce"] == [14]
    assert passed(parsed_gate("operations"), found).why == ()


def test_operations_put_between_are_found_though_all_others_have_another_index(record):
    found = comparison([record()], [record(MORE)])
    assert changed(found) == [
        ("twice", "Const", "added"),
        ("twice", "Map multiply", "added"),
        ("given", "Map abs", "added"),
    ]
    assert [one.either.line for one in found.operations if one.counted] == [8, 8, 10]
    assert [one.counted for one in comparison([record(MORE)], [record()]).operations].count(
        "removed"
    ) == 3


def test_another_number_of_runs_or_rows_is_told(record):
    found = comparison([record(runs=7)], [record(runs=8)])
    assert {counted for *_, counted in changed(found)} == {"calls"}
    longer = record(data={"income": 1.0, "gifts": [1.0, 2.0, 3.0]})
    assert changed(comparison([record()], [longer])) == [
        ("inputs", "LoadInput gifts.gift", "rows"),
        ("given", "Reduce sum", "rows"),
    ]


def test_several_recordings_have_a_median_each(record):
    old, new = [record(), record(), record()], [record(MORE), record(MORE), record(MORE)]
    found = comparison(old, new)
    assert len(changed(found)) == 3
    multiply = next(
        one for one in found.operations if one.either.title == "Map multiply" and one.old
    )
    assert len(multiply.old.medians) == len(multiply.new.medians) == 3
    assert None not in multiply.old.medians + multiply.new.medians
    assert multiply.new.calls == 21


def test_a_schema_run_for_other_outputs_is_another_program(record):
    both, old = record(runs=3), record(runs=2, outputs=("tax",))
    Path(both).write_text(Path(both).read_text() + Path(old).read_text())
    found = comparison([both], [both])
    assert changed(found) == []
    assert sorted(one.new.calls for one in found.operations) == [2, 2, 2, 3, 3, 3, 3, 3]
    assert [(schema.old_runs, schema.new_runs) for schema in found.schemas] == [(5, 5)]


def test_failed_runs_are_counted_apart_from_those_that_went_well(record, tmp_path):
    (tmp_path / "tax.kumi").write_text(TAX)
    schema, file = kumi.load(tmp_path / "tax.kumi"), str(tmp_path / "failed.jsonl")
    with otel.profile(file=file, ops=True):
        schema.run(INPUT)
        with pytest.raises(kumi.InputError):
            schema.run(income=1.0)
        schema.run(INPUT)
    side = recorded("old", [file])
    assert (side.failed, side.programs[0].runs) == (1, (2,))


def test_without_operations_runs_are_compared(record):
    found = comparison([record(ops=False)], [record(ops=False)])
    assert found.operations == ()
    assert found.schemas[0].times.old
    assert found.schemas[0].old_runs == 7


def test_lines_of_other_writers_are_compared_by_their_names(tmp_path):
    line = (
        '{"event":"vm_operation","schema":"A","operation":"Map","duration_ms":%s,'
        '"timestamp":"2025-01-20T10:30:45.123Z"}\n'
    )
    for name, ms in (("old", "0.001"), ("new", "0.002")):
        (tmp_path / name).write_text(line % ms * 9)
    found = comparison([str(tmp_path / "old")], [str(tmp_path / "new")])
    [one] = found.operations
    assert (one.times.verdict, one.times.ratio, one.counted) == ("slower", 2.0, None)


def test_what_is_missing_of_a_file_is_said(record):
    whole, torn = record(), record()
    text = Path(torn).read_text()
    Path(torn).write_text(text[: text.index('{"event":"profile_end"')] + "nonsense\n")
    side = recorded("old", [whole, torn])
    assert len(side.remarks) == 2
    assert all(remark.startswith(torn) for remark in side.remarks)


def test_a_file_without_a_profile_cannot_be_compared(tmp_path):
    (tmp_path / "a.txt").write_text("hello\n")
    with pytest.raises(UnreadableError, match="nothing readable"):
        recorded("old", [str(tmp_path / "a.txt")])
