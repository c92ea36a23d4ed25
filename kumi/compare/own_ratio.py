"""How much longer a run takes by itself, and not since the machine was slower meanwhile.

Recordings are made one after the other. Between two of them a busy machine may become twice as
slow, and a run of a few milliseconds is interrupted in the one and not in the other. Both are in
the median of the runs, and neither is in the code. So one recording a side is judged by what else
it has, its operations: what they typically take together has no interruptions in it, and what made
the machine slow made nearly all of them slow, so that the median of their ratios says how much.

    operation       before    after   ratio
    Map multiply     1,000    1,800    1.80
    Map add          2,000    3,600    1.80   the median: the machine
    Reduce sum       4,000   12,000    3.00
    together         7,000   17,400    2.49   of itself 2.49 / 1.80 = 1.38

Of 24 recordings of equal code beside 0 to 3 busy processes, each compared with each, the medians of
runs lay more than 20 % above in 22 of 100 pairs, up to 3.7 times. By itself a run took at most 1.09
times as long.

A change that slows all operations alike cannot be told from the machine in this way. The report has
a line about it, and several recordings a side tell it. Nor is a machine that became faster taken
into account: where most operations of a program are improved, those that are not became no slower.
"""

from __future__ import annotations

from statistics import fmean, median
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kumi.compare.sides import ProgramFigures

FEWEST: Final = 5
"""Of fewer operations nothing is said: a single slow one may be half of them."""


def own_ratio(
    old: Sequence[ProgramFigures], new: Sequence[ProgramFigures], ratios: Sequence[float]
) -> float | None:
    """Of a schema's programs in one recording a side; `ratios` are those of its operations.

    None where there are too few operations, or a side has none.

    >>> from kumi.compare.sides import OperationFigures, ProgramFigures
    >>> def side(*medians):
    ...     steps = (OperationFigures("", "Map", None, 1, 9, 9, 9, ((ns,),)) for ns in medians)
    ...     return [ProgramFigures("Shop", tuple(steps), (9,), ((sum(medians),),))]
    >>> before, after = side(1000, 2000, 500, 700, 4000), side(1800, 3600, 900, 1260, 12000)
    >>> own_ratio(before, after, [1.8, 1.8, 1.8, 1.8, 3.0])
    1.325...
    """
    before, after = _together(old), _together(new)
    if len(ratios) < FEWEST or not before or not after:
        return None
    return after / before / max(1.0, median(ratios))


def _together(programs: Sequence[ProgramFigures]) -> float:
    """What the operations of a run typically take, in ns: of several programs, by their runs."""
    sums = [
        sum(rounds[0] for operation in program.operations for rounds in operation.medians if rounds)
        for program in programs
    ]
    runs = [sum(program.runs) for program in programs]
    return fmean(sums, runs) if sum(runs) else 0.0
