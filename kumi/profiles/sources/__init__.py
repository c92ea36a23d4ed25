"""Lines of other programs, read as events: a format a file, `foreign_lines` tells them apart."""
