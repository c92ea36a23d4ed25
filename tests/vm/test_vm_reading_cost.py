"""What a reading of the clock is said to cost is taken in code of the form that operations have."""

import dis

from kumi.observations import Level
from kumi.schema import load
from kumi.vm import reading_cost
from kumi.vm.codegen import generate

PLAIN = """schema do
  input do
    float :a
  end
  value :b, input.a * 2.0
end
"""


def instructions(code):
    """How each reading of the clock is done: the instructions up to where it is stored."""
    readings, current = [], None
    for each in dis.get_instructions(code):
        if each.opname.startswith("LOAD_GLOBAL") and each.argval == "now":
            current = []
        if current is not None:
            current.append(each.opname)
            if each.opname.startswith("STORE_FAST"):
                readings.append(tuple(current[:-1]))
                current = None
    return readings


def test_a_reading_is_measured_as_it_is_taken(tmp_path):
    path = tmp_path / "plain.kumi"
    path.write_text(PLAIN)
    program = load(path)._compiled.machine().program
    defined = dict(generate(program, Level.OPERATIONS).bound)
    exec(generate(program, Level.OPERATIONS).code, defined)

    measured = instructions(reading_cost._readings_alone())
    taken = instructions(defined["run"])
    assert len(taken) == 3
    assert len(measured) > 30
    assert set(measured) == set(taken)


def test_a_process_says_one_figure_however_often_it_is_asked():
    assert reading_cost.reading_cost() == reading_cost.reading_cost() > 0
