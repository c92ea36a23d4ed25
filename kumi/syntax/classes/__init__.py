"""The class form: Python classes that build the tree which `.kumi` text builds."""

from kumi.syntax.classes.cascades import any_of, none_of, when
from kumi.syntax.classes.declarations import Declarations as Declarations
from kumi.syntax.classes.declarations import Value, let, ref, trait, value
from kumi.syntax.classes.declarations import declared as declared
from kumi.syntax.classes.expression import Expr
from kumi.syntax.classes.fields import Array, Field, array, field
from kumi.syntax.classes.functions import (
    abs,  # noqa: A004 - used as kumi.abs
    all,  # noqa: A004 - used as kumi.all
    any,  # noqa: A004 - used as kumi.any
    at,
    clamp,
    coalesce,
    concat,
    cos,
    count,
    count_if,
    cross,
    downcase,
    exp,
    index,
    is_null,
    join,
    length,
    log,
    max,  # noqa: A004 - used as kumi.max
    mean,
    mean_if,
    min,  # noqa: A004 - used as kumi.min
    not_,
    outer,
    roll,
    select,
    shift,
    sin,
    sqrt,
    sum,  # noqa: A004 - used as kumi.sum
    sum_if,
    tanh,
    to_decimal,
    to_float,
    to_integer,
    to_string,
    upcase,
)
from kumi.syntax.classes.input_paths import size, whole
from kumi.syntax.classes.records import Record
from kumi.syntax.classes.rounded import (
    ceil,
    floor,
    max_of,
    min_of,
    round,  # noqa: A004 - used as kumi.round
    round_to,
)
from kumi.syntax.classes.table_functions import bracket, lookup
from kumi.syntax.classes.tree import tree as tree

__all__ = [
    "Array",
    "Expr",
    "Field",
    "Record",
    "Value",
    "abs",
    "all",
    "any",
    "any_of",
    "array",
    "at",
    "bracket",
    "ceil",
    "clamp",
    "coalesce",
    "concat",
    "cos",
    "count",
    "count_if",
    "cross",
    "downcase",
    "exp",
    "field",
    "floor",
    "index",
    "is_null",
    "join",
    "length",
    "let",
    "log",
    "lookup",
    "max",
    "max_of",
    "mean",
    "mean_if",
    "min",
    "min_of",
    "none_of",
    "not_",
    "outer",
    "ref",
    "roll",
    "round",
    "round_to",
    "select",
    "shift",
    "sin",
    "size",
    "sqrt",
    "sum",
    "sum_if",
    "tanh",
    "to_decimal",
    "to_float",
    "to_integer",
    "to_string",
    "trait",
    "upcase",
    "value",
    "when",
    "whole",
]
