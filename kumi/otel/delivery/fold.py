"""Folding: what traces get of runs, where a trace would be too large for those who read it.

Backends refuse large traces, or choke on them, and what they refuse nobody sees. So a trace has a
budget. While it lasts runs are sent whole; a run that is too large by itself is sent with summaries
in place of its operations; and all other runs are added to trees of summaries, one for each
caller's span and program, sent later. Nothing of that is lost: what a trace gets has the sums of
what it would have got, to the nanosecond. With a budget of 20 spans, and a request that runs a
program of 6 spans five times:

    runs 1 to 3     18 spans are sent
    runs 4 and 5    no room for 6 more: 12 spans are folded into a tree of 5 summaries
    at a flush      the tree is sent; a run after it begins another one

Of a run that failed, the run, the declaration and the operation are sent as they are, always; the
rest of it is folded.

Trees are sent at a flush and at the end; when a trace is not remembered any more; and when 1, 2, 4,
8, … seconds have passed since its first run was folded. So a trace of an hour has a dozen trees of
a program and caller at most, and what is folded a minute after it began is seen within a minute.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import inf
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from kumi.otel.delivery.budgets import TREE_BYTES, Budgets
from kumi.spans.block import only_runs, span_ids
from kumi.spans.failed import failed_rows
from kumi.spans.folded import Summaries, in_part, new_tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from opentelemetry.sdk.trace.id_generator import IdGenerator

    from kumi.spans.block import Block
    from kumi.spans.failed import Failure
    from kumi.spans.folded import Tree
    from kumi.spans.layout import Layout

_NO_PARENT = bytes(8)


class Folded(NamedTuple):
    """What traces get of a block now, and how many of its `spans` are in summaries instead.

    `runs` are those of which nothing else is sent. `lost` spans could not be made.
    """

    blocks: list[Block]
    spans: int = 0
    runs: Sequence[int] = ()
    lost: int = 0


@dataclass(slots=True, eq=False)
class _FoldingTrace:
    """A trace in which some runs are folded: since when, and how many bytes of trees it may have.

    `due` is when its trees are to be sent: never, where there are none.
    """

    began: float
    room: int = TREE_BYTES
    due: float = inf
    trees: dict[tuple[bytes, Layout], Tree] = field(default_factory=dict)

    def keep(self, key: tuple[bytes, Layout], tree: Tree, now: float) -> Tree:
        """A tree that is sent when 1, 2, 4, … seconds have passed: at the next of these."""
        self.trees[key] = tree
        if self.due == inf:
            self.due = self.began + (1 << int(now - self.began).bit_length())
        return tree

    def take(self) -> Iterable[Tree]:
        """The trees, which are about to be sent."""
        trees, self.trees, self.due = self.trees, {}, inf
        return trees.values()


class Fold:
    """Folds what is too much for a trace of `most_spans` spans of ours, or 4 MB of them encoded.

    `in_hand` are the trees that are about to be sent: who has sent them clears it. Times are
    readings of one clock, in seconds. Used on the owner's thread, but for `waiting`.
    """

    def __init__(self, most_spans: int) -> None:
        self.in_hand: list[Tree] = []
        self._budgets = Budgets(most_spans)
        self._traces: dict[bytes, _FoldingTrace] = {}
        self._summaries: WeakKeyDictionary[Layout, Summaries] = WeakKeyDictionary()

    def fold(self, block: Block, id_generator: IdGenerator, now: float) -> Folded:
        """What traces get of the runs of a block, all of which are sampled."""
        cost = self._budgets.cost(block)
        lacking = self._lacking(block, cost)
        if not lacking:
            return Folded([block])
        if block.failure is not None:
            return self._failed(block, block.failure, now)
        partly = self._partly(block, lacking) if cost > self._budgets.whole else set()
        rest = [run for runs in lacking.values() for run in runs if run not in partly]
        return self._divided(block, partly, rest, id_generator, now)

    def waiting(self) -> int:
        """How many summaries are still to be sent; on any thread."""
        held = [
            tree for trace in list(self._traces.values()) for tree in list(trace.trees.values())
        ]
        return sum(tree.span_count for tree in [*held, *self.in_hand])

    def due(self, now: float) -> list[Tree]:
        """The trees that are to be sent now; all there are, at infinity. They are `in_hand`."""
        for trace in self._budgets.forgotten():
            if trace in self._traces:
                self.in_hand += self._traces.pop(trace).take()
        for folding in self._traces.values():
            if folding.due <= now:
                self.in_hand += folding.take()
        return self.in_hand

    def seconds_left(self, now: float) -> float | None:
        """Until the next trees are due; None where there are none."""
        due = min((folding.due for folding in self._traces.values()), default=inf)
        return None if due == inf else max(0.0, due - now)

    # Which runs go how.

    def _lacking(self, block: Block, cost: int) -> dict[bytes, list[int]]:
        """The runs for which their traces have no budget; the others take theirs.

        A run without a caller has a trace for itself, of which nothing needs to be remembered.
        """
        lacking: dict[bytes, list[int]] = {}
        if cost <= self._budgets.whole and _are_roots(block):
            return lacking
        traces = _rows(block.trace_ids)
        for run in self._budgets.lacking(traces, cost):
            lacking.setdefault(traces[run], []).append(run)
        return lacking

    def _partly(self, block: Block, lacking: dict[bytes, list[int]]) -> set[int]:
        """Those that are sent in part, of runs that are too large by themselves.

        A trace that has nothing yet gets one, however many declarations it has.
        """
        cost, partly = self._budgets.cost(block, self._summaries_of(block).in_part), set[int]()
        for trace, runs in lacking.items():
            fit = self._budgets.take(trace, cost, len(runs))
            if not fit and not self._budgets.spent(trace):
                self._budgets.overdraw(trace, cost)
                fit = 1
            partly.update(runs[:fit])
        return partly

    def _divided(
        self, block: Block, partly: set[int], rest: Sequence[int], ids: IdGenerator, now: float
    ) -> Folded:
        """Runs that go whole, those that go in part, and the `rest`, which is folded."""
        whole = sorted(set(range(len(block))).difference(partly, rest))
        sent = [only_runs(block, whole)] if whole else []
        if partly:
            runs = only_runs(block, sorted(partly))
            has_operations = bool(block.layout.operation_rows)
            sent.append(in_part(runs, self._summaries_of(block), ids) if has_operations else runs)
        if rest:
            self._add(only_runs(block, rest), now)
        operations, all_rows = len(block.layout.operation_rows), len(block.layout.rows)
        return Folded(sent, len(partly) * operations + len(rest) * all_rows, rest)

    # Trees.

    def _add(self, runs: Block, now: float) -> None:
        """Add whole runs to the trees of their callers."""
        callers = _rows(np.concatenate((runs.trace_ids, runs.parents), axis=1))
        firsts = [at for at, key in enumerate(callers) if not at or key != callers[at - 1]]
        sums = self._summaries_of(runs).sums(runs, firsts)
        for first, some in zip(firsts, sums, strict=True):
            self._tree(runs, first, runs.parents[first].tobytes(), now).add(some)

    def _failed(self, block: Block, failure: Failure, now: float) -> Folded:
        """A failed run: what failed is sent, the rest is added to a tree.

        That lies below the run's caller; one that has none is its own.
        """
        only = tuple(sorted(failed_rows(block.layout, failure)))
        rest = [number for number in block.rows if number not in only]
        if not rest:
            return Folded([block])
        caller = (
            block.parents[0].tobytes() if block.parents.any() else span_ids(block)[0, 0].tobytes()
        )
        tree = self._tree(block, 0, caller, now)
        tree.add(self._summaries_of(block).sums(block, [0], rest)[0])
        tree.has_gaps = True
        return Folded([replace(block, only=only)], len(rest))

    def _tree(self, block: Block, run: int, caller: bytes, now: float) -> Tree:
        """The tree of a run's trace, caller and program.

        Where the trees of a trace would be too many, since each run has a caller of its own, all
        further runs of a program go into one, below the first of their callers.
        """
        trace = block.trace_ids[run].tobytes()
        folding = self._traces.setdefault(trace, _FoldingTrace(now))
        summaries = self._summaries_of(block)
        key = caller, summaries.tree
        if key not in folding.trees:
            size = self._budgets.size(block, summaries.tree)
            folding.room -= size
            if folding.room < 0:
                folding.room += size
                key = b"", summaries.tree
        tree = folding.trees.get(key)
        return tree or folding.keep(key, new_tree(block, run, summaries, caller), now)

    def _summaries_of(self, block: Block) -> Summaries:
        summaries = self._summaries.get(block.layout)
        if summaries is None:
            summaries = self._summaries[block.layout] = Summaries(block.layout)
        return summaries


def _are_roots(block: Block) -> bool:
    """Whether no run of a block has a caller; most often the first one tells."""
    if block.parents[0].tobytes() != _NO_PARENT:
        return False
    return block.parents.tobytes() == _NO_PARENT * len(block)


def _rows(columns: NDArray[np.uint8]) -> list[bytes]:
    """The bytes of each row."""
    rows: list[bytes] = columns.view(f"V{columns.shape[1]}")[:, 0].tolist()
    return rows
