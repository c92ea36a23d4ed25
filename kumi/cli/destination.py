"""Where the profile that a command records goes."""

from __future__ import annotations

import os


def filled_in(output: str, service: str = "unknown_service") -> str:
    """The path that `-o` means: `{pid}`, `{host}` and `{service}` are filled in."""
    from kumi_exporters.opening import fill_in  # noqa: PLC0415 - the SDK is slow to import

    return fill_in(output, os.environ.get("OTEL_SERVICE_NAME", service))


def is_stream(path: str) -> bool:
    """Whether it is a pipe or a device, from which nothing that was written can be read back."""
    from kumi_exporters import opening  # noqa: PLC0415 - as above

    try:
        return opening.is_stream(path)
    except OSError:
        return False  # whoever opens it says what is the matter
