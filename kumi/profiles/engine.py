"""What a breakdown asks of a profile, whichever engine has counted it.

There are several engines because none would do alone: the imports of DuckDB and NumPy take longer
than Python takes to read a small file, and Python would need minutes and all memory for a large
one. Elsewhere warehouses count. Nobody should see which of them it was. So they are kept equal in
three ways:

* What a line says is defined once, in `event_line`. `own_lines` knows lines of our own writers by
  their shape, and asks it for the names in them. `positions/` reads lines of our own writers by
  comparing them with lines that were read so. For lines of others `sql/setup.sql` repeats it clause
  by clause, and leaves to it what is rare. Values stay JSON text: `"5"` keeps its quotes, so that
  it is no number there either. For columns `sql/columns.sql` says what types leave open.
* Times are integers, and figures are made from counts of them (see Tally). Sums of floats would
  differ in their last digits with the order of the lines and the number of threads.
* No order is promised. `breakdown` sorts by what figures and names say, to the last tie.

Tests hold them to it: random events, damaged files and lines that are nearly JSON give equal
breakdowns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from kumi.profiles.typical import typical

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kumi.profiles.counted_lines import LineCounts
    from kumi.profiles.event_line import Event

Key = str | int | None

KEYS: Final = (
    "schema", "name", "declaration", "origin", "position", "function", "program", "process",
    "error",
)  # fmt: skip
"""And `run`, where the engine was told before that this would be asked."""
GROUP_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "schema": ("schema",),
    "origin": ("schema", "origin"),
    "declaration": ("declaration",),
    "operation": ("name",),
    "function": ("function",),
    "index": ("position",),
    "service": ("process",),
    "process": ("process",),
    "run": ("run",),
    "error": ("error",),
}
"""Of what one may group by, the keys: some names are found in other lines, by schema or process."""
GROUP_KEYS: Final = tuple(GROUP_COLUMNS)


class Tally(NamedTuple):
    """Events that are counted together, since they have the same keys. Times are nanoseconds.

    `cpu` is the time of the processor that they say, None where none of them says it.

    A percentile is a time that occurred: the smallest that so many percent of all times did not
    exceed (the nearest rank). One that is interpolated would be a float that nothing took, and each
    engine would round it in its own way. This one is found by comparing integers, and from counts
    alone: times that occur often take no more room, and the counts of several files just add up.
    Of four operations that took 10, 10, 20 and 90 ns:

        ns    calls    seen    p50: seen * 100 >= 50 * 4    p95: seen * 100 >= 95 * 4
        10        2       2    200 >= 200: it is 10 ns      200 <  380
        20        1       3                                 300 <  380
        90        1       4                                 400 >= 380: it is 90 ns

    `times_by_name` makes this table, and `sql/tallies.sql` for warehouses. In Python's sorted list
    of all times the same one stands at the rank 4 * 95 / 100, rounded up: the fourth.
    """

    keys: tuple[Key, ...]
    calls: int
    total: int
    rows: int
    longest: int
    p50: int
    p95: int
    p99: int
    cpu: int | None = None


class LongReading(NamedTuple):
    """A reading that was a pause: its nanoseconds, when it began, and in which run.

    Both are of the first where several took equally long; None where the profile does not say.
    """

    ns: int
    excess: int
    started: int | None
    run: str | None


class Distribution(NamedTuple):
    """The readings of one operation with about as many rows (`[2^k, 2^(k+1))` of them).

    `medians` are those of its ten groups, fewer where there are fewer readings; `pauses` is how
    many were pauses, `excess` by how much (ns) together, and `longest` are the longest of them.
    """

    keys: tuple[Key, ...]
    calls: int
    rows: int
    medians: tuple[int, ...]
    pauses: int
    excess: int
    longest: tuple[LongReading, ...]

    @property
    def typical(self) -> int:
        """What all its readings would have taken together, had none been out of the ordinary."""
        return typical(self.calls, self.medians)


class Engine(Protocol):
    """A profile that has been counted."""

    @property
    def lines(self) -> LineCounts:
        """How the lines divide, whatever the filters."""

    @property
    def uncounted(self) -> list[Event]:
        """The events that are read one by one: see `kumi.profiles.event_line.UNCOUNTED`."""

    def take_out(self, costs: Mapping[str, int]) -> None:
        """Have operations take less from now on: by these nanoseconds, by their process.

        Those that take no reading of the clock stay as they are, and none takes less than nothing.
        Filters still ask how long an operation took as it was measured.
        """

    def tallies(self, kind: str, keys: tuple[str, ...]) -> list[Tally]:
        """The filtered events of a kind, by these of KEYS, in no particular order."""

    def distributions(self, kind: str, keys: tuple[str, ...]) -> list[Distribution]:
        """How times are distributed, by these of KEYS and by how many rows were visited.

        Of the filtered events of a kind, in no particular order.
        """
