-- How the times of the filtered events of one kind are distributed: kumi/profiles/typical.py says what
-- that is, with an example. `seen` is how many took at most `ns`; the reading of rank r, counted from 0,
-- is the first at which `seen` exceeds r. {medians} are ten of these, NULL past the last group.
WITH
alike AS (
  SELECT {keys}, rows_class, ns, sum(calls) AS calls, sum("rows") AS "rows", min("first") AS "first"
  FROM chosen($kind, $free)
  GROUP BY ALL
),
cumulated AS (
  SELECT *, sum(calls) OVER (w ORDER BY ns) AS seen, sum(calls) OVER w AS everything
  FROM alike
  WINDOW w AS (PARTITION BY {keys}, rows_class)
),
sized AS (
  SELECT
    *,
    least(everything, 10) AS number, everything // number AS size, everything % number AS larger,
    dense_rank() OVER (ORDER BY {keys}, rows_class) AS part
  FROM cumulated
),
parts AS (
  SELECT
    {keys}, part, any_value(everything) AS calls, sum("rows") AS "rows",
    list_filter([{medians}], lambda median: median IS NOT NULL) AS medians,
    medians[greatest(len(medians) - 1, 1)] AS usual
  FROM sized
  GROUP BY {keys}, part
),
paused AS (
  SELECT part, sum(sized.calls) AS calls, sum((ns - usual)::HUGEINT * sized.calls) AS excess,
    list({{'ns': ns, 'first': "first"}} ORDER BY ns DESC)[1:3] AS longest
  FROM sized JOIN parts USING (part)
  WHERE ns > 3 * usual::HUGEINT AND ns - usual > 100000
  GROUP BY part
)
SELECT
  {keys}, parts.calls, "rows", medians, coalesce(paused.calls, 0), coalesce(excess, 0), longest
FROM parts LEFT JOIN paused USING (part)
