-- How the times of the filtered events of one kind are distributed: kumi/profiles/typical.py says what
-- that is, with an example. `seen` is how many took at most `ns`; the reading of rank r, counted from 0,
-- is the first at which `seen` exceeds r. {medians} are ten of these, NULL past the last group; `usual`
-- is the one that pauses are measured from, of the group `ninth`, and is needed before these are.
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
  SELECT *, least(everything, 10) AS number, everything // number AS size, everything % number AS larger,
    greatest(number - 2, 0) AS ninth
  FROM cumulated
),
compared AS (
  SELECT *, min(CASE WHEN seen > {usual} THEN ns END) OVER w AS usual
  FROM sized
  WINDOW w AS (PARTITION BY {keys}, rows_class)
),
told AS (
  SELECT *, ns > 3 * usual::HUGEINT AND ns - usual > 100000 AS is_pause
  FROM compared
)
SELECT
  {keys}, any_value(everything), sum("rows"), list_filter([{medians}], lambda median: median IS NOT NULL),
  coalesce(sum(calls) FILTER (is_pause), 0), coalesce(sum((ns - usual)::HUGEINT * calls) FILTER (is_pause), 0),
  (list({{'ns': ns, 'first': "first"}} ORDER BY ns DESC) FILTER (is_pause))[1:3]
FROM told
GROUP BY {keys}, rows_class
