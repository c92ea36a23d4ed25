"""Certificates: the files of a destination, and what is said of a receiver's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kumi_exporters.transport.variables import said

if TYPE_CHECKING:
    from kumi_exporters.transport.destination import Destination


def unreadable(to: Destination) -> str:
    """Why a certificate's file cannot be read, and which variable names it; else nothing."""
    files = {
        "CERTIFICATE": to.certificate,
        "CLIENT_CERTIFICATE": to.client_certificate,
        "CLIENT_KEY": to.client_key,
    }
    for what, path in files.items():
        try:
            content(path)
        except OSError as error:
            named = f"{said(what).name}={path}"
            return f"{named} cannot be read ({error.strerror}); a PEM file is expected"
    return ""


def content(path: str | None) -> bytes | None:
    """What is in a file, where there is one. Raises `OSError`."""
    return Path(path).read_bytes() if path else None


def untrusted(why: str) -> str:
    """The reason where a receiver's certificate is none that we trust."""
    return (
        f"its certificate is not trusted ({why}); "
        "OTEL_EXPORTER_OTLP_CERTIFICATE names a PEM file with who signed it"
    )
