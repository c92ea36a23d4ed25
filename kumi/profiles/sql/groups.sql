-- Once everything is counted: names become numbers, and each row of `grouped` has one. Rows of files
-- and CPU times are known of a group together.
CREATE TABLE named AS
SELECT row_number() OVER () - 1 AS "group", *
FROM (
  SELECT {names}, rows_class, sum("rows") AS "rows", sum(cpu) AS cpu
  FROM counted
  WHERE ns IS NOT NULL
  GROUP BY {names}, rows_class);

CREATE TABLE grouped AS
SELECT "group", ns, calls, "first"
FROM counted AS of JOIN named ON {are_alike} AND of.rows_class = named.rows_class
WHERE ns IS NOT NULL;

DROP TABLE counted
