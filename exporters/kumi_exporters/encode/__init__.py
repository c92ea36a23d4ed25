"""Encoders that write what is constant once, and stamp the rest into it, many runs at a time."""
