-- Which names the next statement holds for alike: by number, what their `key` is.
DELETE FROM asked;
INSERT INTO asked SELECT unnest($numbers::INTEGER[]), unnest($keys::INTEGER[])
