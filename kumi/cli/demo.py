"""`kumi demo`: three real schemas on generated input, their profile, and where to go from there."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from kumi import examples
from kumi.cli.carrier import inherited
from kumi.cli.recorded_file import filled_in, is_stream, profile_end
from kumi.cli.shell_words import command_name, typed
from kumi.cli.show_report import show_report
from kumi.cli.terminal import emit, say, width
from kumi.letters import visible
from kumi.profiles.losses import is_of_traces
from kumi.profiles.open_profiles import UnreadableError
from kumi.profiles.read_profiles import read_breakdown
from kumi.profiles.reports.drawing import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.sdk.trace import TracerProvider

    from kumi.schema import Schema

DATA_ROWS = 2_000
RUNS = 2
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_TIMEOUTS = ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT")
PATIENCE = 3.0
"""Seconds to wait for a collector that may not be there, where the environment does not say."""
_LOCAL, _OTLP_PORTS = ("localhost", "127.0.0.1", "::1"), (4317, 4318)


@click.command()
@click.option(
    "-o",
    "output",
    metavar="FILE",
    default="kumi-demo.jsonl",
    show_default=True,
    help="The profile.",
)
def demo(output: str) -> int:
    """Run three real schemas on generated input, record every operation, and show the profile.

    With OTEL_EXPORTER_OTLP_ENDPOINT set, the runs are also sent as one trace.

    \b
    Examples:
      kumi demo
      OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 kumi demo
    """
    output = filled_in(output, "kumi-demo")
    if is_stream(output):
        raise click.UsageError(f"{output} is no file: the report is read back from the profile")
    provider = _provider()
    trace_id = _recorded(output, provider)
    try:
        found = read_breakdown([output])
    except UnreadableError as error:
        raise click.ClickException(f"nothing was recorded: {visible(str(error))}") from error
    emit("\n")
    show_report(found, "summary", None, as_json=False)
    if trace_id is not None:
        say(_about_trace(trace_id, output))
    say(_next(output))
    return 0


def _recorded(output: str, provider: TracerProvider | None) -> str | None:
    """Run the schemas and record them; the id of the trace, where there is one."""
    from kumi import otel  # noqa: PLC0415 - the SDK is slow to import, and --help needs none of it

    where = otel.profile(file=output, ops=True, truncate=True, tracer_provider=provider)
    with where, inherited(), _root_span(provider) as trace_id, otel.phase("script_execution"):
        for name in examples.NAMES:
            _computed(name)
    if provider is not None:
        provider.shutdown()
    return trace_id


def _computed(name: str) -> None:
    """One schema, run over its data, and what came out of it in a line."""
    import kumi  # noqa: PLC0415 - --help needs no compiler
    from kumi.examples.generate import GENERATORS  # noqa: PLC0415 - --help needs no data

    schema = kumi.load(examples.path(name))
    data = GENERATORS[name](DATA_ROWS)
    for _ in range(RUNS):
        result = schema.run(data)
    said = wrapped(f"{schema.__name__}: {_totals(result)}", width(sys.stdout))
    say("\n".join(said))


def _totals(result: Schema) -> str:
    """The outputs that are one number, not one for each row."""
    plain = {name: value for name, value in result.to_dict().items() if not isinstance(value, list)}
    return ", ".join(f"{name} {_number(value)}" for name, value in plain.items())


def _number(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}" if abs(value) >= 1 else f"{value:.3f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _variable(names: tuple[str, ...]) -> str | None:
    """The first of these variables that is set."""
    return next((os.environ[name] for name in names if os.environ.get(name)), None)


def _provider() -> TracerProvider | None:
    """Telemetry set up as an application would, where the environment names an endpoint."""
    if _variable(_ENDPOINTS) is None:
        return None
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource  # noqa: PLC0415 - the SDK is slow to import
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - part of the SDK
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - part of the SDK

    from kumi.otel import KumiOTLPSpanExporter  # noqa: PLC0415 - it imports the SDK

    named = "OTEL_SERVICE_NAME" in os.environ
    provider = TracerProvider(
        resource=Resource.create({} if named else {SERVICE_NAME: "kumi-demo"})
    )
    timeout = None if _variable(_TIMEOUTS) else PATIENCE
    provider.add_span_processor(BatchSpanProcessor(KumiOTLPSpanExporter(timeout=timeout)))
    return provider


@contextmanager
def _root_span(provider: TracerProvider | None) -> Iterator[str | None]:
    """A span around everything, so that all of it is one trace; gives the trace's id."""
    if provider is None:
        yield None
        return
    with provider.get_tracer("kumi.demo").start_as_current_span("kumi demo") as span:
        yield f"{span.get_span_context().trace_id:032x}"


def _about_trace(trace_id: str, output: str) -> str:
    """What became of the trace; the file's last line has the counts, unless the disk was full."""
    endpoint = _variable(_ENDPOINTS) or ""
    end = profile_end(output)
    if end is None:
        return f"\nTrace {trace_id}: sent to {endpoint}; {visible(output)} has no counts"
    if dropped := sum(n for why, n in end["dropped"].items() if is_of_traces(why)):
        return f"\nTrace {trace_id}: {dropped:,} spans did not reach {endpoint}; is it running?"
    lines = f"\nTrace {trace_id}: {_sent(end['spans']):,} spans sent to {endpoint}"
    url = urlsplit(endpoint if "//" in endpoint else f"//{endpoint}")
    if url.hostname in _LOCAL and url.port in _OTLP_PORTS:
        lines += f"\n  http://localhost:16686/trace/{trace_id}"
    return lines


def _sent(spans: dict[str, int]) -> int:
    """Spans that an exporter took, or a processor that has one."""
    return spans.get("sent", 0) + spans.get("handed", 0)


def _next(output: str) -> str:
    kumi, profile = command_name(), typed(output)
    schema = typed(str(examples.path("us_tax_2024")))
    return (
        f"\nThe profile is in {visible(output)}. Next:\n"
        f"  {kumi} profile {profile} --detailed\n"
        f"  {kumi} profile {profile} --raw --schema UsTax2024\n"
        f"  {kumi} ops {schema}"
    )
