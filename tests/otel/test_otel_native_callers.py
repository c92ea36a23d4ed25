"""Real spans are made on the caller's thread: nothing gets into its run, whatever changes meanwhile."""

import logging
import os
import signal
from collections import Counter

import pytest
from native_subjects import (
    Baggage,
    Changed,
    Redacting,
    Vendor,
    assert_tree_is_whole,
    native,
)
from opentelemetry import context, trace
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from otel_subjects import (
    SPANS,
    Blocky,
    Keeping,
    eventually,
    kumi_spans,
    of,
    profiled,
    python,
    read,
    run,
    spans_of,
)

from kumi import otel

pytestmark = pytest.mark.usefixtures("compiled_natively")


# Nothing gets into a run.


class Raising(SpanProcessor):
    def __init__(self, when):
        self.when, self.ended, self.seen = when, [], 0

    def on_start(self, span, parent_context=None):
        self.seen += 1
        if self.when == "start" and span.name.startswith("Taxed.tax"):
            raise ValueError("somebody's")

    def on_end(self, span):
        self.ended.append(span.name)
        if self.when == "end" and span.name.startswith("Taxed.tax"):
            raise ValueError("somebody's")


@pytest.mark.parametrize("when", ["start", "end"])
def test_what_a_processor_raises_stays_out_of_the_run(when, tmp_path, caplog):
    processor, path = Raising(when), tmp_path / "p.jsonl"
    before = context.get_current()
    run()
    with profiled(native(processor), file=path, traces="native"):
        run(3)
        assert context.get_current() == before
    assert processor.ended.count("run Taxed") == 3
    events = read(path)
    assert len(spans_of(events)) == 3 * SPANS
    assert_tree_is_whole(events)
    (said,) = [r for r in caplog.records if "making spans" in r.getMessage()]
    assert "the run is unharmed" in said.getMessage()
    end = events[-1]
    assert end["dropped"]["export_failed"] > 0
    assert end["spans"]["sampled"] == end["spans"]["handed"] + end["dropped"]["export_failed"]


class Calculating(SpanProcessor):
    """Runs a schema itself for each span, as one that has its rules in Kumi would."""

    def __init__(self):
        self.names = []

    def on_start(self, span, parent_context=None):
        self.names.append(span.name)
        run()


def test_a_processor_that_runs_schemas_does_not_go_on_for_ever(tmp_path):
    processor, path = Calculating(), tmp_path / "p.jsonl"
    run()
    with profiled(native(processor), file=path):
        run(2)
    assert processor.names == ["run Taxed"] * 2
    assert len(of(read(path), "vm_run")) == 4
    assert read(path)[-1]["dropped"] == {"traces_within_another": 2}


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers here")
def test_a_signals_handler_may_run_schemas_anywhere(tmp_path):
    exporter, path = Keeping(), tmp_path / "p.jsonl"
    provider = native(Redacting(exporter))
    handled = []

    def handle(*_):
        run()
        handled.append(1)

    run()
    before = signal.signal(signal.SIGALRM, handle)
    try:
        with profiled(provider, file=path, traces="native_operations"):
            run()
            signal.setitimer(signal.ITIMER_REAL, 0.002, 0.002)
            for _ in range(20):
                with provider.get_tracer("app").start_as_current_span("request"):
                    run(20)
            eventually(lambda: len(handled) >= 3)
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    events = read(path)
    assert len(of(events, "vm_run")) == 401 + len(handled)
    said, dropped = events[-1]["spans"], events[-1]["dropped"]
    assert said["handed"] == len(kumi_spans(exporter.spans))
    assert said["sampled"] == said["handed"] + sum(dropped.values())
    assert set(dropped) <= {"traces_within_another"}
    assert_tree_is_whole(events)


def test_ctrl_c_amid_making_spans_is_not_kept_from_the_caller(tmp_path):
    class Interrupted(SpanProcessor):
        def on_start(self, span, parent_context=None):
            raise KeyboardInterrupt

    path = tmp_path / "p.jsonl"
    run()
    with profiled(native(Interrupted()), file=path), pytest.raises(KeyboardInterrupt):
        run()
    assert len(of(read(path), "vm_run")) == 1


# The route changes while a program runs.


def test_a_provider_that_is_set_later_gets_the_next_runs(set_provider, tmp_path):
    exporter, path = Changed(), tmp_path / "p.jsonl"
    run()
    with otel.profile(file=path, ops=True, stream=True):
        run(2)
        set_provider(Vendor(native(SimpleSpanProcessor(exporter))))
        run(5)
        otel.flush()
        run(5)
    made = {f"{span.context.span_id:016x}" for span in exporter.spans}
    runs = [event["span_id"] for event in of(read(path), "vm_run")]
    assert made == set(runs[2:])
    assert len(exporter.spans) == 10


