"""The name and password in an endpoint's URL are sent to the receiver, and shown to nobody."""

import logging

import pytest
import requests
from otlp_receivers import http_receiver
from span_blocks import block

from kumi_exporters.otlp import KumiOTLPSpanExporter
from kumi_exporters.transport.http_answers import answered
from kumi_exporters.transport.userinfo import shown

SECRET = "hunter2"
USER = f"alice:{SECRET}@"


@pytest.mark.parametrize(
    ("endpoint", "is_shown"),
    [
        ("http://localhost:4318/v1/traces", "http://localhost:4318/v1/traces"),
        ("http://a:b@localhost:4318/v1/traces", "http://localhost:4318/v1/traces"),
        ("https://token@tempo/x@y", "https://tempo/x@y"),
        ("http://host/mail/me@home", "http://host/mail/me@home"),
        ("http://a:p/w@host:4318/x", "http://host:4318/x"),
        ("http://a:p@w@host:4318", "http://host:4318"),
        ("a:b@localhost:4317", "localhost:4317"),
        ("localhost:4317", "localhost:4317"),
        ("unix:///run/otel.sock", "unix:///run/otel.sock"),
        ("http://[::1]:4318", "http://[::1]:4318"),
    ],
)
def test_an_endpoint_is_shown_without_name_and_password(endpoint, is_shown):
    assert shown(endpoint) == is_shown


@pytest.mark.parametrize(
    ("endpoint", "protocol"),
    [
        (f"http://{USER}127.0.0.1:1/v1/traces", "http/protobuf"),
        (f"http://{USER}127.0.0.1:1", "grpc"),
        (f"{USER}127.0.0.1:1", "grpc"),
        (f"http://{USER}127.0.0.1:4317/v1/traces", "http/protobuf"),
        (f"http://{USER}127.0.0.1:99999", "http/protobuf"),
        (f"htp://{USER}127.0.0.1", "grpc"),
        (f"http://{USER}[::1/v1/traces", "http/protobuf"),
    ],
)
def test_neither_warnings_nor_reasons_have_the_password(endpoint, protocol, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG, "kumi.otel")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.2")
    exporter = KumiOTLPSpanExporter()
    assert exporter.export_blocks([block(runs=1)]) == 0
    exporter.shutdown()
    assert exporter.trouble
    said = [record.getMessage() for record in caplog.records]
    assert said
    assert [line for line in (*said, exporter.trouble) if SECRET in line] == []


def test_a_redirect_is_named_without_the_password_in_it(caplog):
    moved = requests.Response()
    moved.status_code, moved.headers["Location"] = 307, f"http://{USER}elsewhere/v1/traces"
    assert "redirected to http://elsewhere/v1/traces, " in answered(moved).reason


def test_the_receiver_gets_name_and_password():
    with http_receiver() as received:
        exporter = KumiOTLPSpanExporter(received.endpoint.replace("//", f"//{USER}"))
        assert exporter.export_blocks([block(runs=1)]) > 0
        exporter.shutdown()
        assert received.headers[0][1]["Authorization"].startswith("Basic ")
