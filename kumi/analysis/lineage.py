"""Axes that operations make, and how the axes of operands become those of a result.

`cross` puts an axis beside the innermost that ranges over the same array: `xs'` beside `xs`.
`outer` marks the innermost as free, `*lights`: it goes with any other array, and comes last.

>>> crossed(("xs",)), freed(("scenes", "scenes.scene.lights"))
(('xs', "xs'"), ('scenes', '*scenes.scene.lights'))
>>> merged(("pixels",), ("*lights",)), merged(("*lights",), ("pixels", "pixels.rows"))
(('pixels', '*lights'), ('pixels', 'pixels.rows', '*lights'))
>>> merged(("pixels",), ("lights",))
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kumi.analysis.facts import Axes

_FREE = "*"


def crossed(axes: Axes) -> Axes:
    """The axes of all pairs: the last one once more."""
    return (*axes, f"{axes[-1]}'")


def freed(axes: Axes) -> Axes:
    """The same with the last one free."""
    return (*axes[:-1], _FREE + axes[-1])


def is_free(axis: str) -> bool:
    """Whether an axis was opened by `outer`."""
    return _FREE in axis


def merged(one: Axes, other: Axes) -> Axes | None:
    """The axes of two operands together; None where they do not combine.

    The longer, where the shorter is its beginning. Else there must be one free axis, which follows
    the others.
    """
    if one[: len(other)] == other[: len(one)]:
        return max(one, other, key=len)
    free = tuple(dict.fromkeys(axis for axis in one + other if is_free(axis)))
    first, second = _bound(one), _bound(other)
    if len(free) != 1 or first[: len(second)] != second[: len(first)]:
        return None
    return max(first, second, key=len) + free


def _bound(axes: Axes) -> Axes:
    return tuple(axis for axis in axes if not is_free(axis))


class Naming:
    """Names for axes by which each is told from all others of a program.

    A free axis has other cells in other company: `*lights` is the array alone, `pixels*lights` has
    all of it for each of the pixels. Any other axis always has the same, so its name will do.

    >>> naming = Naming()
    >>> naming.free(("lights",))
    >>> naming.of(("pixels", "*lights")), naming.of(("*lights",))
    (('pixels', 'pixels*lights'), ('*lights',))
    >>> naming.joint([("pixels",), ("*lights",)])
    ('pixels', 'pixels*lights')
    """

    def __init__(self) -> None:
        self._above: dict[str, Axes] = {}

    def free(self, axes: Axes) -> None:
        """Take note of an array of which the last axis is made free."""
        self._above[axes[-1]] = axes[:-1]

    def of(self, axes: Axes) -> Axes:
        """The names of axes, as the analysis has them, in their company."""
        if not axes or not is_free(axes[-1]):
            return axes
        above, array = axes[:-1], axes[-1].rpartition(_FREE)[2]
        alone = above == self._above[array]
        return (*above, f"{'' if alone else above[-1]}{_FREE}{array}")

    def joint(self, several: Iterable[Axes]) -> Axes:
        """The axes of a result by those of the operands, of which the analysis has approved."""
        lists = list(several)
        if not self._above:
            return max(lists, key=len)
        whole: Axes = ()
        for one in lists:
            plain = tuple(
                _FREE + axis.rpartition(_FREE)[2] if is_free(axis) else axis for axis in one
            )
            whole = merged(whole, plain) or ()
        return self.of(whole)

    def made(self, axes: Axes) -> tuple[str, Axes]:
        """Of what a free axis has elements, and the axes between that and its cells."""
        array = axes[-1].rpartition(_FREE)[2]
        return array, axes[len(self._above[array]) : -1]
