"""The VM: results, errors with their place, and recording that leaves no trace."""

from __future__ import annotations

import contextlib
import dis
import gc
import os
import struct
import traceback
import weakref
from pathlib import Path

import pytest

import kumi
from kumi import hooks
from kumi.ir.readings import readings
from kumi.observations import Level
from kumi.schema import compile_program

LINES = """schema do
  input do
    array :rows do
      hash :row do
        integer :a
        integer :b
      end
    end
    float :scale
  end
  let :ratio, input.rows.row.a % input.rows.row.b
  value :total, fn(:sum, ratio) * input.scale
  value :apart, input.scale + 1.0
end
"""

GOOD = {"rows": [{"a": 7, "b": 4}, {"a": 9, "b": 5}], "scale": 2.0}
BAD = {"rows": [{"a": 7, "b": 0}], "scale": 2.0}


@pytest.fixture
def rows(tmp_path):
    path = tmp_path / "rows.kumi"
    path.write_text(LINES)
    return kumi.load(path)


def test_a_result_answers_by_attribute_key_and_dict(rows):
    result = rows.run(GOOD)
    assert result.total == 14.0
    assert result["ratio"] == [3, 4]
    assert result.to_dict() == {"ratio": [3, 4], "total": 14.0, "apart": 3.0}
    assert result.numpy("ratio").tolist() == [3, 4]


def test_only_runs_what_was_asked_for_and_says_so_of_the_rest(rows):
    result = rows.only("apart").run({"scale": 2.0})
    assert result.to_dict() == {"apart": 3.0}
    with pytest.raises(AttributeError, match=r"only\('total'\)"):
        _ = result.total
    with pytest.raises(KeyError, match="only"):
        _ = result["total"]


def test_keywords_win_over_the_mapping_and_leave_it_alone(rows):
    given = dict(GOOD)
    assert rows.run(given, scale=10.0).total == 70.0
    assert given == GOOD


@pytest.mark.parametrize("level", Level)
def test_an_error_keeps_its_type_and_gets_a_note_with_its_place(rows, watch, level):
    if level is not Level.NOTHING:
        watch(level)
    with pytest.raises(ZeroDivisionError) as caught:
        rows.run(BAD)
    (note,) = caught.value.__notes__
    path = Path(rows._parsed.source.path)
    assert note == (
        f"in Rows.ratio, Map modulo ({path}:11:15)\n"
        "   11 |   let :ratio, input.rows.row.a % input.rows.row.b\n"
        f"      |               {'^' * len('input.rows.row.a % input.rows.row.b')}"
    )


def test_a_failed_run_is_recorded_up_to_where_it_stopped(rows, watch):
    tape = watch(Level.OPERATIONS)
    with pytest.raises(ZeroDivisionError):
        rows.run(BAD)
    (run,) = tape.failures
    (index,) = run.failed
    operation = compile_program(rows).operations[index]
    assert operation.title == "Map modulo"
    assert (
        len(run.readings)
        == readings(compile_program(rows), Level.OPERATIONS).operation_ends[index] + 1
    )
    assert list(run.readings) == sorted(run.readings)
    assert (run.error_type, run.message) == (
        "ZeroDivisionError",
        "ZeroDivisionError in Map modulo of ratio",
    )
    assert not tape.queue


def test_every_bad_input_is_reported_at_once_and_recorded(rows, watch):
    tape = watch(Level.OPERATIONS)
    with pytest.raises(kumi.InputError) as caught:
        rows.run(rows=[{"a": "x", "b": 1}], scale="y", unknown=1)
    assert [v.path for v in caught.value.violations] == ["rows[0].a", "scale", "unknown"]
    (run,) = tape.failures
    titles = [compile_program(rows).operations[i].title for i in run.failed]
    assert titles == ["LoadInput rows.row.a", "LoadInput scale"]
    assert run.message == "bad input: rows[0].a and 2 more"


def test_neither_a_literal_of_the_schema_nor_a_given_name_is_recorded(tmp_path, watch):
    path = tmp_path / "tier.kumi"
    path.write_text(
        'schema do\n input do\n string :tier, domain: ["secret"]\n end\n value :t, input.tier\nend\n'
    )
    schema = kumi.load(path)
    tape = watch(Level.OPERATIONS)
    for given in ({"tier": "other"}, {"tier": "secret", "private": 1}):
        with pytest.raises(kumi.InputError, match=r"secret|private"):
            schema.run(given)
    assert [run.message for run in tape.failures] == [
        "bad input: tier",
        "bad input: undeclared names",
    ]


def test_keyboard_interrupt_passes_without_a_note(rows):
    class Rude(dict):
        def __getitem__(self, key):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        rows._compiled.machine().call(Rude(GOOD))
    assert not hasattr(caught.value, "__notes__")


def test_recording_changes_no_result_and_packs_what_the_program_promises(rows, watch):
    plain = rows.run(GOOD).to_dict()
    for level in (Level.DECLARATIONS, Level.OPERATIONS):
        tape = watch(level)
        assert rows.run(GOOD).to_dict() == plain
        ((packed, context),) = tape.queue
        count = readings(compile_program(rows), level).count
        sizes = len(compile_program(rows).axes) if level is Level.OPERATIONS else 0
        values = struct.unpack(f"<{count}d{sizes}q", packed)
        assert list(values[:count]) == sorted(values[:count])
        assert values[count:] == (2,) * sizes
        assert context == "context"


def test_a_run_that_is_not_admitted_is_not_kept(rows, watch):
    tape = watch(Level.OPERATIONS)
    tape.admit = lambda: None
    hooks.install(tape)
    assert rows.run(GOOD).total == 14.0
    assert not tape.queue


