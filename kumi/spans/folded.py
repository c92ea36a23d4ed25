"""Many spans as few: their sums, as columns, and the layouts of the spans that say them.

A summary stands for spans of one kind. Those of a run that are alike in (declaration, operation,
function) are one summary; those of many runs are one tree of summaries, below their caller's span:

    run Pay                                       run Pay (folded)               12 runs
    ├── Pay.inputs                                ├── Pay.inputs (folded)        12
    │   ├── LoadInput hours          12 of        │   └── LoadInput (folded)     24
    │   └── LoadInput rate           these        └── Pay.gross (folded)         12
    └── Pay.gross                    are              └── Map multiply (folded)  12
        └── Map multiply

A run that is too large by itself keeps its own span and those of its declarations, so that only
what is below these is a summary.

The sums of spans are six integers: how many they are, how long they took in all, the longest, the
end of the last; and, negated, the shortest and the start of the first. So two are added and of four
the larger is taken, whatever is put together: the rows of a run, runs, or trees.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from kumi.spans.block import Block
from kumi.spans.identify import prefixes, runs_per_block
from kumi.spans.layout import Layout, row
from kumi.spans.process import THIS_PROCESS
from kumi.spans.span_fields import RUN_IN_PART, SUMMARIES

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from numpy.typing import NDArray
    from opentelemetry.sdk.trace.id_generator import IdGenerator

    from kumi.spans.identify import Identity
    from kumi.spans.layout import Row

_COUNT, _TOTAL, _LONGEST, _LAST, _NO_SHORTER, _NO_EARLIER = range(6)
_ADDED, _GREATEST = slice(_COUNT, _LONGEST), slice(_LONGEST, None)
_NOTHING = np.array([0, 0, *[np.iinfo(np.int64).min] * 4])[:, None]
"""The sums of no spans."""


class Summaries:
    """How the rows of a layout are summarised.

    Summaries are numbered: the run, its declarations, and what is below these in the order in which
    the program comes to it. `tree` is the layout of the summaries of many runs, `in_part` that of a
    run of whose spans only the operations are summaries.
    """

    def __init__(self, layout: Layout) -> None:
        numbers: dict[Hashable, int] = {}
        keys = (_key(number, each) for number, each in enumerate(layout.rows))
        summary = np.array([numbers.setdefault(key, len(numbers)) for key in keys])
        self._order = np.argsort(summary, kind="stable")
        self._cuts = np.searchsorted(summary[self._order], np.arange(len(numbers)))
        self._starts = np.array([each.start for each in layout.rows])[self._order]
        self._ends = np.array([each.end for each in layout.rows])[self._order]
        firsts = [layout.rows[number] for number in self._order[self._cuts]]
        self._parents = np.array([each.parent or 0 for each in firsts])
        summaries = [_summary(at, at, each) for at, each in enumerate(firsts)]
        self.tree = _layout(layout, summaries)
        self.in_part = _layout(layout, _rows_in_part(layout, firsts))

    def sums(
        self, block: Block, firsts: Sequence[int], rows: Sequence[int] | None = None
    ) -> NDArray[np.int64]:
        """The sums of each summary, of the runs of a block in some parts: (parts, 6, summaries).

        `firsts` are the first run of each part. Of some `rows`, or of all. Runs are put together
        before their rows are: that goes through memory in its order.
        """
        last = block.readings.shape[1] - 1
        begins = block.readings.take(np.minimum(self._starts, last), axis=1)
        ends = block.readings.take(np.minimum(self._ends, last), axis=1)
        took, runs = ends - begins, np.diff([*firsts, len(block)])
        columns = (
            np.repeat(runs[:, None], took.shape[1], axis=1),
            np.add.reduceat(took, firsts),
            np.maximum.reduceat(took, firsts),
            np.maximum.reduceat(ends, firsts),
            -np.minimum.reduceat(took, firsts),
            -np.minimum.reduceat(begins, firsts),
        )
        each = np.stack(columns, axis=1)
        if rows is not None:
            each[:, :, ~np.isin(self._order, rows)] = _NOTHING
        added = np.add.reduceat(each[:, _ADDED], self._cuts, axis=2)
        greatest = np.maximum.reduceat(each[:, _GREATEST], self._cuts, axis=2)
        return np.concatenate((added, greatest), axis=1)

    def within_parents(self, sums: NDArray[np.int64]) -> NDArray[np.int64]:
        """Sums (6, summaries) whose times enclose those of what is below."""
        wide = sums.copy()
        for times in (wide[_LAST], wide[_NO_EARLIER]):
            np.maximum.at(times, self._parents, times)  # operations, into their declarations
            np.maximum.at(times, self._parents, times)  # and these, into the run
        return wide

    def present(self, sums: NDArray[np.int64]) -> tuple[int, ...]:
        """The summaries that stand for any span, and what these hang below."""
        found = set(np.flatnonzero(sums[_COUNT]).tolist())
        for _ in ("declarations", "the run"):
            found |= set(self._parents[list(found)].tolist())
        return tuple(sorted(found))


@dataclass(slots=True, eq=False)
class Tree:
    """The summaries of the runs of one layout below one span: its trace and `parent`, as bytes.

    `has_gaps`: of some of its runs it has not all rows, so that of some rows it may have none.
    """

    summaries: Summaries
    trace_id: bytes
    parent: bytes
    flags: int
    remote: bool
    tracestate: str
    sums: NDArray[np.int64]
    has_gaps: bool = False

    def add(self, sums: NDArray[np.int64]) -> None:
        """Add the sums of some runs: (6, summaries)."""
        self.sums[_ADDED] += sums[_ADDED]
        greatest = self.sums[_GREATEST]
        np.maximum(greatest, sums[_GREATEST], out=greatest)

    @property
    def span_count(self) -> int:
        """How many spans it is."""
        return len(self.summaries.present(self.sums))


def new_tree(block: Block, run: int, summaries: Summaries, below: bytes) -> Tree:
    """A tree without runs yet, in the trace of a run and below the span with the id `below`."""
    return Tree(
        summaries,
        block.trace_ids[run].tobytes(),
        below,
        int(block.flags[run]),
        bool(block.remote[run]),
        block.tracestates[run] if block.tracestates else "",
        np.repeat(_NOTHING, len(summaries.tree.rows), axis=1),
    )


def tree_blocks(trees: Sequence[Tree], identity: Identity) -> Iterator[Block]:
    """Trees as blocks, those of one layout together, each of them with ids of its own."""
    together = defaultdict[tuple[Layout, int], list[Tree]](list)
    for number, tree in enumerate(trees, 1):
        together[tree.summaries.tree, number if tree.has_gaps else 0].append(tree)
    for (layout, _), alike in together.items():
        most = runs_per_block(layout)
        for first in range(0, len(alike), most):
            yield _tree_block(alike[first : first + most], identity)


def _tree_block(trees: Sequence[Tree], identity: Identity) -> Block:
    """Trees of one layout as one block; one with gaps is alone."""
    summaries, count = trees[0].summaries, len(trees)
    sums, only = np.stack([tree.sums for tree in trees]), None
    if trees[0].has_gaps:
        sums, only = summaries.within_parents(sums[0])[None], summaries.present(sums[0])
    states = tuple([tree.tracestate for tree in trees])
    ids = b"".join([tree.trace_id for tree in trees]), b"".join([tree.parent for tree in trees])
    return Block(
        layout=summaries.tree,
        process=THIS_PROCESS.id,
        resource=identity.resource,
        readings=_times(sums),
        sizes=np.empty((count, 0), np.int64),
        trace_ids=np.frombuffer(ids[0], np.uint8).reshape(count, 16),
        prefixes=prefixes(summaries.tree, count, identity.id_generator),
        parents=np.frombuffer(ids[1], np.uint8).reshape(count, 8),
        flags=np.array([tree.flags for tree in trees], np.uint8),
        remote=np.array([tree.remote for tree in trees]),
        sampled=np.ones(count, np.bool_),
        numbers=np.zeros(count, np.uint32),
        tracestates=states if any(states) else None,
        limits=identity.limits,
        sums=_said(sums),
        only=only,
    )


def in_part(block: Block, summaries: Summaries, id_generator: IdGenerator) -> Block:
    """The runs of a block, with summaries in place of their operations.

    Their own spans and those of their declarations have the ids that they had; so summaries begin
    with the next 65,536 numbers, which have a prefix of their own.
    """
    sums, layout = summaries.sums(block, range(len(block))), summaries.in_part
    own = (layout.declaration_rows.stop - 1 >> 16) + 1
    fresh = prefixes(layout, len(block), id_generator)[:, own:]
    return replace(
        block,
        layout=layout,
        readings=_times(sums),
        sizes=block.sizes[:, :0],
        prefixes=np.concatenate((block.prefixes[:, :own], fresh), axis=1),
        sums=_said(sums),
    )


def _times(sums: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sums as readings: two a summary, of its start and its end."""
    return np.stack((-sums[:, _NO_EARLIER], sums[:, _LAST]), axis=2).reshape(len(sums), -1)


