"""Traces within their budget: what goes whole, what is folded, when summaries are sent, and counts."""

import threading
from collections import Counter
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import trace
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags
from otel_subjects import (
    SPANS,
    Blocky,
    Keeping,
    Taxed,
    batched,
    eventually,
    kumi_spans,
    of,
    profiled,
    provider_of,
    python,
    read,
    run,
    spans_of,
)
from span_sums import recorded, sums

import kumi
from kumi import otel
from kumi.otel.delivery.sdk_spans import sdk_spans
from kumi_exporters.jsonl import JsonlSpanExporter

TREE = 8  # of a Taxed: its two LoadInputs are one
_numbers = count(1)


class Many(kumi.Schema):
    class Input(kumi.Record):
        amount: kumi.Field[float]

    a = kumi.value(Input.amount + 1.0 + 2.0 + 3.0 + 4.0 + 5.0 + 6.0 + 7.0 + 8.0)
    b = kumi.value(a * 2.0 * 3.0 * 4.0)


class Dividing(kumi.Schema):
    class Input(kumi.Record):
        amount: kumi.Field[int]

    a = kumi.value(Input.amount + 1)
    b = kumi.value(1 % Input.amount)
    c = kumi.value(b + a)


def under(number=None, trace_id=0xABC):
    """A caller's span in some trace."""
    context = SpanContext(trace_id, number or next(_numbers), False, TraceFlags(1))
    return trace.use_span(NonRecordingSpan(context))


def ours(exporter):
    """The spans of runs that an exporter got, by blocks or one by one."""
    blocks = [span for block in getattr(exporter, "blocks", ()) for span in sdk_spans(block)]
    return [*blocks, *filter(is_of_run, kumi_spans(exporter.spans))]


def is_of_run(span):
    return any(name in span.attributes for name in ("kumi.run.operations", "kumi.declaration.name"))


def in_file(path):
    """The spans of a file's events."""
    return recorded(spans_of(read(path)))


def named(spans):
    return Counter(span.name for span in spans)


def is_balanced(path):
    """Whether the last line adds up; phases are sampled, and sent, too."""
    last = read(path)[-1]
    spans, dropped = last["spans"], last["dropped"]
    gone = spans["sent"] + spans["handed"] + spans["folded"] + sum(dropped.values())
    return spans["recorded"] == spans["written"] and spans["sampled"] == gone


# (1) Whole runs while there is budget.


@pytest.mark.parametrize("make", [Blocky, Keeping])
def test_runs_go_whole_while_the_trace_has_budget_and_then_into_one_tree(make, tmp_path):
    exporter, path = make(), tmp_path / "p.jsonl"
    with otel.profile(exporters=[exporter], ops=True, file=path, max_spans=30), under():
        run(10)
    found = ours(exporter)
    names = named(found)
    assert (names["run Taxed"], names["run Taxed (folded)"]) == (3, 1)
    assert len(found) == 3 * SPANS + TREE
    assert sums(found) == sums(in_file(path))
    assert read(path)[-1]["spans"]["folded"] == 7 * SPANS
    assert is_balanced(path)


def test_a_service_without_callers_has_a_trace_a_run_and_folds_nothing(tmp_path):
    exporter, path = Blocky(), tmp_path / "p.jsonl"
    with otel.profile(exporters=[exporter], ops=True, file=path, max_spans=SPANS):
        run(300)
    assert named(ours(exporter))["run Taxed"] == 300
    assert read(path)[-1]["spans"]["folded"] == 0


def test_a_trace_is_not_larger_than_4_mb_however_many_spans_it_may_have(tmp_path):
    exporter = Blocky()
    with otel.profile(exporters=[exporter], ops=True, max_spans=1_000_000), under():
        run(3000)
    whole = named(ours(exporter))["run Taxed"]
    assert 3_750_000 / 450 < whole * SPANS < 3_750_000 / 250  # bytes a span
    assert named(ours(exporter))["run Taxed (folded)"] == 1


def failing(amount):
    with pytest.raises(ZeroDivisionError):
        Dividing.run(amount=amount)


