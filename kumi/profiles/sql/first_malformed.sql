-- Which of the lines that are not blank is the first malformed one.
SELECT number
FROM (SELECT row_number() OVER () AS number, kind FROM events({path}))
WHERE kind IS NULL
LIMIT 1
