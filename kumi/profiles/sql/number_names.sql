-- Once everything is counted: names become numbers, in `named`, and each row of `timed` has one. Many
-- times have the same names, which would take most of the memory, and of the time of each statement.
-- `counted` is what it was, with a `key`: which names are alike, as far as they are asked for.
CREATE TABLE named AS
SELECT (row_number() OVER () - 1)::INTEGER AS number, *
FROM (
  SELECT kind, "schema", "name", declaration, position, "function", program, process, "error"
  FROM counted WHERE ns IS NOT NULL
  UNION
  SELECT kind, "schema", "name", declaration, position, "function", program, process, "error"
  FROM run_groups
);

CREATE TABLE timed AS
SELECT number, ns, rows_class, calls, "rows", "first", cpu
FROM counted JOIN named ON counted.kind = named.kind
  AND counted."schema" IS NOT DISTINCT FROM named."schema"
  AND counted."name" IS NOT DISTINCT FROM named."name"
  AND counted.declaration IS NOT DISTINCT FROM named.declaration
  AND counted.position IS NOT DISTINCT FROM named.position
  AND counted."function" IS NOT DISTINCT FROM named."function"
  AND counted.program IS NOT DISTINCT FROM named.program
  AND counted.process IS NOT DISTINCT FROM named.process
  AND counted."error" IS NOT DISTINCT FROM named."error"
WHERE ns IS NOT NULL;

INSERT INTO timed
SELECT
  number, ns, rows_class, calls, CASE WHEN is_first THEN "rows" ELSE 0 END,
  CASE WHEN started IS NOT NULL
         THEN {'started': started, 'run': '"' || run_groups.process || format('{:08x}', run) || '"'} END,
  CASE WHEN is_first THEN cpu END
FROM run_times JOIN run_groups USING ("group") JOIN named ON run_groups.kind = named.kind
  AND run_groups."schema" IS NOT DISTINCT FROM named."schema"
  AND run_groups."name" IS NOT DISTINCT FROM named."name"
  AND run_groups.declaration IS NOT DISTINCT FROM named.declaration
  AND run_groups.position IS NOT DISTINCT FROM named.position
  AND run_groups."function" IS NOT DISTINCT FROM named."function"
  AND run_groups.program IS NOT DISTINCT FROM named.program
  AND run_groups.process IS NOT DISTINCT FROM named.process
  AND run_groups."error" IS NOT DISTINCT FROM named."error";

DROP TABLE run_times;
DROP TABLE run_groups;
DROP TABLE counted;

CREATE TABLE asked (number INTEGER, "key" INTEGER);

CREATE VIEW counted AS
SELECT * FROM timed JOIN named USING (number) JOIN asked USING (number)
