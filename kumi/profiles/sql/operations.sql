-- The operations of files as a table, a column a key of `vm_operation`, in the order of the lines.
-- Which lines are sound is said in sql/setup.sql for events of every kind; of operations it is said
-- here again, since ids, which no figure is made of, would cost each report a tenth of its time.
-- At a line that may not be strict (see there) it gives up: kumi/profiles/operations_table.py goes on.
-- `duration_ms` is made of the nanoseconds that count: rounded to six decimals it is exactly those.
CREATE MACRO text_of(value) AS CASE WHEN is_name(value::VARCHAR) THEN value ->> '$' END;

CREATE MACRO operations(path, are_strict) AS TABLE
WITH
lines AS (
  SELECT json::VARCHAR AS line
  FROM read_ndjson_objects(
    path, ignore_errors = true, compression = 'uncompressed', maximum_object_size = 17825792)
  WHERE strlen(json) < 16777216 AND (contains(json, 'vm_operation') OR contains(json, '\u'))
),
objects AS (
  SELECT
    json_transform(line, '{{
      "event": "JSON", "schema": "JSON", "operation": "JSON", "duration_ms": "JSON",
      "timestamp": "JSON", "declaration": "JSON", "index": "JSON", "function": "JSON",
      "origin": "JSON", "rows": "JSON", "run": "JSON", "program": "JSON", "trace_id": "JSON", "span_id": "JSON",
      "parent_span_id": "JSON", "start_unix_nano": "JSON", "end_unix_nano": "JSON", "error": "JSON",
      "name": "JSON", "cpu_ms": "JSON"}}') AS j
  FROM lines
  WHERE CASE WHEN are_strict OR is_surely_strict(line) THEN true
             ELSE error('may not be strict') END
),
operation_lines AS (SELECT j FROM objects WHERE j.event::VARCHAR = '"vm_operation"'),
measured AS (
  SELECT
    j,
    CASE WHEN j.start_unix_nano IS NOT NULL AND j.end_unix_nano IS NOT NULL
           THEN span_of(j.start_unix_nano::VARCHAR, j.end_unix_nano::VARCHAR)
         ELSE rounded(milliseconds(j.duration_ms::VARCHAR)) END AS ns
  FROM operation_lines
),
sound AS (
  SELECT
    j, ns, '"vm_operation"' AS kind,
    coalesce(j."schema"::VARCHAR, '"Unknown"') AS "schema",
    j.operation::VARCHAR AS "name",
    j.declaration::VARCHAR AS declaration,
    j.origin::VARCHAR AS origin,
    j.run::VARCHAR AS run,
    substr(run, 2, 8) AS process,
    coalesce(whole_number(j.start_unix_nano::VARCHAR), moment(j."timestamp"::VARCHAR)) AS began
  FROM measured
  WHERE j.operation IS NOT NULL AND is_name(j.operation::VARCHAR) AND is_name(j."schema"::VARCHAR)
    AND is_name(j."name"::VARCHAR) AND is_name(j.declaration::VARCHAR)
    AND is_name(j.origin::VARCHAR) AND is_name(j."function"::VARCHAR) AND is_name(j.program::VARCHAR)
    AND is_name(j.run::VARCHAR) AND is_name(j."error"::VARCHAR)
    AND is_count(j."index"::VARCHAR) AND is_count(j."rows"::VARCHAR)
    AND is_count(j.start_unix_nano::VARCHAR) AND is_count(j.end_unix_nano::VARCHAR)
    AND is_duration(milliseconds(j.duration_ms::VARCHAR))
    AND is_duration(milliseconds(j.cpu_ms::VARCHAR)) AND coalesce(ns >= 0, false)
)
SELECT
  'vm_operation' AS event,
  coalesce(j."schema" ->> '$', 'Unknown') AS "schema",
  j.operation ->> '$' AS operation,
  ns / 1e6 AS duration_ms,
  TRY_CAST(text_of(j."timestamp") AS TIMESTAMPTZ) AS "timestamp",
  j.declaration ->> '$' AS declaration,
  whole_number(j."index"::VARCHAR) AS "index",
  j."function" ->> '$' AS "function",
  j.origin ->> '$' AS origin,
  whole_number(j."rows"::VARCHAR) AS "rows",
  j.run ->> '$' AS run,
  j.program ->> '$' AS program,
  text_of(j.trace_id) AS trace_id,
  text_of(j.span_id) AS span_id,
  text_of(j.parent_span_id) AS parent_span_id,
  whole_number(j.start_unix_nano::VARCHAR) AS start_unix_nano,
  whole_number(j.end_unix_nano::VARCHAR) AS end_unix_nano,
  j."error" ->> '$' AS "error"
FROM sound
WHERE {passes};
