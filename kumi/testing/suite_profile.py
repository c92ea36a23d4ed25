"""The profile of a test suite: recorded by all that run tests, shown by the one that leads."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from kumi import otel
from kumi.profiles.read_profiles import read_breakdown
from kumi.profiles.reports.rendering import render
from kumi.profiles.reports.wording import name
from kumi.profiles.unreadable import UnreadableError
from kumi_exporters.eventfile import ownership
from kumi_exporters.eventfile.event_file import EventFile

if TYPE_CHECKING:
    import pytest

_BLOCK_MS = 10_000.0  # a whole profile matters more than the pace


class SuiteProfile:
    """Records while pytest is configured. `is_worker`: this is one of several that run tests."""

    def __init__(self, path: str, *, is_worker: bool) -> None:
        self._path, self._is_worker = path, is_worker
        self._recording = ExitStack()
        if not is_worker:  # an older profile is moved aside now, and those that we start append
            ownership.claim()
            EventFile(path).ready()
        profile = otel.profile(
            file=path, ops=True, persistent=True, traces="off", block_ms=_BLOCK_MS
        )
        self._recording.enter_context(profile)

    def pytest_sessionfinish(self) -> None:
        """Have everything in the file: a worker is not waited for after this."""
        self._recording.close()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show the summary, where all workers have ended."""
        if self._is_worker:
            return
        writer = terminalreporter.config.get_terminal_writer()
        terminalreporter.section("kumi profile")
        width = writer.fullwidth if terminalreporter.isatty else None
        terminalreporter.write(self._summary(width))

    def _summary(self, width: int | None) -> str:
        try:
            found = read_breakdown([self._path])
        except UnreadableError:
            return "No schema ran.\n"
        report = render(found, "summary", None, as_json=False, width=width, in_colour=False)
        return f"{report}\nThe profile is in {name(self._path)}\n"
