"""What `kumi.otel` offers."""

import pytest

from kumi import otel


def test_every_name_can_be_had():
    assert set(otel.__all__) == {
        "JsonlSpanExporter", "KumiOTLPSpanExporter", "flush", "instrument", "memory_snapshot",
        "pause", "phase", "profile", "resume", "start_from_environment", "uninstrument",
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
