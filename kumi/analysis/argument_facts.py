"""What becomes of the arguments of imported declarations: their kinds and their nulls.

An argument is brought to the kind that its parameter is declared with, as data of a run is: then
the imported formulas have the kinds that they have in their own schema.

    parameter    takes                                  and makes of it
    decimal      decimal, integer, float, string        a decimal
    float        float, integer                         a float
    date         date, the text of one as a literal     a date
    any          all                                    nothing: the argument keeps its kind
    others       what is of the same kind
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.analysis.beside_decimals import infinity
from kumi.analysis.facts import described, elements, literal, quoted
from kumi.analysis.inputs import kind_of
from kumi.kernels.dates import EXAMPLE, from_text
from kumi.kernels.kinds import ANY, DATE, DECIMAL, FLOAT, INTEGER, NULL, STRING, ArrayOf
from kumi.kernels.null_rules import Nulls
from kumi.syntax.nodes import Constant

if TYPE_CHECKING:
    from kumi.analysis.facts import Analysis
    from kumi.kernels.kinds import Kind
    from kumi.syntax.nodes import Argument, ExprNode

_CONVERTED: dict[Kind, frozenset[Kind]] = {
    FLOAT: frozenset({INTEGER}),
    DECIMAL: frozenset({INTEGER, FLOAT, STRING}),
}


def kind_of_argument(facts: Analysis, node: Argument) -> Kind | None:
    """The kind that an imported declaration finds; reports an argument that has none for it."""
    given = facts.kinds.get(node.value)
    if given is None:
        return None
    wanted = kind_of(node.parameter)
    if given is NULL and not node.null and wanted is not ANY:
        return wanted  # `nulls_of_argument` reports it
    found = DATE if wanted is DATE and _says_a_date(node.value) else _brought(given, wanted)
    endless = infinity(node.value) if found is DECIMAL else None
    who = quoted(node.value, "this")
    if found is None:
        hint = elements(facts, node.value) or _hint(wanted)
        message = f"`{_dotted(node)}` is {described(wanted)}, and {who} is {described(given)}"
        facts.type(node.place, message, hint, ("declared at", node.parameter.place))
    elif endless is not None:
        message = f"`{literal(endless)}` is no decimal, and `{_dotted(node)}` is one"
        facts.type(node.place, message, None, ("declared at", node.parameter.place))
    return found


def _brought(given: Kind, wanted: Kind) -> Kind | None:
    """The kind of a value that is given for another; None where it does not fit.

    >>> print(_brought(INTEGER, DECIMAL), _brought(STRING, INTEGER), _brought(STRING, ANY))
    decimal None string
    """
    if wanted is ANY or given in {wanted, NULL}:
        return given
    if isinstance(given, ArrayOf) and isinstance(wanted, ArrayOf):
        return given if _brought(given.element, wanted.element) is not None else None
    return wanted if given in _CONVERTED.get(wanted, ()) else None


def _says_a_date(node: ExprNode) -> bool:
    """Whether it is the text of a date, as data has it: a literal, which is known by now."""
    value = node.value if isinstance(node, Constant) else None
    return isinstance(value, str) and from_text(value) is not None


def _hint(wanted: Kind) -> str | None:
    if isinstance(wanted, ArrayOf):
        return "it is used as one value there: give the path of an array of the input"
    if wanted is DATE:
        return f'it takes a date, or the text of one as a literal: `"{EXAMPLE}"`'
    takes = sorted(str(kind) for kind in _CONVERTED.get(wanted, ()))
    return f"it takes {' or '.join([str(wanted), *takes])}" if takes else None


def nulls_of_argument(facts: Analysis, node: Argument) -> Nulls:
    """Whether it may be null; reports one that may be, for a parameter that may not."""
    nulls = facts.nulls[node.value]
    if nulls is not Nulls.DECLARED or node.null:
        return nulls
    if node.parameter.kind == "any":
        return Nulls.PERHAPS
    if node.value in facts.kinds:
        _report_null(facts, node)
    return Nulls.NEVER


def _report_null(facts: Analysis, node: Argument) -> None:
    message = f"`{_dotted(node)}` takes no null"
    hint = f"give it {described(kind_of(node.parameter))}"
    if facts.kinds[node.value] is not NULL:
        message += f", and {quoted(node.value, 'this')} may be null"
        hint = "say with `coalesce` what it is then"
    facts.type(node.place, message, hint, ("declared at", node.parameter.place))


def _dotted(node: Argument) -> str:
    return ".".join(node.path)
