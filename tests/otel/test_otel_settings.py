import pytest

from kumi.otel import log, settings
from kumi.otel.settings import Settings, enabled, read


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch):
    monkeypatch.setattr(log, "_said", set())


def test_an_empty_environment_gives_the_documented_defaults():
    assert read({}) == Settings(
        file=None, ops=False, persistent=False, truncate=False, stream=False, traces="auto",
        max_bytes=None, block_ms=100.0, exit_ms=2000.0, memory=False, values=False,
    )  # fmt: skip


@pytest.mark.parametrize("text", ["1", "true", "TRUE", "yes", "on", " On "])
def test_what_turns_a_boolean_on(text):
    assert enabled({"KUMI_PROFILE": text})
    assert read({"KUMI_PROFILE_OPS": text}).ops


@pytest.mark.parametrize("text", ["0", "false", "No", "off", "", " "])
def test_what_turns_a_boolean_off(text):
    assert not enabled({"KUMI_PROFILE": text})
    assert not read({"KUMI_PROFILE_OPS": text}).ops


def test_arguments_win_over_the_environment(tmp_path):
    environ = {"KUMI_PROFILE_FILE": "env.jsonl", "KUMI_PROFILE_OPS": "1"}
    assert read(environ, file=tmp_path / "a.jsonl").file == str(tmp_path / "a.jsonl")
    assert read(environ, ops=False).ops is False
    assert read(environ, file=None).file is None
    assert read(environ).file == "env.jsonl"


@pytest.mark.parametrize(
    ("variable", "value", "accepted"),
    [
        ("KUMI_PROFILE_OPS", "maybe", "1/true/yes/on or 0/false/no/off"),
        ("KUMI_PROFILE_MAX_BYTES", "1 MB", "a number of bytes, 1 or more"),
        ("KUMI_PROFILE_MAX_BYTES", "0", "a number of bytes, 1 or more"),
        ("KUMI_PROFILE_BLOCK_MS", "-1", "milliseconds, 0 or more"),
        ("KUMI_PROFILE_EXIT_MS", "nan", "milliseconds, 0 or more"),
        ("KUMI_PROFILE_TRACES", "jaeger", "auto, off, native or native_operations"),
    ],
)
def test_a_bad_value_is_one_warning_and_the_default(caplog, variable, value, accepted):
    assert read({variable: value}) == Settings()
    read({variable: value})
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    for part in (variable, repr(value), accepted):
        assert part in record.getMessage()


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("ops", "maybe"), ("ops", None), ("ops", 2), ("max_bytes", 0), ("max_bytes", 1.5),
        ("block_ms", -1), ("exit_ms", float("nan")), ("exit_ms", None), ("traces", "jaeger"),
    ],
)  # fmt: skip
def test_a_bad_argument_is_one_warning_and_the_default(caplog, option, value):
    assert read({}, **{option: value}) == Settings()
    (record,) = caplog.records
    assert option in record.getMessage()
    assert str(value) in record.getMessage()


def test_arguments_are_what_the_program_has(tmp_path, caplog):
    found = read({}, ops=1, stream=True, max_bytes=None, block_ms=5, exit_ms=0.5, file=tmp_path)
    assert found == Settings(
        ops=True, stream=True, max_bytes=None, block_ms=5.0, exit_ms=0.5, file=str(tmp_path)
    )
    assert not caplog.records


def test_a_bad_switch_leaves_profiling_off(caplog):
    assert not enabled({"KUMI_PROFILE": "2"})
    assert "KUMI_PROFILE='2'" in caplog.text


def test_a_misspelt_variable_is_told_its_name(caplog):
    read({"KUMI_PROFILE_STREEM": "1"})
    assert "did you mean `KUMI_PROFILE_STREAM`?" in caplog.text


def test_the_owner_variable_is_no_typo(caplog):
    read({"KUMI_PROFILE_OWNER": "1f:2:3"})
    assert not caplog.records


def test_an_unknown_argument_is_a_mistake_in_the_program():
    with pytest.raises(TypeError, match=r"no setting is called 'strem'.*`stream`"):
        read({}, strem=True)


def test_a_disabled_sdk_sends_no_traces():
    assert read({"OTEL_SDK_DISABLED": "TRUE"}).traces == "off"
    assert read({"OTEL_SDK_DISABLED": "1"}).traces == "auto"


def test_every_option_is_a_setting():
    assert set(settings.Options.__annotations__) == set(Settings.__dataclass_fields__)
