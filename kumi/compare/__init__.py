"""Two sides compared, operation by operation. The files stand here in the order of the data."""
