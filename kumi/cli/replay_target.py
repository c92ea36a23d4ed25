"""Where `kumi replay` sends spans: its options, and the OTEL_EXPORTER_OTLP_* variables."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import click
from typing_extensions import override

from kumi.cli.terminal import say
from kumi_exporters.transport.destination import from_environment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kumi_exporters.transport.destination import Destination
    from kumi_exporters.transport.variables import OtlpProtocol

_PATH: Final = "/v1/traces"


def target(
    endpoint: str | None, protocol: OtlpProtocol | None, headers: Sequence[str]
) -> Destination:
    """The destination that the options name, and the variables where they say nothing.

    Raises ClickException where nothing can be sent there; what is only odd is said.
    """
    given = dict(map(_header, headers)) if headers else None
    odd = _Odd()
    logging.getLogger("kumi.otel").addHandler(odd)
    try:
        to = from_environment(endpoint=endpoint, protocol=protocol, headers=given)
    finally:
        logging.getLogger("kumi.otel").removeHandler(odd)
    if to.wrong:
        raise click.ClickException(to.wrong)
    for message in odd.messages:
        say(f"warning: {message}", err=True)
    return _with_path(to) if endpoint else to


class _Odd(logging.Handler):
    """Collects what is said of odd settings."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def _header(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not key.strip() or not equals:
        raise click.BadParameter("a header is NAME=VALUE", param_hint="--header")
    return key.strip(), value.strip()


def _with_path(to: Destination) -> Destination:
    """An endpoint as people give it: over HTTP traces go to a path below it, unless it has that."""
    base = to.endpoint.rstrip("/")
    if to.protocol == "grpc" or urlsplit(base).path.endswith(_PATH):
        return to
    return replace(to, endpoint=base + _PATH)
