"""Kinds: what is known of a value before anything runs.

>>> print(promote(INTEGER, NULL, FLOAT), promote(STRING, INTEGER), ArrayOf(FLOAT))
float any array<float>
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TypeAlias


class Scalar(enum.Enum):
    """The kinds of a single value. `ANY` is a value of which nothing is known."""

    INTEGER = "integer"
    FLOAT = "float"
    DECIMAL = "decimal"
    STRING = "string"
    BOOLEAN = "boolean"
    DATE = "date"
    SYMBOL = "symbol"
    HASH = "hash"
    ANY = "any"
    NULL = "null"

    __hash__ = object.__hash__  # there is one of each, and Enum's own takes a call in Python

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class ArrayOf:
    """A whole array passed around as one value."""

    element: Kind

    def __str__(self) -> str:
        return f"array<{self.element}>"


@dataclass(frozen=True, slots=True)
class TupleOf:
    """A fixed-length list with a kind for each place."""

    items: tuple[Kind, ...]

    def __str__(self) -> str:
        shown = list(map(str, self.items[:_SHOWN]))
        if len(self.items) > _SHOWN:
            shown.append(f"... {len(self.items) - _SHOWN} more")
        return f"tuple<{', '.join(shown)}>"


_SHOWN = 6
Kind: TypeAlias = Scalar | ArrayOf | TupleOf

INTEGER, FLOAT, DECIMAL = Scalar.INTEGER, Scalar.FLOAT, Scalar.DECIMAL
STRING, BOOLEAN, SYMBOL = Scalar.STRING, Scalar.BOOLEAN, Scalar.SYMBOL
DATE = Scalar.DATE
HASH, ANY, NULL = Scalar.HASH, Scalar.ANY, Scalar.NULL
NUMERIC = frozenset({INTEGER, FLOAT, DECIMAL})
ZEROS: dict[Kind, object] = {INTEGER: 0, FLOAT: 0.0, DECIMAL: 0, STRING: "", BOOLEAN: False}
"""What stands for zero, by kind; the others have none."""
_RANK = {INTEGER: 0, FLOAT: 1, DECIMAL: 2}


def is_numeric(kind: Kind) -> bool:
    """Whether arithmetic takes it: integer, float or decimal."""
    return kind in NUMERIC


def may_be_made(kind: Kind) -> bool:
    """Whether a value of a kind may be a tuple or an object that a run made."""
    return isinstance(kind, TupleOf) or kind in {HASH, ANY}


def comparable(one: Kind, other: Kind) -> bool:
    """Whether values of two kinds can be equal. Where they never are, `==` is a mistake.

    >>> comparable(INTEGER, FLOAT), comparable(STRING, INTEGER), comparable(STRING, ANY)
    (True, False, True)
    """
    if ANY in (one, other) or NULL in (one, other):
        return True
    if is_numeric(one) and is_numeric(other):
        return True
    if isinstance(one, ArrayOf) and isinstance(other, ArrayOf):
        return comparable(one.element, other.element)
    if isinstance(one, TupleOf) or isinstance(other, TupleOf):
        return isinstance(one, ArrayOf | TupleOf) and isinstance(other, ArrayOf | TupleOf)
    return one == other


def promote(*kinds: Kind) -> Kind:
    """The kind of a choice between values: decimal > float > integer, equal kinds stay, else any.

    A null among them does not count: it takes the others' kind. Tuples of one length go item by
    item.

    >>> print(promote(TupleOf((INTEGER, STRING)), TupleOf((FLOAT, STRING))))
    tuple<float, string>
    """
    if kinds and kinds.count(kinds[0]) == len(kinds):
        return kinds[0]
    known = [kind for kind in kinds if kind is not NULL]
    if not known:
        return NULL
    if all(is_numeric(kind) for kind in known):
        return max(known, key=_RANK.__getitem__)  # type: ignore[arg-type]  # what has a rank is a Scalar
    if all(kind == known[0] for kind in known):
        return known[0]
    tuples = [kind.items for kind in known if isinstance(kind, TupleOf)]
    if len(tuples) < len(known) or len(set(map(len, tuples))) > 1:
        return ANY
    return TupleOf(tuple(promote(*items) for items in zip(*tuples, strict=True)))