@pytest.mark.parametrize("make", [Blocky, Keeping])
def test_a_failed_run_always_sends_what_failed(make, tmp_path):
    exporter, path = make(), tmp_path / "p.jsonl"
    with otel.profile(exporters=[exporter], ops=True, file=path, max_spans=20), under():
        for _ in range(4):
            Dividing.run(amount=3)
        failing(0)
    found = ours(exporter)
    wrong = [span for span in found if not span.status.is_ok and not span.status.is_unset]
    assert [span.name for span in wrong] == ["run Dividing", "Dividing.b", "Map modulo"]
    assert [event.name for event in wrong[-1].events] == ["exception"]
    assert wrong[0].attributes["kumi.run.folded"] > 0
    assert sums(found) == sums(in_file(path))
    assert is_balanced(path)


def test_what_failed_without_a_caller_is_the_root_of_its_summaries(tmp_path):
    exporter, path = Blocky(), tmp_path / "p.jsonl"
    with otel.profile(exporters=[exporter], ops=True, file=path, max_spans=5):
        failing(0)
    found = ours(exporter)
    (root,) = [span for span in found if span.parent is None]
    (tree,) = [span for span in found if span.name == "run Dividing (folded)"]
    assert (root.name, tree.parent.span_id) == ("run Dividing", root.context.span_id)
    assert sums(found) == sums(in_file(path))


# (2) A run that is too large by itself.


@pytest.mark.parametrize("around", [under, lambda: under(7)])
@pytest.mark.parametrize("make", [Blocky, Keeping])
def test_a_run_too_large_by_itself_keeps_its_declarations(make, around, tmp_path):
    exporter, path = make(), tmp_path / "p.jsonl"
    with otel.profile(exporters=[exporter], ops=True, file=path, max_spans=12), around():
        Many.run(amount=1.0)
        Many.run(amount=2.0)
    found = ours(exporter)
    names = named(found)
    assert names["run Many"] == names["Many.a"] == names["Many.b"] == 1  # the first of them
    assert names["run Many (folded)"] == 1
    (kept,) = [span for span in found if span.name == "run Many"]
    assert kept.attributes["kumi.run.folded"] == kept.attributes["kumi.run.operations"]
    ids = {event["span_id"] for event in spans_of(read(path))}
    assert all(
        f"{span.context.span_id:016x}" in ids
        for span in found
        if not span.name.endswith("(folded)")
    )
    assert sums(found) == sums(in_file(path))
    assert is_balanced(path)


def test_without_callers_each_run_that_is_too_large_is_sent_in_part(tmp_path):
    exporter, path = Blocky(), tmp_path / "p.jsonl"
    with otel.profile(exporters=[exporter], ops=True, file=path, max_spans=2):
        for _ in range(5):
            Many.run(amount=1.0)
    names = named(ours(exporter))
    assert (names["run Many"], names["run Many (folded)"]) == (5, 0)
    assert sums(ours(exporter)) == sums(in_file(path))


def test_without_operations_one_run_is_sent_however_many_declarations_it_has(tmp_path):
    exporter = Blocky()
    with otel.profile(exporters=[exporter], max_spans=2), under():
        run(3)
    names = named(ours(exporter))
    assert (names["run Taxed"], names["run Taxed (folded)"]) == (1, 1)
    assert "kumi.run.folded" not in ours(exporter)[0].attributes


# (3) Trees.


def test_a_tree_for_each_trace_caller_and_program(tmp_path):
    exporter, path = Blocky(), tmp_path / "p.jsonl"
    with otel.profile(exporters=[exporter], ops=True, file=path, max_spans=SPANS):
        for trace_id in (1, 2):
            for caller in (0x10, 0x20, 0x10, 0x20):
                with under(caller, trace_id):
                    run(2)
                    Many.run(amount=1.0)
    trees = [
        (span.context.trace_id, span.parent.span_id, span.name, counted(span))
        for span in ours(exporter)
        if span.name in ("run Taxed (folded)", "run Many (folded)")
    ]
    assert Counter(trees) == Counter([
        (1, 0x10, "run Taxed (folded)", 3), (1, 0x20, "run Taxed (folded)", 4),
        (2, 0x10, "run Taxed (folded)", 3), (2, 0x20, "run Taxed (folded)", 4),
        *[(one, caller, "run Many (folded)", 2) for one in (1, 2) for caller in (0x10, 0x20)],
    ])  # fmt: skip
    assert sums(ours(exporter)) == sums(in_file(path))


