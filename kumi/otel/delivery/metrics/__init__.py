"""Metrics: what runs and operations are counted and timed by, and our own health.

Each thing that is measured is one line of `instruments`. What the owner takes through its stages is
added up in the ledger of a meter provider, which the provider's readers ask when they want figures;
only the histogram of durations is told of each block.
"""
