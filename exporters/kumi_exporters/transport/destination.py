"""Where OTLP goes, as the `OTEL_EXPORTER_OTLP_*` variables say."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from opentelemetry.util.re import parse_env_headers

Protocol: TypeAlias = Literal["grpc", "http/protobuf"]

_log = logging.getLogger("kumi.otel")
_PORTS: dict[int, Protocol] = {4317: "grpc", 4318: "http/protobuf"}
_DEFAULT_TIMEOUT = 10.0
_PATH = "v1/traces"


@dataclass(frozen=True, slots=True)
class Destination:
    """An OTLP endpoint and how to talk to it. `timeout` is in seconds, retries included."""

    endpoint: str
    protocol: Protocol
    headers: dict[str, str]
    timeout: float
    compression: str
    insecure: bool
    certificate: str | None
    client_certificate: str | None
    client_key: str | None


def from_environment(
    *,
    endpoint: str | None = None,
    protocol: Protocol | None = None,
    headers: dict[str, str] | None = None,
    timeout: float | None = None,
) -> Destination:
    """What the variables say, where the arguments say nothing."""
    base, whole = _said("ENDPOINT", traces=False), _said("ENDPOINT", general=False)
    where = endpoint or whole or base
    spoken = protocol or _protocol(where)
    if where and "://" not in where and spoken == "http/protobuf":
        _log.warning("the OTLP endpoint %s is no URL: write http://%s", where, where)
    return Destination(
        endpoint=endpoint or whole or _default_endpoint(base, spoken),
        protocol=spoken,
        headers=_headers() if headers is None else headers,
        timeout=_timeout() if timeout is None else timeout,
        compression=_compression(),
        insecure=_said("INSECURE").lower() == "true",
        certificate=_said("CERTIFICATE") or None,
        client_certificate=_said("CLIENT_CERTIFICATE") or None,
        client_key=_said("CLIENT_KEY") or None,
    )


def _said(what: str, *, traces: bool = True, general: bool = True) -> str:
    """A variable for traces, else the one for all signals."""
    specific = os.environ.get(f"OTEL_EXPORTER_OTLP_TRACES_{what}", "") if traces else ""
    common = os.environ.get(f"OTEL_EXPORTER_OTLP_{what}", "") if general else ""
    return specific.strip() or common.strip()


def _default_endpoint(base: str, protocol: Protocol) -> str:
    if protocol == "grpc":
        return base or "http://localhost:4317"
    return f"{(base or 'http://localhost:4318').removesuffix('/')}/{_PATH}"


def _protocol(endpoint: str) -> Protocol:
    """The protocol that is said; else gRPC on its port, and HTTP everywhere else."""
    said = _said("PROTOCOL").lower()
    by_port = _PORTS.get(_port(endpoint))
    if said not in {"grpc", "http/protobuf"}:
        if said:
            _log.warning("the OTLP protocol %r is not accepted (grpc or http/protobuf)", said)
        return by_port or "http/protobuf"
    spoken: Protocol = "grpc" if said == "grpc" else "http/protobuf"
    if by_port not in {None, spoken}:
        _log.warning("OTLP over %s to %s, a port that usually speaks %s", said, endpoint, by_port)
    return spoken


def _port(endpoint: str) -> int:
    try:
        return urlsplit(endpoint if "//" in endpoint else f"//{endpoint}").port or 0
    except ValueError:
        return 0


def _headers() -> dict[str, str]:
    return dict(parse_env_headers(_said("HEADERS"), liberal=True))


def _timeout() -> float:
    said = _said("TIMEOUT")
    try:
        return float(said) if said else _DEFAULT_TIMEOUT
    except ValueError:
        _log.warning(
            "the OTLP timeout %r is no number of seconds; using %g", said, _DEFAULT_TIMEOUT
        )
        return _DEFAULT_TIMEOUT


def _compression() -> str:
    said = _said("COMPRESSION").lower()
    if said not in {"", "none", "gzip", "deflate"}:
        _log.warning("the OTLP compression %r is not accepted (none, gzip or deflate)", said)
        return "none"
    return said or "none"
