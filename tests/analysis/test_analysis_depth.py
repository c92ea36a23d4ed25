"""Nothing recurses: neither over the terms of an expression nor over a chain of declarations."""

from kumi.analysis.pipeline import analyze
from kumi.ir.lower import lower
from kumi.ir.text import disassemble
from kumi.places import Place, Source
from kumi.syntax.nodes import Call, Constant, Declaration, Input, InputPath, Name, SchemaTree

SOURCE = Source("deep.py", "")
PLACE = Place(SOURCE, 1)
MANY = 20_000


def add(left, right):
    return Call(PLACE, "add", (left, right))


def one():
    return Constant(PLACE, 1)


def compiled(*declarations):
    inputs = (Input(PLACE, "integer", "x"),)
    return lower(analyze(SchemaTree("Deep", SOURCE, PLACE, inputs, declarations)))


def test_an_expression_of_many_terms():
    body = InputPath(PLACE, ("x",))
    for _ in range(MANY):
        body = add(body, one())

    program = compiled(Declaration(PLACE, "value", "a", body))

    assert len(program.operations) == 1 + 2 * MANY
    assert disassemble(program).count("\n") == len(program.operations) + 5


def test_a_chain_of_declarations_written_backwards():
    chain = [
        Declaration(PLACE, "value", f"d{n}", add(Name(PLACE, f"d{n + 1}"), one()))
        for n in range(MANY)
    ]

    program = compiled(*chain, Declaration(PLACE, "value", f"d{MANY}", one()))

    assert program.groups[1].name == f"d{MANY}"
    assert program.groups[-1].name == "d0"


def test_an_expression_shared_in_python_is_computed_once():
    body = InputPath(PLACE, ("x",))
    for _ in range(100):  # 2 ** 100 terms, were it written out
        body = add(body, body)

    program = compiled(Declaration(PLACE, "value", "a", body))

    assert len(program.operations) == 101
