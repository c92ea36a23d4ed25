"""Sides made by hand: programs whose operations are said in a word."""

from kumi.compare.sides import OperationFigures, ProgramFigures, Side


def operation(said, ns=1000, line=None, calls=10, rows=10, fewest=10, measurements=5):
    """`total Map multiply`, with one median, of one round, in every measurement."""
    declaration, name, *operand = said.split()
    medians = ((ns,),) * measurements
    return OperationFigures(
        declaration, name, " ".join(operand) or None, line, calls, rows, fewest, medians
    )


def program(*operations, schema="Shop", runs=10, run_ns=10_000, measurements=5):
    return ProgramFigures(schema, operations, (runs,) * measurements, ((run_ns,),) * measurements)


def side(*programs, measurements=5, **more):
    return Side("side", measurements, programs, **more)
