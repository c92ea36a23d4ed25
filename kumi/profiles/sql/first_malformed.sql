-- The lines that are malformed, and those of which Python says whether they are, in their order; `number`
-- counts those that are not blank.
SELECT number, entire
FROM (SELECT row_number() OVER () AS number, kind, entire FROM {events})
WHERE kind IS NULL
ORDER BY number
