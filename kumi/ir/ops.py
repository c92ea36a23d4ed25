"""The one table of operations. VM, disassembler, spans, reports and docs all read it."""

from __future__ import annotations

from typing import NamedTuple


class Opcode(NamedTuple):
    """What one kind of operation is.

    `operand` is what follows its name in listings and spans. `free` says that generated code needs
    no instruction for it: it costs nothing, so its start equals its end in every recording.
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
REUSE = Opcode("Reuse", "declaration", "what another declaration has computed already", free=True)
STORE = Opcode("Store", "input path", "an input under a declaration's name", free=True)
MAP = Opcode("Map", "function", "a function of its arguments, element by element")
SELECT = Opcode("Select", "", "one of two computed values, by a condition, element by element")
REDUCE = Opcode("Reduce", "function", "fold the innermost axis away")
SEARCH = Opcode("Search", "function", "the value of a table's row, found for each cell")
INDEX = Opcode("Index", "", "the position of each element in its array")
SHIFT = Opcode("Shift", "", "the neighbour so many places before, along an axis")
ROLL = Opcode("Roll", "", "the same, from the other end where there is none")
CROSS = Opcode("Cross", "", "each element beside all of its array")
OUTER = Opcode("Outer", "", "elements that go with those of any other array", free=True)
ALIGN = Opcode("Align", "", "repeat a vector over deeper axes")
ARRAY = Opcode("Array", "", "a tuple of its arguments, element by element")
OBJECT = Opcode("Object", "", "an object of its arguments by name, element by element")

OPCODES: tuple[Opcode, ...] = (
    *(LOAD_INPUT, CONST, REF, REUSE, STORE),
    *(MAP, SELECT, REDUCE, SEARCH),
    *(INDEX, SHIFT, ROLL, CROSS, OUTER, ALIGN),
    *(ARRAY, OBJECT),
)
PASSED_ON = (REF, REUSE, STORE, OUTER)
"""The operations whose value is that of their argument."""

BY_NAME = {opcode.name: opcode for opcode in OPCODES}
