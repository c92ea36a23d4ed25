"""The SDK's own spans with what ours have: what limits and samplers leave of them is the SDK's."""

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, Decision, Sampler, SamplingResult
from opentelemetry.trace import Status, StatusCode

from kumi.spans.attributes import SCHEMA_NAME

ONES_OWN = ("trace_id", "span_id", "parent_span_id", "trace_state", "flags", "start_time_unix_nano",
            "end_time_unix_nano")  # fmt: skip


class Answering(Sampler):
    """Samples all, and has something to say of it: `attributes`, or their maker.

    `given` are the names of all that any of them ever said.
    """

    given = set()

    def __init__(self, attributes):
        self.attributes = attributes

    def should_sample(self, parent_context, trace_id, name, kind=None, attributes=None, links=None):
        made = self.attributes(attributes) if callable(self.attributes) else self.attributes
        result = SamplingResult(Decision.RECORD_AND_SAMPLE, made)
        self.given.update(result.attributes)
        return result

    def get_description(self):
        return "Answering"


def twins(spans, limits, answers=None):
    """What the SDK sends of spans with these names, attributes and errors, in this order.

    A root is asked about with its schema's name, answered with the next of `answers`, and given
    the rest of its attributes afterwards.
    """
    kept = InMemorySpanExporter()
    answers = iter(answers or ())
    provider = TracerProvider(span_limits=limits, shutdown_on_exit=False, sampler=ALWAYS_ON)
    provider.add_span_processor(SimpleSpanProcessor(kept))
    tracer = provider.get_tracer("twins")
    for span in spans:
        answer = next(answers, None) if span.row == 0 else None
        _twin(tracer, span, answer)
    return [plain(span) for span in sent(kept.get_finished_spans())]


def _twin(tracer, span, answer):
    own = dict(span.attributes)
    tracer.sampler = ALWAYS_ON if answer is None else Answering(answer)
    asked = {SCHEMA_NAME: own.pop(SCHEMA_NAME)} if SCHEMA_NAME in own else {}
    real = tracer.start_span(span.name, attributes=asked)
    if answer is not None and SCHEMA_NAME not in answer:
        real.set_attributes(asked)  # the SDK forgets it; every span of ours has it
    for name, value in own.items():
        real.set_attribute(name, value)
    if span.error:
        real.set_status(Status(StatusCode.ERROR, span.error.message))
    if span.event:
        about = {"exception.type": span.error.error_type, "exception.message": span.error.message}
        real.add_event("exception", about, span.end)
    real.end()


def sent(readable):
    """The messages' spans, by the SDK's own encoder."""
    (one,) = encode_spans(readable).resource_spans
    (scope,) = one.scope_spans
    return list(scope.spans)


def plain(span):
    """A sent span without what differs between any two."""
    alike = type(span).FromString(span.SerializeToString())
    for field in ONES_OWN:
        alike.ClearField(field)
    return alike
