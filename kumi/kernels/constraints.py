"""What parameters of functions take, for analysis and messages.

>>> NUMERIC.admits(kinds.DECIMAL), NUMBERS.admits(TupleOf((kinds.INTEGER, kinds.STRING)))
(True, False)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kumi.kernels import kinds
from kumi.kernels.kinds import ArrayOf, Kind, TupleOf, is_numeric

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Constraint:
    """What a parameter takes. `name` is for messages: "expects a number".

    Where there is `literal`, the argument must be written as one, of which that holds: its value
    decides what is computed.
    """

    name: str
    admits: Callable[[Kind], bool]
    literal: Callable[[object], bool] | None = None

    def takes(self, value: object) -> bool:
        """Whether a literal is what it must be."""
        return self.literal is None or self.literal(value)


NUMERIC = Constraint("a number", is_numeric)
DIGITS = Constraint(
    "an integer literal from -1000 to 1000",
    lambda kind: kind is kinds.INTEGER,
    lambda value: isinstance(value, int) and abs(value) <= 1000,  # noqa: PLR2004 - as it is named
)
LITERAL = Constraint(
    "a literal that is not null", lambda kind: kind is not kinds.NULL, lambda _: True
)
KEY = Constraint(
    "a number, a string, a boolean or a date",
    lambda kind: is_numeric(kind) or kind in {kinds.STRING, kinds.BOOLEAN, kinds.DATE},
)
VALUE = Constraint("a single value", lambda kind: not isinstance(kind, ArrayOf | TupleOf))
INTEGER = Constraint("an integer", lambda kind: kind is kinds.INTEGER)
STRING = Constraint("a string", lambda kind: kind is kinds.STRING)
BOOLEAN = Constraint("a boolean", lambda kind: kind is kinds.BOOLEAN)
TEXT = Constraint("a string", lambda kind: kind in {kinds.STRING, kinds.ANY})
ORDERED = Constraint("a number or a string", lambda kind: is_numeric(kind) or kind is kinds.STRING)
TEXT_OR_NUMBER = Constraint(
    "a number or its text", lambda kind: is_numeric(kind) or kind in (kinds.STRING, kinds.ANY)
)
PRINTED = Constraint(
    "a number, a string, a boolean or a date",
    lambda kind: KEY.admits(kind) or kind in {kinds.ANY, kinds.SYMBOL},
)
SHOWN_DIGITS = Constraint(
    "an integer literal from 0 to 1000",
    lambda kind: kind is kinds.INTEGER,
    lambda value: isinstance(value, int) and 0 <= value <= 1000,  # noqa: PLR2004 - as it is named
)
DECIMAL = Constraint("a decimal", lambda kind: kind is kinds.DECIMAL)
INDEX = Constraint("the name of an index", lambda kind: kind is kinds.SYMBOL, lambda _: True)
STEPS = Constraint(
    "an integer literal of at most 15 digits",
    lambda kind: kind is kinds.INTEGER,
    lambda value: isinstance(value, int) and abs(value) < 10**15,
)
LEVELS = Constraint(
    "an integer from 0",
    lambda kind: kind is kinds.INTEGER,
    lambda value: isinstance(value, int) and value >= 0,
)
DATE = Constraint("a date", lambda kind: kind is kinds.DATE)
ARRAY = Constraint("an array", lambda kind: isinstance(kind, ArrayOf | TupleOf))
ANY = Constraint("any value", lambda _: True)
TEXTUAL = Constraint("a single value or an array", lambda kind: not isinstance(kind, TupleOf))
TUPLE = Constraint("a tuple", lambda kind: isinstance(kind, TupleOf))


def _tuple_of(what: str, *items: Constraint) -> Constraint:
    """A tuple whose items are all of one of these."""

    def admits(kind: Kind) -> bool:
        if not isinstance(kind, TupleOf):
            return False
        return any(all(map(item.admits, kind.items)) for item in items)

    return Constraint(f"a tuple of {what}", admits)


NUMBERS = _tuple_of("numbers", NUMERIC)
BOOLEANS = _tuple_of("booleans", BOOLEAN)
STRINGS = _tuple_of("strings", STRING)
COMPARED = _tuple_of("numbers, of strings or of dates", NUMERIC, STRING, DATE)
