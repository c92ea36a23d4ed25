"""Arguments of imported declarations that need no operation: what stands where they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.kernels.dates import as_date
from kumi.kernels.decimal_values import to_decimal
from kumi.kernels.kinds import DATE, DECIMAL, FLOAT, Scalar
from kumi.syntax.nodes import Argument, Constant, InputPath, Name

if TYPE_CHECKING:
    from kumi.analysis.facts import Analysis
    from kumi.syntax.nodes import Declaration, ExprNode, LiteralValue


def standing_for(analysis: Analysis, declaration: Declaration) -> ExprNode | None:
    """A path, a name or a literal that is given as it is; None where something is computed.

    A literal is brought to the kind of its parameter here, and not in each run.
    """
    argument = declaration.body
    if not isinstance(argument, Argument):
        return None
    value, kind = argument.value, analysis.kinds[argument]
    if isinstance(value, Constant):
        return _literal(analysis, value, kind)
    if isinstance(value, InputPath | Name) and analysis.kinds[value] == kind:
        return value
    return None


def _literal(analysis: Analysis, node: Constant, kind: object) -> Constant | None:
    """A literal of a kind; None where only a run can say what is wrong with it."""
    if analysis.kinds[node] is kind:
        return node
    made = Constant(node.place, None)
    try:
        made.value = _brought(node.value, kind)
    except (TypeError, ValueError, OverflowError):
        return None
    analysis.kinds[made] = Scalar(kind) if isinstance(kind, Scalar) else analysis.kinds[node]
    return made


def _brought(value: LiteralValue, kind: object) -> LiteralValue:
    if kind is FLOAT:
        return float(value)  # type: ignore[arg-type]  # an integer: the analysis has seen to it
    if kind is DATE:
        return as_date(value)  # type: ignore[no-any-return]  # the analysis has seen to it
    return to_decimal(value) if kind is DECIMAL else value
