"""Reports: figures in, text out. `summary` and `detailed` make a document, `drawing` draws it."""
