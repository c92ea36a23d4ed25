"""What `kumi.otel` offers."""

import threading

import pytest
from otel_subjects import eventually, of, read
from patience import HANG

import kumi
from kumi import otel


def test_every_name_can_be_had():
    assert set(otel.__all__) == {
        "JsonlSpanExporter", "KumiOTLPSpanExporter", "configure", "flush", "instrument",
        "memory_snapshot", "pause", "phase", "profile", "resume", "start_from_environment",
        "uninstrument",
    }  # fmt: skip
    for name in otel.__all__:
        assert callable(getattr(otel, name))
    assert dir(otel) == otel.__all__


def test_no_other_name_can():
    with pytest.raises(AttributeError, match="no attribute 'profil'"):
        otel.profil


def test_where_nothing_is_profiled_they_do_nothing():
    otel.pause()
    otel.resume()
    otel.memory_snapshot("nothing")
    assert otel.flush()
    otel.uninstrument()


def test_an_option_that_there_is_not_is_the_programs_mistake():
    with pytest.raises(TypeError, match="did you mean `stream`"):
        otel.instrument(strem=True)
    otel.uninstrument()


def test_a_second_instrument_changes_nothing_and_says_so(tmp_path, caplog):
    otel.instrument(file=tmp_path / "a.jsonl")
    otel.instrument(file=tmp_path / "b.jsonl")
    assert "profiling is on already" in caplog.text


class Doubled(kumi.Schema):
    class Input(kumi.Record):
        xs: kumi.Array[float]

    ys = kumi.value(Input.xs * 2.0)


class Late(list):
    """Data that is not there at once."""

    def __init__(self, begun, may_end):
        super().__init__([1.0])
        self.begun, self.may_end = begun, may_end

    def __len__(self):
        self.begun.set()
        self.may_end.wait(HANG)
        return super().__len__()


@pytest.mark.parametrize("stream", [False, True])
def test_a_run_that_outlasts_profiling_is_right_and_written_when_it_ends(tmp_path, stream):
    begun, may_end, results = threading.Event(), threading.Event(), []
    with otel.profile(file=tmp_path / "p.jsonl", ops=True, stream=stream):
        Doubled.run(xs=[1.0])
        data = Late(begun, may_end)
        thread = threading.Thread(target=lambda: results.append(Doubled.run(xs=data).ys))
        thread.start()
        assert begun.wait(HANG)
    may_end.set()
    thread.join()
    assert results == [[2.0]]
    eventually(lambda: of(read(tmp_path / "p.jsonl"), "profile_end")[-1]["runs"]["seen"] == 2)
    assert len(of(read(tmp_path / "p.jsonl"), "vm_run")) == 2
