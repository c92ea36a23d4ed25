-- Once everything is counted: names become numbers, in `named`, and each row of `timed` has one. Many
-- times have the same names, which would take most of the memory, and of the time of each statement.
-- `counted` is what it was, with a `key`: which names are alike, as far as they are asked for.
CREATE TABLE named AS
SELECT (row_number() OVER () - 1)::INTEGER AS number, *
FROM (SELECT {names} FROM counted WHERE ns IS NOT NULL UNION SELECT {names} FROM run_groups);

CREATE TABLE timed AS
SELECT number, ns, rows_class, calls, "rows", "first", cpu
FROM counted AS of JOIN named ON {are_alike}
WHERE ns IS NOT NULL;

INSERT INTO timed
SELECT
  number, ns, rows_class, calls, CASE WHEN is_first THEN "rows" ELSE 0 END,
  CASE WHEN started IS NOT NULL
         THEN {{'started': started, 'run': '"' || of.process || format('{{:08x}}', number_in_run) || '"'}} END,
  CASE WHEN is_first THEN cpu END
FROM run_times JOIN run_groups AS of USING ("group") JOIN named ON {are_alike};

DROP TABLE run_times;
DROP TABLE run_groups;
DROP TABLE counted;

CREATE TABLE asked (number INTEGER, "key" INTEGER);

CREATE VIEW counted AS
SELECT * FROM timed JOIN named USING (number) JOIN asked USING (number)
