"""Which kind every function gives, by the kinds of its arguments."""

from cell_functions import MAPS
from gathered_values import is_tuple

NUMBERS = ("integer", "float", "decimal")


def promote(*kinds):
    """The kind of a choice: numbers rise to float, equal kinds stay, null gives way, else any."""
    known = {kind for kind in kinds if kind != "null"}
    if len(known) < 2:
        return known.pop() if known else "null"
    if all(map(is_tuple, known)) and len({len(kind[1]) for kind in known}) == 1:
        return "tuple", tuple(map(promote, *(kind[1] for kind in known)))
    if any(map(is_tuple, known)):
        return "any"
    if not known <= set(NUMBERS):
        return "any"
    return "decimal" if "decimal" in known else "float"


CHOICES = {"select": 1, "coalesce": 0, "clamp": 0, "min_of": 0, "max_of": 0}
"""Which argument the choice begins with: the result is brought to the kind of them all."""

PROMOTED = {"add", "quotient", "subtract", "modulo", "power", "round_to"}
BOOLEAN = {name for name in MAPS if "equal" in name or "_than" in name}
BOOLEAN |= {"and", "or", "not", "is_null", "any", "all", "in"}
INTEGER = {
    "length",
    "array_size",
    "size",
    "count",
    "year",
    "month",
    "day",
    "weekday",
    "floor",
    "ceil",
}
INTEGER |= {"to_integer", "days_between", "months_between", "years_between"}
DATE = {"add_days", "add_months", "add_years"}
STRING = {"to_string", "concat", "upcase", "downcase", "join"}
KINDS_OF_RESULTS = (
    (BOOLEAN, "boolean"),
    (INTEGER, "integer"),
    (STRING, "string"),
    (DATE, "date"),
)
REAL = {"to_float", "as_float", "divide", "sqrt", "log", "exp", "tanh", "sin", "cos", "mean"}


def kind_of(function, kinds):
    """The kind of a function's result."""
    for names, kind in KINDS_OF_RESULTS:
        if function in names:
            return kind
    if function in ("to_decimal", "as_decimal"):
        return "decimal"
    if function in REAL:
        exact = function in ("divide", "mean") and "decimal" in kinds
        return "decimal" if exact else "float"
    if function == "at":
        return promote(*kinds[0][1]) if is_tuple(kinds[0]) else kinds[0][1]
    if function in CHOICES:
        return promote(*kinds[CHOICES[function] :])
    if function == "multiply" and kinds[0] == "string":
        return "string"
    return promote(*kinds) if function in PROMOTED | {"multiply"} else kinds[0]
