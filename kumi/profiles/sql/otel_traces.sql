-- The spans of the collector's ClickHouse exporter as the table `counted` of setup.sql, in the words
-- of ClickHouse: what kumi/profiles/sources/otlp_lines.py makes of a span, counted in one pass. The
-- names in braces are attributes'; all attributes are texts there, and '' where there is none. As in
-- kumi/profiles/event_line.py, an event is malformed that ends before it begins, or whose rows or
-- index are no count. The column `first` is what `first_of` makes (warehouses/first_readings.py).
CREATE TEMPORARY TABLE {counted} ENGINE = Memory AS
WITH
spans AS (
  SELECT
    SpanName AS title,
    Duration AS took,
    toUnixTimestamp64Nano(Timestamp) AS started,
    ScopeName = '{scope}' AS is_own,
    mapContains(SpanAttributes, '{summary}') AS is_summary,
    mapContains(SpanAttributes, '{run_operations}') AS is_run,
    nullIf(SpanAttributes['{schema}'], '') AS of_schema,
    nullIf(SpanAttributes['{operation}'], '') AS of_operation,
    nullIf(SpanAttributes['{declaration}'], '') AS of_declaration,
    nullIf(SpanAttributes['{origin}'], '') AS of_origin,
    nullIf(SpanAttributes['{function}'], '') AS of_function,
    nullIf(SpanAttributes['{error}'], '') AS of_error,
    nullIf(SpanAttributes['{run}'], '') AS of_run,
    nullIf(SpanAttributes['{index}'], '') AS index,
    nullIf(SpanAttributes['{rows}'], '') AS visited
  FROM {table}
  WHERE {where}
),
events AS (
  SELECT
    *,
    multiIf(
      is_summary, 'summary', NOT is_own, 'span', isNotNull(of_operation), 'vm_operation',
      isNotNull(of_declaration), 'vm_declaration', is_run, 'vm_run', 'phase') AS event,
    toInt64OrNull(index) AS of_index,
    toInt64OrNull(visited) AS of_rows,
    event NOT IN ('summary', 'span') AS is_timed,
    took <= 9223372036854775807 AND (isNull(index) OR coalesce(of_index >= 0, false))
      AND (isNull(visited) OR coalesce(of_rows >= 0, false)) AS is_sound,
    is_timed AND is_sound AS is_counted,
    if(endsWith(title, concat(' ', of_schema)),
      leftUTF8(title, lengthUTF8(title) - lengthUTF8(of_schema) - 1), title) AS of_phase
  FROM spans
)
SELECT
  if(is_sound OR NOT is_timed, event, NULL) AS kind,
  if(is_counted, toInt64(took), NULL) AS ns,
  if(is_counted, if(event = 'phase', of_schema, coalesce(of_schema, 'Unknown')), NULL) AS schema,
  if(is_counted, if(event = 'phase', of_phase, of_operation), NULL) AS name,
  if(is_counted, of_declaration, NULL) AS declaration,
  if(is_counted, of_origin, NULL) AS origin,
  if(is_counted, of_index, NULL) AS position,
  if(is_counted, of_function, NULL) AS function,
  CAST(NULL AS Nullable(String)) AS program,
  if(is_counted, left(of_run, 8), NULL) AS process,
  if(is_counted, of_error, NULL) AS error,
  CAST(NULL AS Nullable(String)) AS entire,
  if(is_counted, length(trim(LEADING '0' FROM bin(coalesce(of_rows, 0)))), NULL) AS rows_class,
  count() AS calls,
  sum(toInt128(coalesce(of_rows, 0))) AS rows,
  min(if(is_counted AND took > 100000,
    concat(leftPad(toString(started), 19, '0'), coalesce(concat(' ', of_run), ':')), NULL)) AS first,
  CAST(NULL AS Nullable(Int128)) AS cpu
FROM events
GROUP BY kind, ns, schema, name, declaration, origin, position, function, program, process, error, entire,
  rows_class
