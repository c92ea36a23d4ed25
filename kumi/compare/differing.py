"""Where the results of two schemas differ first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LONGEST: Final = 60  # letters of a value


class Difference(NamedTuple):
    """The first place where two results differ, both values as text, and all names that differ.

    The place is `total`, or `discounted[3][0]` in a nested list. A value that only one side has
    is None on the other.
    """

    place: str
    old: str | None
    new: str | None
    names: tuple[str, ...]


def first_difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> Difference | None:
    """Where two results differ first, in the order of the old one; None where they are equal.

    Numbers are equal where they are the same to the last digit and of the same kind.

    >>> first_difference({"each": [1.0, 2.0], "x": 1}, {"each": [1.0, 2.5], "x": 1})
    Difference(place='each[1]', old='2.0', new='2.5', names=('each',))
    """
    found: list[tuple[str, str | None, str | None]] = []
    for name in dict.fromkeys([*old, *new]):
        if name not in new:
            found.append((name, _shown(old[name]), None))
        elif name not in old:
            found.append((name, None, _shown(new[name])))
        else:
            found += _first(name, old[name], new[name])
    if not found:
        return None
    names = tuple(place.partition("[")[0] for place, _, _ in found)
    return Difference(*found[0], names)


def _first(place: str, old: Any, new: Any) -> Iterator[tuple[str, str, str]]:
    """The first difference of two values, if there is one."""
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            for difference in _first(f"{place}[{index}]", one, other):
                yield difference
                return
    elif not _is_equal(old, new):
        yield place, _shown(old), _shown(new)


def _is_equal(old: Any, new: Any) -> bool:
    if type(old) is not type(new):
        return False
    return bool(old == new or (old != old and new != new))  # noqa: PLR0124 - not a number is unequal to itself


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = repr(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
