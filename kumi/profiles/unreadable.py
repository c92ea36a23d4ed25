"""What is raised where a profile cannot be read."""

from __future__ import annotations


class UnreadableError(Exception):
    """Nothing can be read there; the text is one line for a person."""
