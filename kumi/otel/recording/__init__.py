"""What happens on callers' threads: a run is appended, seldom waits, and ends with its process."""
