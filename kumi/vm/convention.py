"""The calling convention of generated code: the names that other files find in what it leaves.

`codegen` and `liveness` write these names into the text of a function. `machine` and the channel of
a recording set some as the function's globals, `failure` looks others up among the locals of a run
that raised, `results` reads the attributes of the object that it made. Every name that two files
must agree on is spelled here and nowhere else; what only the text itself uses, `codegen` names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from kumi.ir.program import AxisName
    from kumi.kernels.vectors import Axis

RUN: Final = "run"
"""The function that the code defines. It takes the root inputs, and gives a result."""

# Globals of the function, set by the machine but for the first.
MISSING: Final = "MISSING"
"""What a root input has that was not given; bound by `codegen`, tested for in line."""
OWNER: Final = "owner"
"""The class of the result: the schema."""
OUTPUTS: Final = "outputs"
"""What a result says of its values: an `OutputTable`."""
CHECK: Final = "check"
"""Raises what is wrong with the input: called with the root inputs and `BAD`."""
FAILED: Final = "failed"
"""Told of whatever a run raises: called with the exception and the locals."""
PLAIN: Final = "plain"
"""The same program without recording."""

# Globals of a recorded function, the attributes of its channel (see `kumi.protocols.Channel`).
ADMIT: Final = "admit"
KEEP: Final = "keep"
QUEUE: Final = "queue"
LIMIT: Final = "limit"
LEAST: Final = "least"
RELIEVE: Final = "relieve"

# Locals of a run.
BAD: Final = "bad"
"""What is wrong with the input so far: pairs of an operation's index and a violation."""
UNDECLARED: Final = -1
"""Stands for the operation in a pair about a name that is no input, since nothing loads it."""
LOADING: Final = "loading"
"""What reads the input, where a leaf lies in an array or a hash (see `kumi.vm.access.Loading`)."""
CONTEXT: Final = "context"
"""What `admit` gave for this run."""
ERROR: Final = "error"
"""The exception that is on its way out."""


CPU_BEGIN: Final = "cpu0"
"""The CPU time of the thread when the run began, where that is wanted: nanoseconds."""


def reading(number: int) -> str:
    """The local of a reading of the clock: `t0` at the start of a run."""
    return f"t{number}"


def axis(number: int) -> str:
    """The local of an axis, by its place among those of the program."""
    return f"a{number}"


def value(index: int) -> str:
    """The local of the value that an operation computes."""
    return f"v{index}"


def column_of_bare(name: str) -> str:
    """The local of the column that several operations make of a bare array, by the array's."""
    return f"x{name}"


def constant(index: int) -> str:
    """The global of the literal of a Const."""
    return f"c{index}"


def float_constant(index: int) -> str:
    """The global of an integer literal as a float, where it meets floats."""
    return f"f{index}"


@dataclass(frozen=True, slots=True)
class OutputTable:
    """What the values of a result are, without the program: a pickled result needs no other.

    `names` are the outputs that were asked for, in order. `places` says of everything that can be
    read, which is these and each trait that was computed on the way, where its value stands among
    the cells, and its axes. `axes` are those of the program, `declared` all names of the schema.
    `made` are those of which a cell may be a tuple or an object that the run made, or hold one.
    """

    names: tuple[str, ...]
    places: dict[str, tuple[int, tuple[AxisName, ...]]]
    axes: tuple[AxisName, ...]
    declared: frozenset[str]
    made: frozenset[str] = frozenset()


class Computed:
    """A result as the code leaves it: it sets these attributes of a new `OWNER`, and no others.

    `_cells` has a plain value, a column or a bare array for each of the places in `_outputs`, and
    `_axes` one for each axis of the program, None where no value has it. `_lists` is not there
    before a value is asked for. Slots, since nothing else can be set then.
    """

    __slots__ = ("__weakref__", "_axes", "_cells", "_lists", "_outputs")

    _outputs: OutputTable
    _cells: tuple[Any, ...]
    _axes: tuple[Axis | None, ...]
    _lists: dict[str, Any]


RESULT_OUTPUTS, RESULT_CELLS, RESULT_AXES, _ = Computed.__annotations__
