-- What was counted by position, in tables like those of number_names.sql. `times` are groups, nanoseconds
-- and how often; `firsts`, of long times, when the first began, and the second half of its run's id as a
-- number. The names of groups come as lists. Rows and CPU times, known of a group together, stand in the
-- first of its rows.
CREATE TABLE run_groups AS
WITH groups AS (
  SELECT
    unnest(range(len($kind::VARCHAR[]))) AS "group",
    unnest($kind::VARCHAR[]) AS kind, unnest($schema::VARCHAR[]) AS "schema",
    unnest($name::VARCHAR[]) AS "name", unnest($declaration::VARCHAR[]) AS declaration,
    unnest($origin::VARCHAR[]) AS origin,
    unnest($position::BIGINT[]) AS position, unnest($function::VARCHAR[]) AS "function",
    unnest($program::VARCHAR[]) AS program, unnest($process::VARCHAR[]) AS process,
    unnest($error::VARCHAR[]) AS "error", unnest($rows_class::BIGINT[]) AS rows_class,
    unnest($rows::HUGEINT[]) AS "rows", unnest($cpu::HUGEINT[]) AS cpu
)
SELECT
  "group", to_json(kind)::VARCHAR AS kind, to_json("schema")::VARCHAR AS "schema",
  to_json("name")::VARCHAR AS "name", to_json(declaration)::VARCHAR AS declaration,
  to_json(origin)::VARCHAR AS origin,
  position::VARCHAR AS position, to_json("function")::VARCHAR AS "function",
  to_json(program)::VARCHAR AS program, process, to_json("error")::VARCHAR AS "error", rows_class,
  "rows", cpu, NULL::VARCHAR AS run
FROM groups;

CREATE TABLE run_times AS
SELECT
  "group", ns, calls, started, firsts.run AS number_in_run,
  ns = min(ns) OVER (PARTITION BY "group") AS is_first
FROM times LEFT JOIN firsts USING ("group", ns)
