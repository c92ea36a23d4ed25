"""Profiles read back. The files stand here in the order in which the data goes through them.

`open_profiles` finds the files and `profile_file` has their lines. `event_line` says what one line
is. An engine counts them (`python_engine` small files, `duckdb_engine` large ones; `engine` is what
both answer), `breakdown` makes figures of what it has counted, and `reports/` text of the figures.
"""
