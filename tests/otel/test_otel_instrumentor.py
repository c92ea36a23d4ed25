"""`opentelemetry-instrument` with a script that knows nothing of it, and the class that it loads."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from otel_subjects import Keeping, kumi_spans, of, provider_of, python, read, run
from otlp_receivers import http_receiver
from patience import HANG

from kumi import otel
from kumi.otel.instrumentor import KumiInstrumentor

SCRIPT = """
import sys
import kumi

class Pay(kumi.Schema):
    class Input(kumi.Record):
        hours: kumi.Field[float]
        rate: kumi.Field[float]

    gross = kumi.value(Input.hours * Input.rate)

for hours in range(int(sys.argv[1]) if sys.argv[1:] else 1):
    Pay.run(hours=float(hours), rate=20.0)
print("done")
"""
RUN = Counter({"run Pay": 1, "Pay.inputs": 1, "Pay.gross": 1})
OPERATIONS = Counter({"LoadInput hours": 1, "LoadInput rate": 1, "Map multiply": 1})
PHASES = Counter(f"{phase} Pay" for phase in ("compile", "parse", "analyze", "lower", "codegen"))
ONLY_TRACES = {"OTEL_METRICS_EXPORTER": "none", "OTEL_LOGS_EXPORTER": "none"}
CONFIG = {
    "file_format": "1.0",
    "resource": {"attributes": [{"name": "service.name", "value": "shop"}]},
}


@pytest.fixture
def received():
    with http_receiver() as received:
        yield received


@pytest.fixture
def instrumented(tmp_path, received):
    """Runs a script as a shell would; traces go to the receiver unless the variables say otherwise."""

    def started(script=SCRIPT, *arguments, **environment):
        (tmp_path / "script.py").write_text(script)
        programs = Path(sys.executable).parent
        to_receiver = {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "OTEL_EXPORTER_OTLP_ENDPOINT": received.endpoint,
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        }
        done = subprocess.run(
            [programs / "opentelemetry-instrument", "python", "script.py", *arguments],
            cwd=tmp_path, env=os.environ | ONLY_TRACES | to_receiver | environment,
            capture_output=True, text=True, timeout=HANG, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
        return done.stderr

    return started


@pytest.fixture
def configured(tmp_path):
    """Writes a configuration file, which may be JSON; gives the variable that names it."""

    def written(**sections):
        (tmp_path / "otel.json").write_text(json.dumps(CONFIG | sections))
        return {"OTEL_CONFIG_FILE": "otel.json"}

    return written


def to_file(exporter="kumi_jsonl", **arguments):
    return {"processors": [{"batch": {"exporter": {exporter: arguments}}}]}


def asking(**settings):
    return {"python": {"kumi": settings}}


def names(received):
    spans = received.spans()
    assert len({span.span_id for span in spans}) == len(spans)
    return Counter(span.name for span in spans)


# The command.


@pytest.mark.parametrize("exporter", ["otlp", "kumi_otlp"])
def test_an_unchanged_script_is_profiled(instrumented, received, exporter):
    assert instrumented(OTEL_TRACES_EXPORTER=exporter) == ""
    assert names(received) == RUN + PHASES


def test_operations_where_they_are_asked_for(instrumented, received):
    instrumented(KUMI_PROFILE_OPS="1")
    assert names(received) == RUN + OPERATIONS + PHASES


def test_spans_have_the_service_s_name_and_are_below_its_own(instrumented, received):
    within = "from opentelemetry import trace\n"
    within += "with trace.get_tracer('shop').start_as_current_span('request'):\n"
    within += SCRIPT.replace("\n", "\n    ")
    instrumented(within, OTEL_SERVICE_NAME="shop")

    spans = {span.name: span for span in received.spans()}
    assert spans["run Pay"].parent_span_id == spans["request"].span_id
    said = {
        each.key: each.value.string_value
        for each in received.resource_spans()[0].resource.attributes
    }
    assert said["service.name"] == "shop"
    assert said["telemetry.auto.version"]


@pytest.mark.parametrize("exporter", ["none", "kumi_jsonl"])
def test_a_file_as_without_the_command(instrumented, tmp_path, exporter):
    instrumented(OTEL_TRACES_EXPORTER=exporter, KUMI_PROFILE_FILE="p.jsonl")
    assert len(of(read(tmp_path / "p.jsonl"), "vm_run")) == 1


def test_a_python_child_is_profiled_as_well(instrumented, received, tmp_path):
    (tmp_path / "child.py").write_text(SCRIPT)
    instrumented("import subprocess\nsubprocess.run(['python', 'child.py'])\n")
    assert names(received) == RUN + PHASES


@pytest.mark.parametrize(
    ("variables", "runs"),
    [
        ({"KUMI_PROFILE": "0"}, 0),
        ({"KUMI_PROFILE": ""}, 0),
        ({"KUMI_PROFILE": "1"}, 1),
        ({"OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": "kumi"}, 0),
        ({"OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": "flask"}, 1),
        ({"OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": "kumi", "KUMI_PROFILE": "1"}, 1),
        ({"OTEL_SDK_DISABLED": "true"}, 0),
        ({"OTEL_SDK_DISABLED": "true", "KUMI_PROFILE_FILE": "p.jsonl"}, 0),
    ],
)
def test_who_turns_it_off(instrumented, received, tmp_path, variables, runs):
    assert instrumented(**variables) == ""
    assert names(received)["run Pay"] == runs
    assert not (tmp_path / "p.jsonl").exists()


def test_a_switch_that_is_none_leaves_it_on_and_is_one_line(instrumented, received):
    said = instrumented(KUMI_PROFILE="perhaps")
    assert said.count("\n") == 1
    assert "KUMI_PROFILE='perhaps' is not accepted" in said
    assert names(received)["run Pay"] == 1


@pytest.mark.parametrize("runs", [0, 3])
def test_without_a_destination_the_first_run_says_so_once(instrumented, configured, runs):
    said = instrumented(SCRIPT, str(runs), **configured(), PYTHONWARNINGS="ignore")
    assert said.count("nothing is profiled") == bool(runs)


def test_nothing_begins_before_the_first_run(instrumented, tmp_path):
    looking = """
