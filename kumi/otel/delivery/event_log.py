"""The event log: this process's part of the event file, from its first line to its last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.otel.delivery import process_events
from kumi.spans.json_lines import line
from kumi_exporters.blocks import BlockWriter
from kumi_exporters.eventfile.event_file import EventFile

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Sequence

    from opentelemetry.sdk.resources import Resource

    from kumi.otel.delivery.counts import Counts
    from kumi.otel.settings import Settings
    from kumi.spans.block import Block
    from kumi.spans.events import Event


class EventLog:
    """Writes blocks and events, each program's description before its first block.

    Only the owner uses it, but for `force` and `hurry`. What the file refuses is counted there,
    never raised. A file that is begun anew (it was moved, deleted or emptied) gets the first line
    and the descriptions again: `_begun` is the number of the opening that has them.
    """

    def __init__(
        self, file: EventFile, settings: Settings, resource: Callable[[], Resource], counts: Counts
    ) -> None:
        self._file = file
        self._settings = settings
        self._resource = resource
        self._counts = counts
        self._blocks = BlockWriter(file)
        self._begun = 0
        self._ended: Event = {}
        self._has_told_of_loss = False

    @property
    def dropped(self) -> Counter[str]:
        """What is not in the file, by reason."""
        return self._file.dropped

    def start(self) -> bool:
        """Write the first line. False where the file is somebody else's, and stays as it is."""
        if not self._begin():
            self._say_first()  # which says why not
        return not self._file.is_foreign

    def blocks(self, blocks: Sequence[Block]) -> None:
        """Write the lines of the blocks' runs."""
        self._ended = {}
        self._counts.written += self._blocks.write(blocks, self._begin())

    def events(self, told: Sequence[Event]) -> None:
        """Write events that are no spans of runs; those that are lost count as spans that are."""
        self._ended = {}
        self._begin()
        lines = b"".join(map(line, told))
        self._counts.recorded += len(told) - self._file.write(lines, len(told))

    def pauses(self, told: Sequence[Event]) -> None:
        """Write what is no span at all, and not counted; not where spans have found no room.

        What room there is then is kept for the last line.
        """
        if not self._file.dropped:
            self._ended = {}
            self._begin()
            self._file.say(b"".join(map(line, told)))

    def tell_of_loss(self, last: Callable[[], Event]) -> None:
        """Say at the first loss that there are losses: at the end there may be no room to."""
        if self._file.dropped and not self._has_told_of_loss:
            self._has_told_of_loss = True
            self.end(last())

    def end(self, last: Event) -> None:
        """Write the last line, unless the same stands there already.

        More runs may follow it, and then another last line: the last one counts.
        """
        said = {key: value for key, value in last.items() if key != "timestamp"}
        if said != self._ended and (self._begun or last["dropped"]):
            is_written = self._file.say(line(last), last=True)
            self._ended = said if is_written else {}

    def force(self, last: Event) -> None:
        """Write the last line from any thread, also while the owner is stuck in a write."""
        self._file.force(line(last))

    def hurry(self, seconds: float) -> None:
        """Wait for nobody else at the file once `seconds` have passed."""
        self._file.hurry(seconds)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _begin(self) -> int:
        """Write the first line where this opening of the file does not have it; give its number."""
        opening = self._file.ready()
        if opening not in {0, self._begun} and self._say_first():
            self._begun = opening
        return opening

    def _say_first(self) -> bool:
        first = process_events.start_event(self._settings, self._resource())
        return self._file.say(line(first))


def open_event_log(
    path: str, settings: Settings, resource: Callable[[], Resource], counts: Counts
) -> EventLog | None:
    """Begin the log of this process in the file at `path`; None where the file is foreign."""
    service = str(resource().attributes.get("service.name", ""))
    file = EventFile(
        path,
        persistent=settings.persistent,
        truncate=settings.truncate,
        max_bytes=settings.max_bytes,
        service=service,
    )
    file.hold_profile()
    log = EventLog(file, settings, resource, counts)
    return log if log.start() else None
