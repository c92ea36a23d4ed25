-- Filters by what other lines say of a process or a program: events that do not pass count no more.
DELETE FROM named WHERE NOT coalesce({passes}, false)
