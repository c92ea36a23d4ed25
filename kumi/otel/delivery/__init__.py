"""What the owner does with the runs it takes: stages, and the ways to the file and the traces."""