def counted(span):
    return span.attributes["aggregation.span_count"]


def test_where_each_run_has_its_own_caller_the_trees_of_a_trace_are_not_without_end(tmp_path):
    exporter, path = Blocky(), tmp_path / "p.jsonl"
    with otel.profile(exporters=[exporter], ops=True, file=path, max_spans=SPANS):
        for _ in range(1000):
            with under(trace_id=5):
                run()
    found = ours(exporter)
    assert len(found) < 240_000 / 200
    assert max(map(counted, [span for span in found if "folded" in span.name])) > 500
    assert sums(found) == sums(in_file(path))


def test_threads_that_share_a_trace_share_its_budget(tmp_path):
    exporter, path = Blocky(), tmp_path / "p.jsonl"

    def work(caller):
        with under(caller, trace_id=9):
            run(40)

    with otel.profile(exporters=[exporter], ops=True, file=path, max_spans=10 * SPANS):
        threads = [threading.Thread(target=work, args=(n,)) for n in range(1, 5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    found = ours(exporter)
    assert named(found)["run Taxed"] == 10
    assert sum(counted(span) for span in found if span.name == "run Taxed (folded)") == 150
    assert sums(found) == sums(in_file(path))
    assert is_balanced(path)


def test_a_tree_has_the_flags_and_the_tracestate_of_its_runs():
    exporter = Blocky()
    state = trace.TraceState([("vendor", "x")])
    above = SpanContext(5, 6, True, TraceFlags(3), state)
    with (
        otel.profile(exporters=[exporter], ops=True, max_spans=SPANS),
        trace.use_span(NonRecordingSpan(above)),
    ):
        run(3)
    whole, tree = (
        next(span for span in ours(exporter) if span.name == name)
        for name in ("run Taxed", "run Taxed (folded)")
    )
    assert tree.parent == whole.parent
    assert tree.context.trace_state == state
    assert tree.context.trace_flags == whole.context.trace_flags


# (5) When summaries are sent.


def test_a_flush_sends_the_summaries_there_are_and_later_runs_begin_others():
    exporter = Blocky()
    with otel.profile(exporters=[exporter], ops=True, max_spans=SPANS), under():
        run(3)
        assert otel.flush(10)
        assert named(ours(exporter))["run Taxed (folded)"] == 1
        run(2)
    trees = [span for span in ours(exporter) if span.name == "run Taxed (folded)"]
    assert [counted(span) for span in trees] == [2, 2]


def test_a_flush_of_the_applications_provider_sends_them_too():
    exporter = Keeping()
    provider = batched(exporter)
    with profiled(provider, max_spans=SPANS), under():
        run(3)
        provider.force_flush()
        assert named(ours(exporter))["run Taxed (folded)"] == 1


def test_summaries_are_sent_a_second_after_the_trace_began_to_fold_while_nothing_runs(tmp_path):
    exporter, path = Blocky(), tmp_path / "p.jsonl"
    with otel.profile(exporters=[exporter], ops=True, file=path, max_spans=SPANS), under():
        run(3)
        eventually(lambda: named(ours(exporter))["run Taxed (folded)"] == 1)
    assert is_balanced(path)


def test_summaries_go_to_where_their_runs_would_have_gone(tmp_path):
    first, second, path = Keeping(), Keeping(), tmp_path / "p.jsonl"
    provider = provider_of(SimpleSpanProcessor(first))
    with profiled(provider, file=path, stream=True, max_spans=SPANS), under():
        run(3)
        provider.add_span_processor(SimpleSpanProcessor(second))  # the next run notices
        run(2)
    assert sums(ours(first)) == sums(in_file(path))
    assert [counted(span) for span in ours(second) if span.name.startswith("run ")] == [2]
    assert is_balanced(path)


FORKED = """
import os
from kumi import otel
from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags
from kumi_exporters.otlp import KumiOTLPSpanExporter
import kumi

class Taxed(kumi.Schema):
    class Input(kumi.Record):
        amount: kumi.Field[float]
    tax = kumi.value(Input.amount * 2.0)

otel.instrument(exporters=[KumiOTLPSpanExporter()], ops=True, file="p.jsonl", max_spans=5)
with trace.use_span(NonRecordingSpan(SpanContext(7, 8, False, TraceFlags(1)))):
    for _ in range(4):
        Taxed.run(amount=1.0)
    otel.flush(0.0)  # the owner has taken them
    for _ in range(2):
        Taxed.run(amount=1.0)
    child = os.fork()
    for _ in range(3):
        Taxed.run(amount=1.0)
if child:
    os.waitpid(child, 0)
"""


def test_parent_and_child_each_send_the_summaries_of_their_own_runs(collector, tmp_path):
    endpoint = f"http://127.0.0.1:{collector.server_port}"
    done = python(FORKED, tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint)
    assert done.returncode == 0, done.stderr
    runs = Counter()
    for _, span in collector.spans:
        if span.name.startswith("run Taxed"):
            said = {pair.key: pair.value.int_value for pair in span.attributes}
            runs[span.name] += said.get("aggregation.span_count", 1)
    assert runs == {"run Taxed": 2, "run Taxed (folded)": 4 + 2 + 3 + 3 - 2}  # one each is whole
    ends = of(read(tmp_path / "p.jsonl"), "profile_end")
    assert len({end["process"] for end in ends}) == 2


# Who has no budget, and what is counted.


def test_a_file_of_spans_has_no_limit(tmp_path):
    traces, other = tmp_path / "traces.jsonl", Blocky()
    exporters = [JsonlSpanExporter(traces), other]
    with otel.profile(exporters=exporters, ops=True, max_spans=SPANS), under():
        run(10)
    assert len(of(read(traces), "vm_run")) == 10
    assert named(ours(other))["run Taxed"] == 1


def test_counts_are_those_of_each_destination(tmp_path):
    path = tmp_path / "p.jsonl"
    exporters = [Keeping(), Blocky(), JsonlSpanExporter(tmp_path / "traces.jsonl")]
    with otel.profile(exporters=exporters, ops=True, file=path, max_spans=SPANS), under():
        run(10)
    spans = read(path)[-1]["spans"]
    assert spans["folded"] == 2 * 9 * SPANS
    assert is_balanced(path)


# Anything, at random: what traces get adds up to what the file has.

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["Taxed", "Many", "Dividing", "failed"]),
        st.integers(1, 4),  # runs
        st.integers(1, 3),  # trace
        st.integers(1, 3),  # caller
    ),
    max_size=12,
)


