-- What a line says, and whether it is malformed: kumi/profiles/event_line.py says the same in Python,
-- with examples. Values stay JSON text, since a cast would lose their kind: 0.0012 and "0.0012" would
-- both become a number. As text the second one has its quotes, and no cast makes a number of it.

CREATE MACRO is_name(text) AS text IS NULL OR starts_with(text, '"');

-- A cast to BIGINT would round 1.5 and take 1e3, which are no integers to Python's JSON.
CREATE MACRO whole_number(text) AS
  CASE WHEN contains(text, '.') OR contains(text, 'e') OR contains(text, 'E') THEN NULL
       ELSE TRY_CAST(text AS BIGINT) END;

CREATE MACRO is_count(text) AS text IS NULL OR coalesce(whole_number(text) >= 0, false);

-- What lies between two counts, which cannot overflow; of negative ones it says nothing.
CREATE MACRO span_of(started, ended) AS
  CASE WHEN whole_number(started) >= 0 AND whole_number(ended) >= 0
         THEN whole_number(ended) - whole_number(started) END;

-- A number of milliseconds; -1 where it is none, which is no duration.
CREATE MACRO milliseconds(text) AS
  CASE WHEN text IS NOT NULL THEN coalesce(TRY_CAST(text AS DOUBLE), -1) END;

CREATE MACRO is_duration(ms) AS coalesce(ms BETWEEN 0 AND 9.2e12, true);

-- The length of a number in binary digits. A logarithm is quicker, and exact where it is not large.
CREATE MACRO rows_class(number) AS
  CASE WHEN coalesce(number, 0) <= 0 THEN 0
       WHEN number < 1099511627776 THEN floor(log2(number))::BIGINT + 1
       ELSE length(bin(number)) END;

-- The form that kumi/profiles/moments.py takes, as Unix nanoseconds cut to microseconds.
CREATE MACRO moment(text) AS
  CASE WHEN regexp_full_match(text, '"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]+)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"')
       THEN nullif(greatest(epoch_us(TRY_CAST(
         regexp_replace(text[2:-2], '([.][0-9]{6})[0-9]*', '\1') AS TIMESTAMPTZ))::HUGEINT, 0), 0) * 1000 END;

-- Milliseconds as nanoseconds, rounded half up.
CREATE MACRO rounded(ms) AS TRY_CAST(floor(ms * 1e6 + 0.5) AS BIGINT);

-- Half of a surrogate pair, and text that is no UTF-8, DuckDB refuses as strict readers do. It takes a comma
-- that trails, nan and inf, which this finds, and now and then what only looks like them, in a string.
CREATE MACRO looks_lenient(line) AS
  regexp_matches(line, ',[ \t\r]*[}\]]|[:,\[ \t\r][-+]?([nN][aA][nN]|[iI][nN][fF])');

CREATE MACRO is_deep(line) AS
  strlen(line) - strlen(replace(replace(line, '[', ''), '{', '')) > 100;

-- Whether DuckDB has read a line as kumi/profiles/strict_line.py would: then it is decided here, else there.
CREATE MACRO is_surely_strict(line) AS
  NOT looks_lenient(line) AND NOT is_deep(line)
  AND len(list_distinct(json_keys(line))) = len(json_keys(line));

-- The same of an object with so many known keys that have a value: with a comma between any two and no
-- others, no key stands twice, none is unknown, and no comma trails. That is soon counted. A value that is
-- nested is no name and no number, so that the line is malformed in any case.
CREATE MACRO has_no_more_than(line, known) AS strlen(line) - strlen(replace(line, ',', '')) = known - 1;

