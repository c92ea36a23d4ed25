"""What counts as off, where a variable turns something on.

In a file of its own, because it is asked before anything of profiling is imported.
"""

FALSE = frozenset({"0", "false", "no", "off", ""})


def is_on(text: str) -> bool:
    """Whether a text may turn something on; whether it is a good one is said later."""
    return text.strip().lower() not in FALSE
