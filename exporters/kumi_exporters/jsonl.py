"""Spans as JSON Lines: an exporter for any tracer provider, and the profile's own writer.

The entry point `kumi_jsonl` loads this, and whoever loads one need not build it: what is heavy is
imported by an exporter that is being built.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from typing_extensions import override

from kumi import forks
from kumi.spans.json_lines import line
from kumi.spans.ordinary import ordinary_span

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from opentelemetry.sdk.trace import ReadableSpan

    from kumi.spans.block import Block
    from kumi_exporters.eventfile.event_file import EventFile

_DEFAULT = "kumi-spans.jsonl"
_log = logging.getLogger("kumi.otel")


def prepare() -> None:
    """Import what an exporter needs."""
    from kumi_exporters import blocks  # noqa: F401, PLC0415 - NumPy, not before it is needed
    from kumi_exporters.eventfile import event_file  # noqa: F401, PLC0415 - the same


class JsonlSpanExporter(SpanExporter):
    """Writes spans to an event file: `span` lines, and blocks of Kumi's as their own events.

    Built bare it writes to KUMI_PROFILE_FILE, else to `kumi-spans.jsonl`. The first block of a
    program in a process is preceded by its `program` event. Never raises; what could not be written
    is FAILURE, and counted in `file.dropped`. A trace is never too large for a file, as
    `takes_any_size` says.
    """

    takes_any_size = True

    def __init__(
        self, path: str | os.PathLike[str] | None = None, *, file: EventFile | None = None
    ) -> None:
        from kumi_exporters import blocks  # noqa: PLC0415 - NumPy, not before it is needed
        from kumi_exporters.eventfile import event_file  # noqa: PLC0415 - the same

        if file is None:
            of = event_file.EventFile
            file = of.from_environment(_DEFAULT) if path is None else of(path)
        self.file = file
        self._holds_profile = event_file.holds_profile
        self._blocks = blocks.BlockWriter(file)
        self._shut_down = False
        self.forked()
        forks.tell(self)

    def forked(self) -> None:
        """Begin anew in a child: it says itself what the programs are."""
        self._lock = threading.Lock()
        self._blocks.renew()

    @override
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Write `span` lines."""
        try:
            lines = [line(ordinary_span(span)) for span in spans]
        except Exception:  # noqa: BLE001 - an exporter never raises
            _log.exception("some spans cannot be written as JSON")
            return SpanExportResult.FAILURE
        return self._write(b"".join(lines), len(lines))

    def export_blocks(self, blocks: Sequence[Block]) -> int:
        """Write the events of blocks; how many of their spans are in the file now.

        Nothing is written where the profile itself writes them to this file.
        """
        if self._holds_profile(self.file.path):
            return sum(block.span_count for block in blocks)
        if self._shut_down:
            return 0
        try:
            with self._lock:
                return self._blocks.write(blocks, self.file.ready())
        except Exception:  # noqa: BLE001 - an exporter never raises
            _log.exception("blocks of spans cannot be written")
            return 0

    @override
    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Nothing is held back: a line is in the file when `export` returns."""
        return True

    @override
    def shutdown(self) -> None:
        """Let go of the file; what still comes is not written."""
        self._shut_down = True
        self.file.close()

    def _write(self, lines: bytes | memoryview, count: int) -> SpanExportResult:
        if self._shut_down:
            return SpanExportResult.FAILURE
        self.file.ready()
        is_written = self.file.write(lines, count) == count
        return SpanExportResult.SUCCESS if is_written else SpanExportResult.FAILURE
