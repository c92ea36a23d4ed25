"""A collector that cannot follow costs traces, which is counted, and never the file."""

import threading
import time

import pytest
from otel_subjects import SPANS, Blocky, of, read, run
from patience import HANG

from kumi import otel
from kumi.otel.delivery import sender
from kumi.otel.delivery.event_log import EventLog

RUNS = 6_000
"""Half as many again as wait for the owner at most."""


class Slow(Blocky):
    """Takes its time for each block."""

    def export_blocks(self, blocks):
        time.sleep(0.4 * len(blocks))
        return sum(block.span_count for block in blocks)


@pytest.mark.parametrize("exporters", [1, 2])
def test_a_slow_exporter_costs_the_file_nothing(tmp_path, monkeypatch, exporters):
    """It is behind after some blocks, and takes longer for all that waits than a run may wait."""
    monkeypatch.setattr(sender, "MOST_SPANS", 5_000)
    monkeypatch.setattr(sender, "_TOGETHER", 1)
    path = tmp_path / "p.jsonl"
    slow = [Slow() for _ in range(exporters)]
    with otel.profile(file=path, ops=True, exporters=slow, block_ms=2_000, exit_ms=500):
        run(RUNS)
    events = read(path)
    [end] = of(events, "profile_end")
    assert len(of(events, "vm_run")) == RUNS
    assert end["spans"]["written"] == end["spans"]["recorded"] == RUNS * SPANS
    assert end["dropped"]["traces_queue_full"] > 0
    of_traces = sum(end["dropped"].values())
    assert end["spans"]["sampled"] == end["spans"]["sent"] + of_traces


def test_a_run_waits_for_room_and_not_until_all_is_written(tmp_path, monkeypatch):
    """A slow disk costs pace, not runs: no run waits for more than makes room for it."""
    write = EventLog.blocks

    def slowly(log, blocks):
        time.sleep(0.2)
        write(log, blocks)

    monkeypatch.setattr(EventLog, "blocks", slowly)
    path = tmp_path / "p.jsonl"
    with otel.profile(file=path, ops=True, block_ms=2_000, exit_ms=20_000):
        run(RUNS)
    events = read(path)
    assert len(of(events, "vm_run")) == RUNS
    assert of(events, "profile_end")[0]["dropped"] == {}


def test_threads_that_fill_each_other_s_room_wait_on(tmp_path):
    """The owner takes some runs; who asked for that may find them replaced by others' runs."""
    path, given = tmp_path / "p.jsonl", 4_000
    with otel.profile(file=path, ops=True, block_ms=HANG * 1000):
        threads = [threading.Thread(target=run, args=(given,)) for _ in range(6)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
    events = read(path)
    assert events[-1]["dropped"] == {}
    assert len(of(events, "vm_run")) == 6 * given
