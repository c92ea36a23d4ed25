"""Trees that are made of other trees: the same nodes of other operands, or at another place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.syntax.nodes import (
    Argument,
    Call,
    Cascade,
    Case,
    Constant,
    InputPath,
    Name,
    Object,
    Tuple,
    children,
    distinct,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kumi.places import Place
    from kumi.syntax.nodes import ExprNode

    Placed = Callable[[Place], Place]


def copied(node: ExprNode, place: Place, parts: Mapping[ExprNode, ExprNode]) -> ExprNode:  # noqa: PLR0911 - one a node
    """A node like another one, at `place`, with what `parts` has for each of its operands."""
    match node:
        case Constant():
            return Constant(place, node.value)
        case InputPath():
            return InputPath(place, node.path)
        case Name():
            return Name(place, node.name)
        case Call():
            args = tuple([parts[arg] for arg in node.args])
            named = tuple((key, parts[value]) for key, value in node.named)
            return Call(place, node.function, args, node.options, named, node.option_places)
        case Tuple():
            return Tuple(place, tuple([parts[item] for item in node.items]))
        case Object():
            return Object(place, tuple((key, parts[value]) for key, value in node.fields))
        case Argument():
            given = parts[node.value]
            return Argument(place, given, node.parameter, node.path, node.null, node.arrays)


def with_parts(
    body: ExprNode | Cascade, parts: Mapping[ExprNode, ExprNode], placed: Placed
) -> ExprNode | Cascade:
    """The body of a declaration, made of what `parts` has for each of its expressions."""
    if not isinstance(body, Cascade):
        return parts[body]
    cases = tuple(
        Case(
            placed(case.place),
            case.join,
            tuple(parts[condition] for condition in case.conditions),
            None if case.result is None else parts[case.result],
        )
        for case in body.cases
    )
    base = None if body.base is None else parts[body.base]
    return Cascade(placed(body.place), cases, base)


def is_changed(node: ExprNode, parts: Mapping[ExprNode, ExprNode]) -> bool:
    """Whether `parts` has something else for one of its operands."""
    return any(parts[part] is not part for part in children(node))


class Sameness:
    """Numbers by which equal expressions are told: two of one number compute the same.

    >>> from kumi.places import Place, Source
    >>> one, other = (Place(Source("order.kumi"), line) for line in (1, 2))
    >>> same = Sameness()
    >>> [same.number(node) for node in (Name(one, "x"), Name(other, "x"), Name(other, "y"))]
    [0, 0, 1]
    """

    def __init__(self) -> None:
        self._of_node: dict[ExprNode, int] = {}
        self._of_form: dict[tuple[object, ...], int] = {}

    def number(self, root: ExprNode) -> int:
        """The number of an expression."""
        for node in distinct(root):
            if node not in self._of_node:
                form = (type(node).__mro__[-2], *self._form(node))
                self._of_node[node] = self._of_form.setdefault(form, len(self._of_form))
        return self._of_node[root]

    def _form(self, node: ExprNode) -> tuple[object, ...]:  # noqa: PLR0911 - one a node
        parts = tuple(self._of_node[part] for part in children(node))
        match node:
            case Constant(value=float(value)):
                return (float, value.hex())  # -0.0 is another number than 0.0
            case Constant(value=value):
                return (type(value), value)
            case InputPath() | Argument():
                return (node.path, parts)
            case Name():
                return (node.name,)
            case Call():
                keys = tuple(key for key, _ in node.named)
                options = tuple((key, type(value), value) for key, value in node.options)
                return (node.function, options, len(node.args), keys, parts)
            case Object():
                return (tuple(key for key, _ in node.fields), parts)
        return parts
