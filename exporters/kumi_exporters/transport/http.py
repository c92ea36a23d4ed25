"""OTLP over HTTP."""

from __future__ import annotations

# Imported by `requests` and `netrc` when they are first needed: a child forked amid an import in
# another thread never gets the module.
import encodings.idna
import encodings.punycode  # noqa: F401
import gzip
import netrc  # noqa: F401 - imported early, for children that are forked
import zlib
from typing import TYPE_CHECKING

import requests
from urllib3.exceptions import HTTPError

from kumi_exporters.transport.answer import Answer
from kumi_exporters.transport.certificates import unreadable
from kumi_exporters.transport.headers import USER_AGENT
from kumi_exporters.transport.http_answers import answered, failed

if TYPE_CHECKING:
    from kumi_exporters.transport.destination import Destination

_LEVEL = 1  # a third of the time of level 9, for 10 % more bytes


class HttpTransport:
    """A session of POST requests."""

    def __init__(self, to: Destination) -> None:
        self._to = to
        self._session = requests.Session()
        self._session.headers["User-Agent"] = USER_AGENT  # unless the user's headers have one
        self._session.headers.update(to.headers)
        self._session.headers["Content-Type"] = "application/x-protobuf"
        if to.compression != "none":
            self._session.headers["Content-Encoding"] = to.compression
        if to.client_certificate and to.client_key:
            self._session.cert = (to.client_certificate, to.client_key)
        else:
            self._session.cert = to.client_certificate

    def send(self, message: bytes, timeout: float) -> Answer:
        """POST one message."""
        if self._to.endpoint.startswith("https:") and (why := unreadable(self._to)):
            return Answer(taken=False, reason=why)
        try:
            response = self._session.post(
                self._to.endpoint,
                self._compressed(message),
                timeout=timeout,
                allow_redirects=False,
                verify=self._to.certificate,  # a session's own loses to REQUESTS_CA_BUNDLE
            )
        except (OSError, ValueError, HTTPError) as error:
            return failed(error, timeout)
        return answered(response)

    def close(self) -> None:
        """Close the session's connections."""
        self._session.close()

    def _compressed(self, message: bytes) -> bytes:
        if self._to.compression == "gzip":
            return gzip.compress(message, _LEVEL)
        if self._to.compression == "deflate":
            return zlib.compress(message, _LEVEL)
        return message
