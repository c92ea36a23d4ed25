"""The syntax tree that both front ends build.

Nodes compare by identity, so that a pass can keep what it learned in a dict keyed by node, and
nothing recurses over an expression of 20,000 terms. `outline` gives a tree as flat text: two trees
mean the same when their outlines are equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.places import Place, Source

DeclarationKind: TypeAlias = Literal["value", "let", "trait"]
InputKind: TypeAlias = Literal[
    "integer", "float", "decimal", "string", "boolean", "date", "any", "array", "hash"
]


@dataclass(frozen=True, slots=True)
class Symbol:
    """`:name` as a value. Its text is the name, as in a concatenation."""

    name: str

    def __str__(self) -> str:
        return self.name


LiteralValue: TypeAlias = bool | int | float | Decimal | str | date | Symbol | None
"""What a literal can be."""


@dataclass(slots=True, eq=False)
class Constant:
    """A literal."""

    place: Place
    value: LiteralValue


@dataclass(slots=True, eq=False)
class InputPath:
    """`input.a.b`, every step named, array elements included (`("lines", "line", "price")`)."""

    place: Place
    path: tuple[str, ...]

    @property
    def written(self) -> str:
        """The path as the author of the schema writes it."""
        return ".".join(("input", *self.path))


@dataclass(slots=True, eq=False)
class Name:
    """A reference to a declaration."""

    place: Place
    name: str


@dataclass(slots=True, eq=False)
class Call:
    """A function, operator or sugar call.

    `function` is the canonical name where `kumi.kernels.signatures.canonical` knows the alias, else
    as written. `options` are `(name, literal)` pairs, and `option_places` where each was written,
    as far as that is known; `named` are the keyword arguments of an import call.
    """

    place: Place
    function: str
    args: tuple[ExprNode, ...]
    options: tuple[tuple[str, LiteralValue], ...] = ()
    named: tuple[tuple[str, ExprNode], ...] = ()
    option_places: tuple[Place, ...] = ()


@dataclass(slots=True, eq=False)
class Tuple:
    """`[a, b]`."""

    place: Place
    items: tuple[ExprNode, ...]


@dataclass(slots=True, eq=False)
class Object:
    """`{key: e}`; a repeated key keeps the last."""

    place: Place
    fields: tuple[tuple[str, ExprNode], ...]


@dataclass(slots=True, eq=False)
class Argument:
    """What an imported declaration is given for an input of its schema; front ends make none.

    `path` is that input, and `null` says that it may be null. `arrays` are those that the path goes
    into: the last axes of the value are their elements.
    """

    place: Place
    value: ExprNode
    parameter: Input
    path: tuple[str, ...]
    null: bool
    arrays: tuple[str, ...]


ExprNode: TypeAlias = Constant | InputPath | Name | Call | Tuple | Object | Argument


@dataclass(slots=True, eq=False)
class Case:
    """One line of a cascade: its conditions, how they are joined, and its result.

    `result` is None where the line gave none, which the analysis rejects.
    """

    place: Place
    join: Literal["all", "any", "none"]
    conditions: tuple[ExprNode, ...]
    result: ExprNode | None


@dataclass(slots=True, eq=False)
class Cascade:
    """Cases in textual order and the default (None: null)."""

    place: Place
    cases: tuple[Case, ...]
    base: ExprNode | None


@dataclass(slots=True, eq=False)
class Declaration:
    """A `value`, `let` or `trait`. `place` is that of its name.

    `origin` is the schema that it was written in, where a call of an import has brought it: it is
    no output. None for what the schema declares itself.
    """

    place: Place
    kind: DeclarationKind
    name: str
    body: ExprNode | Cascade
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """`low..high`; None is open; `exclusive` for `...`."""

    low: int | float | Decimal | date | None
    high: int | float | Decimal | date | None
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class OneOf:
    """A list of admitted literals."""

    values: tuple[LiteralValue, ...]


Domain: TypeAlias = Range | OneOf


@dataclass(slots=True, eq=False)
class Input:
    """An input declaration: a leaf, an array (one child, its element) or a hash (its fields).

    `children` is None for a hash or array without a body. `null` says that it may be null, or
    missing.
    """

    place: Place
    kind: InputKind
    name: str
    domain: Domain | None = None
    index: str | None = None
    children: tuple[Input, ...] | None = None
    null: bool = False


@dataclass(slots=True, eq=False)
class Import:
    """`import :a, :b, from: Shared::Tax`.

    The class form has no such line: it has the class itself, `schema`, and where two classes
    declare the same name, a call says which is meant, and so do the names: `Tax.total`.
    """

    place: Place
    names: tuple[str, ...]
    module: str
    schema: object = None


@dataclass(slots=True, eq=False)
class SchemaTree:
    """A whole schema. `name` travels from here to every operation and span."""

    name: str
    source: Source
    place: Place
    inputs: tuple[Input, ...]
    declarations: tuple[Declaration, ...]
    imports: tuple[Import, ...] = ()


@dataclass(frozen=True, slots=True)
class Gaps:
    """What of a text could not be read.

    The words in it; whether inputs are missing; whether a declaration is whose name is not known;
    whether an import is.
    """

    words: frozenset[str] = frozenset()
    inputs: bool = False
    names: bool = False
    imports: bool = False


def children(node: ExprNode) -> tuple[ExprNode, ...]:
    """The direct operands of an expression, in textual order."""
    match node:
        case Call():
            return node.args + tuple(e for _, e in node.named) if node.named else node.args
        case Tuple():
            return node.items
        case Object():
            return tuple(e for _, e in node.fields)
        case Argument():
            return (node.value,)
    return ()


def postorder(root: ExprNode) -> list[ExprNode]:
    """Every node of an expression, operands before their operation; iterative at any depth."""
    found: list[ExprNode] = []
    todo = [root]
    while todo:
        node = todo.pop()
        found.append(node)
        todo.extend(children(node))
    found.reverse()
    return found


def distinct(*starts: ExprNode) -> Iterator[ExprNode]:
    """Every node below `starts` once, operands before their operation, in textual order.

    Python code may use one expression in many places, so trees can share nodes: walking each use
    would take time exponential in the depth. Iterative at any depth.
    """
    is_open: dict[ExprNode, bool] = {}
    todo = list(reversed(starts))
    while todo:
        node = todo[-1]
        state = is_open.get(node)
        if state is None and (below := children(node)):
            is_open[node] = True
            todo.extend(below[::-1])
            continue
        todo.pop()
        if state is not False:
            is_open[node] = False
            yield node


def roots(body: ExprNode | Cascade) -> Iterator[ExprNode]:
    """The expressions of a declaration's body, in textual order, the default last."""
    if not isinstance(body, Cascade):
        yield body
        return
    for case in body.cases:
        yield from case.conditions
        if case.result is not None:
            yield case.result
    if body.base is not None:
        yield body.base