def test_a_processor_that_is_added_later_makes_real_spans_of_the_next_runs(tmp_path):
    plain, redacted, path = Keeping(), Keeping(), tmp_path / "p.jsonl"
    provider = native(SimpleSpanProcessor(plain))
    run()
    with profiled(provider, file=path):
        run(3)
        otel.flush()
        provider.add_span_processor(Redacting(redacted))
        otel.flush()
        run(4)
    assert len(plain.spans) == 3 * SPANS + 4
    assert [span.name for span in redacted.spans] == ["run Taxed"] * 4
    events = read(path)
    assert len(spans_of(events)) == 7 * SPANS
    assert_tree_is_whole(events)
    end = events[-1]
    assert end["spans"]["sampled"] == end["spans"]["handed"] == 3 * SPANS + 4


def test_the_scope_may_be_switched_off_and_on(tmp_path, caplog):
    caplog.set_level(logging.INFO, "kumi.otel")
    from opentelemetry.sdk.trace import _TracerConfig

    exporter, path = Keeping(), tmp_path / "p.jsonl"
    on = True

    def configurator(scope):
        return _TracerConfig(is_enabled=on or scope.name != "kumi")

    provider = native(Redacting(exporter))
    provider._set_tracer_configurator(tracer_configurator=configurator)
    run()
    with profiled(provider, file=path):
        run()
        for on in (False, True):
            provider._set_tracer_configurator(tracer_configurator=configurator)
            otel.flush()
            run()
            otel.flush()
    assert len(exporter.spans) == 2
    assert len(of(read(path), "vm_run")) == 3
    said = [r.getMessage() for r in caplog.records if "switched off" in r.getMessage()]
    assert said == ["no traces of Kumi: the tracer provider has the scope kumi switched off"]


@pytest.mark.parametrize("traces", ["auto", "native"])
@pytest.mark.parametrize("given", ["batch", "blocks", "exporters", "unknown"])
def test_a_scope_that_is_switched_off_gets_no_traces_in_any_lane(
    given, traces, set_provider, caplog
):
    caplog.set_level(logging.INFO, "kumi.otel")
    from opentelemetry.sdk.trace import _TracerConfig

    exporter = Blocky() if given == "blocks" else Keeping()
    processor = Redacting(exporter) if given == "unknown" else BatchSpanProcessor(exporter)
    options = {"exporters": [exporter]} if given == "exporters" else {}
    provider = TracerProvider(
        shutdown_on_exit=False,
        _tracer_configurator=lambda scope: _TracerConfig(is_enabled=scope.name != "kumi"),
    )
    if given != "exporters":
        provider.add_span_processor(processor)
    set_provider(provider)
    with (
        otel.profile(file=os.devnull, traces=traces, **options),
        trace.get_tracer("app").start_as_current_span("request"),
    ):
        run(2)
    provider.force_flush()
    assert kumi_spans(exporter.spans) == []
    assert getattr(exporter, "blocks", []) == []
    said = [r.getMessage() for r in caplog.records if r.levelno == logging.INFO]
    assert said == ["no traces of Kumi: the tracer provider has the scope kumi switched off"]


# Forks.

FORK = """
import os
from opentelemetry import trace
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
import kumi

class Telling(SpanProcessor):
    def on_end(self, span):
        with open("told.txt", "a") as file:
            parent = span.parent.span_id if span.parent else 0
            print(os.getpid(), span.name, f"{span.context.span_id:016x} {parent:016x}", sep="|", file=file)

class Half(kumi.Schema):
    class Input(kumi.Record):
        x: kumi.Field[float]
    half = kumi.value(Input.x * 0.5)

provider = TracerProvider()
provider.add_span_processor(Telling())
trace.set_tracer_provider(provider)
Half.run(x=1.0)
if os.fork() == 0:
    with trace.get_tracer("app").start_as_current_span("child"):
        Half.run(x=2.0)
        Half.run(x=3.0)
else:
    os.wait()
    Half.run(x=4.0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
def test_a_child_makes_its_own(tmp_path):
    done = python(FORK, tmp_path, KUMI_PROFILE="1", KUMI_PROFILE_FILE="p.jsonl")
    assert (done.returncode, done.stderr) == (0, "")
    told = [line.split("|") for line in (tmp_path / "told.txt").read_text().splitlines()]
    runs = [told for told in told if told[1] == "run Half"]
    assert sorted(Counter(pid for pid, *_ in runs).values()) == [2, 2]
    in_file = of(read(tmp_path / "p.jsonl"), "vm_run")
    assert {ids.split()[0] for _, _, ids in runs} == {event["span_id"] for event in in_file}
    assert len({event["run"] for event in in_file}) == 4
    ((_, _, child),) = [told for told in told if told[1] == "child"]
    assert [ids.split()[1] for _, _, ids in runs].count(child.split()[0]) == 2


def test_runs_say_their_cpu_time_as_well(tmp_path, caplog):
    exporter, path = Keeping(), tmp_path / "p.jsonl"
    provider = native(SimpleSpanProcessor(exporter), Baggage())
    with profiled(provider, file=path, traces="native_operations", cpu=True):
        run(2)
        made = [span for span in kumi_spans(exporter.spans) if not span.name.startswith("codegen")]
        assert len(made) == 2 * SPANS  # before the runs returned
    assert all(each["cpu_ms"] > 0 for each in of(read(path), "vm_run"))
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
