-- The one pass over a file: how often each (keys, nanoseconds) occurs. Everything else is made from
-- these counts, so that percentiles are exact and files add up. Of four lines that differ only in
-- their times, 10, 10, 20 and 90 ns, three rows are left: 10 ns with 2 calls, 20 and 90 ns with 1.
-- An event that does not pass the filters has no time here: it is counted as a line and no more.
INSERT INTO counted
SELECT
  kind, CASE WHEN {passes} THEN ns END AS ns, "schema", "name", declaration, origin, position,
  "function", program, process, "error", entire, rows_class, count(*) AS calls, coalesce(sum("rows"), 0) AS "rows",
  min("first") AS "first", sum(cpu) AS cpu{run}
FROM {events}
GROUP BY ALL