import sys, threading
import kumi
heavy = {"numpy", "kumi.otel.settings", "kumi.otel.runtime", "kumi.schema"}
assert heavy.isdisjoint(sys.modules), heavy & set(sys.modules)
assert not [each.name for each in threading.enumerate() if each.name.startswith("kumi")]
print("done")
"""
    before = {"script.py"}
    assert instrumented(looking, KUMI_PROFILE_FILE="p.jsonl") == ""
    assert {each.name for each in tmp_path.iterdir()} == before


# The configuration file.


def test_a_file_that_asks_for_kumi(instrumented, configured, tmp_path):
    settings = configured(
        tracer_provider=to_file(path="spans.jsonl"),
        **{"instrumentation/development": asking(ops=True, sample=10)},
    )
    instrumented(SCRIPT, "20", **settings)
    events = read(tmp_path / "spans.jsonl")
    assert len(of(events, "vm_run")) == 2
    assert len(of(events, "vm_operation")) == 2 * OPERATIONS.total()


def test_the_file_of_the_page(instrumented, received, tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "services.md").read_text("utf-8")
    text = re.search(r"```yaml\n(.*?)```", page, re.DOTALL)[1]
    (tmp_path / "otel.yaml").write_text(text.replace("http://localhost:4318", received.endpoint))
    said = instrumented(OTEL_CONFIG_FILE="otel.yaml", OTEL_EXPORTER_OTLP_PROTOCOL="grpc")
    assert "kumi" not in said
    assert names(received)["run Pay"] == 1
    assert len(of(read(tmp_path / "spans.jsonl"), "vm_run")) == 1


def test_a_file_that_does_not_name_kumi_leaves_it_on(instrumented, configured, tmp_path):
    instrumented(**configured(tracer_provider=to_file(path="spans.jsonl")))
    assert len(of(read(tmp_path / "spans.jsonl"), "vm_run")) == 1


@pytest.mark.parametrize(
    ("variables", "written"),
    [
        ({"OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": "kumi"}, True),  # the command's own list only
        ({"KUMI_PROFILE": "0"}, False),
    ],
)
def test_who_turns_off_what_a_file_names(instrumented, configured, tmp_path, variables, written):
    settings = configured(**{"instrumentation/development": asking(file="p.jsonl")})
    instrumented(**settings, **variables)
    assert (tmp_path / "p.jsonl").exists() is written


def test_the_otlp_exporter_in_a_file(instrumented, configured, received):
    exporter = to_file(
        "kumi_otlp", endpoint=f"{received.endpoint}/v1/traces", protocol="http/protobuf"
    )
    instrumented(**configured(tracer_provider=exporter), OTEL_EXPORTER_OTLP_PROTOCOL="grpc")
    assert names(received) == RUN + PHASES


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"oops": True}, "no setting is called 'oops', it is ignored: did you mean `ops`?"),
        ({"sample": "ten"}, "sample='ten' is not accepted (a number of runs, 1 or more); using 1"),
        ({"ops": None}, "ops='None' is not accepted"),
        ({"slow_ms": ["3x"]}, "slow_ms=\"['3x']\" is not accepted"),
        (
            {"tracer_provider": "otlp"},
            "no traces of Kumi are sent: builtins.str is no tracer provider",
        ),
    ],
)
def test_a_wrong_setting_in_a_file_is_one_line(instrumented, configured, tmp_path, given, said):
    settings = configured(
        tracer_provider=to_file(path="spans.jsonl"),
        **{"instrumentation/development": asking(**given, file="p.jsonl")},
    )
    lines = instrumented(SCRIPT, "3", **settings).splitlines()
    assert len([line for line in lines if said in line]) == 1
    assert not [line for line in lines if "Traceback" in line]
    assert len(of(read(tmp_path / "p.jsonl"), "vm_run")) == 3


def test_a_file_without_a_tracer_provider_replaces_the_variables(
    instrumented, configured, received
):
    said = instrumented(
        **configured(), OTEL_TRACES_EXPORTER="kumi_otlp", KUMI_PROFILE_FILE="p.jsonl"
    )
    assert said.count("OTEL_CONFIG_FILE is set, but no tracer provider") == 1
    assert names(received) == Counter()


# The class, as a program calls it.


@pytest.fixture
def instrumentor():
    instrumentor = KumiInstrumentor()
    yield instrumentor
    if instrumentor.is_instrumented_by_opentelemetry:
        instrumentor.uninstrument()


def test_programs_that_have_run_before_are_profiled_from_then_on(instrumentor, tmp_path):
    run()
    instrumentor.instrument(file=tmp_path / "p.jsonl", ops=True)
    run(2)
    instrumentor.uninstrument()
    run()
    assert len(of(read(tmp_path / "p.jsonl"), "vm_run")) == 2


def test_a_provider_that_is_given(instrumentor):
    keeping = Keeping()
    instrumentor.instrument(
        tracer_provider=provider_of(SimpleSpanProcessor(keeping)), logger_provider=object()
    )
    run()
    instrumentor.uninstrument()
    assert [span.name for span in kumi_spans(keeping.spans)].count("run Taxed") == 1


def test_nothing_that_is_given_raises(instrumentor, caplog, tmp_path):
    class Nameless:
        def __str__(self):
            raise ValueError("no text")

    run()
    instrumentor.instrument(
        ops=Nameless(), oops=1, skip_dep_check=True, auto_instrumentation=True, sigterm=False
    )
    run()
    assert "no setting is called 'oops'" in caplog.text
    assert "auto_instrumentation" not in caplog.text


def test_where_profiling_is_on_already_its_settings_stay(instrumentor, caplog, tmp_path):
    run()
    otel.instrument(file=tmp_path / "own.jsonl")
    instrumentor.instrument(file=tmp_path / "p.jsonl")
    run()
    otel.uninstrument()
    assert caplog.text.count("profiling is on already") == 1
    assert len(of(read(tmp_path / "own.jsonl"), "vm_run")) == 1
    assert not (tmp_path / "p.jsonl").exists()


def test_without_the_first_run_there_is_nothing_to_take_back(tmp_path):
    script = """
