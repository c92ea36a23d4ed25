"""What functions make of null: which arguments may be null, and whether their result may be.

A function without a rule takes no null, and gives none. Null that only comes up in a run (the least
of no elements, an item beyond the end) is known of before as well: it makes no static error, and
whoever asks for it, with `coalesce` or `is_null`, is right to.

>>> null_rule("add").takes(0), null_rule("select").takes(0), null_rule("select").takes(1)
(False, False, True)
>>> null_rule("coalesce").gives((Nulls.DECLARED, Nulls.NEVER), {}).name
'NEVER'
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class Nulls(enum.IntEnum):
    """Whether a value is null: never, perhaps in a run, or wherever the schema says that it may."""

    NEVER = 0
    PERHAPS = 1
    DECLARED = 2


@dataclass(frozen=True, slots=True)
class NullRule:
    """`takes(position)`: whether that argument may be null. `gives`: whether the result may be.

    `gives` is asked with what is known of the arguments, and the options of the call.
    """

    takes: Callable[[int], bool]
    gives: Callable[[Sequence[Nulls], Mapping[str, object]], Nulls]


def _every(_position: int) -> bool:
    return True


def _none(_position: int) -> bool:
    return False


def _never(_arguments: Sequence[Nulls], _options: Mapping[str, object]) -> Nulls:
    return Nulls.NEVER


def _perhaps(_arguments: Sequence[Nulls], _options: Mapping[str, object]) -> Nulls:
    return Nulls.PERHAPS


def _found(values: int) -> Callable[[Sequence[Nulls], Mapping[str, object]], Nulls]:
    """What a table's row says, or nothing where no row is found and no default is given."""

    def gives(arguments: Sequence[Nulls], options: Mapping[str, object]) -> Nulls:
        return Nulls.DECLARED if options.get("default") is None else arguments[values]

    return gives


def _beside(arguments: Sequence[Nulls], options: Mapping[str, object]) -> Nulls:
    """What the neighbour is; a row further out may be shorter, and have none."""
    return max(arguments[0], Nulls.PERHAPS if options.get("axis_offset") else Nulls.NEVER)


_TAKES_NONE = NullRule(_none, _never)
_TAKES_ALL = NullRule(_every, _never)

_RULES: dict[str, NullRule] = {
    "equal": _TAKES_ALL,
    "not_equal": _TAKES_ALL,
    "in": _TAKES_ALL,
    "is_null": _TAKES_ALL,
    "count": _TAKES_ALL,
    "count_if": _TAKES_ALL,
    "min": NullRule(_every, _perhaps),
    "max": NullRule(_every, _perhaps),
    "at": NullRule(_none, _perhaps),
    "lookup": NullRule(_every, _found(-1)),
    "bracket": NullRule(lambda position: position > 1, _found(2)),
    "select": NullRule(lambda position: position > 0, lambda arguments, _: max(arguments[1:])),
    "shift": NullRule(_every, _beside),
    "roll": NullRule(_every, _beside),
    "cross": NullRule(_every, _beside),
    "outer": NullRule(_every, _beside),
    "coalesce": NullRule(_every, lambda arguments, _: arguments[1]),
}


def null_rule(function: str, *, of_items: bool = False) -> NullRule:
    """The rule of a function, by its canonical name; of the items of a tuple no fold skips one."""
    return _TAKES_NONE if of_items else _RULES.get(function, _TAKES_NONE)
