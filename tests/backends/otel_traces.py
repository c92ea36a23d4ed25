"""The table of the collector's ClickHouse exporter, and its rows for what the file exporter wrote.

The definition is that of exporter/clickhouseexporter/internal/sqltemplates/traces_table.sql in
opentelemetry-collector-contrib 0.161, but for compression, indices and the time to live.
"""

from span_views import by_id

TABLE = """
CREATE TABLE {} (
  Timestamp DateTime64(9), TraceId String, SpanId String, ParentSpanId String, TraceState String,
  SpanName LowCardinality(String), SpanKind LowCardinality(String), ServiceName LowCardinality(String),
  ResourceAttributes Map(LowCardinality(String), String), ScopeName String, ScopeVersion String,
  SpanAttributes Map(LowCardinality(String), String), Duration UInt64,
  StatusCode LowCardinality(String), StatusMessage String,
  Events Nested (
    Timestamp DateTime64(9), Name LowCardinality(String), Attributes Map(LowCardinality(String), String)),
  Links Nested (
    TraceId String, SpanId String, TraceState String, Attributes Map(LowCardinality(String), String))
) ENGINE = MergeTree() PARTITION BY toDate(Timestamp) ORDER BY (ServiceName, SpanName, toDateTime(Timestamp))
"""
_COLUMNS = ["Timestamp", "SpanId", "SpanName", "ServiceName", "ScopeName", "SpanAttributes"]
_COLUMNS += ["Duration"]


def make_table(client, name, resource_spans):
    """Make the table as the exporter does, and fill it with spans of OTLP messages."""
    client.command(TABLE.format(name))
    rows = [_row(key, span) for key, span in by_id(resource_spans).items()]
    client.insert(name, rows, column_names=_COLUMNS)


def _row(key, span):
    start, end = span["start_time_unix_nano"], span["end_time_unix_nano"]
    texts = {name: _text(value) for name, value in span["attributes"].items()}
    service, scope = span["resource"]["service.name"], span["scope"][0]
    return [start, key, span["name"], service, scope, texts, end - start]


def _text(value):
    """A value of an attribute as the exporter writes it: all are texts."""
    return value if isinstance(value, str) else str(value)
