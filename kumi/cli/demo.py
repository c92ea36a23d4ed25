"""`kumi demo`: three real schemas on generated input, their profile, and where to go from there."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from kumi import examples
from kumi.cli.carrier import inherited
from kumi.cli.demo_trace import about_trace, provider_where_asked, root_span
from kumi.cli.recorded_file import filled_in, is_stream
from kumi.cli.shell_words import command_name, typed
from kumi.cli.show_report import show_report
from kumi.cli.terminal import emit, say, width
from kumi.letters import visible
from kumi.profiles.read_profiles import read_breakdown
from kumi.profiles.reports.drawing import wrapped
from kumi.profiles.unreadable import UnreadableError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

    from kumi.schema import Schema

DATA_ROWS = 2_000
RUNS = 2


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
    provider = provider_where_asked()
    trace_id = _recorded(output, provider)
    try:
        found = read_breakdown([output])
    except UnreadableError as error:
        raise click.ClickException(f"nothing was recorded: {visible(str(error))}") from error
    emit("\n")
    show_report(found, "summary", None, as_json=False)
    if trace_id is not None:
        say(about_trace(trace_id, output))
    say(_next(output))
    return 0


def _recorded(output: str, provider: TracerProvider | None) -> str | None:
    """Run the schemas and record them; the id of the trace, where there is one."""
    from kumi import otel  # noqa: PLC0415 - the SDK is slow to import, and --help needs none of it

    where = otel.profile(file=output, ops=True, truncate=True, tracer_provider=provider)
    with where, inherited(), root_span(provider) as trace_id, otel.phase("script_execution"):
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


def _next(output: str) -> str:
    kumi, profile = command_name(), typed(output)
    schema = typed(str(examples.path("us_tax_2024")))
    return (
        f"\nThe profile is in {visible(output)}. Next:\n"
        f"  {kumi} profile {profile} --detailed\n"
        f"  {kumi} profile {profile} --source --schema UsTax2024\n"
        f"  {kumi} ops {schema}"
    )
