"""Metrics: whose meter provider it is, and that whatever it does harms nobody."""

import gc
import logging
import os
import threading
import weakref

import pytest
from metric_subjects import (
    SCHEMA_NAME,
    flushed,
    in_memory,
    read_by,
    runs_of_all_kinds,
    values,
)
from opentelemetry import metrics as metrics_api
from opentelemetry.metrics import NoOpMeterProvider
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from otel_subjects import Keeping, Taxed, eventually, of, python, read, run
from test_otel_processes import SCHEMA

from kumi import otel

# Whose meter provider it is.


def test_the_global_provider_is_used_where_none_is_given(set_meter_provider):
    provider, reader = in_memory()
    set_meter_provider(provider)
    given, other = in_memory()
    with otel.profile():
        run(2)
    with otel.profile(meter_provider=given):
        run(3)
    assert values(read_by(reader)["kumi.runs"], SCHEMA_NAME) == {("Taxed",): 2}
    assert values(read_by(other)["kumi.runs"], SCHEMA_NAME) == {("Taxed",): 3}


def test_a_provider_that_is_set_later_counts_from_then_on(tmp_path, set_meter_provider):
    with otel.profile(file=tmp_path / "p.jsonl"):
        run(2)
        flushed()
        provider, reader = in_memory()
        set_meter_provider(provider)
        run(3)
    assert values(read_by(reader)["kumi.runs"], SCHEMA_NAME) == {("Taxed",): 3}
    assert len(of(read(tmp_path / "p.jsonl"), "vm_run")) == 5


def test_a_provider_that_cannot_be_hashed_counts(caplog):
    class Equal(MeterProvider):
        """As logfire's is, a dataclass."""

        def __eq__(self, other):
            return self is other

        __hash__ = None

    reader = InMemoryMetricReader()
    with otel.profile(meter_provider=Equal([reader], shutdown_on_exit=False)):
        run(2)
    assert [point.value for point in read_by(reader)["kumi.runs"].data.data_points] == [2]
    assert not [r for r in caplog.records if r.levelno >= logging.WARNING]


def test_a_provider_that_stands_for_the_global_one_is_no_other(set_meter_provider):
    standing_in = metrics_api.get_meter_provider()
    provider, reader = in_memory()
    set_meter_provider(provider)
    with otel.profile(meter_provider=standing_in):
        run()
    assert values(read_by(reader)["kumi.runs"], SCHEMA_NAME) == {("Taxed",): 1}


def test_none_is_ever_set(set_meter_provider, monkeypatch):
    monkeypatch.setenv("OTEL_PYTHON_METER_PROVIDER", "sdk_meter_provider")
    with otel.profile(exporters=[Keeping()]):
        run()
    assert metrics_api._internal._METER_PROVIDER is None


@pytest.mark.parametrize("provider", [None, NoOpMeterProvider()])
def test_where_there_is_none_nothing_is_profiled(provider, caplog):
    with otel.profile(meter_provider=provider):
        run()
        assert Taxed._compiled.machine().call.__code__ is Taxed._compiled.machine()._plain.__code__
    assert "nor a meter provider: nothing is profiled" in caplog.text


def test_a_provider_of_a_disabled_sdk_is_none(monkeypatch, caplog):
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    with otel.profile(meter_provider=MeterProvider(shutdown_on_exit=False)):
        run()
    assert "nothing is profiled" in caplog.text


def test_one_provider_goes_on_counting_when_profiling_does():
    provider, reader = in_memory()
    for times in (2, 3):
        with otel.profile(meter_provider=provider, ops=True):
            run(times)
        otel.uninstrument()
        found = read_by(reader)
        assert values(found["kumi.runs"], SCHEMA_NAME) == {("Taxed",): {2: 2, 3: 5}[times]}
        (point,) = found["kumi.run.duration"].data.data_points
        assert point.count == {2: 2, 3: 5}[times]


def test_a_provider_that_nobody_holds_goes_away():
    provider, _ = in_memory()
    gone = weakref.ref(provider)
    with otel.profile(meter_provider=provider):
        run()
    del provider, _

    def is_gone():
        gc.collect()
        return gone() is None

    eventually(is_gone)  # when the owner's thread is over, too


def test_metrics_alone_are_enough_to_profile_for():
    provider, reader = in_memory()
    with otel.profile(meter_provider=provider, ops=True):
        run(300)
    assert values(read_by(reader)["kumi.operations"], SCHEMA_NAME, "kumi.operation.name") == {
        ("Taxed", "LoadInput"): 600, ("Taxed", "Map"): 600, ("Taxed", "Ref"): 300,
    }  # fmt: skip


# It harms nobody.


