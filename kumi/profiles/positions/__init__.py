"""Lines of our own writers, read by position; everything here works on whole runs at a time.

`stamped_places` finds what a writer stamps in a line, `shapes` has the lines of a program's runs
and compares runs with them, `digit_columns` reads numbers, `time_counts` counts what they say, and
`position_reader` goes through a file. docs/decisions/0020-read-by-position.md says why.
"""