def step(kind, runs):
    for _ in range(runs):
        if kind == "failed":
            failing(0)
        else:
            {"Taxed": Taxed, "Many": Many, "Dividing": Dividing}[kind].run(
                **({"rate": 1.0} if kind == "Taxed" else {}),
                amount=3 if kind == "Dividing" else 3.0,
            )


@given(STEPS, st.integers(1, 60), st.booleans(), st.booleans())
def test_traces_get_what_adds_up_to_the_file(tmp_path_factory, steps, most, flush, blocks):
    exporter, path = Blocky() if blocks else Keeping(), tmp_path_factory.mktemp("p") / "p.jsonl"
    with otel.profile(exporters=[exporter], ops=True, file=path, max_spans=most):
        for number, (kind, runs, trace_id, caller) in enumerate(steps):
            with under(caller, trace_id):
                step(kind, runs)
            if flush and number % 3 == 0:
                otel.flush(10)
    if not steps:
        return
    found = ours(exporter)
    assert sums(found) == sums(in_file(path))
    assert is_balanced(path)
    whole = [span for span in found if "(folded)" not in span.name and span.status.is_unset]
    spans = Counter(span.context.trace_id for span in whole)
    runs = Counter(span.context.trace_id for span in whole if span.name.startswith("run "))
    assert all(spans[trace_id] <= most or runs[trace_id] == 1 for trace_id in spans)
