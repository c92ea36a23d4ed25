"""What holds between the arguments of a call: which kinds go together, which columns are a table.

>>> from kumi.kernels.kinds import INTEGER
>>> uniform((INTEGER, STRING)), listed((STRING, STRING, INTEGER))
((1, 'a number'), (2, 'a string'))
>>> sorted(lookup_table(5)), sorted(bracket_table(5))
([1, 3, 4], [1, 2, 4])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from kumi.kernels.kinds import STRING, comparable, is_numeric

if TYPE_CHECKING:
    from kumi.kernels.kinds import Kind

Misfit: TypeAlias = tuple[int, str]
"""Which argument a function does not take, and what it takes in its place."""


def uniform(arguments: tuple[Kind, ...]) -> Misfit | None:
    """The first of some ordered arguments that is text beside numbers, or the other way round."""
    first = STRING in arguments[:1]
    for position, kind in enumerate(arguments):
        if (kind is STRING) is not first:
            return position, "a string" if first else "a number"
    return None


def listed(arguments: tuple[Kind, ...]) -> Misfit | None:
    """The first literal that the value before the list can never be."""
    for position, kind in enumerate(arguments[1:], 1):
        if not comparable(arguments[0], kind):
            return position, "a number" if is_numeric(arguments[0]) else f"a {arguments[0]}"
    return None


def _keys_alike(arguments: tuple[Kind, ...], first: int) -> Misfit | None:
    """The first column of keys that can never equal the key before it."""
    for at in range(first, len(arguments) - 1, 2):
        if not comparable(arguments[at], arguments[at + 1]):
            kind = arguments[at]
            return at + 1, "a number" if is_numeric(kind) else f"a {kind}"
    return None


def lookup_alike(arguments: tuple[Kind, ...]) -> Misfit | None:
    """The first keys of `key, keys, … values` that no key can equal."""
    return _keys_alike(arguments, 0)


def bracket_alike(arguments: tuple[Kind, ...]) -> Misfit | None:
    """Bounds that do not go with x, or keys with no key, of `x, bounds, values, key, keys, …`."""
    return uniform(arguments[:2]) or _keys_alike(arguments, 3)


def lookup_table(count: int) -> frozenset[int]:
    """Where the table stands in `key, keys, … values`."""
    return frozenset(range(1, count, 2)) | {count - 1}


def bracket_table(count: int) -> frozenset[int]:
    """Where the table stands in `x, bounds, values, key, keys, …`."""
    return frozenset({1, 2, *range(4, count, 2)})
