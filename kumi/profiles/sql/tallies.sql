-- Tallies of the filtered events of one kind. `seen` is how many took at most `ns`, `everything` how
-- many there are; a percentile is the first time at which `seen` has reached its share. The docstring
-- of Tally, in kumi/profiles/engine.py, says why and shows such a table.
WITH
alike AS (
  SELECT {keys}, ns, sum(calls) AS calls, sum("rows") AS "rows", sum(cpu) AS cpu
  FROM chosen($kind, $free)
  GROUP BY ALL
),
cumulated AS (
  SELECT *, sum(calls) OVER (w ORDER BY ns) AS seen, sum(calls) OVER w AS everything
  FROM alike
  WINDOW w AS (PARTITION BY {keys})
)
SELECT
  {keys},
  sum(calls), sum(ns::HUGEINT * calls), sum("rows"), max(ns),
  min(ns) FILTER (seen * 100 >= 50 * everything),
  min(ns) FILTER (seen * 100 >= 95 * everything),
  min(ns) FILTER (seen * 100 >= 99 * everything),
  sum(cpu)
FROM cumulated
GROUP BY {keys}
