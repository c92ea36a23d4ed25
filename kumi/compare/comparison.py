"""Two sides become a comparison: operations matched and judged, and the runs of each schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from kumi.compare.matching import matched, paired
from kumi.compare.own_ratio import own_ratio
from kumi.compare.verdicts import ENOUGH, LARGE, SMALL, Threshold, Times, judged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kumi.compare.differing import Difference
    from kumi.compare.matching import Match
    from kumi.compare.sides import OperationFigures, ProgramFigures, Rounds, Side

Counted = Literal["added", "removed", "calls", "rows"]
"""How the counts of an operation differ: only one side has it, it ran more or less often, or it
ran as often and visited more or fewer rows."""


class ComparedOperation(NamedTuple):
    """An operation on both sides (None: it is not there), its counts and its times."""

    schema: str
    old: OperationFigures | None
    new: OperationFigures | None
    counted: Counted | None
    times: Times

    @property
    def either(self) -> OperationFigures:
        """The operation, as the new side has it where it does."""
        figures = self.new or self.old
        assert figures is not None  # noqa: S101 - a match has at least one side
        return figures


class ComparedSchema(NamedTuple):
    """The runs of a schema: how many, and how long one took.

    `own_ratio` is new to old without what all operations share, see there; None where it is not
    known, and of several measurements, which are told from the machine by being in turns.
    """

    schema: str
    old_runs: int
    new_runs: int
    times: Times
    own_ratio: float | None = None


class Comparison(NamedTuple):
    """Everything that reports say and gates ask.

    `kind` says what the sides are, `limit` what a difference of operations has to exceed, and
    `run_limit` what one of runs. `difference` is where results differ first: None where they are
    equal, and of profiles, which have none.
    """

    kind: Literal["schemas", "profiles"]
    old: Side
    new: Side
    limit: Threshold
    run_limit: Threshold
    schemas: tuple[ComparedSchema, ...]
    operations: tuple[ComparedOperation, ...]
    difference: Difference | None = None

    @property
    def measurements(self) -> int:
        """How many each side has."""
        return self.new.measurements


def compared(
    kind: Literal["schemas", "profiles"],
    old: Side,
    new: Side,
    difference: Difference | None = None,
) -> Comparison:
    """The comparison of two sides with the same number of measurements."""
    several = new.measurements > 1
    apart = kind == "profiles" and several
    limit = (SMALL if new.measurements >= ENOUGH else LARGE)._replace(apart=apart)
    run_limit = (SMALL if several else LARGE)._replace(apart=apart)
    names = dict.fromkeys(program.schema for side in (new, old) for program in side.programs)
    schemas: list[ComparedSchema] = []
    operations: list[ComparedOperation] = []
    for name in names:
        before, after = ([p for p in side.programs if p.schema == name] for side in (old, new))
        found = list(_operations(name, before, after, limit))
        schema = _schema(name, before, after, run_limit)
        schemas.append(schema if several else _by_itself(schema, before, after, found, run_limit))
        operations += found
    return Comparison(
        kind, old, new, limit, run_limit, tuple(schemas), tuple(operations), difference
    )


def _schema(
    name: str, old: Sequence[ProgramFigures], new: Sequence[ProgramFigures], limit: Threshold
) -> ComparedSchema:
    before, after = _runs(old), _runs(new)
    times = Times()
    if old and new:
        times = judged(_typical(old), _typical(new), min(*before, *after), limit)
    return ComparedSchema(name, sum(before), sum(after), times)


def _by_itself(
    schema: ComparedSchema,
    old: Sequence[ProgramFigures],
    new: Sequence[ProgramFigures],
    operations: Sequence[ComparedOperation],
    limit: Threshold,
) -> ComparedSchema:
    """The schema as one recording a side tells it: slower only where it is so by itself."""
    ratios = [one.times.ratio for one in operations if one.times.ratio and not one.counted]
    own, times = own_ratio(old, new, ratios), schema.times
    if times.verdict == "slower" and own is not None and own <= 1 + limit.part:
        times = times._replace(verdict="all alike")
    return schema._replace(times=times, own_ratio=own)


def _runs(programs: Sequence[ProgramFigures]) -> list[int]:
    """How many runs each measurement has."""
    return [sum(runs) for runs in zip(*(program.runs for program in programs), strict=True)]


def _typical(programs: Sequence[ProgramFigures]) -> list[Rounds | None]:
    """How long a run took in each measurement: the medians of the programs, by their runs.

    Not the average of all runs: a single pause of the machine would be in it.
    """
    if len(programs) == 1:
        return list(programs[0].run_medians)
    runs = zip(*(program.runs for program in programs), strict=True)
    medians = zip(*(program.run_medians for program in programs), strict=True)
    return [_mean(*one) for one in zip(runs, medians, strict=True)]


def _mean(runs: Sequence[int], medians: Sequence[Rounds | None]) -> Rounds | None:
    """The mean of the medians of several programs of a recording, which is one round."""
    known = [(number, rounds[0]) for number, rounds in zip(runs, medians, strict=True) if rounds]
    number = sum(number for number, _ in known)
    return (round(sum(number * ns for number, ns in known) / number),) if number else None


def _operations(
    name: str, old: Sequence[ProgramFigures], new: Sequence[ProgramFigures], limit: Threshold
) -> Iterator[ComparedOperation]:
    for pair in paired(old, new):
        for match in matched(*pair):
            yield ComparedOperation(name, *match, _counted(match), _times(match, limit))


def _counted(match: Match) -> Counted | None:
    old, new = match
    if old is None:
        return "added"
    if new is None:
        return "removed"
    if old.calls != new.calls:
        return "calls"
    return "rows" if old.rows != new.rows else None


def _times(match: Match, limit: Threshold) -> Times:
    old, new = match
    if old and new:
        return judged(old.medians, new.medians, min(old.fewest, new.fewest), limit)
    return Times()
