"""Why spans were not sent: said in one line, and kept for who asks at the end."""

import logging
import re
import socket
import ssl
import subprocess
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from google.rpc.status_pb2 import Status
from opentelemetry.exporter.otlp.proto.common.version import __version__ as encoder
from otlp_receivers import grpc_receiver, http_receiver
from patience import HANG
from span_blocks import block

from kumi import __version__
from kumi_exporters.otlp import KumiOTLPSpanExporter

SPANS = 16
AGENT = f"kumi/{__version__} OTel-OTLP-Exporter-Python/{encoder}"


@contextmanager
def answering(*answers, context=None):
    """A server that gives raw answers, the last one again and again; its requests."""
    requests, left = [], list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            requests.append(self.path)
            self.wfile.write(left.pop(0) if len(left) > 1 else left[0])

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # clients that hang up are what is tested
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        scheme = "https" if context else "http"
        yield f"{scheme}://127.0.0.1:{server.server_address[1]}/v1/traces", requests
    finally:
        server.shutdown()
        server.server_close()


def response(status, headers=(), body=b""):
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


GOOD = response("200 OK")


def sent(endpoint, **options):
    exporter = KumiOTLPSpanExporter(endpoint, **{"protocol": "http/protobuf", **options})
    return exporter, exporter.export_blocks([block(runs=1)])


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_who_asks_meanwhile_hears_that_there_is_no_answer_yet(protocol):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        exporter = KumiOTLPSpanExporter(
            f"http://127.0.0.1:{deaf.getsockname()[1]}", protocol=protocol, timeout=HANG
        )
        assert exporter.trouble == ""
        sending = threading.Thread(target=exporter.export_blocks, args=([block(runs=1)],))
        sending.start()
        deadline = time.monotonic() + HANG
        while not exporter.trouble and time.monotonic() < deadline:
            time.sleep(0.01)
        assert re.fullmatch(r"no answer for \d+\.\d s", exporter.trouble)
        exporter.shutdown()
    sending.join(HANG)  # the connection was reset
    assert exporter.trouble == "the exporter was shut down before there was an answer"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure_that_says_where_to(status, caplog):
    moved = response(f"{status} Moved", ["Location: https://otel.example.org/v1/traces"])
    with answering(moved) as (endpoint, requests):
        exporter, taken = sent(endpoint)
    assert (taken, len(requests)) == (0, 1)
    assert str(status) in exporter.trouble
    assert "https://otel.example.org/v1/traces" in exporter.trouble
    assert caplog.messages == [f"spans were not sent to {endpoint}: {exporter.trouble}"]


def test_who_is_asked_to_wait_for_longer_than_the_timeout_says_so():
    date = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    for after in ("3600", date):
        busy = response("429 Too Many Requests", [f"Retry-After: {after}"])
        with answering(busy) as (endpoint, requests):
            exporter, taken = sent(endpoint)
        assert (taken, len(requests)) == (0, 1)
        assert exporter.trouble.startswith("429 Too Many Requests: to be tried again after 3")


def test_a_date_that_has_come_is_no_wait():
    date = format_datetime(datetime.now(UTC), usegmt=True)
    busy = response("429 Too Many Requests", [f"Retry-After: {date}"])
    with answering(busy, GOOD) as (endpoint, requests):
        exporter, taken = sent(endpoint)
    assert (taken, len(requests), exporter.trouble) == (SPANS, 2, "")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-protobuf", Status(message="no such tenant").SerializeToString()),
        ("text/plain; charset=utf-8", b"no such tenant\nmore"),
        ("application/json", b'{"message": "no such tenant"}'),
    ],
)
def test_what_a_receiver_says_of_a_refusal_is_passed_on(kind, body):
    no = response("403 Forbidden", [f"Content-Type: {kind}"], body)
    with answering(no) as (endpoint, _):
        exporter, _ = sent(endpoint)
    assert exporter.trouble.startswith("403 Forbidden: ")
    assert "no such tenant" in exporter.trouble
    assert "\n" not in exporter.trouble


@pytest.mark.parametrize(
    "broken",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\nhalf",
        b"",
    ],
)
def test_an_answer_that_breaks_off_is_asked_for_again(broken):
    with answering(broken, GOOD) as (endpoint, requests):
        _, taken = sent(endpoint)
    assert (taken, len(requests)) == (SPANS, 2)


def test_nobody_there_nobody_answers_no_such_host_no_proxy(monkeypatch):
    refused, _ = sent("http://127.0.0.1:9/v1/traces", timeout=0.2)
    assert refused.trouble == "Connection refused"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        slow, _ = sent(f"http://127.0.0.1:{port}/v1/traces", timeout=0.2)
        assert slow.trouble == "no answer within 0.2 s"
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    proxied, _ = sent("http://example.org/v1/traces", timeout=0.2)
    assert "proxy" in proxied.trouble
    assert "Connection refused" in proxied.trouble


def test_the_reason_is_there_until_a_message_is_taken_and_survives_the_shutdown():
    no = response("401 Unauthorized")
    with answering(no, GOOD, no) as (endpoint, _):
        exporter, _ = sent(endpoint)
        assert exporter.trouble == "401 Unauthorized"
        assert exporter.export_blocks([block(runs=1)]) == SPANS
        assert exporter.trouble == ""
        exporter.export_blocks([block(runs=1)])
        exporter.shutdown()
        assert exporter.export_blocks([block(runs=1)]) == 0
        assert exporter.trouble == "401 Unauthorized"


