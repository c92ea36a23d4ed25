"""CPU time of runs, where the settings ask for it, and nowhere else."""

import json
import time

import pytest
from otel_subjects import Keeping, Taxed, of, read, run

import kumi
from kumi import otel
from kumi.profiles.open_profiles import open_profiles


class Sleepy(list):
    """Input that takes its time to be read, and no CPU."""

    def __len__(self):
        time.sleep(0.02)
        return super().__len__()


class Summed(kumi.Schema):
    class Input(kumi.Record):
        prices: kumi.Array[float]

    total = kumi.value(Input.prices.sum())


def unpacked(path):
    """The events of a file, whether it is compressed or not."""
    with open_profiles([str(path)]) as profiles:
        return [json.loads(line) for profile in profiles.files for _, line in profile.lines()]


@pytest.mark.parametrize("ops", [True, False])
@pytest.mark.parametrize("name", ["p.jsonl", "p.jsonl.zst"])
def test_each_run_says_its_cpu_time_where_that_is_asked_for(tmp_path, ops, name):
    path = tmp_path / name
    with otel.profile(file=path, ops=ops, cpu=True):
        run(3)
        with pytest.raises(kumi.InputError):
            Taxed.run(amount="much", rate=0.1)
    runs = of(unpacked(path), "vm_run")
    assert len(runs) == 4
    for each in runs:
        keys = list(each)
        assert keys[keys.index("error") :][:3] == ["error", "cpu_ms", "run"]
        assert each["cpu_ms"] >= 0


def test_it_is_the_time_of_the_processor_and_not_of_the_clock(tmp_path):
    with otel.profile(file=tmp_path / "p.jsonl", cpu=True):
        Summed.run(prices=Sleepy([1.0, 2.0]))
    [only] = of(read(tmp_path / "p.jsonl"), "vm_run")
    assert 0 < only["cpu_ms"] < only["duration_ms"]


def test_without_it_nothing_reads_the_processor_s_time(tmp_path):
    with otel.profile(file=tmp_path / "p.jsonl", ops=True):
        run()
        code = Taxed._compiled.machine().call.__code__
        assert "cpu" not in code.co_names
    assert all("cpu_ms" not in event for event in read(tmp_path / "p.jsonl"))
    with otel.profile(file=tmp_path / "q.jsonl", ops=True, cpu=True):
        run()
        assert "cpu" in Taxed._compiled.machine().call.__code__.co_names
    [only] = of(read(tmp_path / "q.jsonl"), "vm_run")
    assert "cpu_ms" in only


def test_a_run_that_is_kept_alone_says_it_too(tmp_path):
    with otel.profile(file=tmp_path / "p.jsonl", ops=True, cpu=True, slow_ms=10_000):
        run(3)
    events = read(tmp_path / "p.jsonl")
    assert [event["kept"] for event in of(events, "vm_run")] == ["none"] * 3
    assert all("cpu_ms" in event for event in of(events, "vm_run"))


def test_spans_do_not_say_it(tmp_path):
    exporter = Keeping()
    with otel.profile(exporters=[exporter], ops=True, cpu=True):
        run()
    assert not [key for span in exporter.spans for key in span.attributes if "cpu" in key]
