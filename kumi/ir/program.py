"""A program: the fixed list of operations that computes the requested outputs of one schema."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from kumi.errors import CompilerBug
from kumi.ir.ops import REDUCE
from kumi.kernels.kinds import ANY
from kumi.syntax.nodes import Symbol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kumi.ir.ops import Opcode
    from kumi.kernels.kinds import Kind
    from kumi.places import Place, Source
    from kumi.syntax.nodes import Domain

AxisName: TypeAlias = str
"""One array level, named by the array's full dotted path: `regions`, `regions.region.sales`."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path through the data: look a key up, or go into each element of an array.

    `path` is the full dotted path down to and including this step; for `each` it is the axis.
    `null` says that what it leads to may be null, and that its key may be missing.
    """

    action: Literal["key", "each"]
    name: str
    path: str
    null: bool = False


@dataclass(frozen=True, slots=True)
class Leaf:
    """One input that a program loads: how to reach it, and what it must be.

    `steps` lead from the root to the value; `axes` are the arrays passed on the way. For
    `input.regions.region.name`: key regions, each regions, key name; axes `("regions",)`. A path
    that ends at an array does not go into it: the value is the whole array, `kind` an `ArrayOf`.
    A hash on the way may be null where its step says so: the value is null then.
    """

    path: tuple[str, ...]
    steps: tuple[Step, ...]
    axes: tuple[AxisName, ...]
    kind: Kind
    domain: Domain | None
    place: Place

    @property
    def admits_null(self) -> bool:
        """Whether null can be given for the value itself."""
        return self.kind is ANY or self.may_be_missing

    @property
    def may_be_missing(self) -> bool:
        """Whether its key can be left out, and then reads as null."""
        return bool(self.steps) and self.steps[-1].null

    @property
    def dotted(self) -> str:
        """The path as users write it after `input.`."""
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class MadeAxis:
    """An axis that operations make: the elements of `array` again, for each cell of `below`.

    `below` are the axes between the parents of the array and the new axis, outer before inner;
    where there are none it is the array's own axis.
    """

    array: AxisName
    below: tuple[AxisName, ...]


@dataclass(slots=True, eq=False)
class Operation:
    """One step of a program. Nobody changes one; frozen, it would take five times as long to make.

    `args` are indexes of earlier operations. `axes` span the cells that it visits: those of its
    result, but for a Reduce those of its argument, of which the result lacks the last. `kind` is
    the static kind of the result's cells. `options` are all that its function has, as literals,
    whether or not they were written. A Search has the axes of its `table`, whose columns are among
    its arguments; an Object the names of its `fields`. `written` is what the schema has in its
    place, in words, where that is another function or none.
    """

    index: int
    opcode: Opcode
    place: Place
    kind: Kind
    args: tuple[int, ...] = ()
    axes: tuple[AxisName, ...] = ()
    function: str | None = None
    ref: str | None = None
    leaf: Leaf | None = None
    value: object = None
    options: tuple[tuple[str, object], ...] = ()
    table: tuple[AxisName, ...] = ()
    fields: tuple[str, ...] = ()
    written: str | None = None

    def renumbered(self, index: int, args: tuple[int, ...]) -> Operation:
        """The same operation at another place in a program."""
        return Operation(
            index,
            self.opcode,
            self.place,
            self.kind,
            args,
            self.axes,
            self.function,
            self.ref,
            self.leaf,
            self.value,
            self.options,
            self.table,
            self.fields,
            self.written,
        )

    @property
    def named_options(self) -> dict[str, object]:
        """The options as kernels take them: a symbol by its name."""
        return {
            name: value.name if isinstance(value, Symbol) else value for name, value in self.options
        }

    @property
    def result_axes(self) -> tuple[AxisName, ...]:
        """The axes of the result."""
        return self.axes[:-1] if self.opcode is REDUCE else self.axes

    @property
    def target(self) -> str | None:
        """What it works on besides its arguments: function, declaration or input path."""
        return self.function or self.ref or (self.leaf.dotted if self.leaf else None)

    @property
    def title(self) -> str:
        """What a person looks for: `Map multiply`, `Ref subtotal`, `LoadInput lines.line.price`."""
        return f"{self.opcode.name} {self.target}" if self.target else self.opcode.name


@dataclass(frozen=True, slots=True)
class Group:
    """A run of operations that belong together: the inputs, or one declaration.

    Its operations are `first` to `last`, exclusive; `result` is the index of the one that gives its
    value (None for the inputs). `origin` is the schema that defined it. No two groups of a program
    have one name: imported ones are named with their origin, `Tax.rate`, and numbered where that
    occurs more than once with other arguments, `Tax.rate#2`.
    """

    name: str
    kind: Literal["input", "value", "let", "trait"]
    origin: str
    place: Place
    first: int
    last: int
    result: int | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Program:
    """The operations of one schema for some outputs, in the order in which they run.

    `groups[0]` is always `inputs`, even when it is empty; the others are the declarations that the
    outputs need, in order. `axes` lists every axis that an operation visits, outer before inner.
    `inputs` names every root input that the schema declares. `made` are the axes that no input has.
    `sources` has, for each other schema that a group comes from, by its `origin`, where that was
    written; it is empty where nothing was imported.
    """

    schema: str
    source: Source
    inputs: tuple[str, ...]
    operations: tuple[Operation, ...]
    groups: tuple[Group, ...]
    axes: tuple[AxisName, ...]
    outputs: tuple[str, ...]
    made: Mapping[AxisName, MadeAxis] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    _named: dict[str, Group] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_named", {group.name: group for group in self.groups})

    def __repr__(self) -> str:
        return f"<kumi.Program {self.headline}>"

    @property
    def readable(self) -> tuple[str, ...]:
        """What a result shows: the outputs, and behind them the other traits that are computed."""
        traits = (group.name for group in self.groups if group.kind == "trait")
        return tuple(dict.fromkeys((*self.outputs, *traits)))

    @property
    def headline(self) -> str:
        """Its schema, how many operations, and the outputs, in a line."""
        count, outputs = len(self.operations), ", ".join(self.outputs) or "none"
        return f"{self.schema}: {count} operation{'' if count == 1 else 's'}, outputs {outputs}"

    def group_of(self, index: int) -> Group:
        """The group that operation `index` belongs to."""
        return self.groups[bisect_right(self.groups, index, key=lambda group: group.first) - 1]

    def group(self, name: str) -> Group:
        """The declaration called `name`."""
        return self._named[name]

    def result(self, name: str) -> Operation:
        """The operation that gives the value of the declaration called `name`."""
        index = self._named[name].result
        if index is None:
            raise CompilerBug(f"{name} has no value")
        return self.operations[index]
