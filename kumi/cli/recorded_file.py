"""Where the profile that a command records goes, and how it ended there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kumi.profiles.event_line import read_line

if TYPE_CHECKING:
    from kumi.profiles.event_line import Event

BLOCK_MS: Final = "KUMI_PROFILE_BLOCK_MS"
WHOLE_PROFILE: Final = "10000"
"""Milliseconds that a run may wait for room where a whole profile matters more than the pace."""
_END_OF_FILE: Final = 1 << 16  # bytes; it takes a few hundred


def filled_in(output: str, service: str = "unknown_service") -> str:
    """The path that `-o` means: `{pid}`, `{host}` and `{service}` are filled in."""
    from kumi_exporters.eventfile.open_modes import fill_in  # noqa: PLC0415 - the SDK is slow to import

    return fill_in(output, os.environ.get("OTEL_SERVICE_NAME", service))


def is_stream(path: str) -> bool:
    """Whether it is a pipe or a device, from which nothing that was written can be read back."""
    from kumi_exporters.eventfile import open_modes  # noqa: PLC0415 - it imports the SDK

    try:
        return open_modes.is_stream(path)
    except OSError:
        return False  # opening it raises the same error, and that one is shown


def profile_end(path: str) -> Event | None:
    """The counts of the process that ended the profile; None where it has no end."""
    with Path(path).open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - _END_OF_FILE))
        *_, last = file.read().splitlines() or [b""]
    found = read_line(last)
    return found.event if found.kind == "profile_end" else None