from kumi.otel.instrumentor import KumiInstrumentor
KumiInstrumentor().instrument(file="p.jsonl")
KumiInstrumentor().uninstrument()
"""
    done = python(script + SCRIPT, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert not (tmp_path / "p.jsonl").exists()


def test_a_program_s_own_settings_win_over_the_command_s(instrumented, tmp_path):
    own = "from kumi import otel\notel.instrument(file='own.jsonl', traces='off')\n"
    assert instrumented(own + SCRIPT, KUMI_PROFILE_FILE="p.jsonl") == ""
    assert len(of(read(tmp_path / "own.jsonl"), "vm_run")) == 1
    assert not (tmp_path / "p.jsonl").exists()


# What loading costs.


LIGHT = """
import sys, threading
import opentelemetry.instrumentation.instrumentor
from importlib.metadata import entry_points
(found,) = entry_points(group="opentelemetry_instrumentor", name="kumi")
before = set(sys.modules)
found.load()().instrument(skip_dep_check=True)
print(sorted(name for name in set(sys.modules) - before if not name.startswith("kumi")))
print(sorted(name for name in set(sys.modules) - before if name.startswith("kumi")))
print(threading.active_count())
"""


def test_loading_the_instrumentor_imports_next_to_nothing(tmp_path):
    done = python(LIGHT, tmp_path)
    others, ours, threads = done.stdout.splitlines()
    assert others == "[]", done.stderr
    assert ours == str(
        [
            "kumi", "kumi.forks", "kumi.hooks", "kumi.otel", "kumi.otel.instrumentor",
            "kumi.otel.sigterm", "kumi.otel.switches",
        ]
    )  # fmt: skip
    assert threads == "1"


@pytest.mark.parametrize("name", ["kumi_otlp", "kumi_jsonl"])
def test_an_exporter_is_light_until_it_is_built(tmp_path, name):
    script = f"""
