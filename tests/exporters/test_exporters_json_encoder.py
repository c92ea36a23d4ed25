"""Stamped lines are the lines that the events themselves give."""

import json
import re

import pytest
from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags
from span_blocks import at_random, block, failed, laid_out, long_program, program, with_cpu

from kumi.observations import Level
from kumi.spans.block import run_id
from kumi.spans.json_lines import line
from kumi.spans.origin import HandedRun, RootDecision
from kumi.spans.run_events import run_events
from kumi_exporters.encode import json_encoder
from kumi_exporters.encode.json_encoder import JsonEncoder
from kumi_exporters.encode.json_unstamp import RunLines


def lines_of(data):
    return bytes(data).splitlines(keepends=True)


def compact(text):
    """Without the blanks that may stand before a number and at the end of a line."""
    return re.sub(rb"(?<=:) +(?=[0-9])", b"", re.sub(rb" +\n", b"\n", text))


def check(made, encoder=None):
    stamped, count = (encoder or JsonEncoder()).encode(made)
    expected = [line(event) for event in run_events(made)]
    assert [compact(text) for text in lines_of(stamped)] == expected
    assert count == len(expected)


def parent(*, remote=False, sampled=True):
    flags = TraceFlags(1 if sampled else 0)
    span = NonRecordingSpan(SpanContext(0xABC << 64, 0xDEF, remote, flags))
    return trace.set_span_in_context(span)


@pytest.mark.parametrize("level", [Level.DECLARATIONS, Level.OPERATIONS])
@pytest.mark.parametrize("odd", [False, True])
def test_every_line_is_the_event_s_own_but_for_blanks(level, odd):
    check(block(laid_out(program(odd=odd), level), runs=5))


def test_lines_of_one_block_have_one_width():
    stamped, _ = JsonEncoder().encode(block(laid_out(program(odd=True)), runs=2))

    assert len({len(text) for text in lines_of(stamped)}) == 1
    assert all(json.loads(text) for text in lines_of(stamped))


@pytest.mark.parametrize("level", [Level.DECLARATIONS, Level.OPERATIONS])
def test_a_run_has_its_cpu_time_however_long_it_is(level):
    of, encoder = laid_out(level=level, times_cpu=True), JsonEncoder()
    for spent in ([0, 1, 999_999], [9_999_999, 10_000_000, 3_600_000_000_123], [5, 5, 5]):
        check(with_cpu(of, spent), encoder)
    check(with_cpu(of, [10**15]), encoder)  # it finds no room, and goes event by event


def test_a_line_with_cpu_time_is_read_back():
    of = laid_out(times_cpu=True)
    spent = [0, 1, 9_999_999, 10_000_000, 3_600_000_000_123, 999_999_999_999_999]
    written, _ = JsonEncoder().encode(made := with_cpu(of, spent))
    first = bytes(written).splitlines(keepends=True)[0]
    form = RunLines(of, made.process, made.kept)
    assert form.may_begin_with(first)
    again = form.read(bytes(written), made.resource)
    assert again.sampled.all()
    assert again.cpu.tolist() == spent
    damaged = bytes(written).replace(b"9.999999", b"9.99x999", 1)
    assert form.read(damaged, made.resource).sampled.tolist() == [True, True, False, *[True] * 3]


def test_nothing_stays_from_the_block_before():
    of, encoder = laid_out(), JsonEncoder()
    long = block(of, runs=4, step=0.0123)
    for made in (block(of, runs=7), long, block(of, runs=3), failed(of), block(of, runs=9)):
        check(made, encoder)


def test_runs_below_a_span_and_at_the_root_in_one_block():
    contexts = [parent(), None, parent(remote=True, sampled=False), parent()]
    check(block(runs=4, contexts=contexts))
    decision = RootDecision(0x1234, 1, "a=b", True)
    check(block(runs=2, contexts=[decision, None]))


def handed(ids, span=SpanContext(0xABC, 0x1, False, TraceFlags(1)), number=1 << 31, kept="all"):
    """A run whose first spans have these ids already; 0 is none."""
    octets = b"".join([each.to_bytes(8, "big") for each in ids])
    return HandedRun(span, SpanContext(0xABC, 0xDEF, True), octets, number, kept, 0)