class Broken(MeterProvider):
    """A provider whose meters raise where they are told to."""

    def __init__(self, where):
        self.reader, self.where = InMemoryMetricReader(), where
        super().__init__([self.reader], shutdown_on_exit=False)

    def get_meter(self, *told, **more):
        meter = super().get_meter(*told, **more)
        if self.where == "get_meter":
            raise ZeroDivisionError
        if self.where == "record":
            made = meter.create_histogram
            meter.create_histogram = lambda *told, **more: Raising(made(*told, **more))
        else:
            setattr(meter, self.where, lambda *told, **more: 1 / 0)
        return meter


class Raising:
    def __init__(self, histogram):
        self.histogram = histogram

    def record(self, *told):
        raise ZeroDivisionError


@pytest.mark.parametrize(
    "where", ["get_meter", "create_histogram", "create_observable_counter", "record"]
)
def test_a_meter_that_raises_costs_one_warning(tmp_path, caplog, where):
    broken = Broken(where)
    with otel.profile(file=tmp_path / "p.jsonl", ops=True, meter_provider=broken):
        for _ in range(3):
            runs_of_all_kinds()
            flushed()
    said = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(said) == 1
    assert "metrics" in said[0].getMessage()
    if where == "record":
        assert values(read_by(broken.reader)["kumi.runs"], SCHEMA_NAME)["Pay",] == 9
    assert of(read(tmp_path / "p.jsonl"), "profile_end")[-1]["dropped"] == {}


def test_a_meter_is_never_used_on_the_callers_thread(tmp_path):
    threads = set()

    class Watched(MeterProvider):
        def get_meter(self, *told, **more):
            threads.add(threading.current_thread().name)
            return super().get_meter(*told, **more)

    provider = Watched(shutdown_on_exit=False)
    store = provider._measurement_consumer
    consume = store.consume_measurement
    store.consume_measurement = lambda *told: (
        threads.add(threading.current_thread().name), consume(*told)
    )  # fmt: skip
    with otel.profile(file=tmp_path / "p.jsonl", meter_provider=provider, stream=True):
        run(5)
    assert threads == {"kumi-owner"}


def test_off_and_without_a_provider_nothing_is_imported_for_it(tmp_path):
    script = """
run(3)
otel.flush()
assert "opentelemetry.sdk.trace" in sys.modules
assert "opentelemetry.sdk.metrics" not in sys.modules
"""
    on = {"KUMI_PROFILE": "1", "KUMI_PROFILE_FILE": "p.jsonl"}
    done = python(SCHEMA + script, tmp_path, **on)
    assert done.returncode == 0, done.stderr


FORKED = """
from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

def counted(reader):
    assert otel.flush(60)
    data = reader.get_metrics_data()
    found = {m.name: m for r in data.resource_metrics for s in r.scope_metrics for m in s.metrics}
    (runs,) = found["kumi.runs"].data.data_points
    (took,) = found["kumi.run.duration"].data.data_points
    assert runs.value == took.count
    return runs.value
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.parametrize("file", ["", "p.jsonl"])
def test_a_child_counts_for_itself(tmp_path, file):
    script = f"""{FORKED}
reader = InMemoryMetricReader()
provider = MeterProvider([reader])
otel.instrument(meter_provider=provider)
run(5)
assert counted(reader) == 5
child = os.fork()
run(7)
if not child:
    assert counted(reader) == 12, counted(reader)  # what the SDK had copied, and its own
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
assert counted(reader) == 12, counted(reader)
"""
    environment = {"KUMI_PROFILE_FILE": file} if file else {}
    done = python(SCHEMA + script, tmp_path, **environment)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_child_counts_for_a_provider_of_its_own(tmp_path):
    script = f"""{FORKED}
otel.instrument()
run(5)
assert otel.flush(60)
child = os.fork()
if not child:
    reader = InMemoryMetricReader()
    metrics.set_meter_provider(MeterProvider([reader]))
    run(7)
    assert counted(reader) == 7
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
"""
    done = python(SCHEMA + script, tmp_path, KUMI_PROFILE_FILE="p.jsonl")
    assert (done.returncode, done.stderr) == (0, "")


def test_at_exit_the_last_runs_are_counted_before_the_provider_is_shut_down(tmp_path):
    script = """
from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import ConsoleMetricExporter, PeriodicExportingMetricReader

run(2)
metrics.set_meter_provider(MeterProvider([PeriodicExportingMetricReader(ConsoleMetricExporter())]))
run(40)
"""
    on = {"KUMI_PROFILE": "1", "KUMI_PROFILE_FILE": "p.jsonl"}
    done = python(SCHEMA + script, tmp_path, **on)
    assert (done.returncode, done.stderr) == (0, "")
    assert '"count": 40' in done.stdout or '"count": 42' in done.stdout