import sys
from importlib.metadata import entry_points
import opentelemetry.sdk.trace.export
from opentelemetry.sdk.trace.export import SpanExporter
HEAVY = ("numpy", "requests", "grpc", "duckdb", "google.protobuf")
(found,) = entry_points(group="opentelemetry_traces_exporter", name="{name}")
made = found.load()
assert issubclass(made, SpanExporter)
print([name for name in HEAVY if name in sys.modules])
made()
print("numpy" in sys.modules)
"""
    done = python(script, tmp_path)
    assert done.stdout == "[]\nTrue\n", done.stderr


def test_in_an_interpreter_without_signals_nothing_is_raised(tmp_path):
    subinterpreters = pytest.importorskip("_xxsubinterpreters", reason="made so until Python 3.12")
    script = "import kumi.otel.sigterm as s\ns.install_unless_off()"
    interpreter = subinterpreters.create()
    try:
        subinterpreters.run_string(interpreter, script)
    finally:
        subinterpreters.destroy(interpreter)


def test_a_handler_of_sigterm_is_there_before_a_server_looks(instrumented):
    """uvicorn remembers the handlers that it finds, and raises the signal again with them."""
    script = """
import signal, sys
print("done")
sys.exit(0 if callable(signal.getsignal(signal.SIGTERM)) is {expected} else 1)
"""
    instrumented(script.format(expected=True))
    for off in ({"KUMI_PROFILE": "0"}, {"KUMI_PROFILE_SIGTERM": "0"}):
        instrumented(script.format(expected=False), **off)
