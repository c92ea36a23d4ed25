"""Paths through the input: what `Input.lines.price` is while a schema is being built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from kumi.errors import Problem, did_you_mean
from kumi.syntax import nodes
from kumi.syntax.classes.code_places import explained, here
from kumi.syntax.classes.expression import Expr, Formula, applied
from kumi.syntax.classes.members import RecordBase
from kumi.syntax.classes.operands import Operand, node_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kumi.places import Place
    from kumi.syntax.classes.members import Member

T = TypeVar("T")
R = TypeVar("R", bound=RecordBase)
_OPERATORS = (
    "__add__", "__radd__", "__sub__", "__rsub__", "__mul__", "__rmul__", "__truediv__",
    "__rtruediv__", "__mod__", "__rmod__", "__pow__", "__rpow__", "__neg__", "__abs__", "__eq__",
    "__ne__", "__gt__", "__ge__", "__lt__", "__le__", "__and__", "__rand__", "__or__", "__ror__",
    "__invert__", "__getitem__",
)  # fmt: skip


class Rooted(nodes.InputPath):
    """An input path that remembers the record it started at, and its attributes from there.

    Its last `levels` steps go into arrays: an array stands for its elements.
    """

    __slots__ = ("attributes", "depth", "levels", "root")

    def __init__(
        self,
        place: Place,
        path: tuple[str, ...],
        root: type[RecordBase],
        attributes: tuple[str, ...] = (),
        levels: int = 0,
    ) -> None:
        super().__init__(place, path)
        self.root = root
        self.attributes = attributes
        self.levels = levels
        self.depth: int | None = None
        """Of a whole array: how many of its levels the path goes into first."""

    @property
    def written(self) -> str:
        """The path as Python code writes it."""
        dotted = ".".join((self.root.__name__, *self.attributes))
        if self.depth is None:
            return dotted
        return (
            f"kumi.whole({dotted}, depth={self.depth})" if self.depth else f"kumi.whole({dotted})"
        )

    def through(self, member: Member, place: Place) -> Rooted:
        """The path that goes on with a field of the record it ends at."""
        path = (*self.path, *member.steps)
        attributes = (*self.attributes, member.attribute)
        return Rooted(place, path, self.root, attributes, len(member.elements))

    def whole(self, place: Place, depth: int) -> Rooted:
        """The array itself, after going into `depth` of its levels."""
        cut = max(0, self.levels - depth)
        whole = Rooted(place, self.path[: len(self.path) - cut], self.root, self.attributes)
        whole.depth = depth if cut else None
        return whole


class Fields(Operand):
    """A path that ends at a record; every public attribute is a field of it."""

    __slots__ = ("__kumi_path__", "__kumi_record__")

    def __init__(self, path: Rooted, record: type[RecordBase]) -> None:
        self.__kumi_path__ = path
        self.__kumi_record__ = record

    def __kumi_node__(self, place: Place) -> nodes.ExprNode:
        return self.__kumi_path__

    def __getattr__(self, attribute: str) -> Any:
        """The path that goes on with a field. Raises AttributeError with a did-you-mean."""
        member = self.__kumi_record__.__kumi_members__.get(attribute)
        if member is None:
            raise NoSuchFieldError(self.__kumi_record__, attribute)
        return ended(self.__kumi_path__.through(member, here()), member)

    def __repr__(self) -> str:
        return f"<kumi path {self.__kumi_path__.written}>"


for _operator in _OPERATORS:  # so that the analysis can say what is wrong with `Input.lines + 1`
    setattr(Fields, _operator, vars(Expr)[_operator])


def begun(root: type[RecordBase], member: Member) -> Expr[Any] | Fields:
    """The path of one step that class access on a record gives."""
    place = here()
    return ended(Rooted(place, (), root).through(member, place), member)


def ended(path: Rooted, member: Member) -> Expr[Any] | Fields:
    """What stands for a path in Python: more fields, or an expression."""
    record = member.shape.record
    return Formula(path) if record is None else Fields(path, record)


class NoSuchFieldError(AttributeError):
    """A misspelt field.

    The text is made when it is shown, because `hasattr` and `getattr` with a default raise this and
    throw it away. To whoever sees it, it is what Python itself raises.
    """

    __module__ = "builtins"
    __qualname__ = "AttributeError"

    def __init__(self, record: type[RecordBase], attribute: str) -> None:
        super().__init__(record, attribute)
        self.place = here()

    def __str__(self) -> str:
        record, attribute = self.args
        message = f"`{record.__qualname__}` has no field `{attribute}`"
        hint = did_you_mean(attribute, record.__kumi_members__)
        return str(Problem("semantic", self.place, message, hint))


@overload
def whole(path: type[R], *, depth: int = 0) -> Expr[Any]: ...
@overload
def whole(path: Expr[T], *, depth: int = 0) -> Expr[Sequence[T]]: ...
def whole(path: Any, *, depth: int = 0) -> Expr[Any]:
    """An array as one value, where its path alone would stand for its elements.

    `depth` goes into that many of its levels first: for an `Array[Array[float]]`, 1 gives one
    array for each row. Raises TypeError for what is not a path through the input.
    """
    place = here()
    node = node_of(path, place)
    if not isinstance(node, Rooted):
        hint = "give it a path such as `Input.lines`"
        raise TypeError(explained("`whole` takes a path through the input", hint))
    return Formula(node.whole(place, depth))


def size(e: Expr[Any] | type[RecordBase] | Sequence[Any], *, depth: int = 0) -> Expr[int]:
    """The length of an array (of a tuple, of a string)."""
    node = node_of(e, here())
    if isinstance(node, Rooted):
        return applied("size", Formula(node.whole(node.place, depth)))
    return applied("size", e)
