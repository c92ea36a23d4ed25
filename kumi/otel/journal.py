"""The journal: this process's part of the event file, from its first line to its last."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kumi.otel import about
from kumi.spans import events
from kumi_exporters.blocks import BlockWriter
from kumi_exporters.files import EventFile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opentelemetry.sdk.resources import Resource

    from kumi.otel.counts import Counts
    from kumi.otel.settings import Settings
    from kumi.spans.block import Block
    from kumi.spans.events import Event


class Journal:
    """Writes blocks and events, each program's description before its first block.

    Only one thread at a time may use it. What the file refuses is counted there, never raised.
    """

    def __init__(
        self, file: EventFile, settings: Settings, resource: Callable[[], Resource], counts: Counts
    ) -> None:
        self._file = file
        self._settings = settings
        self._resource = resource
        self._counts = counts
        self._blocks = BlockWriter(file)
        self._started = False
        self._dropped: Counter[str] = Counter()
        self._said: Event = {}

    @property
    def dropped(self) -> Counter[str]:
        """Spans of blocks that are not in the file, by reason."""
        return self._dropped

    def start(self) -> bool:
        """Write the first line. False where the file is somebody else's, and stays as it is."""
        if not self._started:
            first = about.process(self._settings, self._resource())
            self._started = self._write(first)
        return "file_foreign" not in self._file.dropped

    def blocks(self, blocks: Sequence[Block]) -> None:
        """Write the lines of the blocks' runs; counts what of them is in the file, and what not."""
        self._said = {}
        self.start()
        for block in blocks:
            before = Counter(self._file.dropped)
            written = self._blocks.write(block)
            self._counts.written += written
            if written < block.span_count:
                (reason, *_) = self._file.dropped - before
                self._dropped[reason] += block.span_count - written

    def events(self, noted: Sequence[Event]) -> None:
        """Write events that are no spans of runs."""
        self._said = {}
        self.start()
        self._file.write(b"".join(events.line(event) for event in noted), len(noted))

    def hurry(self, seconds: float) -> None:
        """Wait for nobody else at the file once `seconds` have passed."""
        self._file.hurry(seconds)

    def end(self, last: Event) -> None:
        """Write the last line, unless it stands there; there may be more, and another last one."""
        said = {key: value for key, value in last.items() if key != "timestamp"}
        if (self._started or self._dropped) and said != self._said:
            self._file.write(events.line(last), 1, last=True)
            self._said = said

    def force(self, last: Event) -> None:
        """The same on another thread, while the owner is stuck."""
        self._file.write(events.line(last), 1, last=True)

    def abandon(self) -> None:
        """In a forked child: the descriptor is the parent's."""

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _write(self, event: Event) -> bool:
        return self._file.write(events.line(event), 1) == 1


def journal_of(
    path: str, settings: Settings, resource: Callable[[], Resource], counts: Counts
) -> Journal | None:
    """The journal of this process in the file at `path`, begun; None where the file is foreign."""
    service = str(resource().attributes.get("service.name", ""))
    file = EventFile(
        path,
        persistent=settings.persistent,
        truncate=settings.truncate,
        max_bytes=settings.max_bytes,
        service=service,
    )
    file.hold_profile()
    journal = Journal(file, settings, resource, counts)
    return journal if journal.start() else None