def test_the_plain_function_is_the_same_before_and_after_recording(rows, watch):
    rows.run(GOOD)
    machine = rows._compiled.machine()
    before, code = machine.call, machine._plain.__code__
    watch(Level.OPERATIONS)
    rows.run(GOOD)
    hooks.install(None)
    assert machine._plain.__code__ is code
    assert machine.call == before
    names = {i.argval for i in dis.get_instructions(code)}
    assert not names & {"now", "keep", "admit", "pack"}


def test_a_program_made_to_be_recorded_gets_its_plain_function_when_it_runs_plain(rows, watch):
    watch(Level.OPERATIONS)
    machine = rows._compiled.machine(("apart",))
    assert machine.call({"scale": 2.0})
    hooks.install(None)
    assert machine._plain is None
    assert rows.only("apart").run({"scale": 2.0}).apart == 3.0
    assert machine.call is machine._plain


def test_past_the_limit_every_run_asks_for_relief(rows, watch):
    tape = watch(Level.OPERATIONS)
    tape.limit = 2
    hooks.install(tape)
    for _ in range(3):
        rows.run(GOOD)
    assert not tape.queue


def test_integers_do_not_wrap_in_arrays(rows):
    result = rows.only("ratio").run(rows=[{"a": 2**70 + 1, "b": 2**69}], scale=1.0)
    assert result.ratio == [1]


def test_a_program_of_twenty_thousand_operations_runs(tmp_path, watch):
    terms = " + ".join(["input.x"] * 20_000)
    path = tmp_path / "long.kumi"
    path.write_text(f"schema do\n input do\n integer :x\n end\n value :y, {terms}\nend\n")
    schema = kumi.load(path)
    assert schema.run(x=3).y == 60_000
    tape = watch(Level.OPERATIONS)
    assert schema.run(x=3).y == 60_000
    assert len(tape.queue[0][0]) == 8 * readings(compile_program(schema), Level.OPERATIONS).count


def test_a_traceback_of_a_failed_run_names_the_schema(rows):
    try:
        rows.run(BAD)
    except ZeroDivisionError as error:
        text = "".join(traceback.format_exception(error))
    assert "<kumi Rows>" in text
    assert "in Rows.ratio" in text


@pytest.mark.parametrize(
    "name",
    [
        "Input",
        "arrow",
        "run",
        "only",
        "to_dict",
        "mro",
        "self",
        "None",
        "v0",
        "_cells",
        "_compiled",
        "__slots__",
        "__len__",
        "__init__",
        "__classcell__",
        "__qualname__",
        "__kumi_made__",
    ],
)
def test_a_file_may_call_a_declaration_as_it_likes(tmp_path, name):
    path = tmp_path / "named.kumi"
    path.write_text(
        f"schema do input do integer :{name} end value :{name}, input.{name} + 1"
        f" value :next, {name} * 2 end"
    )
    schema = kumi.load(path)
    result = schema.run({name: 3})
    assert (result[name], result.next, result.to_dict()) == (4, 8, {name: 4, "next": 8})
    assert schema.only(name).run({name: 1}).to_dict() == {name: 2}
    assert str(result.numpy(name)) == "4"


def test_a_file_that_is_not_utf8_is_shown_where_it_is_not(tmp_path):
    path = tmp_path / "old.kumi"
    path.write_bytes("schema do\n  # größer, ça\n".encode() + "  # é".encode("latin-1"))
    with pytest.raises(kumi.SchemaError) as caught:
        kumi.load(path)
    assert str(caught.value) == (
        f"{path}:3:5: syntax error: the file is not UTF-8 text\n"
        "    3 |   # \ufffd\n"
        "      |     ^\n"
        "      = save it as UTF-8"
    )


def test_a_schema_is_loaded_from_a_text():
    schema = kumi.loads("schema do input do integer :n end value :twice, input.n * 2 end")
    assert schema.__name__ == "Schema"
    assert schema.run(n=4).twice == 8


def test_what_is_wrong_in_a_text_is_shown_under_its_name():
    with pytest.raises(kumi.SchemaError, match=r"^<Pay>:1:38: semantic error: `b` is"):
        kumi.loads("schema do input do end value :twice, b * 2 end", name="Pay")


def test_a_file_whose_name_is_no_text_is_loaded_and_shown(tmp_path):
    path = tmp_path / os.fsdecode(b"tax_\xff.kumi")
    path.write_text(LINES)
    schema = kumi.load(path)
    assert schema.__name__ == "Tax"
    with pytest.raises(ZeroDivisionError) as caught:
        schema.run(BAD)
    "".join(caught.value.__notes__).encode()


@pytest.fixture
def same():
    class Same(kumi.Schema):
        class Input(kumi.Record):
            x: kumi.Field[object]
            y: kumi.Field[object]

        equal = kumi.value(Input.x == Input.y)

    return Same


class Incomparable:
    """Raises an exception that cannot say what it is."""

    class Speechless(Exception):
        def __str__(self):
            raise RuntimeError("no words")

    def __eq__(self, other):
        raise self.Speechless

    __hash__ = None


@pytest.mark.parametrize("level", Level)
def test_an_exception_that_cannot_be_shown_reaches_the_caller_as_it_is(same, watch, level):
    tape = watch(level) if level else None
    with pytest.raises(Incomparable.Speechless):
        same.run(x=Incomparable(), y=Incomparable())
    if tape is not None:
        assert tape.failures[0].original == tape.failures[0].error_type


@pytest.mark.parametrize("level", Level)
def test_a_failed_run_lets_go_of_its_input(same, watch, level):
    if level:
        watch(level)
    given = Incomparable()
    alive = weakref.ref(given)
    gc.collect()
    gc.disable()
    try:
        with contextlib.suppress(Incomparable.Speechless):
            same.run(x=given, y=given)
        del given
        assert alive() is None
    finally:
        gc.enable()
