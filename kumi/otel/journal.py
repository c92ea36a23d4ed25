"""The journal: this process's part of the event file, from its first line to its last."""

from __future__ import annotations

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

    def renew(self) -> None:
        """A forked child writes its own first line, and describes its programs itself."""
        self._blocks.renew()
        self._started = False

    def start(self) -> bool:
        """Write the first line. False where the file is somebody else's, and stays as it is."""
        if not self._started:
            first = about.process(self._settings, self._resource())
            self._started = self._write(first)
        return "file_foreign" not in self._file.dropped

    def block(self, block: Block) -> None:
        """Write the lines of a block's runs."""
        self.start()
        self._counts.wrote(self._blocks.write(block))

    def events(self, noted: Sequence[Event]) -> None:
        """Write events that are no spans of runs."""
        self.start()
        self._file.write(b"".join(events.line(event) for event in noted), len(noted))

    def is_free(self, seconds: float) -> bool:
        """Whether a write need not wait for anybody else longer than `seconds`."""
        return self._file.is_free(seconds)

    def hurry(self, seconds: float) -> None:
        """Wait for nobody else at the file once `seconds` have passed."""
        self._file.hurry(seconds)

    def close(self) -> None:
        """Write the last line, and let go of the file."""
        dropped = self._counts.dropped + self._file.dropped
        end = about.ending(self._counts, dropped)
        if self._started or dropped:
            self._file.write(events.line(end), 1, last=True)
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
