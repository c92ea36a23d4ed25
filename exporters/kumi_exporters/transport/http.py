"""OTLP over HTTP."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

import requests
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from kumi_exporters.transport.answer import Answer, taken

if TYPE_CHECKING:
    from kumi_exporters.transport.destination import Destination

_RETRY = {429, 502, 503, 504}
_LEVEL = 1  # a third of the time of level 9, for 10 % more bytes


class HttpTransport:
    """A session of POST requests."""

    def __init__(self, to: Destination) -> None:
        self._to = to
        self._session = requests.Session()
        self._session.headers.update(to.headers | {"Content-Type": "application/x-protobuf"})
        if to.compression != "none":
            self._session.headers["Content-Encoding"] = to.compression
        self._session.verify = to.certificate or True
        if to.client_certificate and to.client_key:
            self._session.cert = (to.client_certificate, to.client_key)
        else:
            self._session.cert = to.client_certificate

    def send(self, message: bytes, timeout: float) -> Answer:
        """POST one message."""
        try:
            response = self._session.post(
                self._to.endpoint, self._compressed(message), timeout=timeout, allow_redirects=False
            )
        except (requests.ConnectionError, requests.Timeout) as error:
            return Answer(taken=False, reason=_short(error), can_retry=True)
        except requests.RequestException as error:
            return Answer(taken=False, reason=_short(error))
        return _answer(response)

    def close(self) -> None:
        """Close the session's connections."""
        self._session.close()

    def _compressed(self, message: bytes) -> bytes:
        if self._to.compression == "gzip":
            return gzip.compress(message, _LEVEL)
        if self._to.compression == "deflate":
            return zlib.compress(message, _LEVEL)
        return message


def _answer(response: requests.Response) -> Answer:
    if not response.ok:
        return Answer(
            taken=False,
            reason=f"{response.status_code} {response.reason}",
            can_retry=response.status_code in _RETRY,
            retry_after=_seconds(response.headers.get("Retry-After", "")),
        )
    try:
        return taken(ExportTraceServiceResponse.FromString(response.content))
    except DecodeError:  # some receivers answer in JSON, or with a page
        return Answer(taken=True)


def _seconds(text: str) -> float | None:
    """`Retry-After`, where it is a number; a date is left to the backoff."""
    return float(text) if text.strip().isdecimal() else None


def _short(error: Exception) -> str:
    return str(error.args[0] if error.args else error)
