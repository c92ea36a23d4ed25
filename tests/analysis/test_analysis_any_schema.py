"""Whatever somebody writes either compiles, to what the analysis promised, or is a SchemaError."""

from hypothesis import given, settings
from hypothesis import strategies as st

from kumi.analysis.pipeline import analyze
from kumi.errors import SchemaError
from kumi.ir.lower import lower
from kumi.ir.text import disassemble
from kumi.kernels.signatures import FUNCTIONS
from kumi.places import Place, Source
from kumi.syntax.nodes import (
    Call,
    Cascade,
    Case,
    Constant,
    Declaration,
    InputPath,
    Name,
    SchemaTree,
)
from kumi.syntax.nodes import Object as ObjectNode
from kumi.syntax.nodes import Tuple as TupleNode
from kumi.syntax.text import parse

SOURCE = Source(
    "any.kumi",
    """schema do
  input do
    integer :n
    string :s
    array :rows do
      hash :row do
        boolean :flag
        array :cells do
          float :cell
        end
      end
    end
    array :others do
      integer :other
    end
  end
end""",
)
PLACE = Place(SOURCE, 1)
INPUTS = parse(SOURCE, "Any").inputs
NUMBERS = ["n", "rows.row.cells.cell", "others.other"]
PATHS = [*NUMBERS, "s", "rows", "rows.row", "rows.row.flag", "rows.row.cells", "nope", "s.below"]
NAMES = ["a", "b", "c", "d", "n", "inputs", "missing"]
FUNCTION_NAMES = sorted({*(function.name for function in FUNCTIONS), *NAMES, "nope"})


def call(names, *operands):
    return st.builds(Call, st.just(PLACE), st.sampled_from(names), st.tuples(*operands))


def literal(value):
    return Constant(PLACE, value)


def path(dotted):
    return InputPath(PLACE, tuple(dotted.split(".")))


# Anything at all: mostly wrong, in every way.

leaves = st.one_of(
    st.sampled_from([1, 2.5, "x", True, None]).map(literal),
    st.sampled_from(PATHS).map(path),
    st.sampled_from(NAMES).map(lambda name: Name(PLACE, name)),
)


def wrong(operands):
    args = st.lists(operands, max_size=3).map(tuple)
    functions = st.builds(Call, st.just(PLACE), st.sampled_from(FUNCTION_NAMES), args)
    fields = st.lists(st.tuples(st.sampled_from("abc"), operands), max_size=3).map(tuple)
    objects = st.builds(ObjectNode, st.just(PLACE), fields)
    return functions | objects | st.builds(TupleNode, st.just(PLACE), args)


expressions = st.recursive(leaves, wrong, max_leaves=8)
cases = st.builds(
    Case,
    st.just(PLACE),
    st.sampled_from(["all", "any", "none"]),
    st.lists(expressions, min_size=1, max_size=2).map(tuple),
    st.none() | expressions,
)
cascades = st.builds(
    Cascade, st.just(PLACE), st.lists(cases, max_size=2).map(tuple), st.none() | expressions
)
declarations = st.builds(
    Declaration,
    st.just(PLACE),
    st.sampled_from(["value", "let", "trait"]),
    st.sampled_from(NAMES),
    expressions | cascades,
)

# Numbers over every shape of axes: mostly right.

numbers = st.sampled_from(NUMBERS[:2]).map(path) | st.sampled_from([1, 2.5]).map(literal)


def tuples(operands):
    items = st.lists(operands, min_size=1, max_size=3).map(tuple)
    return st.builds(TupleNode, st.just(PLACE), items)


def right(operands):
    condition = call(["less_than", "equal"], operands, operands)
    return st.one_of(
        call(["add", "divide", "coalesce"], operands, operands),
        call(["select"], condition, operands, operands),
        call(["sum", "max", "mean", "count"], operands),
        call(["sum", "max", "mean", "count"], tuples(operands)),
        call(["at"], tuples(operands), st.sampled_from([0, -1, 5]).map(literal)),
        call(["sum_if", "mean_if"], operands, condition),
        call(["count_if"], operands, operands),
    )


def program_of(*declared):
    """What the declarations become, or None where they are wrong."""
    try:
        analysis = analyze(SchemaTree("Any", SOURCE, PLACE, INPUTS, declared))
    except SchemaError as error:
        assert str(error)  # noqa: PT017 - either outcome is right, and each has its check
        return None
    program = lower(analysis, list(analysis.declarations))
    for group in program.groups[1:]:
        declaration = analysis.declarations[group.name]
        result = program.operations[group.result]
        assert result.kind == analysis.kinds[declaration]
        assert result.result_axes == analysis.axes[declaration]
    return program


@settings(max_examples=200)
@given(st.lists(declarations, max_size=4))
def test_anything_compiles_or_is_a_schema_error(declared):
    program_of(*declared)


@settings(max_examples=200)
@given(st.recursive(numbers, right, max_leaves=10))
def test_arithmetic_keeps_the_kinds_and_axes_that_were_promised(body):
    program = program_of(Declaration(PLACE, "value", "a", body))
    if program is not None:
        assert disassemble(program).startswith("Any: ")
