"""The command line: a command a file, named after it, and what several commands need beside them.

A command's name is the user's word for it, so `ops.py`, `record.py` and `run.py` keep theirs even
where another room has a file of that name.
"""
