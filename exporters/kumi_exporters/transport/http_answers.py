"""What an HTTP receiver says to a message, and why it says nothing: for people, in one line."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests
from google.protobuf.message import DecodeError
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from urllib3.exceptions import ReadTimeoutError

from kumi_exporters.transport.answer import Answer, taken
from kumi_exporters.transport.certificates import untrusted
from kumi_exporters.transport.userinfo import shown

_RETRY = {429, 502, 503, 504}
_GOOD, _REDIRECTS, _BAD = 200, 300, 400
_MOST = 200  # characters of what a receiver says
_BROKEN = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
_HANGING_UP = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)


def answered(response: requests.Response) -> Answer:
    """The answer in a response: with redirects off, all but 2xx are failures."""
    status = response.status_code
    if _GOOD <= status < _REDIRECTS:
        return _taken(response.content)
    retry_after = _seconds(response.headers.get("Retry-After", ""))
    return Answer(
        taken=False,
        reason=_reason(response, retry_after),
        can_retry=status in _RETRY,
        retry_after=retry_after,
    )


def failed(error: Exception, timeout: float) -> Answer:
    """Why there is no response. What may be better soon is worth another attempt."""
    root = _root(error)
    for_good = isinstance(root, ssl.SSLError) and not isinstance(root, _HANGING_UP)
    return Answer(
        taken=False,
        reason=_why(error, root, timeout),
        can_retry=isinstance(error, _BROKEN) and not for_good,
    )


def _taken(content: bytes) -> Answer:
    try:
        return taken(ExportTraceServiceResponse.FromString(content))
    except DecodeError:  # some receivers answer in JSON, or with a page
        return Answer(taken=True)


def _reason(response: requests.Response, retry_after: float | None) -> str:
    parts = [f"{response.status_code} {response.reason}"]
    if _REDIRECTS <= response.status_code < _BAD:
        where = shown(response.headers.get("Location", "nowhere"))
        parts.append(f"redirected to {where}, which is not followed: name the final endpoint")
    else:
        parts.append(_detail(response))
    if retry_after is not None:
        parts.append(f"to be tried again after {retry_after:.0f} s")
    return ": ".join(part for part in parts if part)


def _detail(response: requests.Response) -> str:
    """The first line of what a receiver says about a failure, where it is no page."""
    kind = response.headers.get("Content-Type", "")
    if "protobuf" in kind:
        try:
            return _line(Status.FromString(response.content).message)
        except DecodeError:
            return ""
    if "text/plain" in kind or "json" in kind:
        return _line(response.content.decode("utf-8", "replace"))
    return ""


def _line(text: str) -> str:
    return next(iter(text.strip().splitlines()), "")[:_MOST]


def _seconds(text: str) -> float | None:
    """`Retry-After`: a number of seconds or a date."""
    if text.strip().isdecimal():
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return max(0.0, (date - datetime.now(UTC)).total_seconds())


def _root(error: BaseException) -> BaseException:
    """What is inside of all that `requests` and `urllib3` wrap around it."""
    inside = (getattr(error, "reason", None), *error.args, error.__context__)
    inner = next((each for each in inside if isinstance(each, BaseException)), None)
    return error if inner is None else _root(inner)


def _why(error: Exception, root: BaseException, timeout: float) -> str:
    if isinstance(error, requests.exceptions.ProxyError):
        return f"by the proxy that HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names: {_said(root)}"
    if isinstance(root, ssl.SSLCertVerificationError):
        return untrusted(root.verify_message)
    if isinstance(error, requests.ConnectTimeout):
        return f"no connection within {timeout:.3g} s"
    if isinstance(error, requests.Timeout) or isinstance(root, ReadTimeoutError):
        return f"no answer within {timeout:.3g} s"
    return _said(root)


def _said(root: BaseException) -> str:
    """An error in a line; the system's own without its number."""
    text = getattr(root, "strerror", None) or str(root)
    return _line(text) or type(root).__qualname__