def _said(sums: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sums as blocks have them; nothing is shorter or longer where there is nothing."""
    said = (sums[:, _COUNT], sums[:, _TOTAL], -sums[:, _NO_SHORTER], sums[:, _LONGEST])
    columns = np.stack(said, axis=2)
    columns[sums[:, _COUNT] == 0] = 0
    return columns


def _layout(layout: Layout, rows: Sequence[Row]) -> Layout:
    """The layout of summaries: each row has two readings."""
    count = len(rows)
    none = range(count, count)
    return replace(layout, rows=tuple(rows), operation_rows=none, readings=2 * count, axes=())


def _rows_in_part(layout: Layout, firsts: Sequence[Row]) -> list[Row]:
    """The run and its declarations as they are, and below these the summaries of operations."""
    run, declared = layout.rows[0], layout.declaration_rows.stop
    next_prefix = (declared - 1 >> 16) + 1 << 16
    named = row("vm_run", run.name, None, (0, 1), run.facts, number=0, table=RUN_IN_PART)
    below = layout.declaration_rows
    return [
        named,
        *[replace(layout.rows[at], start=2 * at, end=2 * at + 1) for at in below],
        *[
            _summary(next_prefix + at - declared, at, firsts[at])
            for at in range(declared, len(firsts))
        ],
    ]


def _summary(number: int, at: int, first: Row) -> Row:
    """The row of a summary, made of the first of those that it stands for."""
    operation = first.facts.operation
    name = first.name if operation is None else operation.opcode.name
    if operation is not None and operation.function:
        name = f"{name} {operation.function}"
    return row(
        first.event,
        f"{name} (folded)",
        first.parent,
        (2 * at, 2 * at + 1),
        first.facts,
        number=number,
        table=SUMMARIES[first.event],
        summary=at,
    )


def _key(number: int, each: Row) -> Hashable:
    """What rows have in common that one summary stands for: a run or declaration is alone."""
    operation = each.facts.operation
    if operation is None:
        return number
    return each.parent, operation.opcode.name, operation.function
