"""Which vectors are bare arrays in generated code: floats and booleans of which none is ever null.

A column has a mask, a bound and a scale, and a function of columns asks for them in every run. Most
vectors of a schema need none of the three, and that is known when its code is written. These are
NumPy's arrays and nothing else, and so an operation on them can be NumPy's and nothing else:

    v7 = v3 * v5                      both bare
    v8 = k8(v7, Column(v2))           a function of columns that gives a bare array
    v9 = k9(Column(v7), v6).values

Null is followed through the operations by the same rules that analysis has for what users write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kumi.ir import ops
from kumi.kernels.kinds import ANY, BOOLEAN, FLOAT
from kumi.kernels.null_rules import Nulls, null_rule
from kumi.kernels.vectors import Column
from kumi.vm.liveness import value_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kumi.ir.program import Leaf, Operation, Program


class KnownValues(NamedTuple):
    """What is known of values before a run: the operations whose values they are, by index.

    `vectors` have cells, the others are plain Python objects; `never_null` are those of which no
    cell, or which themselves, cannot be null; `bare` the vectors that are bare arrays.
    """

    vectors: frozenset[int]
    never_null: frozenset[int]
    bare: frozenset[int]


def known_values(program: Program) -> KnownValues:
    """Of all the operations of a program; of one that has no vectors there is nothing to know."""
    if not program.axes:
        return KnownValues(frozenset(), frozenset(), frozenset())
    nulls: list[Nulls] = []
    vectors: set[int] = set()
    bare: set[int] = set()
    for operation in program.operations:
        index = operation.index
        nulls.append(_nulls(operation, nulls))
        if operation.opcode in ops.PASSED_ON:
            source = operation.args[0]
            is_vector, is_bare = source in vectors, source in bare
        else:
            is_vector = bool(operation.result_axes) and operation.opcode is not ops.CONST
            is_bare = is_vector and nulls[index] is Nulls.NEVER and _is_flat(operation)
        vectors.update([index] * is_vector)
        bare.update([index] * is_bare)
    never = (index for index, null in enumerate(nulls) if null is Nulls.NEVER)
    return KnownValues(frozenset(vectors), frozenset(never), frozenset(bare))


def as_columns(program: Program, local: Mapping[str, Any]) -> dict[str, Any]:
    """The locals of a run with a column for each bare array, for whoever looks at cells.

    Of a grid's side these are its own cells: no input and no null lies along a grid.
    """
    names = value_names(program)
    bare = {names[index] for index in known_values(program).bare}
    return {
        name: Column(value.reshape(-1)) if name in bare and value is not None else value
        for name, value in local.items()
    }


def _is_flat(operation: Operation) -> bool:
    return operation.kind is FLOAT or operation.kind is BOOLEAN


def _nulls(operation: Operation, before: Sequence[Nulls]) -> Nulls:
    """Whether the value of an operation may be null; `before` are those before it."""
    if operation.leaf is not None and operation.opcode is ops.LOAD_INPUT:
        return _of_leaf(operation.leaf)
    if operation.opcode is ops.CONST:
        return Nulls.DECLARED if operation.value is None else Nulls.NEVER
    arguments = [before[arg] for arg in operation.args]
    if operation.opcode in _PASSING:
        return arguments[0]
    function = operation.function or operation.opcode.name.lower()
    return null_rule(function).gives(arguments, operation.named_options)


_PASSING = (*ops.PASSED_ON, ops.ALIGN, ops.CROSS)
"""The operations whose cells are those of their argument, moved or repeated."""


def _of_leaf(leaf: Leaf) -> Nulls:
    if any(step.null for step in leaf.steps):
        return Nulls.DECLARED
    return Nulls.PERHAPS if leaf.kind is ANY else Nulls.NEVER
