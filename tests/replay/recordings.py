"""What is replayed: the golden programs, a long profile, and how spans are looked at."""

import json
from contextlib import suppress

from golden_programs import RUN, data, load
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from otlp_receivers import http_receiver
from patience import HANG
from span_views import by_id

import kumi
from kumi import otel
from kumi.replay.messages import Messages
from kumi.replay.parcels import Parcels

RESOURCE = {"service.name": "shop", "tags": ("a", "b"), "weight": 1.5, "on": True, "n": 3}

PAY = """schema do
  input do
    float :hours
    array :rates do
      float :rate
    end
  end
  value :gross, input.hours * input.rates.rate
  value :all, fn(:sum, gross)
end
"""


def recorded(path, **options):
    """Run the golden programs; the path of the profile, and the spans that a receiver got."""
    with http_receiver() as live:
        exporter = otel.KumiOTLPSpanExporter(f"{live.endpoint}/v1/traces", timeout=HANG)
        provider = TracerProvider(resource=Resource(RESOURCE))
        provider.add_span_processor(BatchSpanProcessor(exporter))
        settings = {"file": str(path), "ops": True, "tracer_provider": provider} | options
        with otel.profile(**settings):
            for name in RUN:
                run(name)
            fail_in_a_phase()
            assert otel.flush(HANG)
        provider.shutdown()
        return path, by_id(live.resource_spans())


def run(name):
    schema = load(name)
    with suppress(Exception):
        schema.run(data(name))


def fail_in_a_phase():
    with suppress(KeyError), otel.phase("night"):
        raise KeyError("x")


def long_profile(path, runs=800, **settings):
    """Runs of one program in lines of one form: 9 spans each, and lines of others."""
    source = path.with_name("pay.kumi")
    source.write_text(PAY)
    schema = kumi.load(source)
    with otel.profile(file=str(path), ops=True, **settings):
        for run in range(runs):
            schema.run({"hours": run * 1.0, "rates": [1.0] * (run % 5)})
        assert otel.flush(HANG)
    return path


def spans_of(*paths):
    """The spans that a replay of files would send, and how the lines were counted."""
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    parcels = Parcels([str(path) for path in paths], None, 1 << 62)
    made = list(Messages(parcels, 1_000_000))
    requests = [ExportTraceServiceRequest.FromString(message.content) for message in made]
    found = by_id([group for request in requests for group in request.resource_spans])
    assert len(found) == sum(message.spans for message in made)
    return found, parcels.tally


def loose(path):
    """A copy whose lines are written by somebody else: every one has to be read alone."""
    copy = path.with_name("loose.jsonl")
    lines = map(json.loads, path.read_text("utf-8").splitlines())
    copy.write_text("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines), "utf-8")
    return copy
