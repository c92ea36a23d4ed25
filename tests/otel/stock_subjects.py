"""OpenTelemetry's own OTLP exporters, over either protocol, and what receivers got from them."""

import grpc
from opentelemetry.exporter.otlp.proto.grpc import trace_exporter as over_grpc
from opentelemetry.exporter.otlp.proto.http import trace_exporter as over_http
from opentelemetry.sdk.version import __version__
from otlp_receivers import grpc_receiver, http_receiver

SDK = tuple(int(part) for part in __version__.split(".")[:2])


class Http:
    receiver = staticmethod(http_receiver)
    kind = over_http.OTLPSpanExporter
    module = over_http
    unavailable, refused = 503, 400

    @classmethod
    def exporter(cls, received, **options):
        return cls.kind(f"{received.endpoint}/v1/traces", **options)


class Grpc:
    receiver = staticmethod(grpc_receiver)
    kind = over_grpc.OTLPSpanExporter
    module = over_grpc
    unavailable, refused = grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INVALID_ARGUMENT

    @classmethod
    def exporter(cls, received, **options):
        return cls.kind(received.endpoint, **options)


def of_runs(received):
    """The spans of runs: without those of compiling, which happens once a process."""
    marks = {"kumi.run.id", "kumi.declaration.name"}
    return [span for span in received.spans() if marks & {each.key for each in span.attributes}]
