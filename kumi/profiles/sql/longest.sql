-- When the first of equal times began, and in which run: of the longest of each group, since of these
-- only it is asked.
SELECT "group", ns, min("first")
FROM grouped
WHERE "first" IS NOT NULL
GROUP BY "group", ns
QUALIFY row_number() OVER (PARTITION BY "group" ORDER BY ns DESC) <= {most}
