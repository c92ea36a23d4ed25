"""Headers that can be sent: one bad header must not cost the whole destination."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from opentelemetry.exporter.otlp.proto.common.version import __version__ as encoder_version
from opentelemetry.util.re import parse_env_headers

from kumi.version import __version__
from kumi_exporters.transport.variables import said

if TYPE_CHECKING:
    from kumi_exporters.transport.variables import OtlpProtocol

USER_AGENT = f"kumi/{__version__} OTel-OTLP-Exporter-Python/{encoder_version}"
"""How we introduce ourselves to receivers, as the specification of OTLP exporters asks."""

_log = logging.getLogger("kumi.otel")
_ACCEPTED = {
    "grpc": (re.compile(r"[0-9A-Za-z_.-]+"), re.compile(r"[ -~]*"), "printable ASCII"),
    "http/protobuf": (
        re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"),
        re.compile(r"[\t -~\x80-\xff]*"),
        "Latin-1",
    ),
}


def sendable(given: dict[str, str] | None, protocol: OtlpProtocol) -> dict[str, str]:
    """The headers given, else those of the variables, without those that the protocol forbids.

    What is left out is said by its name: values are often secrets.
    """
    whence = "headers"
    if given is None:
        variable = said("HEADERS")
        whence, given = variable.name, dict(parse_env_headers(variable.value, liberal=True))
    name, value, accepted = _ACCEPTED[protocol]
    kept = {}
    for key, text in given.items():
        if name.fullmatch(key) and value.fullmatch(text):
            kept[key] = text
        else:
            _log.warning(
                "%s: the header %s is left out: over %s a value is %s on one line",
                *(whence, key, protocol, accepted),
            )
    return kept
