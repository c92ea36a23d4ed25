"""What a schema becomes: the operations as `kumi ops` lists them, and what must hold of any."""

import pytest
from analysis_cases import cases, outcome, program

from kumi.ir.readings import readings
from kumi.observations import Level

CASES = cases("programs.txt")
SHOP = """schema do
  input do
    array :regions do
      hash :region do
        string :name
        array :sales do
          hash :sale do
            float :amount, domain: 0..100
          end
        end
      end
    end
    array :grid do
      array :row do
        integer :cell
      end
    end
    integer :unread
  end
  value :amounts, input.regions.region.sales.sale.amount
  value :cells, input.grid.row.cell
  value :rows, input.grid.row
end"""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_the_operations_of_a_program(case):
    assert outcome(case) == case.expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_groups_tile_the_operations_and_arguments_come_first(case):
    made = program(case.source, case.outputs)

    assert made.groups[0].name == "inputs"
    assert made.groups[0].first == 0
    assert made.groups[-1].last == len(made.operations)
    for before, after in zip(made.groups, made.groups[1:], strict=False):
        assert before.last == after.first
        assert after.first <= after.result < after.last
        assert after.origin == "Example"
    for index, operation in enumerate(made.operations):
        assert operation.index == index
        assert all(arg < index for arg in operation.args)
        assert set(operation.axes) <= set(made.axes)
    assert readings(made, Level.OPERATIONS).count <= len(made.operations) + 1


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_vectors_meet_over_equal_axes(case):
    made = program(case.source, case.outputs)

    for operation in made.operations:
        if operation.opcode.name in {"Map", "Select"}:
            given = [made.operations[arg].result_axes for arg in operation.args]
            assert {axes for axes in given if axes} <= {operation.axes}


def test_a_leaf_says_how_to_reach_it():
    made = program(SHOP)
    amount, row, cell = (operation.leaf for operation in made.operations[:3])

    assert amount.dotted == "regions.region.sales.sale.amount"
    assert [(step.action, step.path) for step in amount.steps] == [
        ("key", "regions"),
        ("each", "regions"),
        ("key", "regions.region.sales"),
        ("each", "regions.region.sales"),
        ("key", "regions.region.sales.sale.amount"),
    ]
    assert amount.axes == ("regions", "regions.region.sales")
    assert amount.domain.high == 100
    assert [(step.action, step.path) for step in row.steps] == [("key", "grid"), ("each", "grid")]
    assert str(row.kind) == "array<integer>"
    assert [step.action for step in cell.steps] == ["key", "each", "each"]
    assert cell.axes == ("grid", "grid.row")


def test_a_program_knows_its_schema_its_axes_and_every_root_input():
    made = program(SHOP, ["cells"])

    assert made.schema == "Example"
    assert made.axes == ("grid", "grid.row")
    assert made.inputs == ("regions", "grid", "unread")
    assert made.outputs == ("cells",)


def test_outputs_keep_the_order_in_which_they_were_asked_for():
    assert program(SHOP, ["rows", "cells", "rows"]).outputs == ("rows", "cells")