def test_ids_that_somebody_else_made_stand_in_their_rows_and_above_others():
    of, encoder = laid_out(program(odd=True)), JsonEncoder()
    rows = len(of.rows)
    contexts = [
        handed([0x11]), parent(), handed([0x21, 0x22, 0, 0x24], number=(1 << 31) + 1),
        handed(range(0x100, 0x100 + rows)), None, handed([]),
    ]  # fmt: skip
    made = block(of, runs=6, contexts=contexts)
    check(made, encoder)
    events = list(run_events(made))
    assert [e["span_id"] for e in events if e["event"] == "vm_run"][0::2] == [
        *("0000000000000011", "0000000000000021"),
        events[4 * rows]["span_id"],
    ]
    assert [int(e["span_id"], 16) for e in events[3 * rows : 4 * rows]] == [
        *range(0x100, 0x100 + rows)
    ]
    below = {e["parent_span_id"] for e in events[1:rows] if e["event"] == "vm_declaration"}
    assert below == {"0000000000000011"}
    assert [run_id(made, run)[8:] for run in (0, 2)] == ["80000000", "80000001"]
    assert made.sampled.tolist() == [False, True, False, False, True, False]
    check(block(of, runs=6), encoder)
    check(failed(of, context=handed([0x11, 0x12])))


@pytest.mark.parametrize("step", [0.0, 1e-9, 2.5e-6, 0.0099, 0.01, 0.02, 0.09, 0.1, 1.0, 7200.0])
def test_durations_and_boundaries_of_tenths(step):
    check(block(runs=3, step=step))


@pytest.mark.parametrize("seed", range(5))
def test_runs_that_straddle_a_tenth_of_a_second(seed):
    made = at_random(laid_out(program(odd=True)), 40, seed=seed, scale=1_000_000)
    made.readings += 99_990_000 - made.readings[20, 3] % 100_000_000
    check(made)


@pytest.mark.parametrize("cells", [0, 1, 9999, 10_000, 10_001, 99_999_999, 100_000_000, 2**40])
def test_rows_of_every_size(cells):
    check(block(runs=2, sizes=[[cells], [3]]))


def test_a_run_that_lasts_a_month_and_one_before_2001():
    check(block(runs=1, step=3_000_000.0))
    early = block(runs=1)
    early.readings -= early.readings[0, 0]
    check(early)


@pytest.mark.parametrize("at", [0, (0, 1), 3, 7])
def test_failed_runs(at):
    check(failed(at=at))


def test_more_than_65536_rows_take_further_prefixes_for_spans_and_parents():
    long = laid_out(long_program())
    made = block(long, runs=1, step=1e-6)
    assert made.prefixes.shape == (1, 2, 6)
    stamped, count = JsonEncoder().encode(made)
    texts = lines_of(stamped)

    assert count == len(texts) == len(long.rows)
    assert len({text.partition(b'"span_id":')[2][:18] for text in texts}) == count
    for at, event in enumerate(run_events(made)):
        if at % 1000 == 0 or event["event"] == "vm_operation":
            assert compact(texts[at]) == line(event)


def test_what_is_kept_and_why_is_in_the_line():
    made = block(runs=1)
    encoder = JsonEncoder()
    check(made, encoder)
    made.kept = "slow"
    check(made, encoder)


def test_memory_is_bounded_by_forgetting_layouts(monkeypatch):
    encoder = JsonEncoder()
    encoder._stamps._most_bytes = 100_000
    for _ in range(20):
        check(block(laid_out(program()), runs=2), encoder)

    kept = list(encoder._stamps._values.values())
    assert 0 < sum(stamp.memory for stamp in kept) <= 100_000


def test_memory_that_a_larger_buffer_gives_back_is_used_again():
    encoder = JsonEncoder()
    layout = laid_out(program())
    for runs in (1, 2, 4, 8):
        check(block(layout, runs=runs), encoder)
    (stamp,) = encoder._stamps._values.values()
    assert encoder._stamps._bytes == stamp.memory


def test_stamped_lines_do_not_depend_on_the_generic_path(monkeypatch):
    made = block(runs=2)
    expected = [line(event) for event in run_events(made)]
    monkeypatch.setattr(json_encoder, "run_events", None)
    stamped, _ = JsonEncoder().encode(made)

    assert [compact(text) for text in lines_of(stamped)] == expected
