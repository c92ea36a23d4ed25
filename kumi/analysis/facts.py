"""What the passes find out about a schema, and hand from one to the next; and their words for it.

>>> described(ANY), named("add"), literal(Symbol("gold")), literal(math.inf)
('of kind any', '`add` (`+`)', ':gold', 'Float::INFINITY')
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

from kumi.errors import Problem
from kumi.kernels.decimal_values import text, to_decimal
from kumi.kernels.kinds import ANY, NULL
from kumi.kernels.signatures import overloads
from kumi.letters import visible
from kumi.syntax.nodes import Call, Constant, Gaps, InputPath, Name, Symbol, distinct, roots

if TYPE_CHECKING:
    from kumi.kernels.kinds import Kind
    from kumi.kernels.null_rules import Nulls
    from kumi.kernels.signatures import Function
    from kumi.places import Place, Source
    from kumi.syntax.nodes import (
        Argument,
        Cascade,
        Declaration,
        ExprNode,
        Import,
        Input,
        LiteralValue,
        SchemaTree,
    )

_LONG = 256

Path: TypeAlias = tuple[str, ...]
Axes: TypeAlias = tuple[str, ...]
"""Array levels, outermost first, each the array's full dotted path."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a path through the input arrives at.

    `axes` are the arrays that were passed on the way: a path that ends at an array does not go
    into it, and its `kind` is that of the whole array as one value. `parent` is None at the root.
    `null` says that it may be null: declared so itself, or below a hash that is.
    """

    path: Path
    declared: Input
    parent: Reach | None
    kind: Kind
    axes: Axes
    null: bool = False


class AlongArgument(NamedTuple):
    """An array that is computed: the last but `out` - 1 of the axes of a declared argument."""

    declaration: str
    out: int


class Resolver(Protocol):
    """Finds the schemas that imports name."""

    def resolve(self, imported: Import) -> Analysis:
        """The schema behind an import, analysed, once however often it is asked for.

        Raises SchemaError with all that hinders it, in whichever file: there is no such schema, or
        several, or what is found has errors itself.
        """
        ...


@dataclass(frozen=True, slots=True)
class Imported:
    """What an imported name stands for: a declaration of another schema, by its name there."""

    schema: Analysis
    name: str

    @property
    def declaration(self) -> Declaration:
        """The declaration itself."""
        return self.schema.declarations[self.name]


@dataclass(slots=True, eq=False)
class Analysis:
    """A schema and all that is known of it; each pass fills in its own part.

    Nodes compare by identity, so facts are keyed by node. A node without a kind (or axes) is one
    about which a problem was reported already, and whoever depends on it stays silent.
    `levels` says how deep tuples and objects are nested, where there are any.
    `reaches` is in the order of the input block, `order` in that of evaluation. `gaps` are what the
    schema lacks because it could not be read: nothing is said of what is missing there.

    `imports` has what each imported name stands for, `sources` where each schema was written that
    declarations came from. Of these, `positions` says the arrays along which `index` counts (None
    where what is given for one was reported), `own_axes` the axes that a node has in its own
    schema, by the names that they have here, and `opened` the operands that a node finds opened as
    by `outer`. `same_elements` has for an argument in a computed array another one in it, and the
    array by its name in its own schema.
    """

    schema: SchemaTree
    gaps: Gaps = field(default_factory=Gaps)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    reaches: dict[Path, Reach] = field(default_factory=dict)
    declarations: dict[str, Declaration] = field(default_factory=dict)
    order: tuple[Declaration, ...] = ()
    kinds: dict[ExprNode | Declaration, Kind] = field(default_factory=dict)
    axes: dict[ExprNode | Declaration, Axes] = field(default_factory=dict)
    functions: dict[Call, Function] = field(default_factory=dict)
    nulls: dict[ExprNode | Declaration, Nulls] = field(default_factory=dict)
    _nodes: dict[Declaration, tuple[ExprNode, ...]] = field(default_factory=dict)
    levels: dict[ExprNode | Declaration, int] = field(default_factory=dict)
    options: dict[Call, dict[str, LiteralValue]] = field(default_factory=dict)
    resolver: Resolver | None = None
    imports: dict[str, Imported] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    positions: dict[Call, Reach | AlongArgument | None] = field(default_factory=dict)
    own_axes: dict[ExprNode | Declaration, Axes] = field(default_factory=dict)
    opened: dict[ExprNode | Cascade, frozenset[ExprNode]] = field(default_factory=dict)
    same_elements: dict[Argument, tuple[Argument, str]] = field(default_factory=dict)
    _imported: frozenset[str] | None = None

    def nodes(self, declaration: Declaration) -> tuple[ExprNode, ...]:
        """Every node of a declaration once, operands first: walked once, for all the passes."""
        found = self._nodes.get(declaration)
        if found is None:
            found = self._nodes[declaration] = tuple(distinct(*roots(declaration.body)))
        return found

    def semantic(
        self, place: Place, message: str, hint: str | None = None, *beside: tuple[str, Place]
    ) -> None:
        """Report that the schema makes no sense here."""
        self.problems.append(Problem("semantic", place, message, hint, beside))

    def type(
        self, place: Place, message: str, hint: str | None = None, *beside: tuple[str, Place]
    ) -> None:
        """Report that a kind does not fit here."""
        self.problems.append(Problem("type", place, message, hint, beside))

    def warn(self, place: Place, message: str, hint: str | None = None) -> None:
        """Say that this compiles and was probably not meant.

        Of what was imported nothing is said: its own schema has been warned of it.
        """
        if place.called_from is None:
            self.warnings.append(Problem("warning", place, message, hint))

    def said(self, text: str, in_class: str) -> str:
        """What the form that the schema is written in says: of two ways to write the same."""
        return in_class if self.schema.place.form == "class" else text

    def imported(self) -> frozenset[str]:
        """The names that imports bring."""
        if self._imported is None:
            names = (name for one in self.schema.imports for name in one.names)
            self._imported = frozenset(names)
        return self._imported


def elements(facts: Analysis, node: ExprNode) -> str | None:
    """Where the elements of a whole array are, as a hint; None where `node` is no such path."""
    reach = facts.reaches.get(node.path) if isinstance(node, InputPath) else None
    if reach is None or reach.declared.kind != "array":
        return None
    path = ("input", *reach.path, *(child.name for child in reach.declared.children or ()))
    where = facts.said(
        f"its elements are `{'.'.join(path)}`",
        "without `kumi.whole` a path stands for its elements",
    )
    return f"that is the whole array as one value; {where}"


def described(kind: Kind) -> str:
    """A kind in a sentence: "a string", "an array<integer>", "null"."""
    if kind in {ANY, NULL}:
        return "of kind any" if kind is ANY else "null"
    return f"an {kind}" if str(kind)[0] in "aeiou" else f"a {kind}"


def quoted(node: ExprNode, otherwise: str) -> str:
    """An operand as its author wrote it, where that is short; else what `otherwise` calls it."""
    match node:
        case InputPath():
            return f"`{node.written}`"
        case Name():
            return f"`{node.name}`"
        case Constant():
            written = python_literal if node.place.form == "class" else literal
            return f"`{written(node.value)}`"
    return otherwise


def named(function: str) -> str:
    """A function by its name, and by its operator where it has one: "`add` (`+`)"."""
    operator = symbol(function)
    return f"`{function}` (`{operator}`)" if operator != function else f"`{function}`"


@lru_cache(256)  # asked for each call of a tree
def symbol(function: str) -> str:
    """A function as formulas write it: its operator, its name where it has none.

    >>> symbol("add"), symbol("concat")
    ('+', 'concat')
    """
    aliases = [alias for known in overloads(function) for alias in known.aliases]
    return next((a for a in aliases if a != "[]" and not any(map(str.isalpha, a))), function)


def decimal_literal(node: ExprNode) -> Decimal | None:
    """The decimal that `to_decimal` of a literal stands for; None for what is none, or no number.

    That is how a class writes `Decimal("0.05")`.
    """
    if not isinstance(node, Call) or node.function != "to_decimal":
        return None
    try:
        return to_decimal(node.args[0].value) if isinstance(node.args[0], Constant) else None
    except (TypeError, ValueError, OverflowError):
        return None  # the run says so, where it stands


def literal(value: object) -> str:
    """A literal as the language writes it, on one line; a very long integer by its size."""
    match value:
        case None:
            return "null"
        case float() if math.isinf(value):
            return "Float::INFINITY" if value > 0 else "-Float::INFINITY"
        case int() if value.bit_length() > _LONG:
            return f"<integer of {value.bit_length()} bits>"
        case Symbol() | date() | Decimal():
            return _written(value)
    return visible(json.dumps(value, ensure_ascii=False))


def _written(value: Symbol | date | Decimal) -> str:
    if isinstance(value, Decimal):
        return text(value)
    return f":{value.name}" if isinstance(value, Symbol) else f'date("{value.isoformat()}")'


def python_literal(value: object) -> str:
    """A literal as Python code writes it, on one line.

    >>> python_literal(None), python_literal(math.inf), python_literal(Symbol("gold"))
    ('None', 'math.inf', '"gold"')
    """
    match value:
        case None | bool():
            return repr(value)
        case float() if math.isinf(value):
            return "math.inf" if value > 0 else "-math.inf"
        case Symbol():
            return json.dumps(value.name)
        case date():
            return repr(value)
        case Decimal():
            return f'Decimal("{text(value)}")'
    return literal(value)
