-- Events that Python has read, a list a column, beside those that count.sql has counted.
INSERT INTO counted
WITH
columns AS (
  SELECT
    unnest($kind::VARCHAR[]) AS kind, unnest($ns::BIGINT[]) AS ns, unnest($schema::VARCHAR[]) AS "schema",
    unnest($name::VARCHAR[]) AS "name", unnest($declaration::VARCHAR[]) AS declaration,
    unnest($origin::VARCHAR[]) AS origin,
    unnest($position::BIGINT[]) AS position, unnest($function::VARCHAR[]) AS "function",
    unnest($program::VARCHAR[]) AS program, unnest($process::VARCHAR[]) AS process,
    unnest($error::VARCHAR[]) AS "error", unnest($rows_class::BIGINT[]) AS rows_class,
    unnest($started::BIGINT[]) AS started, unnest($run::VARCHAR[]) AS run,
    unnest($rows::BIGINT[]) AS "rows", unnest($cpu::BIGINT[]) AS cpu, unnest($calls::BIGINT[]) AS calls
)
SELECT
  to_json(kind)::VARCHAR, ns, to_json("schema")::VARCHAR, to_json("name")::VARCHAR,
  to_json(declaration)::VARCHAR, to_json(origin)::VARCHAR, position::VARCHAR, to_json("function")::VARCHAR,
  to_json(program)::VARCHAR, process, to_json("error")::VARCHAR, NULL, rows_class, calls,
  "rows"::HUGEINT * calls,
  CASE WHEN ns > 100000 THEN {{'started': started, 'run': to_json(run)::VARCHAR}} END,
  cpu::HUGEINT * calls{run}
FROM columns