def test_a_shutdown_ends_a_pause_between_attempts():
    busy = response("503 Service Unavailable", ["Retry-After: 100"])
    with answering(busy) as (endpoint, requests):
        exporter = KumiOTLPSpanExporter(endpoint, timeout=HANG)
        sending = threading.Thread(target=exporter.export_blocks, args=([block(runs=1)],))
        sending.start()
        while not requests:
            time.sleep(0.005)
        exporter.shutdown()
        sending.join(HANG / 10)
        assert not sending.is_alive()
    assert exporter.trouble.startswith("503 Service Unavailable") or "shut down" in exporter.trouble


# Certificates.


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30",
         "-keyout", key, "-out", certificate, "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return certificate, context


def test_an_unknown_authority_is_said_and_not_asked_again(authority, caplog):
    with answering(GOOD, context=authority[1]) as (endpoint, requests):
        exporter, taken = sent(endpoint, timeout=300.0)
    assert (taken, requests) == (0, [])
    assert "certificate is not trusted" in exporter.trouble
    assert "OTEL_EXPORTER_OTLP_CERTIFICATE" in exporter.trouble
    assert len(caplog.messages) == 1


def test_an_unknown_authority_over_grpc_is_said_and_not_asked_again(authority):
    with answering(GOOD, context=authority[1]) as (endpoint, _):
        exporter, taken = sent(endpoint.removesuffix("/v1/traces"), protocol="grpc", timeout=300.0)
    assert taken == 0
    assert "OTEL_EXPORTER_OTLP_CERTIFICATE" in exporter.trouble


def test_our_certificate_wins_over_that_of_requests(authority, monkeypatch, tmp_path):
    other = tmp_path / "other.pem"
    other.write_bytes(b"")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other))
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_CERTIFICATE", str(authority[0]))
    with answering(GOOD, context=authority[1]) as (endpoint, _):
        exporter, taken = sent(endpoint)
    assert (taken, exporter.trouble) == (SPANS, "")


@pytest.mark.parametrize("protocol", ["grpc", "http/protobuf"])
@pytest.mark.parametrize("what", ["CERTIFICATE", "CLIENT_CERTIFICATE", "CLIENT_KEY"])
def test_a_certificate_that_is_not_there_is_one_line_with_its_variable(
    protocol, what, monkeypatch, caplog
):
    monkeypatch.setenv(f"OTEL_EXPORTER_OTLP_TRACES_{what}", "/nowhere/ca.pem")
    exporter, taken = sent("https://127.0.0.1:9", protocol=protocol)
    assert exporter.export_blocks([block(runs=1)]) == taken == 0
    expected = f"OTEL_EXPORTER_OTLP_TRACES_{what}=/nowhere/ca.pem cannot be read (No such file"
    assert exporter.trouble.startswith(expected)
    assert len(caplog.messages) == 1


# Wrong variables.


@pytest.mark.parametrize(
    ("variables", "mentioned"),
    [
        ({"ENDPOINT": "http://c:99999"}, "ENDPOINT=http://c:99999"),
        ({"ENDPOINT": "http://"}, "HOST:PORT"),
        ({"ENDPOINT": "c:99999", "PROTOCOL": "grpc"}, "ENDPOINT=c:99999"),
        ({"ENDPOINT": "ftp://c:21", "PROTOCOL": "http/protobuf"}, "https://HOST:PORT"),
        ({"TIMEOUT": "-1"}, "number of seconds above 0"),
        ({"TIMEOUT": "nan"}, "TIMEOUT=nan"),
        ({"TRACES_COMPRESSION": "zip"}, "TRACES_COMPRESSION=zip is not accepted (none, gzip"),
        ({"HEADERS": "x-token=%E2%82%AC"}, "OTEL_EXPORTER_OTLP_HEADERS: the header x-token"),
        ({"HEADERS": "x-token=a%0Ab"}, "Latin-1"),
        ({"HEADERS": "x-token=%C3%A4", "PROTOCOL": "grpc"}, "printable ASCII"),
    ],
)
def test_a_wrong_variable_is_one_line_and_no_error(variables, mentioned, monkeypatch, caplog):
    caplog.set_level(logging.WARNING, "kumi.otel")
    with http_receiver() as http, grpc_receiver() as other:
        there = other if variables.get("PROTOCOL") == "grpc" else http
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", there.endpoint)
        for name, value in variables.items():
            monkeypatch.setenv(f"OTEL_EXPORTER_OTLP_{name}", value)
        exporter = KumiOTLPSpanExporter()
        taken = exporter.export_blocks([block(runs=1)])
    assert taken == (0 if "ENDPOINT" in variables else SPANS)
    assert bool(exporter.trouble) == (not taken)
    (message,) = caplog.messages
    assert mentioned in message


def test_the_user_agent_over_http_and_grpc():
    with http_receiver() as received:
        sent(f"{received.endpoint}/v1/traces")
        sent(f"{received.endpoint}/v1/traces", headers={"User-Agent": "mine/1"})
        agents = [headers["User-Agent"] for _, headers, _ in received.headers]
    with grpc_receiver() as received:
        sent(received.endpoint, protocol="grpc")
        (headers,) = received.headers
    assert agents == [AGENT, "mine/1"]
    assert headers["user-agent"].startswith(f"{AGENT} grpc-python/")