-- One row a line that is not blank. `kind` is the event's name as JSON text, NULL where the line is
-- malformed: a line that is no JSON object gives a row of NULLs (ignore_errors). In `entire` are lines
-- of which Python says what they are: events that it reads one by one, and what may not be strict.
-- At an object of more than 17 MiB or so DuckDB gives up on the file, and is given a copy in which long
-- lines are cut.
CREATE MACRO events(path) AS TABLE
WITH
lines AS (
  SELECT CASE WHEN strlen(json) < 16777216 THEN json::VARCHAR END AS line
  FROM read_ndjson_objects(
    path, ignore_errors = true, compression = 'uncompressed', maximum_object_size = 17825792)
),
objects AS (
  SELECT
    line,
    json_transform(line, '{
      "event": "JSON", "schema": "JSON", "operation": "JSON", "duration_ms": "JSON",
      "timestamp": "JSON", "declaration": "JSON", "index": "JSON", "function": "JSON",
      "rows": "JSON", "run": "JSON", "program": "JSON", "origin": "JSON", "start_unix_nano": "JSON",
      "end_unix_nano": "JSON", "error": "JSON", "name": "JSON", "cpu_ms": "JSON",
      "process": "JSON"}') AS j
  FROM lines
),
texts AS (
  SELECT
    line,
    j.event::VARCHAR AS event,
    event IN ('"vm_operation"', '"vm_declaration"', '"vm_run"', '"phase"') AS is_timed,
    CASE WHEN event = '"phase"' THEN j."schema"::VARCHAR
         ELSE coalesce(j."schema"::VARCHAR, '"Unknown"') END AS "schema",
    j.operation::VARCHAR AS operation,
    j."name"::VARCHAR AS phase,
    j.declaration::VARCHAR AS declaration,
    j.origin::VARCHAR AS origin,
    j."index"::VARCHAR AS "index",
    j."function"::VARCHAR AS "function",
    j.program::VARCHAR AS program,
    j.run::VARCHAR AS run,
    j.process::VARCHAR AS process,
    j."error"::VARCHAR AS "error",
    j."rows"::VARCHAR AS "rows",
    whole_number("rows") AS visited,
    milliseconds(j.duration_ms::VARCHAR) AS ms,
    milliseconds(j.cpu_ms::VARCHAR) AS cpu_ms,
    j."timestamp"::VARCHAR AS "timestamp",
    j.start_unix_nano::VARCHAR AS started,
    j.end_unix_nano::VARCHAR AS ended,
    (j.event IS NOT NULL)::INT + (j."schema" IS NOT NULL)::INT + (operation IS NOT NULL)::INT
      + (phase IS NOT NULL)::INT + (declaration IS NOT NULL)::INT + ("index" IS NOT NULL)::INT
      + ("function" IS NOT NULL)::INT + (program IS NOT NULL)::INT + (run IS NOT NULL)::INT
      + ("error" IS NOT NULL)::INT + ("rows" IS NOT NULL)::INT + (ms IS NOT NULL)::INT
      + (cpu_ms IS NOT NULL)::INT + ("timestamp" IS NOT NULL)::INT + (started IS NOT NULL)::INT
      + (ended IS NOT NULL)::INT + (origin IS NOT NULL)::INT AS known
  FROM objects
),
measured AS (
  SELECT
    *,
    CASE WHEN started IS NOT NULL AND ended IS NOT NULL THEN span_of(started, ended)
         ELSE rounded(ms) END AS ns,
    is_name("schema") AND is_name(operation) AND is_name(phase) AND is_name(declaration)
      AND is_name(origin) AND is_name("function") AND is_name(program) AND is_name(run) AND is_name("error")
      AND is_count("index") AND is_count(started) AND is_count(ended)
      AND ("rows" IS NULL OR coalesce(visited >= 0, false))
      AND is_duration(ms) AND is_duration(cpu_ms) AND coalesce(ns >= 0, false)
      AND CASE event WHEN '"vm_operation"' THEN operation IS NOT NULL
                     WHEN '"vm_declaration"' THEN declaration IS NOT NULL
                     WHEN '"phase"' THEN phase IS NOT NULL
                     ELSE true END AS is_sound,
    is_timed IS NOT TRUE
        AND event IN ('"profile_start"', '"program"', '"memory"', '"pause"', '"profile_end"')
      OR contains(run, chr(92)) OR length(run) < 10 OR contains(process, chr(92))
      OR CASE WHEN is_timed AND is_name("timestamp") AND has_no_more_than(line, known) THEN false
              ELSE NOT is_surely_strict(line) END AS is_for_python
  FROM texts
)
SELECT
  CASE WHEN starts_with(event, '"') AND (is_sound OR NOT is_timed) AND is_for_python IS NOT TRUE
         THEN event END AS kind,
  CASE WHEN kind IS NOT NULL AND is_timed THEN ns END AS ns,
  "schema",
  CASE WHEN event = '"phase"' THEN phase ELSE operation END AS "name",
  declaration, origin, "index" AS position, "function", program,
  CASE WHEN process IS NOT NULL AND regexp_full_match(process, '"[0-9a-f]{8}"') THEN substr(process, 2, 8)
       ELSE substr(run, 2, 8) END AS process,
  "error",
  run,
  coalesce(whole_number(started), moment("timestamp")) AS began,
  visited AS "rows",
  rows_class(visited) AS rows_class,
  -- Which of equal times was the first. Only what took long is ever looked up.
  CASE WHEN ns > 100000 THEN {'started': whole_number(started), 'run': run} END AS "first",
  rounded(cpu_ms) AS cpu,
  CASE WHEN is_for_python THEN line END AS entire
FROM measured;

CREATE TABLE counted (
  kind VARCHAR, ns BIGINT, "schema" VARCHAR, "name" VARCHAR, declaration VARCHAR, origin VARCHAR,
  position VARCHAR, "function" VARCHAR, program VARCHAR, process VARCHAR, "error" VARCHAR, entire VARCHAR,
  rows_class BIGINT, calls BIGINT, "rows" HUGEINT, "first" STRUCT(started BIGINT, run VARCHAR), cpu HUGEINT);
