"""The event file: opened by its mode, appended to in turn, opened anew where it was moved."""
