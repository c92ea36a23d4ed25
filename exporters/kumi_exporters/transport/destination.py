"""Where OTLP goes, as the `OTEL_EXPORTER_OTLP_*` variables say."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kumi_exporters.transport.headers import sendable
from kumi_exporters.transport.userinfo import shown
from kumi_exporters.transport.variables import Said, refuse, said

if TYPE_CHECKING:
    from kumi_exporters.transport.variables import OtlpProtocol

_log = logging.getLogger("kumi.otel")

_PORTS: dict[int, OtlpProtocol] = {4317: "grpc", 4318: "http/protobuf"}
_SPOKEN: dict[str, OtlpProtocol] = {"grpc": "grpc", "http/protobuf": "http/protobuf"}
_DEFAULT_TIMEOUT = 10.0
_PATH = "v1/traces"
_NOTHING_SENT = "no spans are sent there"
_GRPC_NAME = re.compile(r"[a-z][a-z0-9+.-]*:(?![0-9]+$)")  # unix:, dns:, ipv4:; not localhost:4317


@dataclass(frozen=True, slots=True)
class Destination:
    """An OTLP endpoint and how to talk to it. `timeout` is in seconds, retries included.

    `wrong` says why nothing can be sent there; it is empty for an endpoint that can be.
    """

    endpoint: str
    protocol: OtlpProtocol
    headers: dict[str, str]
    timeout: float
    compression: str
    insecure: bool
    certificate: str | None
    client_certificate: str | None
    client_key: str | None
    wrong: str = ""

    @property
    def shown(self) -> str:
        """The endpoint as it may be shown: without the name and password that may stand in it."""
        return shown(self.endpoint)


def chosen_protocol() -> OtlpProtocol:
    """The protocol that an exporter made of the variables alone will speak; says nothing."""
    return _spoken(said("ENDPOINT", general=False).value or said("ENDPOINT").value)


def from_environment(
    *,
    endpoint: str | None = None,
    protocol: OtlpProtocol | None = None,
    headers: dict[str, str] | None = None,
    timeout: float | None = None,
) -> Destination:
    """What the variables say, where the arguments say nothing. Never raises: it warns."""
    base, whole = said("ENDPOINT", traces=False), said("ENDPOINT", general=False)
    given = Said("endpoint", endpoint) if endpoint else whole if whole.value else base
    spoken = protocol or _protocol(given.value)
    return Destination(
        endpoint=endpoint or whole.value or _default_endpoint(base.value, spoken),
        protocol=spoken,
        headers=sendable(headers, spoken),
        timeout=_timeout() if timeout is None else timeout,
        compression=_compression(),
        insecure=said("INSECURE").value.lower() == "true",
        certificate=said("CERTIFICATE").value or None,
        client_certificate=said("CLIENT_CERTIFICATE").value or None,
        client_key=said("CLIENT_KEY").value or None,
        wrong=_wrong(given, spoken) if given.value else "",
    )


def _default_endpoint(base: str, protocol: OtlpProtocol) -> str:
    if protocol == "grpc":
        return base or "http://localhost:4317"
    return f"{(base or 'http://localhost:4318').removesuffix('/')}/{_PATH}"


def _spoken(endpoint: str) -> OtlpProtocol:
    """The protocol that is said; else gRPC on its port, and HTTP everywhere else."""
    by_port: OtlpProtocol = _PORTS.get(_port(endpoint), "http/protobuf")
    return _SPOKEN.get(said("PROTOCOL").value.lower(), by_port)


def _protocol(endpoint: str) -> OtlpProtocol:
    """The protocol as `_spoken` finds it; warns of one that is unknown, or unusual for the port."""
    variable, spoken = said("PROTOCOL"), _spoken(endpoint)
    by_port = _PORTS.get(_port(endpoint))
    if variable.value and variable.value.lower() not in _SPOKEN:
        refuse(variable, "grpc or http/protobuf", f"using {spoken}")
    elif by_port not in {None, spoken}:
        _log.warning(
            "OTLP over %s to %s, a port that usually speaks %s", spoken, shown(endpoint), by_port
        )
    return spoken


def _port(endpoint: str) -> int:
    try:
        return urlsplit(endpoint if "//" in endpoint else f"//{endpoint}").port or 0
    except ValueError:
        return 0


def _wrong(given: Said, protocol: OtlpProtocol) -> str:
    """Why nothing can be sent to an endpoint, after a warning; empty where something can."""
    if protocol == "http/protobuf":
        fine = _is_url(given.value)
        accepted = "http://HOST:PORT or https://HOST:PORT, the port below 65536"
    else:
        fine = _is_url(given.value) or _is_target(given.value)
        accepted = "http://HOST:PORT, https://HOST:PORT or HOST:PORT, the port below 65536"
    return "" if fine else refuse(given._replace(value=shown(given.value)), accepted, _NOTHING_SENT)


def _is_url(text: str) -> bool:
    return text.lower().startswith(("http://", "https://")) and _has_host(text)


def _is_target(text: str) -> bool:
    """Whether it is a host, or one of gRPC's own names, as unix:///run/otel.sock."""
    if "://" in text and text.lower().startswith("http"):
        return False
    return bool(_GRPC_NAME.match(text)) or _has_host(f"//{text}")


def _has_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none
        return False


def _timeout() -> float:
    variable = said("TIMEOUT")
    if not variable.value:
        return _DEFAULT_TIMEOUT
    try:
        seconds = float(variable.value)
    except ValueError:
        seconds = 0.0
    if seconds > 0 and isfinite(seconds):
        return seconds
    refuse(variable, "a number of seconds above 0", f"using {_DEFAULT_TIMEOUT:g}")
    return _DEFAULT_TIMEOUT


def _compression() -> str:
    variable = said("COMPRESSION")
    name = variable.value.lower()
    if name not in {"", "none", "gzip", "deflate"}:
        refuse(variable, "none, gzip or deflate", "using none")
        return "none"
    return name or "none"
