"""The members of a record, their shapes, and the inputs that they declare.

A record has members, a member has a shape, and a shape may hold another record. What refers to each
other in a ring like that stands in one file, below the paths and the records that are made of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from kumi.syntax import nodes
from kumi.syntax.classes.operands import as_name

if TYPE_CHECKING:
    from kumi.places import Place
    from kumi.syntax.classes.code_places import CodePlace


class RecordBase:
    """The base of `Record`: a class that has members."""

    __kumi_members__: ClassVar[dict[str, Member]] = {}


@dataclass(frozen=True, slots=True)
class Shape:
    """A leaf of `kind`, or a `record` (kind `hash`), below `levels` arrays; `null` if it may be."""

    kind: nodes.InputKind
    record: type[RecordBase] | None
    levels: int
    null: bool = False

    @property
    def element(self) -> str:
        """The name of an array's element where none was given."""
        return snake_case(self.record.__name__) if self.record else "item"


class Member:
    """A field of a record, as its class knows it.

    `name` is the key in the data, `attribute` what Python calls it. `elements` and `indexes` name
    the element and the index of each array level, outermost first; None where there is no index.
    """

    attribute: str
    name: str
    shape: Shape
    elements: tuple[str, ...]
    place: Place

    def __init__(
        self,
        *,
        name: str | None = None,
        domain: nodes.Domain | None = None,
        elements: tuple[str, ...] = (),
        indexes: tuple[str | None, ...] = (),
        place: CodePlace | None = None,
    ) -> None:
        self.domain = domain
        self.indexes = indexes
        self._given = (None if name is None else as_name(name), elements, place)

    def __repr__(self) -> str:
        return f"<kumi field {getattr(self, 'attribute', 'without a name')}>"

    @property
    def steps(self) -> tuple[str, ...]:
        """What the member adds to a path: its name, and its elements' down to the innermost."""
        return (self.name, *self.elements)

    def settle(self, attribute: str, shape: Shape, owner: CodePlace) -> None:
        """Learn from the class body what the annotation says."""
        name, elements, place = self._given
        self.attribute = attribute
        self.name = attribute if name is None else name
        self.shape = shape
        self.place = (place or owner).named(attribute)
        missing = shape.levels - len(elements)
        if missing < 0 or len(self.indexes) > shape.levels:
            raise TypeError(f"`{attribute}` has {shape.levels} array levels, and more are named")
        self.elements = elements + (shape.element,) * missing

    def inputs(self) -> nodes.Input:
        """The declaration of this member in the tree, with all that is below it."""
        below = self.shape.record
        children = None if below is None else inputs_of(below)
        kind, name = self.shape.kind, self.steps[-1]
        one = nodes.Input(self.place, kind, name, self.domain, None, children, self.shape.null)
        for level in range(self.shape.levels - 1, -1, -1):
            index = self.indexes[level] if level < len(self.indexes) else None
            one = nodes.Input(self.place, "array", self.steps[level], None, index, (one,))
        return one


def inputs_of(record: type[RecordBase]) -> tuple[nodes.Input, ...]:
    """The input declarations that a record stands for, in order."""
    return tuple(member.inputs() for member in record.__kumi_members__.values())


def snake_case(name: str) -> str:
    """`OrderLine` as `order_line`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
