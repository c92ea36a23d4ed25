"""Which operation of the old side is which of the new one, also where others were put between.

Why not by index: one operation more in the first declaration, and all that follow have another
index. So programs are matched first, then declarations by name, and within a declaration the two
sequences of operations are aligned, as `diff` aligns the lines of two files:

    old                        new
    0  Map multiply   line 3   0  Map multiply   line 3
                               1  Map round      line 3     added
    1  Reduce sum     line 4   2  Reduce sum     line 4

An operation is known by its name and its function, declaration or path. Where a declaration has
several that are alike, such as the `Select` of a cascade, the line counts from the declaration's
first decides; it is looked at first, and again without it for what is left.
"""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

    from kumi.compare.sides import OperationFigures, ProgramFigures


class Match(NamedTuple):
    """The same operation on both sides; None where a side has it not."""

    old: OperationFigures | None
    new: OperationFigures | None


Pair = tuple["ProgramFigures | None", "ProgramFigures | None"]


def paired(old: Sequence[ProgramFigures], new: Sequence[ProgramFigures]) -> list[Pair]:
    """Programs of one schema that belong together: the most alike first.

    A schema has several where it was run for different outputs. A program without a partner
    stands alone.
    """
    pairs: list[Pair] = []
    free = {*map(id, old), *map(id, new)}
    for one, other in sorted(product(old, new), key=lambda pair: _likeness(*pair), reverse=True):
        if {id(one), id(other)} <= free:
            pairs.append((one, other))
            free -= {id(one), id(other)}
    alone = [(one, None) for one in old if id(one) in free]
    return [*pairs, *alone, *((None, other) for other in new if id(other) in free)]


def _likeness(one: ProgramFigures, other: ProgramFigures) -> int:
    """How many operations both have, less those that only one has."""
    a, b = (
        Counter((operation.declaration, _known_by(operation)) for operation in program.operations)
        for program in (one, other)
    )
    return (a & b).total() - (a - b).total() - (b - a).total()


def matched(old: ProgramFigures | None, new: ProgramFigures | None) -> list[Match]:
    """The operations of two programs, in the order of the new one, those that are gone between."""
    before, after = _by_declaration(old), _by_declaration(new)
    found: list[Match] = []
    for name in _in_order(list(before), list(after)):
        one, other = before.get(name, []), after.get(name, [])
        found += _rejoined(_aligned(one, other, (_known_with_line(one, other), _known_by)))
    return found


def _rejoined(matches: Iterable[Match]) -> Iterator[Match]:
    """The matches of a declaration, in which what only changed its place is no longer two."""
    aligned = list(matches)
    gone: dict[Hashable, list[OperationFigures]] = {}
    for old, new in aligned:
        if old and not new:
            gone.setdefault(_known_by(old), []).append(old)
    moved: dict[int, OperationFigures] = {}
    for old, new in aligned:
        if new and not old and gone.get(_known_by(new)):
            moved[id(new)] = gone[_known_by(new)].pop(0)
    left = {id(old) for olds in gone.values() for old in olds}
    for old, new in aligned:
        if new:
            yield Match(old or moved.get(id(new)), new)
        elif id(old) in left:
            yield Match(old, None)


def _in_order(old: list[str], new: list[str]) -> Iterable[str]:
    """Names of both lists, each once; what only the old one has stands where it stood there."""
    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return dict.fromkeys(name for _, a, b, c, d in codes for name in (*old[a:b], *new[c:d]))


def _by_declaration(program: ProgramFigures | None) -> dict[str, list[OperationFigures]]:
    groups: dict[str, list[OperationFigures]] = {}
    for operation in program.operations if program else ():
        groups.setdefault(operation.declaration, []).append(operation)
    return groups


def _known_by(operation: OperationFigures) -> Hashable:
    return operation.operation, operation.operand


def _known_with_line(
    old: Sequence[OperationFigures], new: Sequence[OperationFigures]
) -> Callable[[OperationFigures], Hashable]:
    """The same, and the line within the declaration, which may begin elsewhere on each side."""
    first = {id(operation): _first_line(side) for side in (old, new) for operation in side}
    return lambda one: (_known_by(one), None if one.line is None else one.line - first[id(one)])


def _first_line(operations: Sequence[OperationFigures]) -> int:
    return min((one.line for one in operations if one.line is not None), default=0)


def _aligned(
    old: Sequence[OperationFigures],
    new: Sequence[OperationFigures],
    ways: Sequence[Callable[[OperationFigures], Hashable]],
) -> Iterator[Match]:
    """Both sequences side by side: what the first way of knowing leaves is left to the next."""
    if not ways:
        yield from (Match(one, None) for one in old)
        yield from (Match(None, one) for one in new)
        return
    known_by, *others = ways
    matcher = SequenceMatcher(None, [*map(known_by, old)], [*map(known_by, new)], autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            yield from map(Match, old[a:b], new[c:d])
        else:
            yield from _aligned(old[a:b], new[c:d], others)
