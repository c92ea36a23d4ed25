"""Three real schemas, with input for them: what `kumi demo` runs."""

from __future__ import annotations

from pathlib import Path

NAMES = ("us_tax_2024", "order_pricing", "payroll")


def path(name: str) -> Path:
    """The `.kumi` file of one of `NAMES`."""
    return Path(__file__).with_name(f"{name}.kumi")


def sample(name: str) -> Path:
    """A small input for it, a JSON file."""
    return Path(__file__).with_name(f"{name}.json")
