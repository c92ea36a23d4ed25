"""What became of the lines of a replay, counted."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kumi.profiles.counted_lines import LineCounts

if TYPE_CHECKING:
    from kumi.profiles.event_line import EventLine
    from kumi.spans.layout import Layout


class LineTally:
    """Lines by their event; `incomplete` are those of spans that lack ids or times."""

    def __init__(self) -> None:
        self.incomplete = 0
        self._kinds: Counter[str | None] = Counter()
        self._first_malformed: tuple[str, int] | None = None

    @property
    def counts(self) -> LineCounts:
        """How the lines that were read so far divide."""
        return LineCounts.of(self._kinds, self._first_malformed)

    def take(self, found: EventLine, file: str, number: int) -> None:
        """Count a line."""
        self._kinds[found.kind] += 1
        if found.kind is None:
            first = self._first_malformed
            if first is None or (first[0] == file and number < first[1]):
                self._first_malformed = file, number

    def take_runs(self, layout: Layout, runs: int) -> None:
        """Count the lines of whole runs."""
        self._kinds["vm_run"] += runs
        self._kinds["vm_declaration"] += runs * len(layout.declaration_rows)
        self._kinds["vm_operation"] += runs * len(layout.operation_rows)
