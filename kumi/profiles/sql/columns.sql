-- The rows of a Parquet file as `events` of setup.sql has lines, with the same columns: an operation each.
-- What makes a line malformed there, does it here, where a value has a type: kumi/profiles/sources/
-- parquet_rows.py says `columns`, and which of them `are_sound`.
(
WITH
typed AS (
  SELECT {columns}, {are_sound} AS are_sound
  FROM read_parquet({path})
),
measured AS (
  SELECT
    *,
    CASE WHEN start_unix_nano IS NOT NULL AND end_unix_nano IS NOT NULL
           THEN CASE WHEN start_unix_nano >= 0 AND end_unix_nano >= 0
                       THEN end_unix_nano - start_unix_nano END
         ELSE rounded(duration_ms) END AS ns,
    operation IS NOT NULL AND are_sound AND is_duration(duration_ms) AND coalesce(ns >= 0, false) AS is_sound
  FROM typed
)
SELECT
  CASE WHEN is_sound THEN '"vm_operation"' END AS kind,
  CASE WHEN is_sound THEN ns END AS ns,
  coalesce(to_json("schema")::VARCHAR, '"Unknown"') AS "schema",
  to_json(operation)::VARCHAR AS "name",
  to_json(declaration)::VARCHAR AS declaration,
  to_json(origin)::VARCHAR AS origin,
  "index"::VARCHAR AS position,
  to_json("function")::VARCHAR AS "function",
  to_json(program)::VARCHAR AS program,
  nullif(left(run, 8), '') AS process,
  to_json("error")::VARCHAR AS "error",
  to_json(run)::VARCHAR AS run,
  coalesce(start_unix_nano, moment(to_json("timestamp")::VARCHAR)) AS began,
  "rows",
  rows_class("rows") AS rows_class,
  CASE WHEN ns > 100000 THEN {{'started': start_unix_nano, 'run': to_json(run)::VARCHAR}} END AS "first",
  NULL::BIGINT AS cpu,
  NULL::VARCHAR AS entire
FROM measured
)
