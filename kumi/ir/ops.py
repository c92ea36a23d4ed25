"""The one table of operations. VM, disassembler, spans and docs all read it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Opcode:
    """What one kind of operation is.

    `free` says that generated code needs no instruction for it: its start equals its end in every
    recording, since that is what it costs.
    """

    name: str
    operand: str
    meaning: str
    free: bool = False

    def __str__(self) -> str:
        return self.name


LOAD_INPUT = Opcode("LoadInput", "input path", "validate one leaf of the input and load it")
CONST = Opcode("Const", "", "a literal of the schema", free=True)
REF = Opcode("Ref", "declaration", "the value of another declaration", free=True)
STORE = Opcode("Store", "input path", "an input under a declaration's name", free=True)
MAP = Opcode("Map", "function", "a function of its arguments, element by element")
SELECT = Opcode("Select", "", "one of two computed values, by a condition, element by element")
REDUCE = Opcode("Reduce", "function", "fold the innermost axis away")
ALIGN = Opcode("Align", "axes", "repeat a vector over deeper axes")
ARRAY = Opcode("Array", "", "a tuple of its arguments")
OBJECT = Opcode("Object", "keys", "a map of its arguments")
INDEX = Opcode("Index", "axis", "positions along an axis")
SHIFT = Opcode("Shift", "offset, policy", "the neighbour along an axis, filled at the edge")
ROLL = Opcode("Roll", "offset, policy", "the neighbour along an axis, wrapped at the edge")
CROSS = Opcode("Cross", "", "every element against every element of the same array")
OUTER = Opcode("Outer", "", "every element against every element of another array")
LIFT = Opcode("Lift", "axes", "an imported computation under the caller's axes")

OPCODES: tuple[Opcode, ...] = (
    LOAD_INPUT, CONST, REF, STORE, MAP, SELECT, REDUCE, ALIGN,
    ARRAY, OBJECT, INDEX, SHIFT, ROLL, CROSS, OUTER, LIFT,
)  # fmt: skip
BY_NAME = {opcode.name: opcode for opcode in OPCODES}
